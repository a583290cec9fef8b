using MLNetWsss.Backbones;
using MLNetWsss.GroupRefinement;
using MLNetWsss.Tests.Backbones;
using MLNetWsss.Tests.Testing;
using TorchSharp;
using static TorchSharp.torch;
using static MLNetWsss.Tests.Backbones.Tensors;

namespace MLNetWsss.Tests.GroupRefinement;

public sealed class GroupRefinementNetworkTests
{
    private static readonly GroupRefinementOptions Tiny = GroupGraphTests.Tiny with { GroupSize = 2, DropRate = 1 };

    [Theory]
    [InlineData(NodeState.ClassMaps, AffinitySource.Backbone, GroupAggregation.Mean, false)]
    [InlineData(NodeState.ClassMaps, AffinitySource.State, GroupAggregation.ConcatReference, true)]
    [InlineData(NodeState.Features, AffinitySource.Backbone, GroupAggregation.Mean, false)]
    [InlineData(NodeState.Features, AffinitySource.State, GroupAggregation.Mean, false)]
    public void Every_parameter_learns(NodeState state, AffinitySource affinity, GroupAggregation aggregation, bool reference)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        using var network = new GroupRefinementNetwork(
            Tiny with { GroupSize = 3, NodeState = state, Affinity = affinity, Aggregation = aggregation, ReferenceCompatible = reference },
            3, generator);
        network.train();
        var output = network.Groups(Goldens.Input(6, 65));
        Assert.Equal([6, 3], output.Behind.shape);
        Assert.Equal([6, 3, 5, 5], output.MapsBehind.shape);
        var (before, behind) = GroupRefinementLosses.Terms(output.Before, output.Behind, Goldens.FromFormula([6, 3], i => i % 2), 0.4);
        before.add(behind).backward();
        foreach (var (name, parameter) in network.named_parameters())
            Assert.True(parameter.grad is { } grad && grad.isfinite().all().item<bool>() && grad.abs().max().item<float>() > 0, name);
        var trained = network.HeadParameters.Concat(network.TunedParameters).Select(parameter => parameter.Handle).ToArray();
        Assert.Equal(trained.Length, trained.Distinct().Count());
        Assert.Equal(network.parameters().Count(), trained.Length);
    }

    /// <summary>Central differences of float32 losses over steps of 1e-2.</summary>
    private const double Differences = 0.05;

    [Fact]
    public void Gradients_reach_the_backbone_through_all_rounds()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        // States and what they are compared by are both the graph's own: nothing on the way counts as a constant.
        using var network = new GroupRefinementNetwork(
            Tiny with { Rounds = 3, GraphDropout = false, NodeState = NodeState.Features, Affinity = AffinitySource.State }, 2, generator);
        network.eval();
        var (input, tags) = (Goldens.Input(2, 33), Goldens.FromFormula([2, 2], i => i % 2));
        // Only what lies behind the graph: the gradient has no other way to the backbone than through the rounds.
        Tensor Loss() => GroupRefinementLosses.TagLoss(network.call(input), tags);
        Loss().backward();
        var first = network.backbone.parameters().First();
        var gradient = first.grad!.clone();
        var direction = gradient.div(gradient.norm());
        double expected = gradient.mul(direction).sum().item<float>();
        Assert.True(expected > 1e-6, $"{expected}");
        using var _ = no_grad();
        const double Step = 1e-2;
        first.add_(direction.mul(Step));
        double up = Loss().to(ScalarType.Float64).item<double>();
        first.sub_(direction.mul(2 * Step));
        double down = Loss().to(ScalarType.Float64).item<double>();
        Assert.Equal(1, (up - down) / (2 * Step) / expected, Differences);
    }

    [Theory]
    [InlineData(false, AffinitySource.Backbone, new string[0])]
    [InlineData(false, AffinitySource.State, new[] { "graph.attention." })]
    [InlineData(true, AffinitySource.State, new[] { "graph." })]
    public void A_graph_that_begins_as_averaging_learns_at_the_backbones_rate_and_a_random_one_at_the_heads(
        bool reference, AffinitySource affinity, string[] random)
    {
        using var generator = new Generator(5);
        using var network = new GroupRefinementNetwork(Tiny with { ReferenceCompatible = reference, Affinity = affinity }, 2, generator);
        var tuned = network.TunedParameters.Select(parameter => parameter.Handle).ToHashSet();
        var graph = network.named_parameters().Where(p => p.name.StartsWith("graph.", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(graph);
        Assert.All(graph, p => Assert.Equal(
            !random.Any(prefix => p.name.StartsWith(prefix, StringComparison.Ordinal)), tuned.Contains(p.parameter.Handle)));
    }

    [Fact]
    public void The_two_terms_carry_the_papers_weights()
    {
        using var scope = NewDisposeScope();
        // One group of 3 images with logits (2, -1), tags (1, 0): each loss 0.220095; (0.4 * 3 * 0.220095) / 6 and (3 * 0.220095) / 6.
        var logits = tensor(new float[] { 2, -1, 2, -1, 2, -1 }, [3, 2]);
        var tags = tensor(new float[] { 1, 0, 1, 0, 1, 0 }, [3, 2]);
        var (before, behind) = GroupRefinementLosses.Terms(logits, logits, tags, new GroupRefinementOptions().ClassifierWeight);
        Assert.Equal(0.044019, before.item<float>(), 1e-6);
        Assert.Equal(0.1100475, behind.item<float>(), 1e-6);
    }

    [Fact]
    public void Before_training_the_graph_passes_on_what_similar_positions_of_others_have()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var generator = new Generator(5);
        using var network = new GroupRefinementNetwork(Tiny with { Rounds = 1 }, 1, generator);
        // Two positions, as unlike as can be; the partner has the class at its second.
        var keys = tensor(new float[] { 1, 0, 0, 1 }, [1, 2, 1, 2]);
        var padded = cat([keys, zeros([1, network.backbone.KeyChannels - 2, 1, 2])], 1);
        var mine = tensor(new[] { 0.2f, 0.2f }, [1, 1, 1, 2]);
        var theirs = tensor(new[] { 0f, 1f }, [1, 1, 1, 2]);
        float[] refined = network.Refine([mine, theirs], [padded, padded], null)[0].ToFloats();
        Assert.True(refined[1] > 0.2 + 0.2, $"{refined[1]}");
        Assert.True(refined[0] < 0.2, $"{refined[0]}");
    }

    [Fact]
    public void Without_rounds_the_maps_are_the_classifiers()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var generator = new Generator(5);
        using var network = new GroupRefinementNetwork(
            Tiny with { Rounds = 0, ReferenceCompatible = true, GraphDropout = false }, 3, generator);
        network.eval();
        var output = network.Groups(Goldens.Input(2, 33));
        // A mean over positions that lie in another order in memory.
        Assert.True(RelativeDifference(output.Behind, output.Before) < 1e-6);
        Assert.Equal(output.MapsBefore.ToFloats(), output.MapsBehind.ToFloats());
    }

    [Fact]
    public void Keys_of_the_backbone_compare_by_their_mean_cosine()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (string architecture in new[] { "mobilenet_v2", "resnet18" })
        {
            using var generator = new Generator(5);
            using var backbone = Backbone.Create(new() { Architecture = architecture, Width = 0.25 }, generator);
            backbone.eval();
            var (last, keys) = backbone.LastAndCompared(Goldens.Input(2, 65));
            Assert.Equal(backbone.KeyChannels, keys.shape[1]);
            Assert.Equal(last.shape[2..], keys.shape[2..]);
            Assert.All(keys.square().sum(1).ToFloats(), length => Assert.Equal(1, length, 1e-5));
            Assert.True(RelativeDifference(last, backbone.LastFeatures(Goldens.Input(2, 65))) < 1e-6);
        }
    }

    [Fact]
    public void Training_and_prediction_leave_no_tensor_behind()
    {
        long live = LiveTensors.Settled();
        using (NewDisposeScope())
        {
            using var generator = new Generator(5);
            using var network = new GroupRefinementNetwork(Tiny, 3, generator);
            using var input = Goldens.Input(2, 33);
            var alone = LiveTensors.Count;
            network.call(input).Dispose();
            var output = network.Groups(input);
            foreach (var tensor in new[] { output.Before, output.Behind, output.MapsBefore, output.MapsBehind })
                tensor.Dispose();
            Predict(() => network.StatesAndKeys(input)).Dispose();
            Assert.Equal(alone, LiveTensors.Count);
        }
        Assert.Equal(live, LiveTensors.Count);
    }
}
