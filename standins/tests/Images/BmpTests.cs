using Microsoft.ML.Data;

namespace Standins.Tests.Images;

public sealed class BmpTests
{
    private static readonly byte[] TwoColours = [1, 2, 3, 0, 9, 8, 7, 0];

    [Fact]
    public void Rows_stand_bottom_up_and_are_padded_to_four_bytes() =>
        AssertPixels(BmpFile.Create(2, 2, 24, [1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0]),
            7, 8, 9, 255, 10, 11, 12, 255, 1, 2, 3, 255, 4, 5, 6, 255);

    [Fact]
    public void A_negative_height_means_top_down() =>
        AssertPixels(BmpFile.Create(1, -2, 24, [1, 2, 3, 0, 4, 5, 6, 0]), 1, 2, 3, 255, 4, 5, 6, 255);

    [Theory]
    [InlineData(1, 0b0100_0000)]
    [InlineData(4, 0x01)]
    public void Palettes_of_packed_pixels(int bits, byte packed) =>
        AssertPixels(BmpFile.Create(2, 1, bits, [packed, 0, 0, 0], TwoColours), 1, 2, 3, 255, 9, 8, 7, 255);

    [Fact]
    public void Palettes_of_whole_bytes() =>
        AssertPixels(BmpFile.Create(2, 1, 8, [1, 0, 0, 0], TwoColours), 9, 8, 7, 255, 1, 2, 3, 255);

    [Fact]
    public void Thirty_two_bits_without_masks_are_opaque() =>
        AssertPixels(BmpFile.Create(1, 1, 32, [10, 20, 30, 77]), 10, 20, 30, 255);

    [Fact]
    public void Sixteen_bits_are_five_a_colour_or_as_the_masks_say()
    {
        // Red 31, green 0, blue 31 of 31.
        AssertPixels(BmpFile.Create(1, 1, 16, [0x1F, 0x7C, 0, 0]), 255, 0, 255, 255);
        // Masks of 5, 6 and 5 bits; green 63 of 63.
        byte[] masks = [0, 0xF8, 0, 0, 0xE0, 0x07, 0, 0, 0x1F, 0, 0, 0];
        AssertPixels(BmpFile.Create(1, 1, 16, [0xE0, 0x07, 0, 0], masks, BmpFile.BitFields), 0, 255, 0, 255);
    }

    [Fact]
    public void Runs_of_bytes_and_nibbles()
    {
        // Three of colour 1; end of line; two literal bytes 0, 1; end.
        byte[] runs = [3, 1, 0, 0, 1, 0, 1, 1, 0, 1];
        AssertPixels(BmpFile.Create(3, 2, 8, runs, TwoColours, BmpFile.Rle8),
            [1, 2, 3, 255, 9, 8, 7, 255, 0, 0, 0, 255, 9, 8, 7, 255, 9, 8, 7, 255, 9, 8, 7, 255]);
        // Three pixels of the pair 1, 0: 1, 0, 1.
        AssertPixels(BmpFile.Create(3, 1, 4, [3, 0x10, 0, 1], TwoColours, BmpFile.Rle4), 9, 8, 7, 255, 1, 2, 3, 255, 9, 8, 7, 255);
    }

    [Fact]
    public void The_oldest_header() => AssertPixels(BmpFile.CreateCore(1, 1, [1, 2, 3, 0]), 1, 2, 3, 255);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(-1, 1)]
    [InlineData(int.MinValue, 1)]
    [InlineData(1, int.MinValue)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(1 << 20, -(1 << 20))]
    public void Sizes_that_cannot_be_are_refused(int width, int height) =>
        Assert.Throws<ArgumentException>(() => MLImage.CreateFromStream(new MemoryStream(BmpFile.Create(width, height, 24, new byte[64]))));

    [Fact]
    public void Unknown_depths_and_compressions_are_refused()
    {
        Assert.Throws<ArgumentException>(() => MLImage.CreateFromStream(new MemoryStream(BmpFile.Create(1, 1, 7, new byte[64]))));
        Assert.Throws<ArgumentException>(() =>
            MLImage.CreateFromStream(new MemoryStream(BmpFile.Create(1, 1, 24, new byte[64], null, BmpFile.Rle8))));
    }

    private static void AssertPixels(byte[] file, params byte[] expected)
    {
        using var image = MLImage.CreateFromStream(new MemoryStream(file));
        Assert.Equal(expected, image.Pixels.ToArray());
    }
}
