using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Backbones;
using MLNetWsss.Tests.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Tests.Pipeline;

public class MultiScaleInferenceTests
{
    /// <summary>Averages of a few float32 values.</summary>
    private const double Rounding = 1e-5;

    private static readonly MultiScaleInference Inference = new(Normalization.HalfHalf, 16, CPU);

    [Fact]
    public void At_one_scale_and_full_size_the_maps_are_the_networks()
    {
        var image = Goldens.Pattern(33, 49);
        var maps = Inference.Maps([image], [1], false, 49, 1, x => x * 2.0).Single();
        Assert.Equal((3, 33, 49), (maps.Classes, maps.Height, maps.Width));
        var (r, _, _) = image[5, 7];
        Assert.Equal(2 * (r / 255f - 0.5f) / 0.5f, maps[0, 5, 7], Rounding);
    }

    [Fact]
    public void Mirrored_runs_are_mirrored_back()
    {
        var image = Goldens.Pattern(33, 33);
        var straight = Inference.Maps([image], [1], false, 33, 1, x => x.alias()).Single();
        var both = Inference.Maps([image], [1], true, 33, 1, x => x.alias()).Single();
        Assert.Equal(straight.Scores.ToArray(), both.Scores.ToArray());
        // A network that answers with the column: averaged with its mirror image it is the same everywhere.
        var column = Inference.Maps([image], [1], true, 33, 1, x => x.zeros_like().add(arange(33, ScalarType.Float32))).Single();
        Assert.All(column.Scores.ToArray(), value => Assert.Equal(16, value, Rounding));
    }

    [Fact]
    public void Sides_of_the_input_are_a_multiple_of_the_stride_plus_one()
    {
        var seen = new List<string>();
        Inference.Maps([Goldens.Pattern(375, 500)], [0.5, 1, 2], true, 353, 4, x =>
        {
            seen.Add(string.Join("x", x.shape));
            return x.slice(1, 0, 1, 1);
        });
        // Scale 1: 264.75 x 353 becomes 16 x 16 + 1 = 257 by 16 x 22 + 1 = 353; 132.4 x 176.5 and 529.5 x 706 likewise.
        Assert.Equal(["2x3x129x177", "2x3x257x353", "2x3x529x705"], seen);
    }

    [Fact]
    public void Images_of_one_size_share_a_batch_and_keep_their_places()
    {
        RgbImage[] images = [Flat(33, 33, 10), Flat(33, 65, 20), Flat(33, 33, 30), Flat(33, 65, 40)];
        var sizes = new List<long>();
        var maps = new MultiScaleInference(Normalization.HalfHalf, 16, CPU).Maps(images, [1], false, 65, 4, x =>
        {
            sizes.Add(x.shape[0]);
            return x.slice(1, 0, 1, 1);
        });
        Assert.Equal([2, 2], sizes);
        for (var n = 0; n < images.Length; n++)
        {
            Assert.Equal(((images[n].Height + 3) / 4, (images[n].Width + 3) / 4), (maps[n].Height, maps[n].Width));
            Assert.Equal((10 * (n + 1) / 255f - 0.5f) / 0.5f, maps[n][0, 3, 4], Rounding);
        }
    }

    [Fact]
    public void Batches_stay_within_their_budget_of_pixels()
    {
        var sizes = new List<long>();
        var inference = new MultiScaleInference(Normalization.HalfHalf, 16, CPU) { PixelsPerBatch = 2 * 33 * 33 };
        inference.Maps([.. Enumerable.Repeat(Flat(33, 33, 1), 5)], [1], false, 33, 4, x =>
        {
            sizes.Add(x.shape[0]);
            return x.alias();
        });
        Assert.Equal([2, 2, 1], sizes);
    }

    [Fact]
    public void Vectors_come_in_the_order_of_the_images()
    {
        RgbImage[] images = [Flat(33, 33, 0), Flat(33, 65, 255), Flat(33, 33, 255)];
        var vectors = Inference.Vectors(images, 65, x => x.mean([2L, 3L]));
        Assert.Equal([[-1f, -1f, -1f], [1f, 1f, 1f], [1f, 1f, 1f]], vectors);
    }

    [Fact]
    public void The_input_is_channels_last_without_gradient_and_nothing_stays_behind()
    {
        long live = LiveTensors.Settled();
        Inference.Maps([Goldens.Pattern(33, 33)], [1, 2], true, 33, 4, x =>
        {
            Assert.True(MLNetWsss.Backbones.ChannelsLast.Is(x));
            Assert.False(is_grad_enabled());
            return x.relu();
        });
        Assert.Equal(live, LiveTensors.Count);
        Assert.True(is_grad_enabled());
    }

    private static RgbImage Flat(int height, int width, byte value)
    {
        var pixels = new byte[height * width * 3];
        Array.Fill(pixels, value);
        return new RgbImage(height, width, pixels);
    }
}
