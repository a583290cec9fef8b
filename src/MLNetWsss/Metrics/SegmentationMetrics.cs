using System.Globalization;
using System.Text;
using MLNetWsss.Imaging;

namespace MLNetWsss.Metrics;

/// <summary>
/// Scores of a segmentation. For class c with T true pixels, P predicted ones and TP of both: IoU = TP / (T + P - TP), precision = TP / P,
/// recall = TP / T, false-positive rate = (P - TP) / (T + P - TP), false-negative rate = (T - TP) / (T + P - TP). All are fractions in
/// 0..1; a ratio 0 / 0 is NaN and left out of means. IoU and the two rates of a class add up to 1.
/// </summary>
public sealed record SegmentationMetrics
{
    internal SegmentationMetrics(ConfusionMatrix counts, IReadOnlyList<string> classNames, IgnoredPredictions ignored)
    {
        ClassNames = classNames;
        Ignored = ignored;
        var (truth, predicted, hits) = Totals(counts, ignored);
        var union = new double[hits.Length];
        for (var k = 0; k < union.Length; k++)
            union[k] = truth[k] + predicted[k] - hits[k];
        IoU = [.. hits.Select((h, k) => h / union[k])];
        FalsePositiveRate = [.. hits.Select((h, k) => (predicted[k] - h) / union[k])];
        FalseNegativeRate = [.. hits.Select((h, k) => (truth[k] - h) / union[k])];
        Precision = [.. hits.Select((h, k) => h / predicted[k])];
        Recall = [.. hits.Select((h, k) => h / truth[k])];
        Pixels = (long)truth.Sum();
        PixelAccuracy = hits.Sum() / truth.Sum();
        MeanIoU = Mean(IoU);
        MeanIoUAbsentAsZero = IoU.Sum(iou => double.IsNaN(iou) ? 0 : iou) / IoU.Count;
    }

    /// <summary>K names, background first.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>How pixels predicted <see cref="LabelMap.Ignore"/> were treated.</summary>
    public IgnoredPredictions Ignored { get; }

    /// <summary>How many pixels counted.</summary>
    public long Pixels { get; }

    /// <summary>Per class, intersection over union; NaN for a class that neither truth nor prediction has.</summary>
    public IReadOnlyList<double> IoU { get; }

    /// <summary>Mean of <see cref="IoU"/> over the classes that occur, background included: the usual "mIoU".</summary>
    public double MeanIoU { get; }

    /// <summary>Mean of <see cref="IoU"/> where classes that do not occur count as 0, as in evaluations that add a small constant to the
    /// union (SEAM). Equal to <see cref="MeanIoU"/> once every class occurs.</summary>
    public double MeanIoUAbsentAsZero { get; }

    /// <summary>Share of all counted pixels whose class is right.</summary>
    public double PixelAccuracy { get; }

    /// <summary>Per class, wrongly claimed pixels over the union.</summary>
    public IReadOnlyList<double> FalsePositiveRate { get; }

    /// <summary>Per class, missed pixels over the union.</summary>
    public IReadOnlyList<double> FalseNegativeRate { get; }

    /// <summary>Per class, the share of its predicted pixels that is right.</summary>
    public IReadOnlyList<double> Precision { get; }

    /// <summary>Per class, the share of its true pixels that is found.</summary>
    public IReadOnlyList<double> Recall { get; }

    /// <summary>False-positive rate of the background: high when objects are under-segmented.</summary>
    public double BackgroundFalsePositiveRate => FalsePositiveRate[0];

    /// <summary>False-negative rate of the background: high when objects are over-segmented.</summary>
    public double BackgroundFalseNegativeRate => FalseNegativeRate[0];

    /// <summary>Mean false-positive rate of the foreground classes that occur.</summary>
    public double ForegroundFalsePositiveRate => Mean(FalsePositiveRate.Skip(1));

    /// <summary>Mean false-negative rate of the foreground classes that occur.</summary>
    public double ForegroundFalseNegativeRate => Mean(FalseNegativeRate.Skip(1));

    /// <summary>Mean <see cref="Precision"/> over the classes that are predicted anywhere.</summary>
    public double MeanPrecision => Mean(Precision);

    /// <summary>Mean <see cref="Recall"/> over the classes that truly occur.</summary>
    public double MeanRecall => Mean(Recall);

    /// <summary>A table with one row a class and the means below it.</summary>
    public override string ToString()
    {
        var name = Math.Max(18, ClassNames.Max(n => n.Length));
        var table = new StringBuilder();
        table.Append("class".PadRight(name)).AppendLine("     IoU      FP      FN  precision  recall");
        for (var k = 0; k < ClassNames.Count; k++)
            AppendRow(table, ClassNames[k].PadRight(name), IoU[k], FalsePositiveRate[k], FalseNegativeRate[k], Precision[k], Recall[k]);
        AppendRow(table, "mean of foreground".PadRight(name), Mean(IoU.Skip(1)), ForegroundFalsePositiveRate, ForegroundFalseNegativeRate,
            Mean(Precision.Skip(1)), Mean(Recall.Skip(1)));
        AppendRow(table, "mean of all".PadRight(name), MeanIoU, Mean(FalsePositiveRate), Mean(FalseNegativeRate),
            MeanPrecision, MeanRecall);
        var present = IoU.Count(iou => !double.IsNaN(iou));
        return table.Append(CultureInfo.InvariantCulture,
            $"mIoU {MeanIoU:F4} over {present} of {IoU.Count} classes (absent as zero {MeanIoUAbsentAsZero:F4}), " +
            $"pixel accuracy {PixelAccuracy:F4}, {Pixels} pixels").ToString();
    }

    /// <summary>Mean of the values that are numbers; NaN if none is.</summary>
    internal static double Mean(IEnumerable<double> values) =>
        values.Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Average();

    private static (double[] Truth, double[] Predicted, double[] Hits) Totals(ConfusionMatrix counts, IgnoredPredictions ignored)
    {
        var classes = counts.Classes;
        double[] truth = new double[classes], predicted = new double[classes], hits = new double[classes];
        for (var t = 0; t < classes; t++)
        {
            for (var p = 0; p < classes; p++)
            {
                truth[t] += counts[t, p];
                predicted[p] += counts[t, p];
            }
            hits[t] = counts[t, t];
            if (ignored != IgnoredPredictions.AsBackground)
                continue;
            var unsure = counts[t, LabelMap.Ignore];
            truth[t] += unsure;
            predicted[LabelMap.Background] += unsure;
            if (t == LabelMap.Background)
                hits[t] += unsure;
        }
        return (truth, predicted, hits);
    }

    private static void AppendRow(StringBuilder table, string name, double iou, double fp, double fn, double precision, double recall) =>
        table.Append(name).AppendLine(string.Create(CultureInfo.InvariantCulture,
            $"{Cell(iou)}{Cell(fp)}{Cell(fn)}   {Cell(precision)}{Cell(recall)}"));

    private static string Cell(double value) =>
        (double.IsNaN(value) ? "-" : value.ToString("F4", CultureInfo.InvariantCulture)).PadLeft(8);
}
