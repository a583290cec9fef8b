using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Backbones;

/// <summary>What every network does to maps of features or scores.</summary>
public static class FeatureMaps
{
    /// <summary>
    /// [N,C,h,w] -> [N,C,height,width], bilinear between half-pixel centres (align_corners false).
    /// </summary>
    /// <returns>A new tensor, or a second handle on the same one if the size is already right.</returns>
    public static Tensor Resize(Tensor maps, long height, long width) =>
        maps.shape[2] == height && maps.shape[3] == width
            ? maps.alias()
            : functional.interpolate(maps, [height, width], null, InterpolationMode.Bilinear, false);

    /// <summary>[N,C,h,w] -> [N,C], the mean over positions.</summary>
    public static Tensor GlobalAverage(Tensor maps) => maps.mean([2L, 3L]);

    /// <summary>[N,C,h,w] -> the same with the channels of each position divided by their Euclidean length.</summary>
    internal static Tensor UnitLength(Tensor maps) => maps.div(maps.square().sum(1, true).add(1e-12).sqrt());

    /// <summary>
    /// Passes <paramref name="input"/> through the steps and disposes of each intermediate as soon as the next one exists:
    /// at prediction the peak is then two tensors and not the sum of all (in training autograd holds what it needs by itself).
    /// </summary>
    internal static Tensor Chain(Tensor input, IEnumerable<Func<Tensor, Tensor>> steps)
    {
        var x = input;
        foreach (var step in steps)
        {
            var y = step(x);
            if (!ReferenceEquals(x, input) && !ReferenceEquals(x, y))
                x.Dispose();
            x = y;
        }
        return x;
    }
}
