using Standins.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Standins.Tests.Modules;

public sealed class NormalizationTests : TorchTest
{
    private const double Epsilon = 1e-5;

    // [2,2,2,2]: channel 0 holds 0, 1, 2, 3 and 8, 9, 10, 11: mean 5.5, squared deviations sum to 138.
    private const double Mean = 5.5, Squares = 138, Count = 8;
    private readonly Tensor _x = arange(16).reshape(2, 2, 2, 2).to(float32);

    [Fact]
    public void Training_normalises_by_the_batch_with_the_biased_variance() =>
        AssertNumber((0 - Mean) / Math.Sqrt(Squares / Count + Epsilon), BatchNorm2d(2).call(_x)[0, 0, 0, 0]);

    [Fact]
    public void Running_statistics_take_a_tenth_of_the_batch_with_the_unbiased_variance()
    {
        var norm = BatchNorm2d(2);
        norm.call(_x);

        AssertNumber(.1 * Mean, norm.running_mean[0]);
        AssertNumber(.9 + .1 * Squares / (Count - 1), norm.running_var[0]);
        AssertNumber(1, norm.num_batches_tracked);
    }

    [Fact]
    public void Evaluation_normalises_by_the_running_statistics_and_leaves_them()
    {
        var norm = BatchNorm2d(2);
        norm.call(_x);
        norm.eval();

        AssertNumber((0 - .1 * Mean) / Math.Sqrt(.9 + .1 * Squares / (Count - 1) + Epsilon), norm.call(_x)[0, 0, 0, 0]);
        AssertNumber(1, norm.num_batches_tracked);
        norm.reset_running_stats();
        AssertElements(norm.running_var, 1, 1);
        AssertNumber(0, norm.num_batches_tracked);
    }

    [Fact]
    public void Without_statistics_evaluation_uses_the_batch()
    {
        var norm = BatchNorm1d(3, affine: false, track_running_stats: false);
        norm.eval();

        Assert.Empty(norm.state_dict());
        AssertNumber(0, norm.call(randn(50, 3)).mean());
    }

    [Fact]
    public void Layers_and_groups()
    {
        // 1, 2, 3, 4: mean 2.5, variance 1.25.
        double expected = 1.5 / Math.Sqrt(1.25 + Epsilon);

        AssertNumber(-expected, LayerNorm(4).call(Floats(1, 2, 3, 4))[0]);
        AssertNumber(expected, GroupNorm(1, 2).call(Floats(1, 2, 3, 4).reshape(1, 2, 2))[0, 1, 1]);
    }

    [Fact]
    public void The_wrong_number_of_dimensions_is_refused() =>
        Assert.Throws<ArgumentException>(() => BatchNorm2d(2).call(randn(2, 2, 2)));

    [Fact]
    public void A_convolution_takes_a_batch_norm_in()
    {
        using var _ = no_grad();
        var x = randn(2, 3, 5, 5);
        var (weight, bias) = (randn(2, 3, 3, 3), randn(2));
        Tensor mean = Floats(1, 2), variance = Floats(3, 4), scale = Floats(.5f, 2), shift = Floats(-1, 1);
        var (foldedWeight, foldedBias) = utils.fuse_conv_bn_weights(weight, bias, mean, variance, Epsilon, scale, shift);

        var apart = functional.batch_norm(functional.conv2d(x, weight, bias), mean, variance, scale, shift);
        AssertSame(apart, functional.conv2d(x, foldedWeight, foldedBias), 1e-4);
    }
}
