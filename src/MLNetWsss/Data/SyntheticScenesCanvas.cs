using MLNetWsss.Imaging;
using static MLNetWsss.Data.SceneNoise;

namespace MLNetWsss.Data;

/// <summary>
/// A colour in linear light, 0 black to 1 white. Bytes are its square root: a display gamma of 2 instead of sRGB's 2.2,
/// because the square root is the one power that IEEE 754 rounds the same everywhere.
/// </summary>
internal readonly struct SceneColor(float r, float g, float b)
{
    public readonly float R = r, G = g, B = b;

    /// <summary>From the usual 0xRRGGBB.</summary>
    public static SceneColor Hex(int rgb)
    {
        float r = (rgb >> 16) / 255f, g = ((rgb >> 8) & 255) / 255f, b = (rgb & 255) / 255f;
        return new(r * r, g * g, b * b);
    }

    public static SceneColor operator *(SceneColor color, float factor) => new(color.R * factor, color.G * factor, color.B * factor);

    public static SceneColor operator *(SceneColor a, SceneColor b) => new(a.R * b.R, a.G * b.G, a.B * b.B);

    /// <summary>a at 0, b at 1.</summary>
    public static SceneColor Mix(SceneColor a, SceneColor b, float t) =>
        new(SceneNoise.Mix(a.R, b.R, t), SceneNoise.Mix(a.G, b.G, t), SceneNoise.Mix(a.B, b.B, t));

    /// <summary>Euclidean distance of the displayed values, 0 to 1.73.</summary>
    public static float Contrast(SceneColor a, SceneColor b)
    {
        float r = MathF.Sqrt(a.R) - MathF.Sqrt(b.R), g = MathF.Sqrt(a.G) - MathF.Sqrt(b.G), bl = MathF.Sqrt(a.B) - MathF.Sqrt(b.B);
        return MathF.Sqrt(r * r + g * g + bl * bl);
    }
}

/// <summary>What a surface looks like before light falls on it.</summary>
/// <param name="Fabric">Its colours and pattern.</param>
/// <param name="Puff">How far from the edge the surface keeps rising, in units of its frame; 0 lies flat.</param>
/// <param name="Fuzz">By how much the edge wanders, in units of its frame.</param>
/// <param name="Gloss">Strength of the highlight, 0 to 1.</param>
internal readonly record struct ScenePaint(SceneFabric Fabric, float Puff = 0, float Fuzz = 0, float Gloss = 0);

/// <summary>The light of one scene: where it comes from and what it does to the finished picture.</summary>
internal readonly struct SceneLight
{
    /// <summary>Direction towards the light, unit length; Z towards the viewer.</summary>
    public readonly float X, Y, Z;
    public readonly float Ambient, Exposure, Dapple, DappleScale, Noise;
    public readonly SceneColor Tint;
    public readonly uint Seed;

    public SceneLight(SceneRandom random, float noise)
    {
        float turns = random.Range(0, 1), height = random.Range(0.55f, 0.8f), flat = MathF.Sqrt(1 - height * height);
        (X, Y, Z) = (flat * Cosine(turns), flat * Sine(turns), height);
        (Ambient, Exposure) = (random.Range(0.35f, 0.55f), random.Range(0.95f, 1.4f));
        (Dapple, DappleScale) = (random.Chance(0.5) ? random.Range(0.2f, 0.6f) : 0.1f, random.Range(1.5f, 4.5f));
        float warmth = random.Range(-0.12f, 0.12f);
        Tint = new(1 + warmth, 1 + 0.15f * warmth, 1 - warmth);
        (Noise, Seed) = (noise * random.Range(0.5f, 1.5f), random.NextSeed());
    }

    /// <summary>Brightness of a surface with the given unit normal, 1 for one that faces the viewer.</summary>
    public float Shade(float nx, float ny, float nz) =>
        Ambient + (1 - Ambient) * MathF.Max(0, nx * X + ny * Y + nz * Z) / Z;
}

