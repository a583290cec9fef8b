using static MLNetWsss.Data.SceneNoise;

namespace MLNetWsss.Data;

/// <summary>The patterns that bodies, cushions and balls are sewn from, whatever they are.</summary>
internal enum ScenePattern
{
    Plain,
    Stripes,
    Dots,
    Gingham,
    Zigzag,
    Patches,
}

/// <summary>A patterned surface: two colours, how often and in which direction they alternate, and a fibre on top.</summary>
internal readonly struct SceneFabric
{
    private readonly ScenePattern _pattern;
    private readonly float _frequency, _cos, _sin, _fibre;

    private SceneFabric(ScenePattern pattern, SceneColor main, SceneColor second, float frequency, float turns, float fibre, uint seed)
    {
        (_pattern, Main, Second, _frequency, _fibre, Seed) = (pattern, main, second, frequency, fibre, seed);
        (_cos, _sin) = (Cosine(turns), Sine(turns));
    }

    public SceneColor Main { get; }

    public SceneColor Second { get; }

    public uint Seed { get; }

    /// <summary>One colour with a fibre of the given strength.</summary>
    public static SceneFabric Solid(SceneColor color, float fibre = 0, uint seed = 0) =>
        new(ScenePattern.Plain, color, color, 1, 0, fibre, seed);

    /// <summary>A random pattern of two colours.</summary>
    /// <param name="random">The stream to draw from.</param>
    /// <param name="ground">The main colour keeps clear of this one, so that outlines stay visible.</param>
    /// <param name="frequency">Repetitions of the pattern in a unit of the frame, before a random factor.</param>
    public static SceneFabric Sewn(SceneRandom random, SceneColor ground, float frequency)
    {
        var main = Dye(random, ground, 0.3f);
        var second = Dye(random, main, 0.22f);
        var pattern = (ScenePattern)random.Below(6);
        float repeats = frequency * random.Range(0.75f, 1.3f), fibre = random.Range(0.12f, 0.3f);
        return new(pattern, main, second, repeats, random.Range(0, 1), fibre, random.NextSeed());
    }

    /// <summary>The same cloth without its pattern: the main colour, brighter or darker by a factor.</summary>
    public SceneFabric WithoutPattern(float brightness = 1) => new(ScenePattern.Plain, Main * brightness, Main, 1, 0, _fibre, Seed);

    /// <summary>Colour at a point of the frame, edges of the pattern smoothed over about one pixel.</summary>
    public SceneColor At(float x, float y, float unitsPerPixel)
    {
        var color = Main;
        if (_pattern != ScenePattern.Plain)
        {
            float s = (_cos * x + _sin * y) * _frequency, t = (_cos * y - _sin * x) * _frequency;
            color = Patterned(s, t, unitsPerPixel * _frequency);
        }
        if (_fibre <= 0)
            return color;
        float fine = Value(24 * x, 24 * y, Seed + 3), coarse = Value(6 * x, 6 * y, Seed + 4);
        return color * (1 + _fibre * (1.4f * fine + coarse - 1.2f));
    }

    private SceneColor Patterned(float s, float t, float blur)
    {
        float soft = MathF.Max(blur, 0.02f);
        switch (_pattern)
        {
            case ScenePattern.Stripes:
                return SceneColor.Mix(Main, Second, Bar(s, 0.5f, soft));
            case ScenePattern.Dots:
                float row = MathF.Floor(t);
                float dx = Fraction(s + 0.5f * (row - 2 * MathF.Floor(row * 0.5f))) - 0.5f, dy = t - row - 0.5f;
                return SceneColor.Mix(Main, Second, Step(0.3f + soft, 0.3f - soft, MathF.Sqrt(dx * dx + dy * dy)));
            case ScenePattern.Gingham:
                return SceneColor.Mix(Main, Second, 0.5f * (Bar(s, 0.5f, soft) + Bar(t, 0.5f, soft)));
            case ScenePattern.Zigzag:
                return SceneColor.Mix(Main, Second, Bar(s + 0.5f * MathF.Abs(2 * Fraction(0.7f * t) - 1), 0.5f, soft));
            default:
                float u = 0.8f * s, v = 0.8f * t;
                float shade = Hash((int)MathF.Floor(u), (int)MathF.Floor(v), Seed);
                float seam = MathF.Max(Bar(u + 0.05f, 0.1f, soft), Bar(v + 0.05f, 0.1f, soft));
                return SceneColor.Mix(SceneColor.Mix(Main, Second, shade), Main * 0.5f, 0.6f * seam);
        }
    }

    private static float Fraction(float x) => x - MathF.Floor(x);

    /// <summary>1 on the first part of every period of length one, 0 on the rest, with soft changes.</summary>
    private static float Bar(float x, float part, float soft)
    {
        float t = MathF.Abs(Fraction(x) - 0.5f * part);
        t = MathF.Min(t, 1 - t);
        return Step(0.5f * part + soft, 0.5f * part - soft, t);
    }

    private static SceneColor Dye(SceneRandom random, SceneColor against, float contrast)
    {
        ReadOnlySpan<int> dyes =
        [
            0xC4553B, 0xD99A2B, 0x2F8F8B, 0x33507F, 0xC9818F, 0x8FA876, 0xE8DCC0, 0x7A4A6D,
            0x7B5638, 0x9AA0A6, 0x6FA8CF, 0x45474D, 0xE3B778, 0xB23A5A, 0x5C7F4A, 0xDCE3E6,
        ];
        // A few tries reach the contrast in practice; the best of them is taken if none does.
        var best = against;
        for (int attempt = 0; attempt < 12; attempt++)
        {
            var color = SceneColor.Hex(random.Pick(dyes)) * random.Range(0.8f, 1.15f);
            if (SceneColor.Contrast(color, against) > SceneColor.Contrast(best, against))
                best = color;
            if (SceneColor.Contrast(color, against) >= contrast)
                return color;
        }
        return best;
    }
}
