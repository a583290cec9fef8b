using MLNetWsss.Imaging;

namespace MLNetWsss.Tests.Imaging;

/// <summary>Images and maps made from formulas.</summary>
internal static class DenseCrfExamples
{
    public static ScoreMaps Constant(int classes, int height, int width, float score) =>
        new(classes, height, width, Enumerable.Repeat(score, classes * height * width).ToArray());

    // Blobs of colour with some noise, and smooth random probabilities that sum to 1.
    public static (RgbImage Image, ScoreMaps Maps) SmoothExample(int height, int width, int labels, int seed)
    {
        var random = new Random(seed);
        float[] Waves() => [.. Enumerable.Range(0, 6).Select(_ => random.NextSingle() * 6)];
        float Wave(float[] a, int y, int x) =>
            MathF.Sin(a[0] + y * 0.05f * a[1] + x * 0.05f * a[2]) + MathF.Cos(a[3] + y * 0.07f * a[4] - x * 0.06f * a[5]);
        var colors = new[] { Waves(), Waves(), Waves() };
        var pixels = new byte[height * width * 3];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)Math.Clamp(128 + 55 * Wave(colors[i % 3], i / 3 / width, i / 3 % width) + random.Next(-8, 9), 0, 255);
        var scores = new float[labels * height * width];
        var waves = Enumerable.Range(0, labels).Select(_ => Waves()).ToArray();
        for (var pixel = 0; pixel < height * width; pixel++)
        {
            var powers = waves.Select(w => MathF.Exp(Wave(w, pixel / width, pixel % width) + random.NextSingle())).ToArray();
            for (var k = 0; k < labels; k++)
                scores[k * height * width + pixel] = powers[k] / powers.Sum();
        }
        return (new RgbImage(height, width, pixels), new ScoreMaps(labels, height, width, scores));
    }

    // Two colours that meet between columns 8 and 9, with a fixed pattern on top; scores that lean towards one label a side.
    public static (RgbImage Image, ScoreMaps Maps) PublishedExample()
    {
        const int Height = 12, Width = 17;
        var pixels = new byte[Height * Width * 3];
        var scores = new float[3 * Height * Width];
        for (var i = 0; i < Height * Width; i++)
        {
            var (y, x) = (i / Width, i % Width);
            var right = x >= 9 ? 1 : 0;
            pixels[i * 3] = (byte)(40 + 130 * right + (7 * x + 11 * y) % 23);
            pixels[i * 3 + 1] = (byte)(90 + 60 * right + (5 * x + 3 * y) % 17);
            pixels[i * 3 + 2] = (byte)(200 - 120 * right + (3 * x + 13 * y) % 19);
            float[] raw = [1 + (x * 3 + y * 5) % 7, 1 + (x * 5 + y * 2) % 9, 1 + (x * 2 + y * 7) % 5];
            raw[right] += 3;
            for (var k = 0; k < 3; k++)
                scores[k * Height * Width + i] = raw[k] / raw.Sum();
        }
        return (new RgbImage(Height, Width, pixels), new ScoreMaps(3, Height, Width, scores));
    }
}
