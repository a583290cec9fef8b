using Standins.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Standins.Tests.Modules;

public sealed class InitializationTests : TorchTest
{
    // 36,864 draws estimate a deviation to 1 / sqrt(2 n) = 0.4 %; five times that.
    private const double SamplingTolerance = .02;

    // Fan in and fan out are 64 * 9 = 576.
    private readonly Tensor _weight = empty([64, 64, 3, 3]);

    [Fact]
    public void Kaiming_scales_by_the_fan()
    {
        init.kaiming_normal_(_weight, 0, init.FanInOut.FanOut, init.NonlinearityType.ReLU);
        Assert.Equal(Math.Sqrt(2.0 / 576), _weight.std().ToDouble(), SamplingTolerance * Math.Sqrt(2.0 / 576));
    }

    [Fact]
    public void Xavier_fills_its_interval()
    {
        init.xavier_uniform_(_weight);
        double bound = Math.Sqrt(6.0 / 1152);
        Assert.InRange(_weight.abs().max().ToDouble(), bound * .99, bound * (1 + Rounding));
    }

    [Fact]
    public void Truncated_draws_stay_within_their_bounds()
    {
        init.trunc_normal_(_weight, 0, .02, -.04, .04);
        Assert.True(_weight.abs().max().ToDouble() <= .04);
        // A normal cut at two deviations has 0.8796 of its deviation.
        Assert.Equal(.8796 * .02, _weight.std().ToDouble(), SamplingTolerance * .02);
    }

    [Fact]
    public void Orthogonal_rows_are_unit_vectors()
    {
        var rows = init.orthogonal_(empty(4, 9));
        AssertSame(eye(4), rows.matmul(rows.t()));
    }

    [Fact]
    public void Constants()
    {
        AssertElements(init.constant_(empty(2), 3), 3, 3);
        AssertElements(init.eye_(empty(2, 2)), 1, 0, 0, 1);
        AssertElements(init.zeros_(empty(1)), 0);
    }

    [Fact]
    public void Initialisation_records_no_gradient()
    {
        var parameter = Parameter(empty(3));
        init.ones_(parameter);
        Assert.True(parameter.is_leaf && parameter.requires_grad);
    }
}
