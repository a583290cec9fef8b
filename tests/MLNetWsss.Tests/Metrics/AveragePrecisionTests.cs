using MLNetWsss.Metrics;
using Xunit;

namespace MLNetWsss.Tests.Metrics;

public sealed class AveragePrecisionTests
{
    // Quotients of small whole numbers in double precision.
    private const double Rounding = 1e-12;

    [Fact]
    public void Precision_is_averaged_over_the_gains_of_recall()
    {
        // Ranked 1, 0, 1, 0: precision 1 at recall 1/2, 2/3 at recall 1.
        Assert.Equal(0.5 * 1 + 0.5 * 2 / 3, AveragePrecision.Of([0.9f, 0.8f, 0.7f, 0.6f], [true, false, true, false]), Rounding);
    }

    [Fact]
    public void Precision_never_rises_with_recall()
    {
        // Ranked 0, 1, 1: precision 1/2 at recall 1/2 is lifted to the 2/3 at recall 1.
        Assert.Equal(2 / 3.0, AveragePrecision.Of([3, 2, 1], [false, true, true]), Rounding);
    }

    [Fact]
    public void A_perfect_ranking_scores_one_and_the_worst_its_share()
    {
        Assert.Equal(1, AveragePrecision.Of([-1, -2, -3], [true, true, false]), Rounding);
        Assert.Equal(1 / 4.0, AveragePrecision.Of([4, 3, 2, 1], [false, false, false, true]), Rounding);
    }

    [Fact]
    public void Equal_scores_enter_together_in_any_order()
    {
        Assert.Equal(2 / 5.0, AveragePrecision.Of([1, 1, 1, 1, 1], [true, true, false, false, false]), Rounding);
        // Rank 1 is right; then two of the three tied ones: precision 3/4 at full recall.
        Assert.Equal((1 + 2 * 0.75) / 3, AveragePrecision.Of([1, 2, 1, 1], [true, true, false, true]), Rounding);
        Assert.Equal((1 + 2 * 0.75) / 3, AveragePrecision.Of([1, 1, 1, 2], [false, true, true, true]), Rounding);
    }

    [Fact]
    public void The_mean_leaves_out_classes_that_no_image_has()
    {
        var precision = new AveragePrecision(3);
        precision.Add([2, 1, 5], [1, 0, 0]);
        precision.Add([1, 2, 6], [0, 0, 0]);
        precision.Add([3, 0, 7], [0, 1, 0]);

        var perClass = precision.PerClass();

        // Class 0 is found second of three, class 1 last of three, class 2 never occurs.
        Assert.Equal(1 / 2.0, perClass[0], Rounding);
        Assert.Equal(1 / 3.0, perClass[1], Rounding);
        Assert.Equal(double.NaN, perClass[2]);
        Assert.Equal(5 / 12.0, precision.Mean(), Rounding);
    }

    [Fact]
    public void A_refused_row_leaves_nothing_behind()
    {
        var precision = new AveragePrecision(2);
        precision.Add([1, 1], [1, 1]);

        Assert.Throws<ArgumentException>(() => precision.Add([1, float.NaN], [1, 1]));
        Assert.Throws<ArgumentException>(() => precision.Add([1, 1], [1, 0.5f]));
        Assert.Throws<ArgumentException>(() => precision.Add([1], [1]));
        Assert.Equal(1, precision.Mean());
    }
}
