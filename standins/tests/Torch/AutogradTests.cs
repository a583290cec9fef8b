using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Standins.Tests.Torch;

public sealed class AutogradTests : TorchTest
{
    private readonly Tensor _x = tensor(new[] { 1f, 2, 3 }, requires_grad: true);

    [Fact]
    public void Backward_adds_to_the_gradients_of_leaves()
    {
        var y = (_x * _x).sum();
        Assert.True(_x.is_leaf);
        Assert.False(y.is_leaf);

        y.backward();
        AssertElements(_x.grad, 2, 4, 6);
        _x.sum().backward();
        AssertElements(_x.grad, 3, 5, 7);

        _x.grad.zero_();
        AssertElements(_x.grad, 0, 0, 0);
        _x.grad = null;
        Assert.Null(_x.grad);
    }

    [Fact]
    public void Backward_of_a_vector_needs_weights()
    {
        (_x * _x).backward([Floats(1, 0, 2)]);
        AssertElements(_x.grad, 2, 0, 12);
        Assert.Throws<ExternalException>(() => (_x * _x).backward());
    }

    [Fact]
    public void A_graph_is_used_once_unless_it_is_retained()
    {
        var y = (_x * _x).sum();
        y.backward();
        Assert.Throws<ExternalException>(() => y.backward());

        var kept = (_x * _x).sum();
        kept.backward(retain_graph: true);
        kept.backward();
        AssertElements(_x.grad, 6, 12, 18);
    }

    [Fact]
    public void Gradients_on_request_leave_the_leaves_alone()
    {
        var gradient = autograd.grad([_x.pow(3).sum()], [_x])[0];

        AssertElements(gradient, 3, 12, 27);
        Assert.Null(_x.grad);
    }

    [Fact]
    public void Gradients_of_features_inside_a_network_are_what_Grad_CAM_takes()
    {
        var feature = _x * 2;
        var score = feature.pow(2).sum();
        AssertElements(autograd.grad([score], [feature])[0], 4, 8, 12);
    }

    [Fact]
    public void Inputs_that_were_not_used_are_null_if_allowed()
    {
        var other = tensor(new[] { 1f }, requires_grad: true);

        Assert.Null(autograd.grad([_x.sum()], [_x, other], allow_unused: true)[1]);
        Assert.Throws<ExternalException>(() => autograd.grad([_x.sum()], [other]));
    }

    [Fact]
    public void Second_derivatives()
    {
        // d^2 x^3 / dx^2 = 6 x.
        var first = autograd.grad([_x.pow(3).sum()], [_x], create_graph: true)[0];
        AssertElements(autograd.grad([first.sum()], [_x])[0], 6, 12, 18);

        // A penalty on the gradient: d/dx sum (3x^2)^2 = 36 x^3.
        var penalty = autograd.grad([_x.pow(3).sum()], [_x], create_graph: true)[0].pow(2).sum();
        penalty.backward();
        AssertElements(_x.grad, 36, 288, 972);
    }

    [Fact]
    public void Gradients_start_from_given_ones()
    {
        var gradient = autograd.grad([_x.exp()], [_x], [Floats(0, 1, 0)])[0];
        AssertElements(gradient, 0, Math.Exp(2), 0);
    }

    [Fact]
    public void Grad_modes_nest_and_come_back()
    {
        using (no_grad())
        {
            Assert.False((_x * 2).requires_grad);
            using (enable_grad())
                Assert.True((_x * 2).requires_grad);
            Assert.False(is_grad_enabled());
        }
        Assert.True(is_grad_enabled());

        using (inference_mode())
            Assert.True(is_inference_mode_enabled());
        Assert.False(is_inference_mode_enabled());
    }

    [Fact]
    public void Grad_mode_belongs_to_its_thread()
    {
        using (no_grad())
        {
            bool elsewhere = false;
            var thread = new Thread(() => elsewhere = is_grad_enabled());
            thread.Start();
            thread.Join();
            Assert.True(elsewhere);
        }
    }

    [Fact]
    public void Detached_tensors_have_no_history() => Assert.False((_x * 2).detach().requires_grad);

    [Fact]
    public void Intermediate_gradients_are_kept_on_request()
    {
        var middle = _x * 3;
        middle.retain_grad();
        middle.sum().backward();

        AssertElements(middle.grad, 1, 1, 1);
        AssertElements(_x.grad, 3, 3, 3);
    }

    [Fact]
    public void Anomaly_mode_ends_with_its_scope()
    {
        using (autograd.detect_anomaly())
            Assert.True(AnomalyMode.IsEnabled);
        Assert.False(AnomalyMode.IsEnabled);
    }

    [Fact]
    public void Leaves_cannot_be_changed_in_place_while_gradients_are_recorded()
    {
        Assert.Throws<ExternalException>(() => _x.add_(1));
        using (no_grad())
            _x.add_(1);
        AssertElements(_x, 2, 3, 4);
    }

    [Fact]
    public void Two_threads_differentiate_independently()
    {
        double[] sums = new double[2];
        var threads = Enumerable.Range(0, 2).Select(i => new Thread(() =>
        {
            using var scope = NewDisposeScope();
            for (int step = 0; step < 20; step++)
            {
                var x = tensor(new[] { i + 1f }, requires_grad: true);
                (x * x).sum().backward();
                sums[i] += x.grad.ToDouble();
            }
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();

        Assert.Equal([40.0, 80.0], sums);
    }
}
