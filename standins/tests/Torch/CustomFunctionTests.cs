using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Standins.Tests.Torch;

public sealed class CustomFunctionTests : TorchTest
{
    private readonly Tensor _x = tensor(new[] { 1f, 2, 3 }, requires_grad: true);

    [Fact]
    public void Forward_and_backward_are_the_functions_own()
    {
        var y = Cube.apply(_x, 2.0);

        AssertElements(y, 2, 16, 54);
        Assert.True(y.requires_grad);
        y.sum().backward();
        AssertElements(_x.grad, 6, 24, 54);
    }

    [Fact]
    public void Nothing_is_recorded_where_no_gradient_is_wanted()
    {
        Assert.False(Cube.apply(Floats(1), 1.0).requires_grad);
        using (no_grad())
            Assert.False(Cube.apply(_x, 1.0).requires_grad);
    }

    [Fact]
    public void Several_outputs_send_their_gradients_to_several_inputs()
    {
        var a = tensor(2f, requires_grad: true);
        var b = tensor(3f, requires_grad: true);
        var outputs = SumAndProduct.apply(a, b);

        // d(2 (a + b) + a b)/da = 2 + b, by db = 2 + a.
        (outputs[0] * 2 + outputs[1]).backward();
        AssertNumber(5, a.grad);
        AssertNumber(4, b.grad);
    }

    [Fact]
    public void Outputs_that_were_not_used_have_a_gradient_of_zero()
    {
        var a = tensor(2f, requires_grad: true);
        SumAndProduct.apply(a, tensor(3f))[0].backward();
        AssertNumber(1, a.grad);
    }

    [Fact]
    public void An_exception_in_backward_reaches_the_caller_with_its_message()
    {
        var error = Assert.Throws<ExternalException>(() => Broken.apply(_x).sum().backward());
        Assert.Contains("boom", error.Message);
    }

    [Fact]
    public void Wrong_number_of_gradients_is_named()
    {
        var error = Assert.Throws<ExternalException>(() => Forgetful.apply(_x).sum().backward());
        Assert.Contains("gradient", error.Message);
    }

    private sealed class Cube : autograd.SingleTensorFunction<Cube>
    {
        public override string Name => nameof(Cube);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var x = (Tensor)vars[0];
            ctx.save_for_backward([x]);
            ctx.save_data("factor", vars[1]);
            return x.pow(3) * (double)vars[1];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var x = ctx.get_saved_variables()[0];
            return [grad_output * 3 * x * x * (double)ctx.get_data("factor"), null];
        }
    }

    private sealed class SumAndProduct : autograd.MultiTensorFunction<SumAndProduct>
    {
        public override string Name => nameof(SumAndProduct);

        public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (a, b) = ((Tensor)vars[0], (Tensor)vars[1]);
            ctx.save_for_backward([a, b]);
            return [a + b, a * b];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
        {
            var saved = ctx.get_saved_variables();
            return [grad_outputs[0] + grad_outputs[1] * saved[1], grad_outputs[0] + grad_outputs[1] * saved[0]];
        }
    }

    private sealed class Broken : autograd.SingleTensorFunction<Broken>
    {
        public override string Name => nameof(Broken);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => (Tensor)vars[0] * 1;

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
            throw new InvalidOperationException("boom");
    }

    private sealed class Forgetful : autograd.SingleTensorFunction<Forgetful>
    {
        public override string Name => nameof(Forgetful);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => (Tensor)vars[0] * 1;

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [];
    }
}
