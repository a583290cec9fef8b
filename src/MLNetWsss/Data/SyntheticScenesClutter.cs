namespace MLNetWsss.Data;

/// <summary>Things that belong to no class: leaves, pebbles, twigs, buttons, and cushions and balls of the toys' own cloths.</summary>
internal static class SceneClutter
{
    /// <summary>Puts one thing down.</summary>
    /// <param name="canvas">Where to paint.</param>
    /// <param name="ground">The ground, whose colour cloths keep clear of.</param>
    /// <param name="random">The clutter's stream.</param>
    /// <param name="x">Position in pixels.</param>
    /// <param name="y">Position in pixels.</param>
    /// <param name="large">A cushion or a ball, else something small.</param>
    public static void Paint(SceneCanvas canvas, SceneGround ground, SceneRandom random, float x, float y, bool large)
    {
        float turns = random.Range(0, 1);
        var frame = new SceneFrame(x, y, canvas.Size, turns);
        if (large)
        {
            PaintSewn(canvas, frame, random, ground.Mean, random.Range(0.09f, 0.17f));
            return;
        }
        switch (random.Below(6))
        {
            case 0:
                int leaf = random.Pick<int>([0x9C5A2B, 0xC98B35, 0x7E8F3C, 0xA33E2E]);
                PaintLeaf(canvas, frame, random, SceneColor.Hex(leaf), random.Range(0.05f, 0.09f), true);
                break;
            case 1:
                PaintPebbles(canvas, frame, random);
                break;
            case 2:
                var wood = SceneFabric.Solid(SceneColor.Hex(0x5E4630) * random.Range(0.7f, 1.5f), 0.4f, random.NextSeed());
                Put(canvas, frame, SceneShape.Capsule(0, 0, random.Range(0.07f, 0.17f), random.Range(0.008f, 0.014f)), new(wood, 0.01f));
                break;
            case 3:
                PaintButton(canvas, frame, random, random.Range(0.025f, 0.05f));
                break;
            case 4:
                PaintPennant(canvas, frame, random, ground.Mean);
                break;
            default:
                PaintSewn(canvas, frame, random, ground.Mean, random.Range(0.035f, 0.06f));
                break;
        }
    }

    /// <summary>A leaf with its midrib, at the frame's origin or, if not asked for that, anywhere in its unit square.</summary>
    public static void PaintLeaf(SceneCanvas canvas, SceneFrame frame, SceneRandom random, SceneColor color, float length, bool atOrigin)
    {
        var place = atOrigin
            ? frame
            : frame.Inner(random.Range(0, 1), random.Range(0, 1), 1, random.Range(0, 1));
        float width = length * random.Range(0.35f, 0.55f);
        var blade = SceneShape.Leaf(0, 0, length, width);
        Put(canvas, place, blade, new(SceneFabric.Solid(color, 0.3f, random.NextSeed()), Puff: 0.5f * width));
        canvas.Draw(place, SceneShape.Capsule(0.1f * length, 0, 0.85f * length, 0.05f * width), new(SceneFabric.Solid(color * 0.55f)), 0);
    }

    private static void PaintPebbles(SceneCanvas canvas, SceneFrame frame, SceneRandom random)
    {
        for (int count = 1 + random.Below(4); count > 0; count--)
        {
            var color = SceneColor.Hex(random.Pick<int>([0x8D8A84, 0xB8AE9E, 0x6B6F75, 0x9A7B63]));
            var stone = SceneFabric.Solid(color, 0.25f, random.NextSeed());
            float size = random.Range(0.02f, 0.05f);
            float x = random.Range(-0.07f, 0.07f), y = random.Range(-0.07f, 0.07f);
            var shape = SceneShape.Ellipse(x, y, size, 0.75f * size, random.Range(0, 1));
            Put(canvas, frame, shape, new(stone, size, 0.004f, 0.1f));
        }
    }

    /// <summary>Buttons are as round, dark or white as eyes, so that roundness alone does not make a face.</summary>
    private static void PaintButton(SceneCanvas canvas, SceneFrame frame, SceneRandom random, float radius)
    {
        var color = SceneColor.Hex(random.Pick<int>([0x1C1814, 0xF2ECDC, 0xE8912D, 0xD9707A, 0x8CC152, 0x33507F]));
        Put(canvas, frame, SceneShape.Circle(0, 0, radius), new(SceneFabric.Solid(color), 0.3f * radius, 0, 0.4f));
        for (int hole = 0; hole < 4; hole++)
        {
            float x = (hole & 1) == 0 ? -0.3f : 0.3f, y = hole < 2 ? -0.3f : 0.3f;
            canvas.Draw(frame, SceneShape.Circle(x * radius, y * radius, 0.14f * radius), new(SceneFabric.Solid(color * 0.25f)), 0);
        }
    }

    private static void PaintPennant(SceneCanvas canvas, SceneFrame frame, SceneRandom random, SceneColor ground)
    {
        float size = random.Range(0.04f, 0.07f);
        var cloth = SceneFabric.Sewn(random, ground, 14);
        Put(canvas, frame, SceneShape.Triangle(0, 0, 0.7f * size, size), new(random.Chance(0.5) ? cloth.WithoutPattern() : cloth, 0.01f));
    }

    /// <summary>A cushion or a ball: a body without a head.</summary>
    private static void PaintSewn(SceneCanvas canvas, SceneFrame frame, SceneRandom random, SceneColor ground, float size)
    {
        // In a frame of the cushion's size the pattern repeats about as often as on a toy's body.
        var inner = frame.Inner(0, 0, size, 0);
        var cloth = SceneFabric.Sewn(random, ground, 2.4f);
        float aspect = random.Range(0.6f, 1);
        var shape = random.Below(3) switch
        {
            0 => SceneShape.Circle(0, 0, 0.8f),
            1 => SceneShape.Ellipse(0, 0, 1, aspect),
            _ => SceneShape.Box(0, 0, 0.95f, aspect),
        };
        Put(canvas, inner, shape, new(cloth, Puff: 0.4f, Fuzz: 0.02f));
    }

    private static void Put(SceneCanvas canvas, SceneFrame frame, SceneShape shape, ScenePaint paint)
    {
        // Flat things throw short shadows: half as high as they are wide, at most 3 % of the picture.
        float height = MathF.Min(0.5f * MathF.Min(shape.B, shape.A) * frame.Scale, 0.03f * canvas.Size);
        canvas.Shadow([new(frame, shape, paint)], MathF.Max(height, 0.5f), 0.5f);
        canvas.Draw(frame, shape, paint, 0);
    }
}
