using Standins.Tests.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace Standins.Tests.Optim;

/// <summary>Learning rates from a start of 1, at the beginning and after each step.</summary>
public sealed class SchedulerTests : TorchTest
{
    private const int Precision = 9;

    [Fact]
    public void In_steps() => AssertRates(o => lr_scheduler.StepLR(o, 2, .5), 1, 1, .5, .5, .25, .25);

    [Fact]
    public void At_milestones() => AssertRates(o => lr_scheduler.MultiStepLR(o, [1, 3], .1), 1, .1, .1, .01, .01);

    // (1 - step / 4) squared, and zero from there on.
    [Fact]
    public void Polynomial() => AssertRates(o => lr_scheduler.PolynomialLR(o, 4, 2), 1, 9 / 16.0, .25, 1 / 16.0, 0, 0);

    [Fact]
    public void Linear() => AssertRates(o => lr_scheduler.LinearLR(o, .5, 1, 4), .5, .625, .75, .875, 1, 1);

    [Fact]
    public void Cosine() => AssertRates(o => lr_scheduler.CosineAnnealingLR(o, 4),
        [.. Enumerable.Range(0, 9).Select(i => (1 + Math.Cos(Math.PI * i / 4)) / 2)]);

    [Fact]
    public void By_a_function() => AssertRates(o => lr_scheduler.LambdaLR(o, epoch => 1.0 / (epoch + 1)), 1, .5, 1 / 3.0, .25);

    [Fact]
    public void By_factors() => AssertRates(o => lr_scheduler.MultiplicativeLR(o, _ => .5), 1, .5, .25);

    [Fact]
    public void Exponential() => AssertRates(o => lr_scheduler.ExponentialLR(o, .5), 1, .5, .25);

    [Fact]
    public void Constant_for_a_while() => AssertRates(o => lr_scheduler.ConstantLR(o, .5, 2), .5, .5, 1, 1);

    [Fact]
    public void A_scheduler_jumps_to_an_epoch()
    {
        var optimizer = OneParameter();
        lr_scheduler.StepLR(optimizer, 2, .5).step(5);
        Assert.Equal(.25, optimizer.ParamGroups.Single().LearningRate, Precision);
    }

    private static SGD OneParameter() => SGD([new Parameter(ones(1))], 1.0);

    private static void AssertRates(Func<Optimizer, lr_scheduler.LRScheduler> create, params double[] expected)
    {
        var optimizer = OneParameter();
        var scheduler = create(optimizer);
        Assert.Equal(expected[0], optimizer.ParamGroups.Single().LearningRate, Precision);
        foreach (double rate in expected[1..])
        {
            scheduler.step();
            Assert.Equal(rate, scheduler.get_last_lr().Single(), Precision);
            Assert.Equal(rate, optimizer.ParamGroups.Single().LearningRate, Precision);
        }
    }
}
