using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Backbones;

/// <summary>
/// Dilation d by deinterlacing (Chen et al., TPAMI 2018, section 3.1, the second way): a convolution dilated by d lets position (y, x) see
/// only positions of equal y mod d and x mod d, so the d x d subgrids of the maps can pass an undilated convolution as images of their own.
/// The gradient of a dilated depthwise convolution has no fast kernel on the CPU; that of an undilated one is about six times as fast.
/// </summary>
internal static class Subgrids
{
    /// <summary>[N,C,H,W] -> [ddN,C,h,w] channels-last, h = ceil(H / d), zero at positions that the maps do not have.</summary>
    internal static Tensor Split(Tensor x, int dilation)
    {
        using var scope = NewDisposeScope();
        long d = dilation, images = x.shape[0], channels = x.shape[1], height = Ceil(x.shape[2], d), width = Ceil(x.shape[3], d);
        long below = height * d - x.shape[2], right = width * d - x.shape[3];
        var whole = below + right > 0 ? functional.pad(x, (0L, right, 0L, below)) : x;
        return whole.permute(0, 2, 3, 1).reshape(images, height, d, width, d, channels)
            .permute(2, 4, 0, 1, 3, 5).reshape(d * d * images, height, width, channels)
            .permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>[ddN,C,h,w] -> [N,C,H,W] channels-last: undoes <see cref="Split"/>.</summary>
    internal static Tensor Join(Tensor y, int dilation, long height, long width)
    {
        using var scope = NewDisposeScope();
        long d = dilation, images = y.shape[0] / (d * d), channels = y.shape[1], h = y.shape[2], w = y.shape[3];
        return y.permute(0, 2, 3, 1).reshape(d, d, images, h, w, channels)
            .permute(2, 3, 0, 4, 1, 5).reshape(images, h * d, w * d, channels)
            .narrow(1, 0, height).narrow(2, 0, width).contiguous()
            .permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// [ddN,1,h,w] ones where the split maps have a position and zeros elsewhere, or null where they have all. A layer with a bias fills
    /// those positions, and the next convolution must find zeros there, as beyond any border.
    /// </summary>
    internal static Tensor? Inside(Tensor x, int dilation)
    {
        if (x.shape[2] % dilation == 0 && x.shape[3] % dilation == 0)
            return null;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return Split(ones([x.shape[0], 1, x.shape[2], x.shape[3]], x.dtype, x.device), dilation).MoveToOuterDisposeScope();
    }

    private static long Ceil(long value, long divisor) => (value + divisor - 1) / divisor;
}
