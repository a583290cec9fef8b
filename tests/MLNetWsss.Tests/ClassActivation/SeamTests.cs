using MLNetWsss.Backbones;
using MLNetWsss.ClassActivation;
using MLNetWsss.Tests.Backbones;
using MLNetWsss.Tests.Testing;
using TorchSharp;
using static TorchSharp.torch;
using static MLNetWsss.Tests.Testing.FiniteDifferences;

namespace MLNetWsss.Tests.ClassActivation;

public class SeamTests
{
    /// <summary>The epsilons of 1e-5, which the worked numbers leave out or round.</summary>
    private const double Epsilons = 1e-5;

    [Fact]
    public void Correlation_equals_its_worked_number()
    {
        using var scope = NewDisposeScope();
        var features = tensor(new float[] { 1, 1, 0, 0, 1, 1 }, [1, 2, 3]);
        var scores = tensor(new float[] { 1, 0, 0 }, [1, 1, 3]);
        // Cosines 1, 1/sqrt 2, 0 over the columns' sums 1.707107, 2.414214, 1.707107.
        Assert.Equal([0.585782, 0.292892, 0], PixelCorrelation.Correlate(scores, features).ToFloats().Select(v => (double)v), new Close());
    }

    [Fact]
    public void Correlation_is_a_mean_so_equal_scores_stay()
    {
        using var scope = NewDisposeScope();
        var refined = PixelCorrelation.Correlate(ones(1, 2, 9, ScalarType.Float64), Numbers(1, 4, 9));
        Assert.All(refined.contiguous().data<double>().ToArray(), score => Assert.Equal(1, score, 2 * Epsilons));
    }

    [Fact]
    public void Gradient_of_the_correlation_is_that_of_its_differences()
    {
        using var scope = NewDisposeScope();
        var scores = Numbers(1, 2, 5);
        var weights = Numbers(1, 2, 5);
        Check(features => PixelCorrelation.Correlate(scores, features).mul(weights).sum(), Numbers(1, 3, 5));
    }

    [Fact]
    public void Scores_keep_each_pixels_strongest_present_class_and_leave_the_rest_to_the_background()
    {
        using var scope = NewDisposeScope();
        // Three classes at three pixels; the third is the strongest of all and not in the photo.
        var maps = tensor(new float[] { 4, 1, -1, 1, 2, 0, 9, 9, 9 }, [1, 3, 1, 3]);
        double[] scores = [.. PixelCorrelation.Scores(maps, tensor(new float[] { 1, 1, 0 }, [1, 3])).ToFloats().Select(v => (double)v)];
        // Scaled by their maxima: (1, 0.25, 0) and (0.5, 1, 0).
        Assert.Equal([0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0], scores, new Close());
    }

    [Fact]
    public void Normalised_maps_go_from_0_to_almost_1()
    {
        using var scope = NewDisposeScope();
        var maps = tensor(new float[] { -1, 1, 2, 3 }, [1, 1, 2, 2]);
        // ReLU gives 0 to 3: 1 / 3, 2 / 3 and 3 / 3 but for the epsilons.
        Assert.Equal([0, 1 / 3.0, 2 / 3.0, 1], SeamLosses.Normalise(maps).ToFloats().Select(v => (double)v), new Close());
        Assert.Equal(new float[4], SeamLosses.Normalise(full([1, 1, 2, 2], 5f)).ToFloats());
    }

    [Fact]
    public void Background_and_cross_loss_equal_their_worked_numbers()
    {
        using var scope = NewDisposeScope();
        var scores = tensor(new[] { 0.8f, 0.1f, 0.6f, 0.3f, 0.4f, 0.5f, 0.2f, 0.7f }, [1, 1, 2, 4]);
        Assert.Equal(0.15, SeamLosses.Background(scores).item<float>(), Epsilons);
        // With a class that is stronger everywhere the quarter is that class's.
        Assert.Equal(1, SeamLosses.Background(cat([scores, ones_like(scores)], 1)).item<float>(), Epsilons);
        var zero = zeros([1, 1, 1, 5]);
        var refined = tensor(new[] { 0, 0.1f, 0.2f, 0.3f, 0.9f }, [1, 1, 1, 5]);
        // One of five numbers is 0.2 of them, two are 0.4: the background alone, whose class is absent.
        Assert.Equal(0.6, SeamLosses.Cross(cat([zero, zero], 1), cat([refined, zero], 1), 0.2).item<float>(), Epsilons);
    }

