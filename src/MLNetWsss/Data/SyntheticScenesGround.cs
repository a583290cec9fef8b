using static MLNetWsss.Data.SceneNoise;

namespace MLNetWsss.Data;

/// <summary>What the toys lie on.</summary>
internal enum SceneGroundKind
{
    Grass,
    Leaves,
    Sand,
    Planks,
    Cobbles,
    Rug,
}

/// <summary>The ground of a scene: its colour and its texture, in units of the picture's side.</summary>
internal sealed class SceneGround
{
    public const int Kinds = 6;
    private readonly SceneRandom _random;
    private readonly SceneColor _second;
    private readonly float _cos, _sin, _scale;
    private readonly uint _seed;

    public SceneGround(SceneGroundKind kind, SceneRandom random)
    {
        (Kind, _random) = (kind, random);
        (int main, int second) = kind switch
        {
            SceneGroundKind.Grass => random.Pick<(int, int)>([(0x55752F, 0x8FA64A), (0x47682F, 0x7E9A4C), (0x6F7F3A, 0xA8AA5A)]),
            SceneGroundKind.Leaves => random.Pick<(int, int)>([(0x6B4526, 0xB5702F), (0x5A3B26, 0xC29038), (0x71402A, 0xA9532E)]),
            SceneGroundKind.Sand => random.Pick<(int, int)>([(0xCBB07F, 0xE2CFA0), (0xBFA27A, 0xD9C29A), (0xB8A58C, 0xD6C8AE)]),
            SceneGroundKind.Planks => random.Pick<(int, int)>([(0x8A6239, 0xB58A58), (0x6E5442, 0x96775C), (0x9A9088, 0xBDB4AA)]),
            SceneGroundKind.Cobbles => random.Pick<(int, int)>([(0x7C7F84, 0xA3A5A8), (0x857B70, 0xAFA596), (0x6D7A85, 0x98A4AD)]),
            _ => random.Pick<(int, int)>([(0x7E3440, 0xB98A5A), (0x3E5570, 0x9FB0B8), (0x5E6B4A, 0xBDB68C), (0xA89884, 0x6F5D52)]),
        };
        float bright = random.Range(0.8f, 1.15f);
        (Main, _second) = (SceneColor.Hex(main) * bright, SceneColor.Hex(second) * bright);
        float turns = random.Range(0, 1);
        (_cos, _sin, _scale, _seed) = (Cosine(turns), Sine(turns), random.Range(0.8f, 1.3f), random.NextSeed());
    }

    public SceneGroundKind Kind { get; }

    public SceneColor Main { get; }

    /// <summary>The mean of the two colours.</summary>
    public SceneColor Mean => SceneColor.Mix(Main, _second, 0.5f);

    /// <summary>Covers the canvas.</summary>
    public void Paint(SceneCanvas canvas)
    {
        float unit = _scale / canvas.Size;
        for (int row = 0; row < canvas.Size; row++)
        {
            for (int column = 0; column < canvas.Size; column++)
            {
                float x = (column + 0.5f) * unit, y = (row + 0.5f) * unit;
                canvas[row, column] = At(_cos * x + _sin * y, _cos * y - _sin * x, canvas.Light, unit);
            }
        }
        if (Kind == SceneGroundKind.Grass)
            ScatterBlades(canvas);
        else if (Kind == SceneGroundKind.Leaves)
            ScatterLeaves(canvas);
    }

    private SceneColor At(float x, float y, SceneLight light, float unit)
    {
        float patches = Fractal(5 * x, 5 * y, _seed, 3);
        return Kind switch
        {
            SceneGroundKind.Grass or SceneGroundKind.Leaves =>
                SceneColor.Mix(Main, _second, 0.5f * patches) * (0.45f + 0.6f * Fractal(26 * x, 26 * y, _seed + 9, 3)),
            SceneGroundKind.Sand => Sand(x, y, light, patches),
            SceneGroundKind.Planks => Planks(x, y, patches, unit),
            SceneGroundKind.Cobbles => Cobbles(x, y, light, patches),
            _ => Rug(x, y, patches, unit),
        };
    }

    private SceneColor Sand(float x, float y, SceneLight light, float patches)
    {
        // Ripples are lit by their slope: the height a little way towards the light, minus the height here.
        const float Step = 0.006f;
        float ahead = Ripples(x + Step * (_cos * light.X + _sin * light.Y), y + Step * (_cos * light.Y - _sin * light.X));
        float grain = Value(170 * x, 170 * y, _seed + 5) + Value(90 * x, 90 * y, _seed + 6) - 1;
        return SceneColor.Mix(Main, _second, patches) * MathF.Max(0.3f, 1 + 2.2f * (Ripples(x, y) - ahead) + 0.16f * grain);
    }

