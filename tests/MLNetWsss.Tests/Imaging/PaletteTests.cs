using MLNetWsss.Imaging;
using Xunit;

namespace MLNetWsss.Tests.Imaging;

public sealed class PaletteTests
{
    [Theory]
    // Bits of the label, three at a time: 1 sets red's highest bit, 2 green's, 4 blue's, 8 red's second highest.
    [InlineData(0, 0, 0, 0)]
    [InlineData(1, 128, 0, 0)]
    [InlineData(6, 0, 128, 128)]
    [InlineData(15, 192, 128, 128)]
    [InlineData(20, 0, 64, 128)]
    [InlineData(255, 224, 224, 192)]
    public void Voc_colours_follow_the_bits_of_the_label(int label, byte r, byte g, byte b)
    {
        Assert.Equal((r, g, b), Palette.Voc[label]);
    }

    [Theory]
    [InlineData(21)]
    [InlineData(91)]
    public void Distinct_colours_differ_and_start_with_black(int count)
    {
        var palette = Palette.Distinct(count);

        Assert.Equal((0, 0, 0), ((int)palette[0].R, (int)palette[0].G, (int)palette[0].B));
        Assert.Equal(count, Enumerable.Range(0, count).Select(k => palette[k]).Distinct().Count());
    }

    [Fact]
    public void A_label_without_colour_is_refused_but_ignore_has_one()
    {
        var palette = Palette.FromColors((0, 0, 0), (1, 2, 3));

        Assert.Equal((224, 224, 192), palette[255]);
        Assert.Contains("Label 2", Assert.Throws<ArgumentException>(() => palette[2]).Message);
    }

    [Fact]
    public void A_palette_of_no_colours_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Palette.FromColors());
    }
}
