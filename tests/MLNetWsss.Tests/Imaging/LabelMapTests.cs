using MLNetWsss.Imaging;
using Xunit;

namespace MLNetWsss.Tests.Imaging;

public sealed class LabelMapTests
{
    [Fact]
    public void Resize_takes_the_label_under_each_new_centre()
    {
        // Halving: new centres lie at 1 and 3, on the left edges of pixels 1 and 3.
        Assert.Equal([2, 4], new LabelMap(1, 4, [1, 2, 3, 4]).Resize(1, 2).Labels.ToArray());
        Assert.Equal([1, 1, 255, 255], new LabelMap(1, 2, [1, 255]).Resize(1, 4).Labels.ToArray());
        // 3 rows from 2: centres at 1/3, 1, 5/3.
        Assert.Equal([7, 9, 9], new LabelMap(2, 1, [7, 9]).Resize(3, 1).Labels.ToArray());
    }

    [Fact]
    public void Enlarging_by_a_whole_factor_and_back_loses_nothing()
    {
        var labels = new byte[5 * 7];
        new Random(2).NextBytes(labels);
        var map = new LabelMap(5, 7, labels);

        Assert.Equal(labels, map.Resize(15, 21).Resize(5, 7).Labels.ToArray());
    }

    [Fact]
    public void Colorize_paints_each_label_in_its_colour()
    {
        var image = new LabelMap(1, 3, [0, 15, 255]).Colorize(Palette.Voc);

        Assert.Equal([0, 0, 0, 192, 128, 128, 224, 224, 192], image.Pixels.ToArray());
    }

    [Fact]
    public void Overlay_blends_objects_and_leaves_the_background_alone()
    {
        var image = new RgbImage(1, 2, [10, 20, 30, 100, 100, 100]);

        var overlay = new LabelMap(1, 2, [0, 1]).Overlay(image, Palette.FromColors((0, 0, 0), (200, 100, 0)), opacity: 0.5f);

        Assert.Equal([10, 20, 30, 150, 100, 50], overlay.Pixels.ToArray());
    }

    [Fact]
    public void Overlay_refuses_an_image_of_another_size()
    {
        var map = new LabelMap(2, 3, new byte[6]);

        var error = Assert.Throws<ArgumentException>(() => map.Overlay(RgbImageTests.Noise(3, 2, seed: 1), Palette.Voc));

        Assert.Contains("3 x 2", error.Message);
        Assert.Contains("2 x 3", error.Message);
    }

    [Fact]
    public void Flipping_reverses_every_row()
    {
        Assert.Equal([2, 1, 4, 3], new LabelMap(2, 2, [1, 2, 3, 4]).FlipHorizontal().Labels.ToArray());
    }

    [Fact]
    public void The_vector_holds_the_labels_as_numbers()
    {
        Assert.Equal([0f, 7f, 255f], new LabelMap(1, 3, [0, 7, 255]).ToVector());
    }

    [Fact]
    public void The_indexer_takes_row_then_column()
    {
        var map = new LabelMap(2, 3, [1, 2, 3, 4, 5, 6]);

        Assert.Equal(6, map[1, 2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => map[2, 1]);
    }
}