    private float Ripples(float x, float y) =>
        0.5f * Sine(11 * y + 2.2f * Fractal(3 * x, 3 * y, _seed + 1, 2)) + 0.8f * Fractal(9 * x, 9 * y, _seed + 2, 3);

    private SceneColor Planks(float x, float y, float patches, float unit)
    {
        const float PerUnit = 5.5f;
        float row = MathF.Floor(PerUnit * y), across = PerUnit * y - row;
        float shift = Hash((int)row, 3, _seed), along = 1.1f * x + shift;
        float board = MathF.Floor(along), tone = Hash((int)row, (int)board, _seed + 1);
        float grain = Fractal(4 * x + 31 * tone, 60 * y + 3 * patches, _seed + 2, 3), knots = Sine(9 * grain + 4 * across);
        float edge = MathF.Min(across, 1 - across) / PerUnit, end = MathF.Min(along - board, 1 - along + board) / 1.1f;
        float seam = Step(0.009f + unit, 0.004f - unit, MathF.Min(edge, end));
        return SceneColor.Mix(Main, _second, 0.25f + 0.6f * tone) * ((0.8f + 0.35f * grain + 0.06f * knots) * (1 - 0.7f * seam));
    }

    private SceneColor Cobbles(float x, float y, SceneLight light, float patches)
    {
        const float PerUnit = 7.5f;
        float px = PerUnit * x, py = PerUnit * y;
        int cx = (int)MathF.Floor(px), cy = (int)MathF.Floor(py);
        float first = 9, second = 9, toX = 0, toY = 0, tone = 0;
        for (int j = cy - 1; j <= cy + 1; j++)
        {
            for (int i = cx - 1; i <= cx + 1; i++)
            {
                float dx = i + 0.2f + 0.6f * Hash(i, j, _seed) - px, dy = j + 0.2f + 0.6f * Hash(i, j, _seed + 1) - py;
                float squared = dx * dx + dy * dy;
                if (squared < first)
                    (second, first, toX, toY, tone) = (first, squared, dx, dy, Hash(i, j, _seed + 2));
                else
                    second = MathF.Min(second, squared);
            }
        }
        float gap = MathF.Sqrt(second) - MathF.Sqrt(first), joint = Step(0.22f, 0.06f, gap);
        float slope = -(toX * (_cos * light.X + _sin * light.Y) + toY * (_cos * light.Y - _sin * light.X));
        float rough = Fractal(60 * x, 60 * y, _seed + 4, 2);
        return SceneColor.Mix(Main, _second, tone) * ((0.75f + 0.25f * patches + 0.3f * rough + 0.35f * slope) * (1 - 0.72f * joint));
    }

    private SceneColor Rug(float x, float y, float patches, float unit)
    {
        const float PerUnit = 5f;
        float u = PerUnit * x, v = PerUnit * y;
        float du = MathF.Abs(u - MathF.Floor(u) - 0.5f), dv = MathF.Abs(v - MathF.Floor(v) - 0.5f);
        float diamond = du + dv, soft = 0.03f + PerUnit * unit;
        float figure = Step(0.16f + soft, 0.16f - soft, MathF.Abs(diamond - 0.5f)) + Step(0.14f + soft, 0.14f - soft, diamond);
        float weave = 0.5f * Sine(32 * x) * Sine(32 * y) + Value(90 * x, 30 * y, _seed + 3) - 0.5f;
        return SceneColor.Mix(Main, _second, 0.75f * MathF.Min(figure, 1)) * (0.8f + 0.25f * patches + 0.3f * weave);
    }

    private void ScatterBlades(SceneCanvas canvas)
    {
        var frame = new SceneFrame(0, 0, canvas.Size, 0);
        for (int blade = 0; blade < 1100; blade++)
        {
            var color = SceneColor.Mix(Main, _second, _random.Range(0, 1.3f)) * (0.45f + 0.75f * blade / 1100f);
            float x = _random.Range(0, 1), y = _random.Range(0, 1), length = _random.Range(0.02f, 0.055f);
            var shape = SceneShape.Leaf(x, y, length, _random.Range(0.003f, 0.007f), _random.Range(0, 1));
            canvas.Draw(frame, shape, new(SceneFabric.Solid(color)), 0);
        }
    }

    private void ScatterLeaves(SceneCanvas canvas)
    {
        var frame = new SceneFrame(0, 0, canvas.Size, 0);
        for (int leaf = 0; leaf < 260; leaf++)
        {
            var color = SceneColor.Mix(Main, _second, _random.Range(0, 1.2f)) * (0.5f + 0.65f * leaf / 260f);
            SceneClutter.PaintLeaf(canvas, frame, _random, color, _random.Range(0.035f, 0.075f), false);
        }
    }
}