/// <summary>
/// A square picture in the making, painted from back to front, with the label of what is on top at every pixel's centre.
/// </summary>
internal sealed class SceneCanvas(int size, SceneLight light)
{
    private readonly SceneColor[] _colors = new SceneColor[size * size];
    private readonly byte[] _labels = new byte[size * size];

    public int Size => size;

    public SceneLight Light => light;

    public ref SceneColor this[int y, int x] => ref _colors[y * size + x];

    /// <summary>How many pixels carry each label, for labels 0 to the given one.</summary>
    public int[] CountLabels(int labels)
    {
        var counts = new int[labels + 1];
        foreach (byte label in _labels)
            counts[label]++;
        return counts;
    }

    /// <summary>
    /// Paints a shape. A pixel takes the label when its centre is inside; its colour blends over one pixel across the edge.
    /// </summary>
    public void Draw(in SceneFrame frame, in SceneShape shape, in ScenePaint paint, byte label)
    {
        float unitsPerPixel = 1 / frame.Scale;
        var (left, top, right, bottom) = Bounds(frame, shape, paint.Fuzz + unitsPerPixel);
        for (int row = top; row <= bottom; row++)
        {
            for (int column = left; column <= right; column++)
            {
                var (x, y) = frame.FromPixels(column + 0.5f, row + 0.5f);
                float distance = shape.Distance(x, y);
                if (paint.Fuzz > 0 && distance < paint.Fuzz + unitsPerPixel)
                    distance += 2 * paint.Fuzz * (Value(13 * x, 13 * y, paint.Fabric.Seed) - 0.5f);
                float coverage = Math.Clamp(0.5f - distance * frame.Scale, 0, 1);
                if (coverage <= 0)
                    continue;
                int pixel = row * size + column;
                var color = Lit(frame, shape, paint, x, y, paint.Fabric.At(x, y, unitsPerPixel));
                _colors[pixel] = SceneColor.Mix(_colors[pixel], color, coverage);
                if (coverage >= 0.5f)
                    _labels[pixel] = label;
            }
        }
    }

    /// <summary>Darkens what lies under some shapes, softly, on the side that the light does not reach.</summary>
    /// <param name="parts">Shapes that throw one common shadow.</param>
    /// <param name="height">How far the shadow moves and how soft it is, in pixels.</param>
    /// <param name="strength">Share of the light that is taken away in the middle, 0 to 1.</param>
    public void Shadow(ReadOnlySpan<ScenePart> parts, float height, float strength)
    {
        float shiftX = -light.X * height, shiftY = -light.Y * height;
        int left = size, top = size, right = -1, bottom = -1;
        foreach (ref readonly var part in parts)
        {
            var bounds = Bounds(part.Frame, part.Shape, 2 * height / part.Frame.Scale);
            (left, top) = (Math.Min(left, bounds.Left), Math.Min(top, bounds.Top));
            (right, bottom) = (Math.Max(right, bounds.Right), Math.Max(bottom, bounds.Bottom));
        }
        for (int row = top; row <= bottom; row++)
        {
            for (int column = left; column <= right; column++)
            {
                float distance = ScenePart.Distance(parts, column + 0.5f - shiftX, row + 0.5f - shiftY);
                if (distance < height)
                    _colors[row * size + column] *= 1 - strength * Step(height, -height, distance);
            }
        }
    }

