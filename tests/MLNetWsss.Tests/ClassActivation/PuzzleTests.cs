using MLNetWsss.Backbones;
using MLNetWsss.ClassActivation;
using MLNetWsss.Tests.Backbones;
using MLNetWsss.Tests.Testing;
using TorchSharp;
using static TorchSharp.torch;
using static MLNetWsss.Tests.Backbones.Tensors;

namespace MLNetWsss.Tests.ClassActivation;

public class PuzzleTests
{
    /// <summary>Float32 products in another order.</summary>
    private const double Rounding = 1e-6;

    [Theory]
    [InlineData(8, 8)]
    [InlineData(9, 9)]
    [InlineData(17, 8)]
    public void Quarters_put_together_are_the_image(long height, long width)
    {
        using var scope = NewDisposeScope();
        var image = Goldens.FromFormula([2, 3, height, width], i => Goldens.Uniform(1, i));
        var quarters = Tiles.Split(image);
        Assert.Equal([8, 3, (height + 1) / 2, (width + 1) / 2], quarters.shape);
        Assert.True(Same(image, Tiles.Merge(quarters, height, width)));
    }

    [Fact]
    public void What_quarters_share_becomes_its_mean()
    {
        using var scope = NewDisposeScope();
        var quarters = tensor(Enumerable.Range(0, 16).Select(i => (float)i).ToArray(), [4, 1, 2, 2]);
        // 0 1 | 4 5 over 8 9 | 12 13, each second row 2 more: the middle column is the mean of 1 and 4, 3 and 6, …
        Assert.Equal([0, 2.5f, 5, 5, 7.5f, 10, 10, 12.5f, 15], Tiles.Merge(quarters, 3, 3).ToFloats());
    }

    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    public void A_network_that_sees_single_pixels_has_nothing_to_reconstruct(long side)
    {
        using var scope = NewDisposeScope();
        var image = Goldens.FromFormula([2, 3, side, side], i => Goldens.Uniform(1, i) - 0.5);
        var kernel = Goldens.FromFormula([4, 3, 1, 1], i => Goldens.Uniform(2, i) - 0.5);
        var merged = Tiles.Merge(nn.functional.conv2d(Tiles.Split(image), kernel), side, side);
        Assert.Equal(0, PuzzleLosses.Reconstruction(nn.functional.conv2d(image, kernel), merged, ones(2, 4)).item<float>(), Rounding);
    }

    [Fact]
    public void Reconstruction_equals_its_worked_number()
    {
        using var scope = NewDisposeScope();
        var maps = tensor(new float[] { 1, 2, 5, 5 }, [1, 2, 1, 2]);
        var merged = tensor(new[] { 0.5f, 4, 0, 0 }, [1, 2, 1, 2]);
        Assert.Equal(0.625, PuzzleLosses.Reconstruction(maps, merged, tensor(new float[] { 1, 0 }, [1, 2])).item<float>(), Rounding);
    }

    [Fact]
    public void Gradient_of_the_reconstruction_is_that_of_its_differences()
    {
        using var scope = NewDisposeScope();
        var whole = FiniteDifferences.Numbers(1, 2, 3, 3);
        var tags = tensor(new double[] { 1, 0 }, [1, 2]);
        FiniteDifferences.Check(quarters => PuzzleLosses.Reconstruction(whole, Tiles.Merge(quarters, 3, 3), tags),
            FiniteDifferences.Numbers(4, 2, 2, 2).mul(2));
        FiniteDifferences.Check(image => PuzzleLosses.Reconstruction(whole.mul(2), Tiles.Merge(Tiles.Split(image), 3, 3).square(), tags),
            whole);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.25, 2)]
    [InlineData(0.5, 4)]
    [InlineData(0.9, 4)]
    public void The_weight_rises_over_half_of_training(double progress, double weight) =>
        Assert.Equal(weight, PuzzleLosses.WeightAt(progress, new()));

    [Theory]
    [InlineData(33)]
    [InlineData(64)]
    [InlineData(97)]
    public void Features_of_quarters_fill_the_grid_of_the_whole(int side)
    {
        Assert.True(Valid(side));
        using var scope = NewDisposeScope();
        using var network = Create();
        using var _ = no_grad();
        var images = Goldens.Input(1, side);
        var (whole, tiles) = (network.Maps(images), network.Maps(Tiles.Split(images)));
        Assert.Equal(whole.shape, Tiles.Merge(tiles, whole.shape[2], whole.shape[3]).shape);
    }

    [Theory]
    [InlineData(49)]
    [InlineData(50)]
    [InlineData(16)]
    [InlineData(1)]
    public void Crops_whose_quarters_miss_the_grid_are_refused(int side) => Assert.False(Valid(side));

    [Fact]
    public void The_loss_names_its_terms_and_begins_without_the_third()
    {
        using var network = Create();
        network.train();
        using var images = Goldens.Input(2, 33);
        using var tags = ones(2, 3);
        long live = LiveTensors.Settled();
        using (NewDisposeScope())
        {
            var first = PuzzleLosses.Of(network, images, tags, 0, new()).Terms();
            Assert.Equal(["tags", "quarters", "reconstruction"], first.Select(t => t.Name));
            Assert.Equal(0, first[2].Value);
            double quarter = PuzzleLosses.Of(network, images, tags, 0.25, new()).Terms()[2].Value;
            double half = PuzzleLosses.Of(network, images, tags, 0.5, new()).Terms()[2].Value;
            Assert.True(quarter > 0);
            Assert.Equal(2, half / quarter, 1e-3); // Batch norm's own statistics are rounded a little differently each time.
        }
        Assert.Equal(live, LiveTensors.Count);
    }

    private static bool Valid(int side)
    {
        try
        {
            new ClassActivationOptions { Puzzle = new(), Augmentation = new() { CropSize = side } }.Validate();
            return true;
        }
        catch (ArgumentOutOfRangeException e)
        {
            Assert.Contains("Augmentation.CropSize", e.Message);
            return false;
        }
    }

    private static ClassActivationNetwork Create()
    {
        using var generator = new Generator(5);
        return new ClassActivationNetwork(new BackboneOptions { Architecture = "resnet18", Width = 0.25 }, 3, generator);
    }
}
