using MLNetWsss.Backbones;
using static TorchSharp.torch;

namespace MLNetWsss.Tests.Backbones;

public class GroupNormLayerTests
{
    [Fact]
    public void A_new_layer_scales_by_one_and_shifts_by_nothing()
    {
        using var scope = NewDisposeScope();
        // Several, since memory that nobody has written may hold the right numbers by chance.
        foreach (var norm in Enumerable.Range(0, 8).Select(_ => new GroupNormLayer(2, 64)))
            using (norm)
                Assert.Equal([("weight", 1f), ("bias", 0f)], norm.named_parameters().Select(p =>
                    (p.name, p.parameter.ToFloats().Distinct().Single())));
    }

    [Fact]
    public void Each_group_comes_out_with_mean_0_and_deviation_1()
    {
        using var scope = NewDisposeScope();
        using var norm = new GroupNormLayer(2, 4);
        var groups = norm.call(Goldens.FromFormula([1, 4, 5, 5], i => 7 + 3 * Goldens.Uniform(4, i))).view(2, 50);
        // Float32 sums of 50 numbers, and an epsilon of 1e-5 under a variance of about 0.75.
        const double Rounding = 1e-4;
        Assert.All(groups.mean([1L]).ToFloats(), mean => Assert.Equal(0, mean, Rounding));
        Assert.All(groups.std(1, false).ToFloats(), deviation => Assert.Equal(1, deviation, Rounding));
    }
}
