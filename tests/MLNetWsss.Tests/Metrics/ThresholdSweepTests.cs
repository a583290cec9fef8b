using MLNetWsss.Imaging;
using MLNetWsss.Metrics;
using Xunit;

namespace MLNetWsss.Tests.Metrics;

public sealed class ThresholdSweepTests
{
    private const int Maps = 3;

    [Fact]
    public void Every_point_equals_labelling_anew_at_its_threshold()
    {
        var rows = Rows(4);
        var curve = Sweep(rows).ToCurve();

        Assert.Equal(100, curve.Points.Count);
        foreach (var point in curve.Points)
        {
            var counts = new ConfusionMatrix(Maps + 1);
            foreach (var (maps, truth) in rows)
                counts.Add(MapsToLabels.Threshold(maps.Resize(truth.Height, truth.Width), point.Threshold), truth);
            Assert.Equal(counts.ToMetrics().ToString(), point.Metrics.ToString());
        }
    }

    [Fact]
    public void Scores_on_a_threshold_are_background_there_and_foreground_below()
    {
        // One pixel for each threshold, scoring exactly that threshold.
        var scores = ThresholdSweep.Thresholds.ToArray();
        var sweep = new ThresholdSweep(2);
        sweep.Add(new ScoreMaps(1, 1, 100, scores), new LabelMap(1, 100, [.. Enumerable.Repeat((byte)1, 100)]));

        var curve = sweep.ToCurve();

        // At threshold i the 99 - i higher pixels are found.
        for (var i = 0; i < 100; i++)
            Assert.Equal((99 - i) / 100.0, curve.Points[i].Metrics.Recall[1], 1e-12);
    }

    [Fact]
    public void The_best_point_is_the_maximum_and_says_that_it_saw_the_ground_truth()
    {
        var curve = Sweep(Rows(3)).ToCurve();

        Assert.Equal(curve.Points.Max(p => p.Metrics.MeanIoU), curve.Best.Metrics.MeanIoU);
        Assert.Equal(ThresholdChoice.SweptOnGroundTruth, curve.Best.Choice);
        Assert.Contains("ground truth", curve.Best.ToString());
        Assert.Equal(ThresholdChoice.Fixed, curve.At(curve.Best.Threshold).Choice);
    }

    [Fact]
    public void Perfect_maps_score_one_between_background_and_object()
    {
        var sweep = new ThresholdSweep(2);
        sweep.Add(new ScoreMaps(1, 1, 3, [0.205f, 0.9f, 0.5f]), new LabelMap(1, 3, [0, 1, 255]));

        var curve = sweep.ToCurve();

        Assert.Equal(1, curve.Best.Metrics.MeanIoU);
        // The lowest threshold that 0.205 does not exceed.
        Assert.Equal(0.21f, curve.Best.Threshold);
        Assert.Equal(0.25, curve.At(0.2f).Metrics.MeanIoU, 1e-12);
        Assert.Equal(1, curve.At(0.59f).Metrics.MeanIoU);
    }

    [Fact]
    public void Otsu_scores_equal_labelling_each_image_at_its_own_threshold()
    {
        var rows = Rows(4);
        var counts = new ConfusionMatrix(Maps + 1);
        var thresholds = new List<float>();
        foreach (var (maps, truth) in rows)
        {
            var resized = maps.Resize(truth.Height, truth.Width);
            thresholds.Add(OtsuThreshold.Of(resized));
            counts.Add(MapsToLabels.Threshold(resized, thresholds[^1]), truth);
        }

        var otsu = Sweep(rows).ToCurve().Otsu;

        Assert.Equal(counts.ToMetrics().ToString(), otsu.Metrics.ToString());
        Assert.Equal(thresholds.Average(), otsu.Threshold, 1e-6f);
        Assert.Equal(ThresholdChoice.OtsuPerImage, otsu.Choice);
    }

    [Fact]
    public void Misuse_is_refused_with_a_remedy()
    {
        var sweep = new ThresholdSweep(3);

        Assert.Contains("2 maps", Assert.Throws<ArgumentException>(
            () => sweep.Add(new ScoreMaps(3, 1, 1, [0, 0, 0]), new LabelMap(1, 1, [0]))).Message);
        Assert.Contains("label 3", Assert.Throws<ArgumentException>(
            () => sweep.Add(new ScoreMaps(2, 1, 1, [0, 0]), new LabelMap(1, 1, [3]))).Message);
        Assert.Throws<InvalidOperationException>(sweep.ToCurve);
        Assert.Contains("0.605", Assert.Throws<ArgumentException>(() => Sweep(Rows(1)).ToCurve().At(0.605f)).Message);
    }

    private static ThresholdSweep Sweep(List<(ScoreMaps Maps, LabelMap Truth)> rows)
    {
        var sweep = new ThresholdSweep(Maps + 1);
        foreach (var (maps, truth) in rows)
            sweep.Add(maps, truth);
        return sweep;
    }

    /// <summary>Random maps of random sizes, one class of each all zero, against random truths with some void.</summary>
    private static List<(ScoreMaps Maps, LabelMap Truth)> Rows(int count)
    {
        var random = new Random(7);
        var rows = new List<(ScoreMaps, LabelMap)>();
        for (var n = 0; n < count; n++)
        {
            int h = random.Next(3, 9), w = random.Next(3, 9), height = random.Next(5, 20), width = random.Next(5, 20);
            var scores = new float[Maps * h * w];
            foreach (ref var score in scores.AsSpan())
                score = random.NextSingle();
            scores.AsSpan(n % Maps * h * w, h * w).Clear();
            var truth = new byte[height * width];
            foreach (ref var label in truth.AsSpan())
                label = random.Next(8) == 0 ? LabelMap.Ignore : (byte)random.Next(Maps + 1);
            rows.Add((new ScoreMaps(Maps, h, w, scores), new LabelMap(height, width, truth)));
        }
        return rows;
    }
}
