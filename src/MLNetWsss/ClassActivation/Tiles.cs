using static TorchSharp.torch;

namespace MLNetWsss.ClassActivation;

/// <summary>
/// An image in four quarters and back. Where a side is odd, the quarters share their middle row or column: at 16 k + 1 pixels (k even) and
/// stride 16, the grid of a quarter's features is then exactly that of the whole image's.
/// </summary>
internal static class Tiles
{
    /// <summary>Quarters of an image.</summary>
    internal const int Count = 4;

    /// <summary>[N,C,H,W] -> [4N,C,ceil(H/2),ceil(W/2)]: all upper left ones, then upper right, lower left and lower right.</summary>
    internal static Tensor Split(Tensor x)
    {
        using var scope = NewDisposeScope();
        long height = x.shape[2], width = x.shape[3], h = (height + 1) / 2, w = (width + 1) / 2;
        Tensor Quarter(long top, long left) => x.narrow(2, top, h).narrow(3, left, w);
        return cat([Quarter(0, 0), Quarter(0, width - w), Quarter(height - h, 0), Quarter(height - h, width - w)], 0)
            .MoveToOuterDisposeScope();
    }

    /// <summary>
    /// [4N,C,h,w] -> [N,C,height,width], each side twice a tile's, or one less: then what the tiles share becomes its mean.
    /// </summary>
    internal static Tensor Merge(Tensor tiles, long height, long width)
    {
        using var scope = NewDisposeScope();
        long images = tiles.shape[0] / Count;
        Tensor Quarter(int i) => tiles.narrow(0, i * images, images);
        var upper = Join(Quarter(0), Quarter(1), 3, width);
        var lower = Join(Quarter(2), Quarter(3), 3, width);
        return Join(upper, lower, 2, height).MoveToOuterDisposeScope();
    }

    private static Tensor Join(Tensor first, Tensor second, int dimension, long length)
    {
        long side = first.shape[dimension];
        if (length == 2 * side)
            return cat([first, second], dimension);
        var shared = first.narrow(dimension, side - 1, 1).add(second.narrow(dimension, 0, 1)).div(2);
        return cat([first.narrow(dimension, 0, side - 1), shared, second.narrow(dimension, 1, side - 1)], dimension);
    }
}
