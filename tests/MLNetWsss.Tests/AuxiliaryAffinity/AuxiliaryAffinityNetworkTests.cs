using MLNetWsss.AuxiliaryAffinity;
using MLNetWsss.Backbones;
using MLNetWsss.Tests.Backbones;
using MLNetWsss.Tests.Testing;
using TorchSharp;
using static TorchSharp.torch;
using static MLNetWsss.Tests.Backbones.Tensors;

namespace MLNetWsss.Tests.AuxiliaryAffinity;

public sealed class AuxiliaryAffinityNetworkTests
{
    private static readonly BackboneOptions Small = new() { Architecture = "resnet18", Width = 0.125, OutputStride = 8 };
    private static readonly AuxiliaryHeadOptions Head = new() { Channels = 8, Reduced = 16, Dilations = [1, 2, 3] };

    /// <summary>Float32 sums over 35 positions.</summary>
    private const float SumRounding = 1e-5f;

    /// <summary>What is promised between the affinity in blocks of rows and in one piece; rounding stays far below.</summary>
    private const double BlockRounding = 1e-5;

    [Theory]
    [InlineData(AffinityKind.CrossTask, true, "resnet18")]
    [InlineData(AffinityKind.CrossTask, true, "mobilenet_v2")]
    [InlineData(AffinityKind.CrossTask, true, "resnet38")]
    [InlineData(AffinityKind.Segmentation, true, "resnet18")]
    [InlineData(AffinityKind.Segmentation, false, "resnet18")]
    [InlineData(AffinityKind.None, true, "resnet18")]
    [InlineData(AffinityKind.None, false, "resnet18")]
    public void Outputs_have_their_shapes(AffinityKind affinity, bool withSaliency, string architecture)
    {
        using var scope = NewDisposeScope();
        using var network = Create(Head with { Affinity = affinity }, withSaliency, architecture);
        network.eval();
        using var _ = no_grad();
        var outputs = network.call(Goldens.Input(2, 33));
        Assert.Equal([2, 3], outputs.Tags.shape);
        Assert.Equal([2, 3, 5, 5], outputs.Maps.shape);
        Assert.Equal([2, 3, 5, 5], outputs.SpreadMaps.shape);
        Assert.Equal([2, 4, 5, 5], outputs.Segmentation.shape);
        Assert.Equal(affinity == AffinityKind.None, outputs.RefinedSegmentation is null);
        Assert.Equal(withSaliency, outputs.Saliency is not null);
        Assert.Equal(affinity == AffinityKind.CrossTask, outputs.RefinedSaliency is not null);
        Assert.Equal([2, 4, 5, 5], outputs.BestSegmentation.shape);
        if (outputs.BestSaliency is { } saliency)
            Assert.Equal([2, 1, 5, 5], saliency.shape);
    }

    [Fact]
    public void A_cross_task_affinity_without_saliency_is_refused() =>
        Assert.Contains("saliency task", Assert.Throws<ArgumentException>(() => Create(Head, false)).Message);

    [Fact]
    public void Rows_of_an_affinity_sum_to_one()
    {
        using var scope = NewDisposeScope();
        var sums = CrossTaskAffinity.Rows(Random([2, 35, 8], 1), Random([2, 8, 35], 2)).sum(2).ToFloats();
        Assert.All(sums, sum => Assert.Equal(1, sum, SumRounding));
    }

