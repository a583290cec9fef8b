namespace MLNetWsss.Imaging;

/// <summary>
/// CIE L*a*b* of sRGB colours under D65 (IEC 61966-2-1 for the curve and the matrix, CIE 15 for L*a*b*): equal distances look about
/// equally different. L* runs from 0 to 100, a* and b* from about -100 to 100.
/// </summary>
internal static class LabColor
{
    // White of D65 for the 2-degree observer, Y = 1.
    private const float WhiteX = 0.95047f, WhiteZ = 1.08883f;

    // The cube root is tabulated: three of them a pixel would cost more than all the rest.
    private const int RootSteps = 4096;

    private static readonly float[] Linear = [.. Enumerable.Range(0, 256).Select(level => Linearised(level / 255f))];
    private static readonly float[] Roots = [.. Enumerable.Range(0, RootSteps + 2).Select(step => Root(step / (float)RootSteps))];

    /// <summary>[HxW] colours -> [HxWx3] L*, a*, b*, interleaved.</summary>
    internal static float[] Of(RgbImage image)
    {
        var rgb = image.Pixels;
        var lab = new float[rgb.Length];
        for (var i = 0; i < rgb.Length; i += 3)
        {
            float r = Linear[rgb[i]], g = Linear[rgb[i + 1]], b = Linear[rgb[i + 2]];
            float x = Curve((0.4124564f * r + 0.3575761f * g + 0.1804375f * b) / WhiteX);
            float y = Curve(0.2126729f * r + 0.7151522f * g + 0.0721750f * b);
            float z = Curve((0.0193339f * r + 0.1191920f * g + 0.9503041f * b) / WhiteZ);
            (lab[i], lab[i + 1], lab[i + 2]) = (116 * y - 16, 500 * (x - y), 200 * (y - z));
        }
        return lab;
    }

    private static float Linearised(float v) => v <= 0.04045f ? v / 12.92f : MathF.Pow((v + 0.055f) / 1.055f, 2.4f);

    private static float Root(float t) => t > 216f / 24389 ? MathF.Cbrt(t) : (24389f / 27 * t + 16) / 116;

    private static float Curve(float t)
    {
        var at = Math.Clamp(t, 0, 1) * RootSteps;
        var step = (int)at;
        return Roots[step] + (at - step) * (Roots[step + 1] - Roots[step]);
    }
}
