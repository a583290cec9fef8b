using MLNetWsss.PairwiseAffinity;
using MLNetWsss.Tests.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Tests.PairwiseAffinity;

public sealed class PairwiseAffinityLossesTests
{
    /// <summary>The 1e-5 that keeps logarithms and means finite.</summary>
    private const float Epsilon = 3e-5f;

    [Fact]
    public void One_pair_of_each_sort_costs_as_computed_by_hand()
    {
        using var scope = NewDisposeScope();
        // Background pair a = 0.5: log 2 / 4; class 2 pair a = 0.8: log 1.25 / 4; unlike pair a = 0.1: -log 0.9 / 2. The last is unsure.
        var (background, objects, borders) = PairwiseAffinityLosses.PairLosses(
            tensor(new[] { 0.5f, 0.8f, 0.1f, 0.3f }), tensor(new long[] { 0, 2, 0, 255 }), tensor(new long[] { 0, 2, 1, 1 }));
        Assert.Equal(0.173287f, background.item<float>(), Epsilon);
        Assert.Equal(0.055786f, objects.item<float>(), Epsilon);
        Assert.Equal(0.052680f, borders.item<float>(), Epsilon);
    }

    [Fact]
    public void Rare_sorts_count_as_much_as_frequent_ones()
    {
        using var scope = NewDisposeScope();
        var once = PairwiseAffinityLosses.PairLosses(tensor(new[] { 0.5f, 0.8f }), tensor(new long[] { 0, 1 }), tensor(new long[] { 0, 1 }));
        var often = PairwiseAffinityLosses.PairLosses(tensor(new[] { 0.5f, 0.5f, 0.5f, 0.8f }), tensor(new long[] { 0, 0, 0, 1 }),
            tensor(new long[] { 0, 0, 0, 1 }));
        Assert.Equal(once.Background.item<float>(), often.Background.item<float>(), Epsilon);
        Assert.Equal(once.Objects.item<float>(), often.Objects.item<float>(), Epsilon);
    }

    [Fact]
    public void Unsure_pairs_cost_nothing_and_teach_nothing()
    {
        using var scope = NewDisposeScope();
        var affinities = tensor(new[] { 0.5f, 0f, 1f });
        affinities.requires_grad = true;
        var unsure = tensor(new long[] { 255, 255, 0 });
        var (background, objects, borders) = PairwiseAffinityLosses.PairLosses(affinities, unsure, tensor(new long[] { 255, 1, 255 }));
        var total = background.add(objects).add(borders);
        Assert.Equal(0, total.item<float>());
        total.backward();
        Assert.All(affinities.grad!.ToFloats(), gradient => Assert.Equal(0, gradient));
    }

    [Fact]
    public void Displacements_cost_as_computed_by_hand()
    {
        using var scope = NewDisposeScope();
        // Half the mean over pairs and over both directions: objects (4 + 2) / 2 pairs / 2 directions / 2, background 1 / 1 / 2 / 2.
        var loss = PairwiseAffinityLosses.DisplacementLoss(tensor(new[] { 4f, 2, 9, 9 }), tensor(new[] { 9f, 9, 1, 9 }),
            tensor(new long[] { 1, 1, 0, 0 }), tensor(new long[] { 1, 1, 0, 1 }));
        Assert.Equal(0.75f + 0.25f, loss.item<float>(), Epsilon);
    }

    [Fact]
    public void Displacements_lose_their_mean_at_prediction()
    {
        using var generator = new Generator(1, CPU);
        using var head = new DisplacementHead(16, 16, generator);
        using var scope = NewDisposeScope();
        var input = Goldens.FromFormula([2, 16, 4, 4], position => Goldens.Uniform(1, position));
        head.train();
        var field = head.call(input);
        head.eval();
        // After one batch the running mean is a tenth of the batch's.
        var expected = field.sub(field.mean([0L, 2L, 3L], true).mul(0.1));
        Assert.True(Tensors.RelativeDifference(head.call(input), expected) < 1e-5);
        Assert.True(field.mean([0L, 2L, 3L]).abs().max().item<float>() > 1e-3f, "The field had no mean to lose.");
    }
}
