namespace MLNetWsss.Imaging;

/// <summary>For every output position the two source indices it lies between and the weight of the second, or that it lies
/// outside.</summary>
internal sealed class BilinearAxis(int length)
{
    private readonly int[] _low = new int[length];
    private readonly int[] _high = new int[length];
    private readonly float[] _weight = new float[length];
    private readonly bool[] _inside = new bool[length];

    /// <summary>The number of output positions.</summary>
    public int Length { get; } = length;

    /// <summary>The whole source axis stretched over <paramref name="length"/> output positions.</summary>
    public static BilinearAxis Resize(int source, int length) =>
        Box(source, 0, (double)source / length, length, 0, length, mirrored: false);

    /// <summary>Output positions spaced <paramref name="scale"/> source units from <paramref name="start"/>; only those from
    /// <paramref name="begin"/> to <paramref name="end"/>, counted before mirroring, are inside.</summary>
    public static BilinearAxis Box(int source, double start, double scale, int length, int begin, int end, bool mirrored)
    {
        var axis = new BilinearAxis(length);
        for (var i = begin; i < end; i++)
        {
            // Half-pixel centres; beyond the outermost centres the outermost value holds.
            var position = Math.Clamp(start + (i + 0.5) * scale - 0.5, 0, source - 1);
            var low = (int)position;
            var to = mirrored ? length - 1 - i : i;
            axis._inside[to] = true;
            axis._low[to] = low;
            axis._high[to] = Math.Min(low + 1, source - 1);
            axis._weight[to] = (float)(position - low);
        }
        return axis;
    }

    /// <summary>[h x stride] -> [rows x columns] of one map; positions outside the source become 0.</summary>
    public static void Sample(ReadOnlySpan<float> map, int stride, BilinearAxis rows, BilinearAxis columns, Span<float> output)
    {
        for (var y = 0; y < rows.Length; y++)
        {
            var to = output.Slice(y * columns.Length, columns.Length);
            if (!rows._inside[y])
            {
                to.Clear();
                continue;
            }
            var upper = map.Slice(rows._low[y] * stride, stride);
            var lower = map.Slice(rows._high[y] * stride, stride);
            columns.SampleRow(upper, lower, rows._weight[y], to);
        }
    }

    private void SampleRow(ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, float down, Span<float> output)
    {
        for (var x = 0; x < output.Length; x++)
        {
            int low = _low[x], high = _high[x];
            var left = upper[low] + down * (lower[low] - upper[low]);
            var right = upper[high] + down * (lower[high] - upper[high]);
            output[x] = _inside[x] ? left + _weight[x] * (right - left) : 0;
        }
    }
}
