using MLNetWsss.Imaging;
using MLNetWsss.Metrics;
using Xunit;

namespace MLNetWsss.Tests.Metrics;

public sealed class SaliencyMetricsTests
{
    /// <summary>Float32 sums over four pixels.</summary>
    private const double Rounding = 1e-6;

    [Fact]
    public void Scores_are_as_counted_by_hand()
    {
        // Objects at pixels 0 and 1; the last pixel counts for nothing. At threshold 0.6 nothing right is found. At 0.4: P = 2/3, R = 1,
        // F = 1.3 * 2/3 / (0.3 * 2/3 + 1) = 0.722222. MAE = (0.6 + 0.6 + 0.6 + 0) / 4 = 0.45.
        var score = new SaliencyAccumulator();
        score.Add(new ScoreMaps(1, 1, 5, [0.4f, 0.4f, 0.6f, 0, 1]), new LabelMap(1, 5, [3, 7, 0, 0, 255]));
        var result = score.Result();
        Assert.Equal(1.3 * (2 / 3.0) / (0.3 * (2 / 3.0) + 1), result.MaxFMeasure, Rounding);
        Assert.Equal(102 / 255.0, result.Threshold, Rounding);
        Assert.Equal(0.45, result.MeanAbsoluteError, Rounding);
    }

    [Fact]
    public void The_truth_itself_scores_best_and_its_opposite_worst()
    {
        var truth = new LabelMap(1, 4, [0, 1, 1, 0]);
        var right = new SaliencyAccumulator();
        right.Add(new ScoreMaps(1, 1, 4, [0, 1, 1, 0]), truth);
        Assert.Equal((1, 0), (right.Result().MaxFMeasure, right.Result().MeanAbsoluteError));
        var wrong = new SaliencyAccumulator();
        wrong.Add(new ScoreMaps(1, 1, 4, [1, 0, 0, 1]), truth);
        Assert.Equal(1, wrong.Result().MeanAbsoluteError);
    }

    [Fact]
    public void Images_without_an_object_are_passed_over()
    {
        var score = new SaliencyAccumulator();
        score.Add(new ScoreMaps(1, 1, 2, [1, 1]), new LabelMap(1, 2, [0, 255]));
        Assert.Throws<InvalidOperationException>(() => score.Result());
        score.Add(new ScoreMaps(1, 1, 2, [1, 0]), new LabelMap(1, 2, [1, 0]));
        Assert.Equal(1, score.Result().Images);
    }

    [Fact]
    public void A_map_of_another_size_is_refused() => Assert.Contains("2 x 2", Assert.Throws<ArgumentException>(() =>
        new SaliencyAccumulator().Add(new ScoreMaps(1, 1, 4, [0, 0, 0, 0]), new LabelMap(2, 2, [0, 0, 0, 1]))).Message);
}
