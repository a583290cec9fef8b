using Microsoft.ML.Data;

namespace Standins.Tests.Images;

/// <summary>PNG in each of its kinds to B, G, R, A bytes, colours multiplied by alpha.</summary>
public sealed class PngTests
{
    [Theory]
    [InlineData(1, new byte[] { 0b0100_0000 }, new byte[] { 0, 255, 0 })]
    // Two bits are worth 85 each step, four bits 17.
    [InlineData(2, new byte[] { 0b00_01_11_00 }, new byte[] { 0, 85, 255 })]
    [InlineData(4, new byte[] { 0x0A, 0xF0 }, new byte[] { 0, 170, 255 })]
    [InlineData(8, new byte[] { 0, 100, 255 }, new byte[] { 0, 100, 255 })]
    // 0x8080 is 128.5 in eight bits of 257 each: 32896 / 257 = 128.
    [InlineData(16, new byte[] { 0, 0, 0x80, 0x80, 0xFF, 0xFF }, new byte[] { 0, 128, 255 })]
    public void Grey_of_every_depth(int depth, byte[] row, byte[] expected) =>
        AssertPixels(PngFile.Create(3, 1, depth, PngFile.Grey, row),
            [.. expected.SelectMany(grey => new byte[] { grey, grey, grey, 255 })]);

    [Fact]
    public void Colours_in_eight_and_sixteen_bits()
    {
        AssertPixels(PngFile.Create(1, 1, 8, PngFile.Rgb, [10, 20, 30]), 30, 20, 10, 255);
        AssertPixels(PngFile.Create(1, 1, 16, PngFile.Rgb, [10, 10, 20, 20, 30, 30]), 30, 20, 10, 255);
    }

    [Fact]
    public void Colours_are_multiplied_by_alpha()
    {
        // 255 * 128 / 255, 100 * 128 / 255 = 50.2, 0; then a pixel of alpha 0.
        AssertPixels(PngFile.Create(2, 1, 8, PngFile.Rgba, [255, 100, 0, 128, 9, 9, 9, 0]), 0, 50, 128, 128, 0, 0, 0, 0);
        AssertPixels(PngFile.Create(1, 1, 8, PngFile.GreyAlpha, [100, 51]), 20, 20, 20, 51);
    }

    [Fact]
    public void Palettes_with_and_without_transparency()
    {
        byte[] palette = [1, 2, 3, 200, 100, 50];
        AssertPixels(PngFile.Create(2, 1, 1, PngFile.Palette, [0b0100_0000], palette), 3, 2, 1, 255, 50, 100, 200, 255);
        AssertPixels(PngFile.Create(2, 1, 8, PngFile.Palette, [1, 0], palette, [0]), 50, 100, 200, 255, 0, 0, 0, 0);
    }

    [Fact]
    public void One_colour_can_be_declared_transparent() =>
        AssertPixels(PngFile.Create(2, 1, 8, PngFile.Grey, [7, 8], transparency: [0, 7]), 0, 0, 0, 0, 8, 8, 8, 255);

    [Fact]
    public void Interlaced_images_are_put_together()
    {
        const int width = 9, height = 10;
        byte[] grey = [.. Enumerable.Range(0, width * height).Select(i => (byte)(i * 2))];
        using var image = MLImage.CreateFromStream(new MemoryStream(PngFile.CreateInterlaced(width, height, grey)));
        Assert.Equal(grey, Enumerable.Range(0, grey.Length).Select(i => image.Pixels[i * 4]));
    }

    [Fact]
    public void Rows_come_from_top_to_bottom()
    {
        using var image = MLImage.CreateFromStream(new MemoryStream(PngFile.Create(2, 3, 8, PngFile.Grey, [1, 2, 3, 4, 5, 6])));
        Assert.Equal((2, 3), (image.Width, image.Height));
        Assert.Equal(3, image.Pixels[2 * 4]);
    }

    [Fact]
    public void What_is_saved_is_read_again_to_the_bit()
    {
        byte[] opaque = [.. Enumerable.Range(0, 5 * 7).SelectMany(i => new byte[] { (byte)i, (byte)(2 * i), (byte)(7 * i), 255 })];
        Assert.Equal(opaque, Saved(5, 7, opaque));

        // Multiplied colours survive where their division by alpha rounds to and fro: alphas of 255, 0 and fifths.
        byte[] clear = [0, 0, 0, 0, 51, 0, 51, 51, 20, 40, 60, 255];
        Assert.Equal(clear, Saved(3, 1, clear));
    }

    private static byte[] Saved(int width, int height, byte[] pixels)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.png");
        try
        {
            using (var image = MLImage.CreateFromPixels(width, height, MLPixelFormat.Bgra32, pixels))
                image.Save(path);
            using var again = MLImage.CreateFromFile(path);
            return again.Pixels.ToArray();
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void AssertPixels(byte[] file, params byte[] expected)
    {
        using var image = MLImage.CreateFromStream(new MemoryStream(file));
        Assert.Equal(MLPixelFormat.Bgra32, image.PixelFormat);
        Assert.Equal(expected, image.Pixels.ToArray());
    }
}
