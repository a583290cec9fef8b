using Standins.Tests.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Standins.Tests.Optim;

/// <summary>Each rule against the same rule in plain arithmetic on one number w with the loss w squared, whose gradient is 2 w.</summary>
public sealed class OptimizerStepTests : TorchTest
{
    // Doubles on both sides, a few operations each.
    private const double DoubleRounding = 1e-12;

    private const int Steps = 3;

    private readonly Parameter _w = new(tensor(new[] { 2.0 }));

    [Fact]
    public void Sgd_moves_against_the_gradient()
    {
        Step(optim.SGD([_w], .1), _ => { });
        // w - 0.1 * 2 w, three times.
        AssertNear(_w, DoubleRounding, 2 * Math.Pow(.8, Steps));
    }

    [Fact]
    public void Sgd_with_momentum_nesterov_and_decay()
    {
        double w = 2, momentum = 0;
        Step(optim.SGD([_w], .1, .9, weight_decay: .5, nesterov: true), step =>
        {
            double g = 2 * w + .5 * w;
            momentum = step == 1 ? g : .9 * momentum + g;
            w -= .1 * (g + .9 * momentum);
        });
        AssertNear(_w, DoubleRounding, w);
    }

    [Fact]
    public void AdamW_with_decay_of_the_weight()
    {
        double w = 2, m = 0, v = 0;
        Step(optim.AdamW([_w], .1, weight_decay: .01), step =>
        {
            double g = 2 * w;
            w *= 1 - .1 * .01;
            w -= .1 * AdamDirection(g, step, ref m, ref v);
        });
        AssertNear(_w, DoubleRounding, w);
    }

    [Fact]
    public void Amsgrad_remembers_the_largest_second_moment()
    {
        double w = 2, m = 0, v = 0, largest = 0;
        Step(optim.AdamW([_w], .1, weight_decay: 0, amsgrad: true), step =>
        {
            double g = 2 * w;
            m = .9 * m + .1 * g;
            v = .999 * v + .001 * g * g;
            largest = Math.Max(largest, v);
            w -= .1 * (m / (1 - Math.Pow(.9, step))) / (Math.Sqrt(largest / (1 - Math.Pow(.999, step))) + 1e-8);
        });
        AssertNear(_w, DoubleRounding, w);
    }

    [Fact]
    public void Parameters_without_a_gradient_stay_and_start_late()
    {
        var late = new Parameter(ones(2));
        AdamW.ParamGroup[] groups = [new([_w], lr: .5), new([late], new AdamW.Options { LearningRate = .25 })];
        var optimizer = optim.AdamW(groups, .1);
        Assert.Equal([.5, .25], optimizer.ParamGroups.Select(group => group.LearningRate));

        _w.sum().backward();
        optimizer.step();
        AssertElements(late, 1, 1);

        // Its first step, whatever the others had: the bias corrections make it as long as the learning rate.
        late.sum().backward();
        optimizer.step();
        AssertElements(late, .75, .75);
    }

    [Fact]
    public void A_step_with_a_closure_returns_its_loss()
    {
        var optimizer = optim.SGD([_w], .1);
        var loss = optimizer.step(() =>
        {
            optimizer.zero_grad();
            var squared = (_w * _w).sum();
            squared.backward();
            return squared;
        });
        AssertNumber(4, loss);
        AssertElements(_w, 1.6);
    }

    private static double AdamDirection(double g, int step, ref double m, ref double v)
    {
        m = .9 * m + .1 * g;
        v = .999 * v + .001 * g * g;
        return m / (1 - Math.Pow(.9, step)) / (Math.Sqrt(v / (1 - Math.Pow(.999, step))) + 1e-8);
    }

    private void Step(optim.Optimizer optimizer, Action<int> byHand)
    {
        for (int step = 1; step <= Steps; step++)
        {
            optimizer.zero_grad();
            (_w * _w).sum().backward();
            optimizer.step();
            byHand(step);
        }
    }
}
