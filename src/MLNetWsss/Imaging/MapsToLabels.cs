using System.Buffers;

namespace MLNetWsss.Imaging;

/// <summary>Turns score maps into labels: at every pixel the strongest class k gives label k + 1, unless the background is
/// stronger.</summary>
/// <remarks>Ties go to the background first, then to the lower class: the result of an arg max over (background, class 0, class 1,
/// ...).</remarks>
public static class MapsToLabels
{
    /// <summary>[Kxhxw] -> [hxw] labels; foreground where the maximum exceeds <paramref name="background"/>.</summary>
    /// <exception cref="ArgumentException">There are more than 254 maps.</exception>
    public static LabelMap Threshold(ScoreMaps maps, float background) => Threshold(maps, background, background);

    /// <summary>[Kxhxw] -> [hxw] labels; foreground where the maximum exceeds <paramref name="sure"/>, background where it does not exceed
    /// <paramref name="background"/>, and <see cref="LabelMap.Ignore"/> in between.</summary>
    /// <exception cref="ArgumentException">There are more than 254 maps, or the thresholds are in the wrong order.</exception>
    public static LabelMap Threshold(ScoreMaps maps, float background, float sure)
    {
        ArgumentNullException.ThrowIfNull(maps);
        if (!(background <= sure))
            throw new ArgumentException(
                $"The background threshold {background} must not exceed the foreground threshold {sure}. Swap them.", nameof(background));
        var maximum = new float[maps.Height * maps.Width];
        var labels = new byte[maximum.Length];
        Maximum(maps, maximum, labels);
        for (var i = 0; i < labels.Length; i++)
            labels[i] = maximum[i] > sure ? (byte)(labels[i] + 1) : maximum[i] > background ? LabelMap.Ignore : LabelMap.Background;
        return new LabelMap(maps.Height, maps.Width, labels);
    }

    /// <summary>[Kxhxw] -> [hxw] the largest score of every pixel and [hxw] the class that has it (from 0; the lowest of equals).</summary>
    /// <exception cref="ArgumentException">There are more than 254 maps, or a destination does not hold h x w values.</exception>
    public static void Maximum(ScoreMaps maps, Span<float> maximum, Span<byte> strongest)
    {
        ArgumentNullException.ThrowIfNull(maps);
        Maximum(maps, maps.Height, maps.Width, maximum, strongest);
    }

    /// <summary>[Kxhxw] -> the same for the maps resized bilinearly to height x width, one map at a time, so that no resized set is ever
    /// held.</summary>
    /// <exception cref="ArgumentException">There are more than 254 maps, or a destination does not hold height x width values.</exception>
    public static void Maximum(ScoreMaps maps, int height, int width, Span<float> maximum, Span<byte> strongest)
    {
        ArgumentNullException.ThrowIfNull(maps);
        PixelGrid.CheckSize(height, width);
        if (maps.Classes >= LabelMap.Ignore)
            throw new ArgumentException($"Labels of 8 bits hold at most 254 classes, but there are {maps.Classes} maps.", nameof(maps));
        PixelGrid.CheckLength(maximum.Length, (long)height * width, "the maximum map");
        PixelGrid.CheckLength(strongest.Length, maximum.Length, "the strongest classes");
        var rows = BilinearAxis.Resize(maps.Height, height);
        var columns = BilinearAxis.Resize(maps.Width, width);
        var sameSize = height == maps.Height && width == maps.Width;
        var rented = ArrayPool<float>.Shared.Rent(maximum.Length);
        strongest.Clear();
        for (var k = 0; k < maps.Classes; k++)
        {
            var map = maps.Class(k);
            // Maps of absent classes are all zero, most of a set, and cannot beat a maximum that is nowhere negative.
            if (k > 0 && !map.ContainsAnyExcept(0f) && !maximum.ContainsAnyInRange(float.NegativeInfinity, -float.Epsilon))
                continue;
            var resized = k == 0 ? maximum : rented.AsSpan(0, maximum.Length);
            if (sameSize)
                map.CopyTo(resized);
            else
                BilinearAxis.Sample(map, maps.Width, rows, columns, resized);
            if (k > 0)
                Raise(resized, (byte)k, maximum, strongest);
        }
        ArrayPool<float>.Shared.Return(rented);
    }

    private static void Raise(ReadOnlySpan<float> map, byte k, Span<float> maximum, Span<byte> strongest)
    {
        for (var i = 0; i < map.Length; i++)
        {
            if (map[i] > maximum[i])
                (maximum[i], strongest[i]) = (map[i], k);
        }
    }
}
