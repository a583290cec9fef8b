using Standins.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Standins.Tests.Modules;

public sealed class ActivationTests : TorchTest
{
    private readonly Tensor _x = Floats(-3, -1, 0, 1, 7);

    [Fact]
    public void Rectifiers()
    {
        AssertElements(ReLU().call(_x), 0, 0, 0, 1, 7);
        AssertElements(ReLU6().call(_x), 0, 0, 0, 1, 6);
        AssertElements(Hardtanh().call(_x), -1, -1, 0, 1, 1);
        AssertElements(LeakyReLU(.1).call(_x), -.3, -.1, 0, 1, 7);
        AssertElements(Threshold(.5, -1).call(_x), -1, -1, -1, 1, 7);
        AssertElements(PReLU(1).call(_x), -.75, -.25, 0, 1, 7);
    }

    [Fact]
    public void Smooth_ones_at_one()
    {
        var one = Floats(1);
        // Phi(1), the normal distribution's value, from its tables.
        AssertNumber(.8413447, GELU().call(one));
        AssertNumber(1 / (1 + Math.Exp(-1)), SiLU().call(one));
        AssertNumber(Math.Log(1 + Math.E), Softplus().call(one));
        AssertNumber(Math.Tanh(Math.Log(1 + Math.E)), Mish().call(one));
        AssertNumber(Math.Exp(-1) - 1, ELU().call(-one));
        AssertNumber(-Math.Log(1 + Math.Exp(-1)), LogSigmoid().call(one));
    }

    [Fact]
    public void Every_elementwise_module_keeps_the_shape()
    {
        Module<Tensor, Tensor>[] modules = [CELU(), SELU(), Sigmoid(), Tanh(), Hardsigmoid(), Hardswish(), Softsign(), Softmax(0),
            LogSoftmax(0), Identity(), Dropout(.5), AlphaDropout()];
        Assert.All(modules, module => Assert.Equal(_x.shape, module.call(_x).shape));
    }

    [Fact]
    public void In_place_rectification_changes_its_input()
    {
        var input = _x.clone();
        var output = ReLU(true).call(input);

        Assert.NotSame(input, output);
        AssertElements(input, 0, 0, 0, 1, 7);
    }

    [Fact]
    public void Halves_gate_each_other() => AssertShape(GLU().call(ones(2, 6)), 2, 3);

    [Fact]
    public void Dropout_scales_what_it_keeps_and_rests_in_evaluation()
    {
        var dropout = Dropout(.5);
        var dropped = dropout.call(ones(10_000));
        Assert.All(Elements(dropped), value => Assert.True(value is 0 or 2));
        // 10,000 draws of 0 or 2: the mean deviates by 1 / 100, the bound is five times that.
        AssertNear(dropped.mean(), .05, 1);

        dropout.eval();
        AssertElements(dropout.call(ones(3)), 1, 1, 1);
    }

    [Fact]
    public void Channel_dropout_drops_whole_channels() =>
        Assert.All(Elements(Dropout2d(.5).call(ones(4, 64, 3, 3)).sum(2, 3)), sum => Assert.True(sum is 0 or 18));

    [Fact]
    public void A_probability_above_one_is_refused() => Assert.Throws<ArgumentException>(() => F.dropout(ones(2), 2));
}
