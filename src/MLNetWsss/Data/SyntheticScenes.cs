using MLNetWsss.Imaging;

namespace MLNetWsss.Data;

/// <summary>One scene: what a camera sees, which class every pixel belongs to, and which classes there are.</summary>
/// <param name="Image">The picture, Size x Size.</param>
/// <param name="Mask">Exact labels, Size x Size: 0 background, k + 1 for class k of <see cref="SyntheticScenes.ClassNames"/>.</param>
/// <param name="Tags">Indices into <see cref="SyntheticScenes.ClassNames"/> of the classes in the mask, ascending; never empty.</param>
public sealed record SyntheticScene(RgbImage Image, LabelMap Mask, IReadOnlyList<int> Tags)
{
    /// <summary>The tags as a [K] vector of ones (present) and zeros.</summary>
    /// <param name="classes">K, at least the highest tag plus one.</param>
    public float[] TagVector(int classes)
    {
        var vector = new float[classes];
        foreach (int tag in Tags)
            vector[tag] = 1;
        return vector;
    }
}

/// <summary>How scenes are made. Two sets with equal options are equal to the byte.</summary>
public sealed record SyntheticSceneOptions
{
    /// <summary>
    /// Side of the picture in pixels, 32 to 2048. The same scene can be had in several sizes; only the camera's noise differs.
    /// </summary>
    public int Size { get; init; } = 128;

    /// <summary>K, how many of <see cref="SyntheticScenes.ClassNames"/> occur: the first 1 to 5.</summary>
    public int Classes { get; init; } = 5;

    /// <summary>Names the set: other seeds give other scenes.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Toys in a scene at most, 1 to 3. One, two and three occur in the proportions 2 : 2 : 1 as far as allowed.</summary>
    public int MaxToys { get; init; } = 3;

    /// <summary>
    /// How often the ground follows the first toy, 0 to 1: cats lie on rugs and frogs in grass. The other classes have no ground of
    /// their own.
    /// </summary>
    public double GroundBias { get; init; } = 0.6;

    /// <summary>How often a bear brings a rabbit and a rabbit a bear when there is a second toy, 0 to 1.</summary>
    public double CompanionBias { get; init; } = 0.5;

    /// <summary>Amount of clutter, 0 (none) to 3; 1 puts about seven small things and one cushion or ball into a scene.</summary>
    public double Clutter { get; init; } = 1;

    /// <summary>Mean standard deviation of the camera's noise as a fraction of full brightness, 0 to 0.2.</summary>
    public double Noise { get; init; } = 0.01;

    /// <summary>
    /// Largest turn of a toy to either side in degrees, 0 to 180. At 180 heads point everywhere, and a network that starts from nothing
    /// needs about twice the steps.
    /// </summary>
    public double Rotation { get; init; } = 45;

    internal void Validate()
    {
        Check(Size is >= 32 and <= 2048, nameof(Size), Size, "32 to 2048");
        Check(Classes >= 1 && Classes <= SceneFaces.Names.Length, nameof(Classes), Classes, $"1 to {SceneFaces.Names.Length}");
        Check(MaxToys is >= 1 and <= 3, nameof(MaxToys), MaxToys, "1 to 3");
        Check(GroundBias is >= 0 and <= 1, nameof(GroundBias), GroundBias, "0 to 1");
        Check(CompanionBias is >= 0 and <= 1, nameof(CompanionBias), CompanionBias, "0 to 1");
        Check(Clutter is >= 0 and <= 3, nameof(Clutter), Clutter, "0 to 3");
        Check(Noise is >= 0 and <= 0.2, nameof(Noise), Noise, "0 to 0.2");
        Check(Rotation is >= 0 and <= 180, nameof(Rotation), Rotation, "0 to 180 degrees");
    }

    private static void Check(bool valid, string option, double value, string range)
    {
        if (!valid)
        {
            var shown = value.ToString(System.Globalization.CultureInfo.InvariantCulture);
            throw new ArgumentOutOfRangeException(option, $"SyntheticSceneOptions.{option} is {shown}; choose a value from {range}.");
        }
    }
}

/// <summary>
/// The embedded data set: stuffed animals on cluttered ground. All classes are sewn from the same cloths and cut alike; only the small head
/// tells them apart. So a classifier's activation map finds heads and misses bodies, as it does on photographs. Cushions and balls of
/// the same cloths belong to no class, and some classes prefer a ground.
/// </summary>
public static class SyntheticScenes
{
    private const int PlacementAttempts = 48;

    /// <summary>Class k carries the label k + 1 in masks.</summary>
    public static IReadOnlyList<string> ClassNames { get; } = Array.AsReadOnly(SceneFaces.Names);

    /// <summary>
    /// Scene number <paramref name="index"/> of the set that the options describe: always the same bytes, on every system and in any order.
    /// </summary>
    /// <param name="index">Any number; sets have no end.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static SyntheticScene Generate(int index, SyntheticSceneOptions? options = null)
    {
        options ??= new();
        options.Validate();
        var scene = SceneRandom.For(options.Seed, index);
        var species = DrawSpecies(scene.Fork(1), options);
        var ground = new SceneGround(DrawGround(scene.Fork(2), species[0], options), scene.Fork(3));
        var canvas = new SceneCanvas(options.Size, new(scene.Fork(4), (float)options.Noise));
        var toys = Place(scene.Fork(5), species, ground.Mean, options);

        ground.Paint(canvas);
        var clutter = scene.Fork(6);
        PaintClutter(canvas, ground, clutter, options);
        foreach (var toy in toys)
            toy.Paint(canvas, (byte)(toy.Species + 1));
        PaintOccluder(canvas, ground, clutter, toys, options);

        var counts = canvas.CountLabels(options.Classes);
        return new(canvas.Develop(), canvas.Labels(), [.. Enumerable.Range(0, options.Classes).Where(k => counts[k + 1] > 0)]);
    }

