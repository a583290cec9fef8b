using Microsoft.ML.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.Tests.Pipeline;

public sealed class ImagesTests
{
    [Fact]
    public void Pixels_survive_both_ways()
    {
        var pixels = Enumerable.Range(0, 2 * 3 * 3).Select(i => (byte)(i * 14)).ToArray();
        using var image = new RgbImage(2, 3, pixels).ToMLImage();
        Assert.Equal((2, 3, MLPixelFormat.Bgra32), (image.Height, image.Width, image.PixelFormat));
        Assert.Equal([28, 14, 0, 255], image.Pixels[..4].ToArray()); // blue, green, red, opaque
        Assert.Equal(pixels, image.ToRgb().Pixels.ToArray());
    }

    [Fact]
    public void Both_orders_of_colours_are_read()
    {
        using var rgba = MLImage.CreateFromPixels(1, 1, MLPixelFormat.Rgba32, [1, 2, 3, 255]);
        using var bgra = MLImage.CreateFromPixels(1, 1, MLPixelFormat.Bgra32, [3, 2, 1, 255]);
        Assert.Equal((1, 2, 3), rgba.ToRgb()[0, 0]);
        Assert.Equal((1, 2, 3), bgra.ToRgb()[0, 0]);
    }
}
