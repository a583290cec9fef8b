using System.Runtime.InteropServices;

namespace MLNetWsss.Data;

/// <summary>
/// A stuffed animal. Bodies of all classes come from one distribution of shapes and cloths; only the head tells the class.
/// </summary>
internal sealed class SceneToy
{
    // Units of the toy's frame: from the crown to the feet it measures about 2.85.
    private const float Height = 2.85f, HeadY = -0.84f;
    private readonly List<ScenePart> _parts = [];
    private readonly List<ScenePart> _outline = [];
    private readonly int _headStart;

    /// <summary>Sews a toy; it lies where the frame says.</summary>
    /// <param name="species">Index of the class.</param>
    /// <param name="frame">Centre between chest and belly; its scale is pixels per unit, see <see cref="ScaleFor"/>.</param>
    /// <param name="ground">Mean colour of the ground, which the cloth keeps clear of.</param>
    /// <param name="random">The toy's own stream.</param>
    public SceneToy(int species, SceneFrame frame, SceneColor ground, SceneRandom random)
    {
        Species = species;
        Centre = frame;
        var cloth = SceneFabric.Sewn(random, ground, 3.2f);
        float radius = random.Range(0.52f, 0.6f);
        Head = frame.Inner(random.Range(-0.06f, 0.06f), HeadY, radius, random.Range(-0.06f, 0.06f));
        HeadRadius = radius * frame.Scale;
        AddBody(frame, cloth, random);
        _headStart = _parts.Count;
        SceneFaces.Add(species, Head, cloth.WithoutPattern(random.Range(0.95f, 1.1f)), random, _parts, _outline);
    }

    public int Species { get; }

    /// <summary>The toy's own frame.</summary>
    public SceneFrame Centre { get; }

    /// <summary>Frame of the head: its centre, one unit is the head's radius.</summary>
    public SceneFrame Head { get; }

    /// <summary>In pixels.</summary>
    public float HeadRadius { get; }

    /// <summary>Pixels per unit for a toy of the given height in pixels.</summary>
    public static float ScaleFor(float height) => height / Height;

    /// <summary>Signed distance in pixels of a pixel position from the toy's outline.</summary>
    public float Distance(float px, float py) => ScenePart.Distance(CollectionsMarshal.AsSpan(_outline), px, py);

    /// <summary>Paints the toy and its shadow; its pixels take the label.</summary>
    public void Paint(SceneCanvas canvas, byte label)
    {
        var outline = CollectionsMarshal.AsSpan(_outline);
        var parts = CollectionsMarshal.AsSpan(_parts);
        canvas.Shadow(outline, 0.28f * HeadRadius, 0.6f);
        for (int i = 0; i < parts.Length; i++)
        {
            if (i == _headStart)
                canvas.Shadow(parts.Slice(i, 1), 0.2f * HeadRadius, 0.35f);
            canvas.Draw(parts[i].Frame, parts[i].Shape, parts[i].Paint, label);
        }
    }

    private void AddBody(SceneFrame frame, SceneFabric cloth, SceneRandom random)
    {
        float width = random.Range(0.54f, 0.76f), length = random.Range(0.7f, 0.86f);
        var limb = new ScenePaint(random.Chance(0.5) ? cloth : cloth.WithoutPattern(0.92f), Puff: 0.2f, Fuzz: 0.015f);
        for (int side = -1; side <= 1; side += 2)
        {
            float leg = side * random.Range(0.04f, 0.11f), thick = random.Range(0.17f, 0.22f);
            Add(frame, SceneShape.Capsule(side * 0.58f * width, 0.25f + 0.98f * length, 0.3f, thick, 0.25f - leg), limb);
            float arm = random.Range(0.02f, 0.16f), turn = side > 0 ? arm : 0.5f - arm;
            Add(frame, SceneShape.Capsule(side * (width + 0.06f), 0.02f + arm, 0.3f, random.Range(0.15f, 0.19f), turn), limb);
        }
        Add(frame, SceneShape.Ellipse(0, 0.25f, width, length), new(cloth, Puff: 0.42f, Fuzz: 0.015f));
        if (random.Chance(0.35))
        {
            var belly = SceneFabric.Solid(SceneColor.Mix(cloth.Second, SceneColor.Hex(0xE8DCC0), 0.5f), 0.2f, random.NextSeed());
            _parts.Add(new(frame, SceneShape.Ellipse(0, 0.4f, 0.58f * width, 0.6f * length), new(belly, Puff: 0.1f, Fuzz: 0.01f)));
        }
    }

    private void Add(SceneFrame frame, SceneShape shape, ScenePaint paint)
    {
        var part = new ScenePart(frame, shape, paint);
        _parts.Add(part);
        _outline.Add(part);
    }
}