    [Fact]
    public void The_cross_loss_teaches_the_refined_scores_alone_and_by_the_strongest_class()
    {
        using var scope = NewDisposeScope();
        var scores = tensor(new[] { 0.1f, 0.9f, 0.4f }, [1, 3, 1, 1]);
        var refined = zeros([1, 3, 1, 1]);
        scores.requires_grad = refined.requires_grad = true;
        var gradients = autograd.grad([SeamLosses.Cross(scores, refined, 1)], [scores, refined], null, false, false, true);
        Assert.True(Tensors.IsUndefined(gradients[0]));
        // |0.1 - 0|, |0.9 - 0| and, since 0.4 is not the strongest class, |0 - 0|.
        Assert.Equal(1.0 / 3, SeamLosses.Cross(scores, refined, 1).item<float>(), Epsilons);
        Assert.Equal([-1 / 3f, -1 / 3f, 0], gradients[1].ToFloats());
    }

    [Fact]
    public void Gradients_of_the_losses_are_those_of_their_differences()
    {
        using var scope = NewDisposeScope();
        var other = Numbers(2, 3, 2, 3);
        Check(maps => SeamLosses.Normalise(maps).mul(other).sum(), Numbers(2, 3, 2, 3).mul(2));
        Check(maps => SeamLosses.Background(maps), Numbers(2, 3, 3, 4).abs());
        Check(maps => SeamLosses.Equivariance(maps, other), Numbers(2, 3, 2, 3).mul(2));
        Check(refined => SeamLosses.Cross(other, refined, 0.5), Numbers(2, 3, 2, 3).mul(3));
    }

    [Theory]
    [InlineData(448, 0.3, 16, 129)]
    [InlineData(257, 0.3, 16, 81)]
    [InlineData(33, 0.3, 16, 17)]
    public void The_smaller_copys_side_is_on_the_networks_grid(long side, double scale, int stride, long small) =>
        Assert.Equal(small, SeamLosses.SmallSide(side, scale, stride));

    [Fact]
    public void Refined_scores_have_the_correlations_grid_and_leave_backbone_and_classifier_alone()
    {
        using var scope = NewDisposeScope();
        using var network = Create(new() { CorrelationStride = 8 });
        var (maps, refined) = network.MapsAndRefined(Goldens.Input(2, 49), tensor(new float[] { 1, 0, 1, 0, 1, 0 }, [2, 3]));
        Assert.Equal([2, 3, 4, 4], maps.shape);
        Assert.Equal([2, 4, 7, 7], refined.shape);
        Assert.Equal(0, refined[0].select(0, 2).abs().max().item<float>()); // Class 1 is not in the first image.
        var weights = network.named_parameters().ToArray();
        var gradients = autograd.grad([refined.square().mean()], [.. weights.Select(w => (Tensor)w.parameter)], null, false, false, true);
        foreach (var (name, gradient) in weights.Select(w => w.name).Zip(gradients))
            Assert.Equal(name.StartsWith("pcm.", StringComparison.Ordinal), !Tensors.IsUndefined(gradient));
    }

    [Fact]
    public void A_network_without_the_module_says_so()
    {
        using var scope = NewDisposeScope();
        using var network = Create(null);
        var error = Assert.Throws<InvalidOperationException>(() => network.MapsAndRefined(Goldens.Input(1, 33), ones(1, 3)));
        Assert.Contains("SeamOptions", error.Message);
    }

    [Fact]
    public void The_loss_names_its_terms_and_leaves_no_tensor_behind()
    {
        using var network = Create(new());
        network.train();
        using var images = Goldens.Input(2, 49);
        using var tags = ones(2, 3);
        long live = LiveTensors.Settled();
        using (NewDisposeScope())
        {
            var loss = SeamLosses.Of(network, images, tags, new());
            Assert.Equal(["tags", "background", "equivariance", "cross"], loss.Terms().Select(t => t.Name));
            Assert.All(loss.Terms(), t => Assert.True(t.Value > 0 && double.IsFinite(t.Value), t.Name));
        }
        Assert.Equal(live, LiveTensors.Count);
    }

    private static ClassActivationNetwork Create(SeamOptions? seam)
    {
        using var generator = new Generator(5);
        return new ClassActivationNetwork(new BackboneOptions { Architecture = "resnet18", Width = 0.25 }, 3, generator, seam);
    }

    private sealed class Close : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) < 2 * Epsilons;

        public int GetHashCode(double value) => 0;
    }
}
