using MLNetWsss.Imaging;
using Xunit;

namespace MLNetWsss.Tests.Imaging;

public sealed class OtsuThresholdTests
{
    [Fact]
    public void Two_values_are_cut_in_the_middle()
    {
        // Every cut between the first and the last of the 256 bins is equally good, so the middle one, edge 128, is taken: 128 / 256.
        Assert.Equal(0.5f, OtsuThreshold.Of([0f, 0f, 0f, 1f]));
        Assert.Equal(15f, OtsuThreshold.Of([10f, 20f]));
    }

    [Fact]
    public void A_constant_set_has_nothing_above_its_threshold()
    {
        Assert.Equal(0.3f, OtsuThreshold.Of([0.3f, 0.3f]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_cut_has_the_largest_variance_between_the_sides(int seed)
    {
        var random = new Random(seed);
        // Whole numbers 0..255, one a bin: 256 bins of 255/256 hold exactly one each.
        float[] values = [0, 255, .. Enumerable.Range(0, 300).Select(_ => MathF.Floor((float)random.Next(256) * random.Next(256) / 255))];

        var found = OtsuThreshold.Of(values);

        var best = Enumerable.Range(0, 255).Max(cut => BetweenVariance(values, cut + 0.5f));
        // Relative rounding of sums of a few hundred doubles.
        Assert.Equal(best, BetweenVariance(values, found), best * 1e-9);
    }

    [Fact]
    public void Maps_are_cut_at_their_maximum_over_the_classes()
    {
        var maps = new ScoreMaps(2, 1, 4, [0, 0, 0.9f, 0, 0, 0.1f, 0, 0.9f]);

        Assert.Equal(OtsuThreshold.Of([0, 0.1f, 0.9f, 0.9f]), OtsuThreshold.Of(maps));
    }

    [Fact]
    public void Values_that_are_not_finite_are_refused()
    {
        Assert.Throws<ArgumentException>(() => OtsuThreshold.Of([0f, float.NaN]));
        Assert.Throws<ArgumentException>(() => OtsuThreshold.Of(ReadOnlySpan<float>.Empty));
    }

    private static double BetweenVariance(float[] values, float cut)
    {
        var (low, high) = (values.Where(v => v <= cut).ToArray(), values.Where(v => v > cut).ToArray());
        if (low.Length == 0 || high.Length == 0)
            return 0;
        var difference = low.Average(v => (double)v) - high.Average(v => (double)v);
        return (double)low.Length * high.Length * difference * difference;
    }
}
