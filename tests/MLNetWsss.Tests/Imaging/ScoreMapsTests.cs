using MLNetWsss.Imaging;
using Xunit;

namespace MLNetWsss.Tests.Imaging;

public sealed class ScoreMapsTests
{
    [Fact]
    public void Resize_interpolates_between_half_pixel_centres()
    {
        Assert.Equal([0f, 0.25f, 0.75f, 1f], new ScoreMaps(1, 1, 2, [0, 1]).Resize(1, 4).Scores.ToArray());
        // No antialiasing: halving takes the mean of the two middle samples only, at 0.5 and 2.5.
        Assert.Equal([0.5f, 2.5f], new ScoreMaps(1, 4, 1, [0, 1, 2, 3]).Resize(2, 1).Scores.ToArray());
    }

    [Fact]
    public void Resize_is_the_product_of_both_axes_and_keeps_classes_apart()
    {
        var maps = new ScoreMaps(2, 2, 2, [0, 4, 8, 12, 1, 1, 1, 1]);

        var resized = maps.Resize(4, 4);

        // Row 1, column 2 lies at (0.25, 0.75): 0 + 0.75*4 + 0.25*8 = 5.
        Assert.Equal(5f, resized[0, 1, 2]);
        Assert.All(resized.Class(1).ToArray(), score => Assert.Equal(1f, score));
    }

    [Fact]
    public void Flipping_reverses_every_row_of_every_map()
    {
        Assert.Equal([2f, 1f, 4f, 3f], new ScoreMaps(2, 1, 2, [1, 2, 3, 4]).FlipHorizontal().Scores.ToArray());
    }

    [Fact]
    public void A_heat_map_runs_from_dark_blue_at_zero_to_dark_red_at_its_own_maximum()
    {
        var heat = new ScoreMaps(1, 1, 3, [-1, 0, 0.2f]).Heatmap(0);

        Assert.Equal([0, 0, 128, 0, 0, 128, 128, 0, 0], heat.Pixels.ToArray());
    }

    [Fact]
    public void A_heat_map_over_an_image_has_the_image_s_size()
    {
        var heat = new ScoreMaps(1, 2, 2, [0, 1, 2, 3]).Heatmap(0, RgbImageTests.Noise(6, 10, seed: 1), opacity: 0.3f);

        Assert.Equal((6, 10), (heat.Height, heat.Width));
    }

    [Fact]
    public void A_class_that_does_not_exist_is_refused()
    {
        var maps = new ScoreMaps(2, 1, 1, [1, 2]);

        Assert.Equal(2f, maps.Class(1)[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => maps.Class(2).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => maps[-1, 0, 0]);
    }
}
