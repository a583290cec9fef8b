using MLNetWsss.Backbones;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Backbones;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNetWsss.Tests.Pipeline;

/// <summary>What an optimizer has gathered, on its way through a checkpoint.</summary>
public sealed class SavedOptimizerTests
{
    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Sgd)]
    public void An_optimizer_of_channels_last_parameters_goes_on_as_if_it_had_not_been_saved(OptimizerKind kind)
    {
        using var scope = NewDisposeScope();
        using var first = Trained(kind, steps: 2, out var expected);
        using var second = Create(kind, out var actual);
        CopyValues(expected, actual);
        SavedOptimizer.Load(second, SavedOptimizer.Save(first), "memory");
        Step(first, expected);
        Step(second, actual);
        Assert.All(expected.Zip(actual), pair => Assert.True(Tensors.Same(pair.First, pair.Second)));
    }

    [Fact]
    public void Moments_lie_in_memory_as_their_parameters_do()
    {
        using var scope = NewDisposeScope();
        using var first = Trained(OptimizerKind.AdamW, steps: 1, out _);
        using var second = Create(OptimizerKind.AdamW, out var parameters);
        SavedOptimizer.Load(second, SavedOptimizer.Save(first), "memory");
        var moments = ((OptimizerHelper)second).state_dict().State.Cast<AdamW.State>().ToArray();
        Assert.Equal(parameters.Select(p => p.stride()), moments.Select(m => m.exp_avg.stride()));
        Assert.True(ChannelsLast.Is(moments[0].exp_avg));
    }

    [Fact]
    public void A_parameter_without_a_gradient_so_far_has_no_velocity()
    {
        using var scope = NewDisposeScope();
        using var first = Create(OptimizerKind.Sgd, out _);
        using var second = Create(OptimizerKind.Sgd, out _);
        SavedOptimizer.Load(second, SavedOptimizer.Save(first), "memory");
        Assert.All(((OptimizerHelper)second).state_dict().State, state => Assert.Null(((SGD.State)state).momentum_buffer));
    }

    [Fact]
    public void Another_kind_and_other_shapes_are_refused()
    {
        using var scope = NewDisposeScope();
        using var sgd = Trained(OptimizerKind.Sgd, steps: 1, out _);
        using var adam = Create(OptimizerKind.AdamW, out _);
        using var small = new SGD([new Parameter(ones(3)), new Parameter(ones(5))], 0.1, 0.9);
        Assert.Contains("'0.step' is missing", Refused(adam, SavedOptimizer.Save(sgd)));
        Assert.Contains("[2,3,3,3], not [3]", Refused(small, SavedOptimizer.Save(sgd)));
        Assert.Contains("header", Refused(adam, new byte[20]));

        static string Refused(optim.Optimizer optimizer, byte[] bytes) =>
            Assert.Throws<FormatException>(() => SavedOptimizer.Load(optimizer, bytes, "memory")).Message;
    }

    private static optim.Optimizer Create(OptimizerKind kind, out Parameter[] parameters)
    {
        parameters =
        [
            new Parameter(ChannelsLast.Of(Goldens.FromFormula([2, 3, 3, 3], i => Goldens.Uniform(1, i)))),
            new Parameter(Goldens.FromFormula([5], i => Goldens.Uniform(2, i)))
        ];
        return kind == OptimizerKind.AdamW ? new AdamW(parameters, 0.1) : new SGD(parameters, 0.1, 0.9);
    }

    private static optim.Optimizer Trained(OptimizerKind kind, int steps, out Parameter[] parameters)
    {
        var optimizer = Create(kind, out parameters);
        for (int i = 0; i < steps; i++)
            Step(optimizer, parameters);
        return optimizer;
    }

    private static void Step(optim.Optimizer optimizer, Parameter[] parameters)
    {
        optimizer.zero_grad();
        using var scope = NewDisposeScope();
        parameters.Aggregate(zeros(1), (sum, p) => sum + p.pow(3).sum()).backward();
        optimizer.step();
    }

    private static void CopyValues(Parameter[] from, Parameter[] to)
    {
        using var _ = no_grad();
        foreach (var (source, target) in from.Zip(to))
            target.copy_(source);
    }
}