    private static int[] DrawSpecies(SceneRandom random, SyntheticSceneOptions options)
    {
        int toys = Math.Min(random.Pick<int>([1, 1, 2, 2, 3]), options.MaxToys);
        var species = new int[toys];
        for (int i = 0; i < toys; i++)
            species[i] = random.Below(options.Classes);
        if (toys > 1 && random.Chance(options.CompanionBias))
            species[1] = Companion(species[0], options.Classes) ?? species[1];
        return species;
    }

    private static int? Companion(int species, int classes) => SceneFaces.Names[species] switch
    {
        "bear" when classes > 4 => Array.IndexOf(SceneFaces.Names, "rabbit"),
        "rabbit" => Array.IndexOf(SceneFaces.Names, "bear"),
        _ => null,
    };

    private static SceneGroundKind DrawGround(SceneRandom random, int first, SyntheticSceneOptions options)
    {
        var any = (SceneGroundKind)random.Below(SceneGround.Kinds);
        if (!random.Chance(options.GroundBias))
            return any;
        return SceneFaces.Names[first] switch
        {
            "cat" => SceneGroundKind.Rug,
            "frog" => SceneGroundKind.Grass,
            _ => any,
        };
    }

    /// <summary>
    /// Lays the toys down from back to front. Heads stay inside the picture and clear of later toys, so that every tag can be seen;
    /// bodies may leave the picture and overlap. A toy that finds no place is left out, but never the first one.
    /// </summary>
    private static List<SceneToy> Place(SceneRandom random, int[] species, SceneColor ground, SyntheticSceneOptions options)
    {
        (float low, float high) = species.Length switch
        {
            1 => (0.6f, 0.88f),
            2 => (0.5f, 0.68f),
            _ => (0.42f, 0.56f),
        };
        var toys = new List<SceneToy>(species.Length);
        float turn = (float)(options.Rotation / 360);
        for (int i = 0; i < species.Length; i++)
        {
            var cloth = random.Fork(100 + i);
            float height = random.Range(low, high) * options.Size;
            for (int attempt = 0; attempt < PlacementAttempts; attempt++)
            {
                float x = random.Range(0.2f, 0.8f) * options.Size, y = random.Range(0.2f, 0.8f) * options.Size;
                var frame = new SceneFrame(x, y, SceneToy.ScaleFor(height), random.Range(-turn, turn));
                var toy = new SceneToy(species[i], frame, ground, cloth.Fork(0));
                bool last = attempt == PlacementAttempts - 1 && i == 0;
                if (!last && !Fits(toy, toys, options.Size))
                    continue;
                toys.Add(toy);
                break;
            }
        }
        return toys;
    }

    private static bool Fits(SceneToy toy, List<SceneToy> below, int size)
    {
        float margin = 1.15f * toy.HeadRadius;
        if (MathF.Min(toy.Head.X, toy.Head.Y) < margin || MathF.Max(toy.Head.X, toy.Head.Y) > size - margin)
            return false;
        foreach (var other in below)
        {
            if (toy.Distance(other.Head.X, other.Head.Y) < 1.2f * other.HeadRadius || toy.Distance(other.Centre.X, other.Centre.Y) < 0)
                return false;
        }
        return true;
    }

    private static void PaintClutter(SceneCanvas canvas, SceneGround ground, SceneRandom random, SyntheticSceneOptions options)
    {
        int large = Count(random, 1.2 * options.Clutter), small = Count(random, 7 * options.Clutter);
        for (int i = 0; i < large + small; i++)
            SceneClutter.Paint(canvas, ground, random, random.Range(0, 1) * canvas.Size, random.Range(0, 1) * canvas.Size, i < large);
    }

    /// <summary>In a third of the scenes something small lies on top, anywhere but on a head; its pixels are background.</summary>
    private static void PaintOccluder(
        SceneCanvas canvas, SceneGround ground, SceneRandom random, List<SceneToy> toys, SyntheticSceneOptions options)
    {
        if (!random.Chance(options.Clutter / 3))
            return;
        float x = random.Range(0, 1) * canvas.Size, y = random.Range(0, 1) * canvas.Size;
        foreach (var toy in toys)
        {
            float dx = x - toy.Head.X, dy = y - toy.Head.Y, clear = 1.3f * toy.HeadRadius + 0.12f * canvas.Size;
            if (dx * dx + dy * dy < clear * clear)
                return;
        }
        SceneClutter.Paint(canvas, ground, random, x, y, large: false);
    }

    /// <summary>A number between half and one and a half times the mean, rounded at random.</summary>
    private static int Count(SceneRandom random, double mean) => (int)(mean * random.Range(0.5f, 1.5f) + random.Range(0, 1));
}