    /// <summary>Adds uneven light, the camera's tint, vignette and noise, and rounds to bytes.</summary>
    public RgbImage Develop()
    {
        var pixels = new byte[size * size * 3];
        float scale = 1f / size;
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++)
            {
                float u = (column + 0.5f) * scale, v = (row + 0.5f) * scale;
                float shade = Step(0.35f, 0.65f, Fractal(u * light.DappleScale, v * light.DappleScale, light.Seed, 3));
                float slope = 1 + 0.5f * ((u - 0.5f) * light.X + (v - 0.5f) * light.Y);
                float corner = 1 - 0.45f * ((u - 0.5f) * (u - 0.5f) + (v - 0.5f) * (v - 0.5f));
                var color = this[row, column] * light.Tint * (light.Exposure * slope * corner * (1 - light.Dapple * shade));
                int at = (row * size + column) * 3;
                // Half of the noise is common to the three channels, as brightness noise of a camera is.
                float common = Grain(column, row, 0);
                pixels[at] = ToByte(color.R, common + Grain(column, row, 1));
                pixels[at + 1] = ToByte(color.G, common + Grain(column, row, 2));
                pixels[at + 2] = ToByte(color.B, common + Grain(column, row, 3));
            }
        }
        return new(size, size, pixels);
    }

    /// <summary>The labels as a map.</summary>
    public LabelMap Labels() => new(size, size, _labels);

    // The sum of two uniform numbers has variance 1/6; two such terms are added, so sqrt(3) brings the sum to standard deviation one.
    private float Grain(int x, int y, uint channel) =>
        1.7320508f * light.Noise * (Hash(x, y, light.Seed + 7 + channel) + Hash(x, y, light.Seed + 57 + channel) - 1);

    private static byte ToByte(float linear, float noise) =>
        (byte)(255 * Math.Clamp(MathF.Sqrt(MathF.Max(linear, 0)) + noise, 0, 1) + 0.5f);

    private SceneColor Lit(in SceneFrame frame, in SceneShape shape, in ScenePaint paint, float x, float y, SceneColor albedo)
    {
        if (paint.Puff <= 0)
            return albedo;
        float inside = -shape.Distance(x, y);
        float tilt = 1 - Math.Clamp(inside / paint.Puff, 0, 1);
        float nx = 0, ny = 0, nz = 1;
        if (tilt > 0)
        {
            const float Nudge = 0.01f;
            float gx = -inside - shape.Distance(x - Nudge, y), gy = -inside - shape.Distance(x, y - Nudge);
            float length = MathF.Sqrt(gx * gx + gy * gy) + 1e-9f;
            tilt *= 0.92f;
            (gx, gy) = (gx / length * tilt, gy / length * tilt);
            (nx, ny, nz) = (frame.Cos * gx - frame.Sin * gy, frame.Sin * gx + frame.Cos * gy, MathF.Sqrt(1 - tilt * tilt));
        }
        var lit = albedo * (light.Shade(nx, ny, nz) * (1 - 0.3f * tilt * tilt));
        if (paint.Gloss <= 0)
            return lit;
        // Blinn's half vector between the light and the viewer at (0, 0, 1), raised to the 16th power.
        float half = MathF.Sqrt(2 + 2 * light.Z);
        float shine = MathF.Max(0, (nx * light.X + ny * light.Y + nz * (light.Z + 1)) / half);
        shine *= shine;
        shine *= shine;
        shine *= shine;
        shine *= shine;
        shine *= paint.Gloss;
        return new(lit.R + shine, lit.G + shine, lit.B + shine);
    }

    private (int Left, int Top, int Right, int Bottom) Bounds(in SceneFrame frame, in SceneShape shape, float margin)
    {
        var (x, y) = frame.ToPixels(shape.X, shape.Y);
        float reach = (shape.Reach + margin) * frame.Scale;
        return (Math.Max(0, (int)MathF.Floor(x - reach)), Math.Max(0, (int)MathF.Floor(y - reach)),
            Math.Min(size - 1, (int)MathF.Floor(x + reach)), Math.Min(size - 1, (int)MathF.Floor(y + reach)));
    }
}

/// <summary>A painted shape in its frame.</summary>
internal readonly record struct ScenePart(SceneFrame Frame, SceneShape Shape, ScenePaint Paint)
{
    /// <summary>Signed distance in pixels of a pixel position from the union of the parts.</summary>
    public static float Distance(ReadOnlySpan<ScenePart> parts, float px, float py)
    {
        float nearest = float.MaxValue;
        foreach (ref readonly var part in parts)
        {
            var (x, y) = part.Frame.FromPixels(px, py);
            nearest = MathF.Min(nearest, part.Shape.Distance(x, y) * part.Frame.Scale);
        }
        return nearest;
    }
}
