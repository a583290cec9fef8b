using MLNetWsss.Backbones;
using MLNetWsss.ClassActivation;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Backbones;
using MLNetWsss.Tests.Testing;
using TorchSharp;
using static TorchSharp.torch;
using static MLNetWsss.Tests.Backbones.Tensors;

namespace MLNetWsss.Tests.ClassActivation;

public class AdversarialClimbingTests
{
    /// <summary>Float32 sums of a few numbers.</summary>
    private const double Rounding = 1e-5;

    [Fact]
    public void Objective_equals_its_worked_number()
    {
        using var scope = NewDisposeScope();
        var maps = tensor(new float[] { 1, 3, 0, 2 }, [1, 2, 1, 2]);
        var first = tensor(new float[] { 1, 2 }, [1, 1, 2]);
        // Logits 2 and 1: 2 * 2 - (2 + 1) = 1. Only 3 is above half of the maximum 3, and has changed by 1: 1 - 7 * 1 / 2.
        Assert.Equal(-2.5, AdversarialClimbing.Objective(maps, maps.select(1, 0), first, new()).item<float>(), Rounding);
        var free = new AdvCamOptions { Regularization = 0 };
        Assert.Equal(1, AdversarialClimbing.Objective(maps, maps.select(1, 0), first, free).item<float>(), Rounding);
    }

    [Fact]
    public void Gradient_of_the_objective_is_that_of_its_differences()
    {
        using var scope = NewDisposeScope();
        var first = FiniteDifferences.Numbers(1, 2, 2);
        FiniteDifferences.Check(maps => AdversarialClimbing.Objective(maps, maps.select(1, 1), first, new() { Threshold = 0.3 }),
            FiniteDifferences.Numbers(1, 3, 2, 2).abs());
    }

    [Fact]
    public void A_step_goes_along_the_gradient_and_stays_within_the_colours()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 0f, 0.99f, -0.5f }, [1, 3, 1, 1]);
        var gradient = tensor(new[] { 2f, 4, -1 }, [1, 3, 1, 1]);
        var (black, white) = (full([1, 3, 1, 1], -1f), full([1, 3, 1, 1], 1f));
        // 0.1 for the largest gradient, 4: 0.05, 0.1 and -0.025.
        Assert.Equal([0.05f, 1, -0.525f], AdversarialClimbing.Step(x, gradient, 0.1, black, white).ToFloats(), new Close());
        Assert.Equal(x.ToFloats(), AdversarialClimbing.Step(x, zeros_like(x), 0.1, black, white).ToFloats());
    }

    [Fact]
    public void Half_as_many_iterations_below_scale_1()
    {
        var options = new AdvCamOptions();
        Assert.Equal(13, AdversarialClimbing.IterationsAt(0.5, options));
        Assert.Equal(27, AdversarialClimbing.IterationsAt(1, options));
        Assert.Equal(27, AdversarialClimbing.IterationsAt(2, options));
        Assert.Equal(1, AdversarialClimbing.IterationsAt(0.5, options with { Iterations = 1 }));
    }

    [Fact]
    public void One_iteration_is_the_map_itself()
    {
        using var scope = NewDisposeScope();
        using var network = Create();
        var input = Goldens.Input(2, 49);
        var maps = Predict(() => network.Maps(input).relu());
        var climbed = AdversarialClimbing.Climb(network, input, [2, 0], new(), 1);
        Assert.True(RelativeDifference(climbed[0], maps[0].select(0, 2)) < Rounding);
        Assert.True(RelativeDifference(climbed[1], maps[1].select(0, 0)) < Rounding);
    }

    [Fact]
    public void Climbing_makes_more_of_the_class_and_holds_back_where_it_is_told_to()
    {
        using var scope = NewDisposeScope();
        using var network = Create();
        var input = Goldens.Input(2, 49);
        double Evidence(int iterations, double regularization) =>
            AdversarialClimbing.Climb(network, input, [1, 1], new() { Regularization = regularization }, iterations).mean().item<float>();
        double start = Evidence(1, 0), free = Evidence(12, 0), held = Evidence(12, 100);
        Assert.True(free > 1.1 * start, $"{start} -> {free}");
        Assert.True(held < free, $"{held} held, {free} free");
    }

    [Fact]
    public void Maps_do_not_depend_to_the_last_bit_on_which_images_are_with_them()
    {
        using var scope = NewDisposeScope();
        using var network = Create();
        var input = Goldens.Input(4, 33);
        bool[][] present = [[true, false, true], [false, true, false]];
        var options = new AdvCamOptions { Iterations = 4 };
        // Two images and their mirrored copies; then the second image and its copy alone.
        var both = AdversarialClimbing.Maps(network, input, new InferencePass(1, [0, 1, 0, 1]), present, options);
        var alone = AdversarialClimbing.Maps(network, cat([input.narrow(0, 1, 1), input.narrow(0, 3, 1)]), new InferencePass(1, [0, 0]),
            [present[1]], options);
        Assert.Equal(alone[0].ToFloats(), both[1].ToFloats());
        Assert.Equal(alone[1].ToFloats(), both[3].ToFloats());
        Assert.Equal(0, both[0].select(0, 1).abs().max().item<float>());
        Assert.True(both[0].select(0, 2).max().item<float>() > 0);
    }

    [Fact]
    public void No_tensor_is_left_behind()
    {
        using var network = Create();
        using var input = Goldens.Input(2, 33);
        long live = LiveTensors.Settled();
        AdversarialClimbing.Maps(network, input, new InferencePass(1, [0, 0]), [[true, true, false]], new() { Iterations = 3 }).Dispose();
        Assert.Equal(live, LiveTensors.Count);
    }

    private static ClassActivationNetwork Create()
    {
        using var generator = new Generator(5);
        var network = new ClassActivationNetwork(
            new BackboneOptions { Architecture = "resnet18", Width = 0.25, FrozenStages = 2, Normalization = InputNormalization.HalfHalf },
            3, generator);
        network.eval();
        network.FoldBatchNorm();
        foreach (var parameter in network.parameters())
            parameter.requires_grad = false;
        return network;
    }

    private sealed class Close : IEqualityComparer<float>
    {
        public bool Equals(float x, float y) => Math.Abs(x - y) < Rounding;

        public int GetHashCode(float value) => 0;
    }
}
