using MLNetWsss.Backbones;
using MLNetWsss.GroupRefinement;
using MLNetWsss.Tests.Backbones;
using MLNetWsss.Tests.Testing;
using TorchSharp;
using static TorchSharp.torch;
using static MLNetWsss.Tests.Backbones.Tensors;

namespace MLNetWsss.Tests.GroupRefinement;

/// <summary>The equations of the graph on numbers that can be worked out by hand.</summary>
public sealed class GroupGraphTests
{
    /// <summary>Six printed decimals.</summary>
    private const double Printed = 1e-6;

    /// <summary>Float32 sums of a few dozen terms in another order.</summary>
    private const double Reordered = 1e-5;

    [Fact]
    public void Attention_and_attended_states_equal_the_worked_numbers()
    {
        using var scope = NewDisposeScope();
        // Two channels, two positions; identity projections. Columns are positions: e = (1,0), (0,1); q = (1,0), (1,1).
        var e = tensor(new float[] { 1, 0, 0, 1 }, [1, 2, 2]);
        var q = tensor(new float[] { 1, 1, 0, 1 }, [1, 2, 2]);
        var attention = CoAttention.Attention(e.transpose(1, 2), q);
        // Row 1: similarities 1 and 1; row 2: 0 and 1, e^0 / (e^0 + e^1) = 0.268941.
        AssertClose([0.5f, 0.5f, 0.268941f, 0.731059f], attention, Printed);
        var attended = CoAttention.Attended(e.transpose(1, 2), q, q.transpose(1, 2), 2).transpose(1, 2);
        AssertClose([1, 1, 0.5f, 0.731059f], attended, Printed);
    }

