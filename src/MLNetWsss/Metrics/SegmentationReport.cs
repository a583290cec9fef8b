namespace MLNetWsss.Metrics;

/// <summary>How well masks match the true ones: by region, and along the boundaries.</summary>
/// <param name="Images">Images compared.</param>
/// <param name="Regions">IoU, false positives and negatives, precision and recall, per class and in the mean.</param>
/// <param name="Boundaries">Boundary IoU and boundary F; null where they were not asked for.</param>
public sealed record SegmentationReport(int Images, SegmentationMetrics Regions, BoundaryMetrics? Boundaries)
{
    /// <summary>Mean IoU over the classes that occur, background included, in [0, 1].</summary>
    public double MeanIoU => Regions.MeanIoU;

    /// <summary>A table to print.</summary>
    public override string ToString() => Boundaries is null ? $"{Regions}" : $"{Regions}{Environment.NewLine}{Boundaries}";
}

/// <summary>How well a classifier's probabilities rank the photos of each tag.</summary>
/// <param name="ClassNames">Foreground classes.</param>
/// <param name="PerClass">Average precision of each, in [0, 1]; NaN where no photo has the tag.</param>
/// <param name="MeanAveragePrecision">Mean over the classes that occur.</param>
public sealed record TagReport(IReadOnlyList<string> ClassNames, IReadOnlyList<double> PerClass, double MeanAveragePrecision)
{
    /// <summary>A line to print.</summary>
    public override string ToString() => FormattableString.Invariant($"mAP {MeanAveragePrecision:0.000}: ") +
        string.Join(", ", ClassNames.Zip(PerClass).Select(c => FormattableString.Invariant($"{c.First} {c.Second:0.000}")));
}
