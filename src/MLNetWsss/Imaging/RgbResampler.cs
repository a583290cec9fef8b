using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLNetWsss.Imaging;

/// <summary>Separable resampling of interleaved RGB: per output row the columns are filtered first (long contiguous rows), then the
/// row.</summary>
internal static class RgbResampler
{
    /// <summary>[HxWx3] -> [height x width x 3] rounded to bytes.</summary>
    public static void ResizeToBytes(RgbImage image, int height, int width, Span<byte> output)
    {
        var rows = TriangleFilter.Create(image.Height, 0, image.Height, height);
        var columns = TriangleFilter.Create(image.Width, 0, image.Width, width);
        using var row = new RowBuffer(columns, width);
        for (var y = 0; y < height; y++)
        {
            row.Filter(image, rows, y, columns);
            var to = output.Slice(y * width * 3, width * 3);
            var from = row.Output;
            for (var i = 0; i < to.Length; i++)
                to[i] = (byte)(from[i] + 0.5f);
        }
    }

    /// <summary>The two rows of floats that one output row passes through, rented for the time of one image.</summary>
    public readonly ref struct RowBuffer
    {
        // Vectors of four floats hold the three channels of one pixel and one value more, so both rows end with slack.
        private const int Slack = 4;
        private readonly float[] _filtered;
        private readonly float[] _output;
        private readonly int _width;

        /// <summary>Rents the rows for the given columns and <paramref name="width"/> output pixels.</summary>
        public RowBuffer(TriangleFilter columns, int width)
        {
            var source = (columns.End - columns.Begin) * 3;
            _filtered = ArrayPool<float>.Shared.Rent(source + Slack);
            _output = ArrayPool<float>.Shared.Rent(width * 3 + Slack);
            _width = width;
            // A rented array may hold NaN, which even a weight of zero would let through.
            _filtered.AsSpan(source, Slack).Clear();
        }

        /// <summary>[width x 3] the last row filtered, in 0..255.</summary>
        public Span<float> Output => _output.AsSpan(0, _width * 3);

        /// <summary>Filters output row <paramref name="y"/> of the whole output width.</summary>
        public void Filter(RgbImage image, TriangleFilter rows, int y, TriangleFilter columns)
        {
            var from = image.Pixels[((rows.First(y) * image.Width + columns.Begin) * 3)..];
            FilterDown(from, image.Width * 3, rows.Weights(y), _filtered.AsSpan(0, (columns.End - columns.Begin) * 3));
            FilterAcross(_filtered, columns, _output);
        }

        /// <summary>Sums over the last row: red, green, blue, and a value without meaning.</summary>
        public Vector128<float> ChannelSums()
        {
            ref var first = ref MemoryMarshal.GetArrayDataReference(_output);
            var sums = Vector128<float>.Zero;
            for (var x = 0; x < _width; x++)
                sums += Vector128.LoadUnsafe(ref first, (nuint)(x * 3));
            return sums;
        }

        /// <summary>Gives the rows back.</summary>
        public void Dispose()
        {
            ArrayPool<float>.Shared.Return(_filtered);
            ArrayPool<float>.Shared.Return(_output);
        }
    }

    private static void FilterDown(ReadOnlySpan<byte> from, int stride, ReadOnlySpan<float> weights, Span<float> to)
    {
        // The slice proves that every load below stays inside the image.
        from = from[..((weights.Length - 1) * stride + to.Length)];
        ref var source = ref MemoryMarshal.GetReference(from);
        ref var target = ref MemoryMarshal.GetReference(to);
        var i = 0;
        for (; i <= to.Length - 16; i += 16)
        {
            var low = Vector256<float>.Zero;
            var high = Vector256<float>.Zero;
            for (var t = 0; t < weights.Length; t++)
            {
                var bytes = Vector128.LoadUnsafe(ref source, (nuint)(t * stride + i));
                var (lower, upper) = Vector256.Widen(Vector256.Create(Vector128.WidenLower(bytes), Vector128.WidenUpper(bytes)));
                var weight = Vector256.Create(weights[t]);
                low = Vector256.MultiplyAddEstimate(Vector256.ConvertToSingle(lower.AsInt32()), weight, low);
                high = Vector256.MultiplyAddEstimate(Vector256.ConvertToSingle(upper.AsInt32()), weight, high);
            }
            low.StoreUnsafe(ref target, (nuint)i);
            high.StoreUnsafe(ref target, (nuint)(i + 8));
        }
        for (; i < to.Length; i++)
        {
            var sum = 0f;
            for (var t = 0; t < weights.Length; t++)
                sum = float.MultiplyAddEstimate(from[t * stride + i], weights[t], sum);
            to[i] = sum;
        }
    }

    private static void FilterAcross(ReadOnlySpan<float> from, TriangleFilter columns, Span<float> to)
    {
        ref var source = ref MemoryMarshal.GetReference(from);
        ref var target = ref MemoryMarshal.GetReference(to);
        for (var x = 0; x < columns.Length; x++)
        {
            var weights = columns.Weights(x);
            ref var first = ref Unsafe.Add(ref source, (columns.First(x) - columns.Begin) * 3);
            var sum = Vector128<float>.Zero;
            for (var t = 0; t < weights.Length; t++)
                sum = Vector128.MultiplyAddEstimate(Vector128.LoadUnsafe(ref first, (nuint)(t * 3)), Vector128.Create(weights[t]), sum);
            // The fourth value lands on the next pixel's red and is overwritten by it.
            sum.StoreUnsafe(ref target, (nuint)(x * 3));
        }
    }
}
