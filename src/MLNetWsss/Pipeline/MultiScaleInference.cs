using System.Runtime.InteropServices;
using MLNetWsss.Backbones;
using MLNetWsss.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Pipeline;

/// <summary>
/// Runs a network over images of any size, in one or several sizes and mirrored if asked, in batches of equal size and without gradient.
/// </summary>
/// <param name="normalization">Scaling of the colours that the network was trained with.</param>
/// <param name="stride">
/// The network's largest stride: both sides of its input become a multiple of it plus 1, where a strided and a dilated network see the
/// same grid and padding falls evenly on both sides.
/// </param>
/// <param name="device">Where the network is.</param>
public sealed class MultiScaleInference(Normalization normalization, int stride, Device device)
{
    /// <summary>
    /// Pixels that one forward pass may take, mirrored copies included; an image that exceeds it alone passes alone. Default 2^20.
    /// </summary>
    public long PixelsPerBatch { get; init; } = 1 << 20;

    /// <summary>
    /// N images of any size -> their N x K maps of ceil(H / mapStride) x ceil(W / mapStride): the mean over scales, and over mirrored
    /// runs mirrored back, of what <paramref name="forward"/> gives, resized bilinearly.
    /// </summary>
    /// <param name="images">The images.</param>
    /// <param name="scales">Input sizes, as factors of <paramref name="longSide"/>.</param>
    /// <param name="flip">Whether each size is also run mirrored.</param>
    /// <param name="longSide">Longer side of an image at scale 1, pixels.</param>
    /// <param name="mapStride">Image pixels per step of the result.</param>
    /// <param name="forward">[n,3,H,W] normalised channels-last colours -> [n,K,h,w] float32 maps.</param>
    /// <exception cref="ArgumentException">There is no scale, or a number is not positive.</exception>
    public ScoreMaps[] Maps(
        IReadOnlyList<RgbImage> images, IReadOnlyList<double> scales, bool flip, int longSide, int mapStride, Func<Tensor, Tensor> forward)
    {
        if (scales.Count == 0 || scales.Any(scale => !(scale > 0)))
            throw new ArgumentException($"The scales are [{string.Join(", ", scales)}]. Give at least one, all above 0.", nameof(scales));
        ArgumentOutOfRangeException.ThrowIfLessThan(longSide, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(mapStride, 1);
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var sums = new Tensor?[images.Count];
        foreach (var scale in scales)
            foreach (var batch in Batches(images, longSide * scale, flip ? 2 : 1))
                AddMaps(sums, images, batch, flip, mapStride, forward);
        return [.. sums.Select(sum => ToScoreMaps(sum!, scales.Count * (flip ? 2 : 1)))];
    }

    /// <summary>N images of any size -> N vectors that <paramref name="forward"/> gives at scale 1.</summary>
    /// <param name="images">The images.</param>
    /// <param name="longSide">Longer side of the network's input, pixels.</param>
    /// <param name="forward">[n,3,H,W] normalised channels-last colours -> [n,K] float32.</param>
    public float[][] Vectors(IReadOnlyList<RgbImage> images, int longSide, Func<Tensor, Tensor> forward)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(longSide, 1);
        using var ungraded = no_grad();
        var vectors = new float[images.Count][];
        foreach (var batch in Batches(images, longSide, 1))
        {
            using var scope = NewDisposeScope();
            var rows = forward(Input(images, batch, false));
            for (var n = 0; n < batch.Indices.Length; n++)
                vectors[batch.Indices[n]] = ToArray(rows[n]);
        }
        return vectors;
    }

    /// <summary>N images of any size -> N tensors [1,C,h,w] that <paramref name="forward"/> gives at scale 1, in its own resolution; the
    /// caller disposes of them.</summary>
    internal Tensor[] Features(IReadOnlyList<RgbImage> images, int longSide, Func<Tensor, Tensor> forward)
    {
        using var ungraded = no_grad();
        var features = new Tensor[images.Count];
        foreach (var batch in Batches(images, longSide, 1))
        {
            using var scope = NewDisposeScope();
            var all = forward(Input(images, batch, false));
            for (var n = 0; n < batch.Indices.Length; n++)
                features[batch.Indices[n]] = all.narrow(0, n, 1).contiguous().MoveToOuterDisposeScope();
        }
        return features;
    }

