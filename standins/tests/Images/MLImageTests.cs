using Microsoft.ML.Data;

namespace Standins.Tests.Images;

public sealed class MLImageTests
{
    private readonly byte[] _pixels = [1, 2, 3, 255, 4, 5, 6, 255];

    [Fact]
    public void Pixels_are_copied_in()
    {
        using var image = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Bgra32, _pixels);
        _pixels[0] = 99;

        Assert.Equal(1, image.Pixels[0]);
        Assert.Equal((2, 1, 32), (image.Width, image.Height, image.BitsPerPixel));
        Assert.Equal(MLPixelFormat.Bgra32, image.PixelFormat);
    }

    [Fact]
    public void Pixels_without_alpha_are_blue_green_red_in_either_format()
    {
        using var bgra = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Bgra32, _pixels);
        using var rgba = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Rgba32, _pixels);
        Assert.Equal([1, 2, 3, 4, 5, 6], bgra.GetBGRPixels);
        Assert.Equal([3, 2, 1, 6, 5, 4], rgba.GetBGRPixels);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, -1)]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void Sizes_must_match_the_pixels(int width, int height) =>
        Assert.Throws<ArgumentException>(() => MLImage.CreateFromPixels(width, height, MLPixelFormat.Bgra32, _pixels));

    [Fact]
    public void An_unknown_format_is_refused() =>
        Assert.Throws<ArgumentException>(() => MLImage.CreateFromPixels(2, 1, (MLPixelFormat)7, _pixels));

    [Fact]
    public void A_disposed_image_says_so()
    {
        var image = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Bgra32, _pixels);
        image.Tag = "mine";
        Assert.Equal("mine", image.Tag);
        image.Dispose();
        image.Dispose();

        Assert.Throws<InvalidOperationException>(() => image.Width);
        Assert.Throws<InvalidOperationException>(() => image.Pixels.Length);
        Assert.Throws<InvalidOperationException>(() => image.Tag);
    }

    [Fact]
    public void Only_known_extensions_are_written()
    {
        using var image = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Bgra32, _pixels);
        Assert.Throws<ArgumentException>(() => image.Save("x.bmp"));
        Assert.Throws<ArgumentException>(() => image.Save("x"));
        Assert.Contains("Microsoft.ML.ImageAnalytics", Assert.Throws<NotSupportedException>(() => image.Save("x.webp")).Message);
        Assert.ThrowsAny<IOException>(() => image.Save("no/such/folder/x.png"));
    }
}
