using MLNetWsss.Imaging;
using MLNetWsss.Metrics;
using Xunit;

namespace MLNetWsss.Tests.Metrics;

public sealed class ConfusionMatrixTests
{
    // Quotients of small whole numbers in double precision.
    private const double Rounding = 1e-12;

    [Fact]
    public void The_toy_of_six_pixels_scores_as_by_hand()
    {
        // Without the last pixel: class 0 has T 2, P 2, TP 1, union 3; class 1 has T 3, P 3, TP 2, union 4.
        var metrics = Count(2, prediction: [0, 1, 1, 1, 0, 1], truth: [0, 0, 1, 1, 1, 255]).ToMetrics();

        AssertClose([1 / 3.0, 1 / 2.0], metrics.IoU);
        AssertClose([1 / 3.0, 1 / 4.0], metrics.FalsePositiveRate);
        AssertClose([1 / 3.0, 1 / 4.0], metrics.FalseNegativeRate);
        AssertClose([1 / 2.0, 2 / 3.0], metrics.Precision);
        AssertClose([1 / 2.0, 2 / 3.0], metrics.Recall);
        Assert.Equal(5 / 12.0, metrics.MeanIoU, Rounding);
        Assert.Equal(3 / 5.0, metrics.PixelAccuracy, Rounding);
        Assert.Equal(5, metrics.Pixels);
        Assert.Equal(1 / 3.0, metrics.BackgroundFalsePositiveRate, Rounding);
        Assert.Equal(1 / 4.0, metrics.ForegroundFalseNegativeRate, Rounding);
    }

    [Fact]
    public void Absent_classes_are_left_out_of_the_mean_or_count_as_zero()
    {
        var metrics = Count(4, prediction: [0, 0, 1, 1], truth: [0, 0, 1, 1]).ToMetrics();

        Assert.Equal(1, metrics.MeanIoU, Rounding);
        Assert.Equal(2 / 4.0, metrics.MeanIoUAbsentAsZero, Rounding);
        Assert.Equal(double.NaN, metrics.IoU[3]);
    }

    [Fact]
    public void A_class_predicted_but_never_true_counts_with_zero()
    {
        var metrics = Count(3, prediction: [0, 2], truth: [0, 0]).ToMetrics();

        // IoU 1/2, absent, 0/1.
        Assert.Equal(1 / 4.0, metrics.MeanIoU, Rounding);
        Assert.Equal(0, metrics.IoU[2]);
        Assert.Equal(1, metrics.FalsePositiveRate[2]);
    }

    [Fact]
    public void Predicted_ignore_is_background_or_dropped_as_asked()
    {
        var counts = Count(2, prediction: [255, 255, 1, 1], truth: [0, 1, 1, 0]);

        // As background the prediction reads 0, 0, 1, 1: each class has TP 1 and union 3.
        AssertClose([1 / 3.0, 1 / 3.0], counts.ToMetrics(ignored: IgnoredPredictions.AsBackground).IoU);
        // Dropped, pixels 2 and 3 remain: class 0 has TP 0, class 1 TP 1 of union 2.
        var dropped = counts.ToMetrics(ignored: IgnoredPredictions.Dropped);
        AssertClose([0, 1 / 2.0], dropped.IoU);
        Assert.Equal(2, dropped.Pixels);
        Assert.Equal(1, counts[1, 255]);
    }

    [Fact]
    public void Iou_and_the_two_error_rates_of_a_class_add_up_to_one()
    {
        var random = new Random(1);
        byte[] prediction = [.. Enumerable.Range(0, 500).Select(_ => (byte)random.Next(5))];
        byte[] truth = [.. Enumerable.Range(0, 500).Select(_ => (byte)random.Next(5))];

        var metrics = Count(5, prediction, truth).ToMetrics();

        for (var k = 0; k < 5; k++)
            Assert.Equal(1, metrics.IoU[k] + metrics.FalsePositiveRate[k] + metrics.FalseNegativeRate[k], Rounding);
    }

    [Fact]
    public void Merged_counts_equal_counts_of_everything()
    {
        var left = Count(2, prediction: [0, 1, 255], truth: [0, 0, 1]);
        left.Add(Count(2, prediction: [1, 1], truth: [1, 0]));

        var all = Count(2, prediction: [0, 1, 255, 1, 1], truth: [0, 0, 1, 1, 0]);

        Assert.Equal(all.ToMetrics().ToString(), left.ToMetrics().ToString());
        Assert.Equal(2, left[0, 1]);
        Assert.Throws<ArgumentException>(() => left.Add(new ConfusionMatrix(3)));
    }

    [Fact]
    public void The_full_range_of_labels_fits()
    {
        var counts = Count(255, prediction: [254, 255], truth: [254, 254]);

        Assert.Equal(1, counts[254, 254]);
        Assert.Equal(1, counts[254, 255]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConfusionMatrix(256));
    }

    [Fact]
    public void Unknown_labels_and_other_sizes_are_refused_with_what_was_found()
    {
        var counts = new ConfusionMatrix(2);

        Assert.Contains("label 7", Assert.Throws<ArgumentException>(() => counts.Add([0, 7], [0, 0])).Message);
        Assert.Contains("label 254", Assert.Throws<ArgumentException>(() => counts.Add([0, 0], [254, 0])).Message);
        var error = Assert.Throws<ArgumentException>(() => counts.Add(new LabelMap(1, 2, [0, 0]), new LabelMap(2, 1, [0, 0])));
        Assert.Contains("1 x 2", error.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => counts[0, 2]);
        Assert.Contains("3 names", Assert.Throws<ArgumentException>(() => counts.ToMetrics(["a", "b", "c"])).Message);
    }

    [Fact]
    public void The_table_names_classes_and_marks_absent_ones()
    {
        var metrics = Count(3, prediction: [0, 1, 1, 1, 0, 1], truth: [0, 0, 1, 1, 1, 255]).ToMetrics(["background", "cat", "dog"]);

        var table = metrics.ToString().ReplaceLineEndings("\n");

        Assert.Equal(
            """
            class                  IoU      FP      FN  precision  recall
            background          0.3333  0.3333  0.3333     0.5000  0.5000
            cat                 0.5000  0.2500  0.2500     0.6667  0.6667
            dog                      -       -       -          -       -
            mean of foreground  0.5000  0.2500  0.2500     0.6667  0.6667
            mean of all         0.4167  0.2917  0.2917     0.5833  0.5833
            mIoU 0.4167 over 2 of 3 classes (absent as zero 0.2778), pixel accuracy 0.6000, 5 pixels
            """.ReplaceLineEndings("\n"), table);
    }

    private static ConfusionMatrix Count(int classes, byte[] prediction, byte[] truth)
    {
        var counts = new ConfusionMatrix(classes);
        counts.Add(new LabelMap(1, prediction.Length, prediction), new LabelMap(1, truth.Length, truth));
        return counts;
    }

    private static void AssertClose(double[] expected, IReadOnlyList<double> found)
    {
        Assert.Equal(expected.Length, found.Count);
        for (var k = 0; k < expected.Length; k++)
            Assert.Equal(expected[k], found[k], Rounding);
    }
}