    /// <summary>
    /// Size of the network's input for an image: its longer side scaled to <paramref name="longSide"/>, both sides a multiple of the
    /// stride plus 1.
    /// </summary>
    internal (int Height, int Width) InputSize(RgbImage image, double longSide)
    {
        var factor = longSide / Math.Max(image.Height, image.Width);
        return (OnGrid(image.Height * factor), OnGrid(image.Width * factor));
    }

    private int OnGrid(double side) => Math.Max(1, (int)Math.Round((side - 1) / stride)) * stride + 1;

    private sealed record Batch(int Height, int Width, int[] Indices);

    private IEnumerable<Batch> Batches(IReadOnlyList<RgbImage> images, double longSide, int copies) =>
        from index in Enumerable.Range(0, images.Count)
        group index by InputSize(images[index], longSide) into equal
        from indices in equal.Chunk((int)Math.Clamp(PixelsPerBatch / ((long)equal.Key.Height * equal.Key.Width * copies), 1, images.Count))
        select new Batch(equal.Key.Height, equal.Key.Width, indices);

    /// <summary>
    /// [n,3,H,W] in channels-last order, the mirrored copies behind the others: the colours are written in place, nothing is transposed.
    /// </summary>
    private Tensor Input(IReadOnlyList<RgbImage> images, Batch batch, bool flip)
    {
        var (height, width, count) = (batch.Height, batch.Width, batch.Indices.Length);
        var length = height * width * 3;
        var hwc = empty([flip ? 2 * count : count, height, width, 3], ScalarType.Float32);
        Parallel.For(0, count, n =>
        {
            var image = images[batch.Indices[n]].Resize(height, width);
            var pixels = MemoryMarshal.Cast<byte, float>(hwc.bytes);
            normalization.Fill(image, pixels.Slice(n * length, length));
            if (flip)
                normalization.Fill(image.FlipHorizontal(), pixels.Slice((count + n) * length, length));
        });
        return hwc.to(device).permute(0, 3, 1, 2);
    }

    private void AddMaps(
        Tensor?[] sums, IReadOnlyList<RgbImage> images, Batch batch, bool flip, int mapStride, Func<Tensor, Tensor> forward)
    {
        using var scope = NewDisposeScope();
        var maps = forward(Input(images, batch, flip));
        var count = batch.Indices.Length;
        if (flip)
            maps = maps.narrow(0, 0, count).add(maps.narrow(0, count, count).flip(3));
        for (var n = 0; n < count; n++)
        {
            var index = batch.Indices[n];
            var image = images[index];
            var resized = FeatureMaps.Resize(maps.narrow(0, n, 1), CeilDivide(image.Height, mapStride), CeilDivide(image.Width, mapStride));
            if (sums[index] is { } sum)
                sum.add_(resized);
            else
                sums[index] = resized.clone().MoveToOuterDisposeScope();
        }
    }

    private static ScoreMaps ToScoreMaps(Tensor sum, int terms)
    {
        using var scope = NewDisposeScope();
        var shape = sum.shape;
        return new ScoreMaps((int)shape[1], (int)shape[2], (int)shape[3], ToArray(sum.div((double)terms)));
    }

    private static float[] ToArray(Tensor values)
    {
        using var scope = NewDisposeScope();
        var contiguous = values.to(ScalarType.Float32).cpu().contiguous();
        var array = new float[contiguous.numel()];
        if (array.Length > 0)
            contiguous.bytes.CopyTo(MemoryMarshal.AsBytes(array.AsSpan()));
        return array;
    }

    private static int CeilDivide(int value, int divisor) => (value + divisor - 1) / divisor;
}
