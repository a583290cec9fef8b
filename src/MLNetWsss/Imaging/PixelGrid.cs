using System.Diagnostics.CodeAnalysis;

namespace MLNetWsss.Imaging;

/// <summary>The checks that images, label maps and score maps share.</summary>
internal static class PixelGrid
{
    /// <summary>Returns <paramref name="values"/> if it holds exactly planes x height x width x channels entries.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    /// <exception cref="ArgumentException">The array has another length.</exception>
    public static T[] Checked<T>(T[] values, string what, int planes, int height, int width, int channels)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(planes);
        CheckSize(height, width);
        var expected = (long)planes * height * width * channels;
        if (values.Length != expected)
            throw new ArgumentException(
                $"{what} of {planes} x {height} x {width} x {channels} needs {expected} values, but the array holds {values.Length}. " +
                "Check the order of height and width, and that the array belongs to this value alone.", nameof(values));
        return values;
    }

    /// <summary>Throws unless both sides are positive.</summary>
    public static void CheckSize(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
    }

    /// <summary>Throws for a position outside the grid.</summary>
    public static void CheckPosition(int y, int x, int height, int width)
    {
        if ((uint)y >= (uint)height || (uint)x >= (uint)width)
            ThrowPosition(y, x, height, width);
    }

    /// <summary>Throws unless a destination holds exactly the expected number of values.</summary>
    public static void CheckLength(int found, long expected, string what)
    {
        if (found != expected)
            throw new ArgumentException(
                $"The destination of {what} needs exactly {expected} values, but holds {found}. Slice it to the output.");
    }

    /// <summary>Throws unless the opacity is within 0..1.</summary>
    public static void CheckOpacity(float opacity)
    {
        if (!(opacity >= 0 && opacity <= 1))
            throw new ArgumentOutOfRangeException(nameof(opacity), opacity, "The opacity must be within 0..1.");
    }

    [DoesNotReturn]
    private static void ThrowPosition(int y, int x, int height, int width) =>
        throw new ArgumentOutOfRangeException(nameof(y), $"Position (y {y}, x {x}) lies outside the {height} x {width} grid.");
}