    [Fact]
    public void A_gate_without_weights_halves_the_message()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var layer = new CoAttention(2, null, 1, generator);
        Fill(layer, "gate.weight", 0);
        AssertClose([0.5f, 0.5f, 0.25f, 0.3655295f], layer.Gated(tensor(new[] { 1, 1, 0.5f, 0.731059f }, [1, 2, 1, 2])), Printed);
    }

    [Fact]
    public void Rows_of_attention_sum_to_one()
    {
        using var scope = NewDisposeScope();
        var attention = CoAttention.Attention(
            Goldens.FromFormula([2, 5, 3], i => Math.Sin(i)), Goldens.FromFormula([2, 3, 7], i => Math.Cos(i)));
        Assert.Equal([2, 5, 7], attention.shape);
        foreach (float sum in attention.sum(2).ToFloats())
            Assert.Equal(1, sum, Reordered);
    }

    [Fact]
    public void The_dropping_branch_halves_what_stands_out()
    {
        using var scope = NewDisposeScope();
        // The maximum is 4 and 0.7 of it 2.8: only the last position is masked, (4 * 0 + 4) / 2 = 2.
        AssertClose([1, 2, 2], GraphDropout.Drop(OneTwoFour(), 0.7), 0);
    }

    [Fact]
    public void The_importance_branch_weighs_by_the_logistic_function()
    {
        using var scope = NewDisposeScope();
        // 1 (0.731059 + 1) / 2, 2 (0.880797 + 1) / 2, 4 (0.982014 + 1) / 2
        AssertClose([0.865529f, 1.880797f, 3.964028f], GraphDropout.Weigh(OneTwoFour()), Printed);
    }

    [Fact]
    public void Each_image_draws_its_own_branch_at_the_rate_asked_for()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        const int Images = 2000;
        var many = OneTwoFour().repeat([Images, 1, 1, 1]);
        float[] last = GraphDropout.Apply(many, 0.8, 0.7, generator).select(3, 2).ToFloats();
        Assert.All(last, v => Assert.True(v == 2 || Math.Abs(v - 3.964028) < Printed, $"{v}"));
        // Three standard deviations of a share of 2,000 draws: 3 sqrt(0.8 0.2 / 2000) = 0.027.
        Assert.Equal(0.8, last.Count(v => v == 2) / (double)Images, 0.027);
        AssertClose([1, 2, 2], GraphDropout.Apply(OneTwoFour(), 1, 0.7, generator), 0);
        AssertClose([0.865529f, 1.880797f, 3.964028f], GraphDropout.Apply(OneTwoFour(), 0, 0.7, generator), Printed);
    }

    [Fact]
    public void A_shut_update_gate_keeps_the_state()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var unit = new ConvGru(3, listening: true, generator);
        Fill(unit, "update.bias", -1e9);
        var state = Goldens.FromFormula([2, 3, 4, 5], i => Math.Sin(i));
        Assert.True(Same(state, unit.call(Goldens.FromFormula([2, 3, 4, 5], i => i % 7), state)));
    }

    [Fact]
    public void The_recurrent_unit_equals_its_worked_number()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var unit = new ConvGru(1, listening: true, generator);
        foreach (var (name, _) in unit.named_parameters())
            Fill(unit, name, 0);
        Fill(unit, "candidate.weight", 1);
        // z = r = 1/2: 0.5 * 0.4 + 0.5 tanh(0.6 + 0.5 * 0.4) = 0.2 + 0.5 * 0.664037 = 0.532018
        AssertClose([0.532018f], unit.call(Scalar(0.6f), Scalar(0.4f)), Printed);
    }

    [Theory]
    [InlineData(AffinitySource.Backbone)]
    [InlineData(AffinitySource.State)]
    public void Permuting_a_group_permutes_its_outputs(AffinitySource affinity)
    {
        using var scope = NewDisposeScope();
        var (graph, states, keys) = Group(Tiny with { Affinity = affinity }, 4);
        using var _ = graph;
        int[] order = [2, 0, 3, 1];
        var straight = Predict(graph, states, keys);
        var permuted = Predict(graph, [.. order.Select(i => states[i])], keys is null ? null : [.. order.Select(i => keys[i])]);
        for (int i = 0; i < order.Length; i++)
            AssertClose(straight[order[i]].ToFloats(), permuted[i], Reordered);
    }

    [Fact]
    public void Concatenation_depends_on_the_order_of_the_partners_and_so_is_no_default()
    {
        using var scope = NewDisposeScope();
        var (graph, states, keys) = Group(Tiny with { GroupSize = 3, Aggregation = GroupAggregation.ConcatReference }, 3);
        using var _ = graph;
        var straight = Predict(graph, states, keys)[0];
        var swapped = Predict(graph, [states[0], states[2], states[1]], [keys![0], keys[2], keys[1]])[0];
        Assert.True(RelativeDifference(swapped, straight) > Reordered);
        Assert.Equal(GroupAggregation.Mean, new GroupRefinementOptions().Aggregation);
    }

    [Fact]
    public void An_image_alone_evolves_by_its_recurrent_unit()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(7);
        var (graph, states, keys) = Group(Tiny, 1);
        using var _ = graph;
        using var unit = new ConvGru(3, listening: true, generator);
        var own = graph.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        using (no_grad())
            foreach (var (name, parameter) in unit.named_parameters())
                parameter.copy_(own["update." + name]);
        var expected = states[0];
        for (int round = 0; round < Tiny.Rounds; round++)
            expected = unit.call(zeros_like(expected), expected);
        AssertClose(expected.ToFloats(), Predict(graph, states, keys)[0], Reordered);
    }

    [Theory]
    [InlineData(AffinitySource.Backbone)]
    [InlineData(AffinitySource.State)]
    public void Attention_in_blocks_of_rows_equals_attention_at_once(AffinitySource affinity)
    {
        using var scope = NewDisposeScope();
        float[]? whole = null;
        // 0 keeps all; blocks of 1 and 7 do not divide 20 positions alike; 100 are more than there are.
        foreach (int chunk in new[] { 0, 1, 7, 100 })
        {
            var (graph, states, keys) = Group(Tiny with { Affinity = affinity, AttentionChunk = chunk }, 3);
            using var _ = graph;
            float[] all = [.. Predict(graph, states, keys).SelectMany(s => s.ToFloats())];
            whole ??= all;
            Assert.True(RelativeDifference(all, whole) < Reordered, $"chunk {chunk}");
        }
    }

    [Fact]
    public void Images_of_a_group_may_differ_in_size()
    {
        using var scope = NewDisposeScope();
        var (graph, states, keys) = Group(Tiny, 3);
        using var _ = graph;
        states[1] = states[1].narrow(2, 0, 3);
        keys![1] = keys[1].narrow(2, 0, 3);
        var refined = Predict(graph, states, keys);
        Assert.Equal([1, 3, 4, 5], refined[0].shape);
        Assert.Equal([1, 3, 3, 5], refined[1].shape);
    }

    [Fact]
    public void Refining_leaves_no_tensor_behind()
    {
        long live = LiveTensors.Settled();
        using (NewDisposeScope())
        {
            var (graph, states, keys) = Group(Tiny, 3);
            using var _ = graph;
            var alone = LiveTensors.Count;
            foreach (var state in Predict(graph, states, keys))
                state.Dispose();
            foreach (var state in graph.Refine(states, keys, null))
                state.Dispose();
            Assert.Equal(alone, LiveTensors.Count);
        }
        Assert.Equal(live, LiveTensors.Count);
    }

    internal static readonly GroupRefinementOptions Tiny = new() { Backbone = new() { Architecture = "resnet18", Width = 0.125 } };

    private static (GroupGraph Graph, Tensor[] States, Tensor[]? Keys) Group(GroupRefinementOptions options, int images)
    {
        using var generator = new Generator(5);
        bool compares = options.Affinity == AffinitySource.Backbone;
        var graph = new GroupGraph(options, 3, compares ? 6 : null, generator);
        Tensor Maps(int channels, int image) => Goldens.FromFormula([1, channels, 4, 5], i => Math.Abs(Math.Sin(i * (image + 1.0))) / 3);
        return (graph, [.. Enumerable.Range(0, images).Select(i => Maps(3, i))],
            compares ? [.. Enumerable.Range(0, images).Select(i => Maps(6, i + 10))] : null);
    }

    private static Tensor[] Predict(GroupGraph graph, Tensor[] states, Tensor[]? keys)
    {
        using var _ = no_grad();
        return graph.Refine(states, keys, null);
    }

    private static Tensor OneTwoFour() => tensor(new float[] { 1, 2, 4 }, [1, 1, 1, 3]);

    private static Tensor Scalar(float value) => tensor(new[] { value }, [1, 1, 1, 1]);

    private static void Fill(nn.Module module, string name, double value)
    {
        using var _ = no_grad();
        module.named_parameters().Single(p => p.name == name).parameter.fill_(value);
    }

    private static void AssertClose(float[] expected, Tensor actual, double tolerance)
    {
        float[] found = actual.ToFloats();
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], tolerance);
    }
}