    [Fact]
    public void Positions_begin_by_listening_to_those_of_the_same_features()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var similarity = Similarity(0.15);
        // Positions 0 and 3 show the same, the others something else; lengths do not count.
        var compared = FeatureMaps.UnitLength(tensor(new[] { 1f, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0 }, [1L, 3, 2, 2]));
        var same = ones([1, 8, 2, 2]);
        var (queries, keys) = similarity.Of(same, compared);
        var rows = CrossTaskAffinity.Rows(queries, keys).ToFloats();
        // exp(1 / 0.15) = 785.8 for the two that are alike, 1 for the others; what the task's own features add is the same everywhere.
        double itself = Math.Exp(1 / 0.15);
        float alike = (float)(itself / (2 * itself + 2)), alone = (float)(itself / (itself + 3));
        foreach (var (index, expected) in new[] { (0, alike), (3, alike), (12, alike), (15, alike), (5, alone), (10, alone) })
            Assert.Equal(expected, rows[index], SumRounding);
    }

    [Fact]
    public void Similarities_are_bounded_unless_products_are_asked_for()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (features, compared) = (Random([1, 8, 3, 3], 1), FeatureMaps.UnitLength(Random([1, 3, 3, 3], 2)));
        float Greatest(PositionSimilarity similarity, double factor)
        {
            var (queries, keys) = similarity.Of(features * factor, compared);
            return queries.bmm(keys).abs().max().item<float>();
        }
        Assert.True(Greatest(Similarity(0.15), 1000) <= 1 / 0.15 + 1 / PositionSimilarity.OwnTemperature + 1e-3);
        Assert.True(Greatest(Similarity(null), 1000) > 1e5 * Greatest(Similarity(null), 1));
    }

    [Fact]
    public void Maps_that_are_given_are_spread_in_place_of_the_networks_own()
    {
        using var scope = NewDisposeScope();
        using var network = Create(Head, true);
        network.eval();
        using var _ = no_grad();
        var (input, maps) = (Goldens.Input(2, 33), Random([2, 3, 5, 5], 1));
        var (own, given) = (network.call(input), network.Forward(input, maps));
        Assert.True(RelativeDifference(network.Forward(input, own.Maps).SpreadMaps, own.SpreadMaps) < SumRounding);
        Assert.True(RelativeDifference(network.Forward(input, maps * 2).SpreadMaps, given.SpreadMaps * 2) < SumRounding);
        Assert.True(RelativeDifference(given.SpreadMaps, own.SpreadMaps) > 0.1);
        Assert.Equal(own.RefinedSegmentation!.ToFloats(), given.RefinedSegmentation!.ToFloats());
        Assert.Contains("[2,3,h,w]", Assert.Throws<ArgumentException>(() => network.Forward(input, Random([2, 4, 5, 5], 1))).Message);
    }

    [Fact]
    public void Weights_of_the_fusion_sum_to_one()
    {
        using var scope = NewDisposeScope();
        var (first, second) = (Affinity(1), Affinity(2));
        var weights = Fusion().Weights(first, second);
        Assert.Equal([2, 2, 35, 35], weights.shape);
        Assert.All(weights.sum(1).ToFloats(), sum => Assert.Equal(1, sum, SumRounding));
        // Learned weights that were all 1/2 would make this test and the next one pass for nothing.
        Assert.True(weights.std().item<float>() > 1e-3f);
    }

    [Fact]
    public void Equal_affinities_fuse_to_themselves()
    {
        using var scope = NewDisposeScope();
        var affinity = Affinity(1);
        Assert.True(RelativeDifference(Fusion().Mix(affinity, affinity), affinity) < SumRounding);
    }

    [Fact]
    public void An_identity_affinity_changes_nothing()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        // Queries 200 e_i against keys e_j: softmax of 200 on the diagonal and 0 elsewhere, which is 1 and 0 in float32.
        var identity = (eye(35).unsqueeze(0) * 200, eye(35).unsqueeze(0));
        var rows = new AffinityRows(identity, identity, Fusion(), long.MaxValue);
        var maps = Random([1, 4, 5, 7], 3);
        Assert.True(RelativeDifference(rows.SpreadMaps(maps), maps) < SumRounding);
    }

    [Fact]
    public void A_non_local_step_of_zero_weights_changes_nothing()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var generator = new Generator(3);
        using var branch = new AuxiliaryBranch(6, 4, Head, 5, generator);
        foreach (var (name, parameter) in branch.named_parameters())
            if (name.StartsWith("output.", StringComparison.Ordinal))
                parameter.zero_();
        var features = branch.Features(Random([2, 6, 5, 7], 1));
        Assert.Equal(branch.Logits(features, null).ToFloats(), branch.Logits(features, branch.Values(features)).ToFloats());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(34)]
    public void Rows_in_blocks_equal_all_rows_at_once(int height)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var fusion = Fusion();
        var segmentation = (Random([2, 35, 8], 1), Random([2, 8, 35], 2));
        var saliency = (Random([2, 35, 8], 3), Random([2, 8, 35], 4));
        // 12 floats a pair of positions, 35 positions, 2 images.
        var blocks = new AffinityRows(segmentation, saliency, fusion, height * 12L * sizeof(float) * 35 * 2);
        var whole = new AffinityRows(segmentation, saliency, fusion, long.MaxValue);
        Assert.Equal(height, blocks.Height);
        Assert.Equal(35, whole.Height);
        var (values, maps) = (Random([2, 35, 6], 5), Random([2, 3, 5, 7], 6));
        Assert.True(RelativeDifference(blocks.SpreadBySegmentation(values), whole.SpreadBySegmentation(values)) < BlockRounding);
        Assert.True(RelativeDifference(blocks.SpreadBySaliency(values), whole.SpreadBySaliency(values)) < BlockRounding);
        Assert.True(RelativeDifference(blocks.SpreadMaps(maps), whole.SpreadMaps(maps)) < BlockRounding);
    }

    [Fact]
    public void Where_a_gradient_is_wanted_all_rows_are_kept()
    {
        using var scope = NewDisposeScope();
        var queries = Random([1, 35, 8], 1);
        var rows = new AffinityRows((queries, Random([1, 8, 35], 2)), null, null, 1);
        Assert.Equal(35, rows.Height);
        using var _ = no_grad();
        Assert.Equal(1, rows.Height);
    }

    [Fact]
    public void The_network_in_blocks_equals_itself_in_one_piece()
    {
        using var scope = NewDisposeScope();
        using var network = Create(Head, true);
        network.eval();
        var input = Goldens.Input(1, 65);
        var whole = network.call(input);
        using var _ = no_grad();
        // 81 positions at 12 floats a pair: no budget of whole megabytes is short enough, so this shows the two paths at their ends.
        var again = network.call(input);
        Assert.True(RelativeDifference(again.RefinedSegmentation!, whole.RefinedSegmentation!) < BlockRounding);
        Assert.True(RelativeDifference(again.RefinedSaliency!, whole.RefinedSaliency!) < BlockRounding);
    }

    [Fact]
    public void Class_logits_and_maps_alone_are_those_of_the_whole()
    {
        using var scope = NewDisposeScope();
        using var network = Create(Head, true);
        network.eval();
        using var _ = no_grad();
        var input = Goldens.Input(2, 33);
        var outputs = network.call(input);
        Assert.Equal(outputs.Tags.ToFloats(), network.ClassLogits(input).ToFloats());
        Assert.Equal(outputs.Maps.ToFloats(), network.ClassMaps(input).ToFloats());
    }

    [Fact]
    public void Training_and_prediction_leave_no_tensor_behind()
    {
        long live = LiveTensors.Settled();
        using (NewDisposeScope())
        {
            // Dropout draws from it while the network trains.
            using var generator = new Generator(5);
            using var network = new AuxiliaryAffinityNetwork(Small, Head, 3, true, generator);
            using var input = Goldens.Input(2, 33);
            var alone = LiveTensors.Count;
            foreach (var tensor in network.call(input).All)
                tensor.Dispose();
            Predict(() => network.ClassMaps(input)).Dispose();
            Predict(() => network.ClassLogits(input)).Dispose();
            Assert.Equal(alone, LiveTensors.Count);
        }
        Assert.Equal(live, LiveTensors.Count);
    }

    private static Tensor Random(long[] shape, int seed)
    {
        using var generator = new Generator((ulong)seed);
        return empty(shape).normal_(0, 1, generator);
    }

    private static Tensor Affinity(int seed) => CrossTaskAffinity.Rows(Random([2, 35, 8], seed), Random([2, 8, 35], seed + 10));

    private static CrossTaskAffinity Fusion()
    {
        using var generator = new Generator(4);
        return new(true, generator);
    }

    private static PositionSimilarity Similarity(double? temperature)
    {
        using var generator = new Generator(6);
        return new(8, 3, temperature, generator);
    }

    private static AuxiliaryAffinityNetwork Create(AuxiliaryHeadOptions head, bool withSaliency, string architecture = "resnet18")
    {
        using var generator = new Generator(5);
        return new(Small with { Architecture = architecture }, head, 3, withSaliency, generator);
    }
}
