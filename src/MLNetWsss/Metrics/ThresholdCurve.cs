using System.Globalization;

namespace MLNetWsss.Metrics;

/// <summary>Where a threshold came from. It decides what a score may be compared with.</summary>
public enum ThresholdChoice
{
    /// <summary>Fixed beforehand.</summary>
    Fixed,

    /// <summary>The best of a sweep that looked at the ground truth: an upper bound, not a result that could be had without
    /// masks.</summary>
    SweptOnGroundTruth,

    /// <summary>Otsu's threshold of every image's own maximum map: no ground truth involved.</summary>
    OtsuPerImage,
}

/// <summary>Scores at one background threshold.</summary>
/// <param name="Threshold">The threshold; for <see cref="ThresholdChoice.OtsuPerImage"/> the mean over the images.</param>
/// <param name="Choice">Where the threshold came from.</param>
/// <param name="Metrics">The scores.</param>
public sealed record ThresholdScore(float Threshold, ThresholdChoice Choice, SegmentationMetrics Metrics)
{
    /// <summary>One line: mIoU, threshold and its origin.</summary>
    public override string ToString()
    {
        var origin = Choice switch
        {
            ThresholdChoice.SweptOnGroundTruth => "best of a sweep on the ground truth",
            ThresholdChoice.OtsuPerImage => "mean of Otsu's thresholds per image, free of ground truth",
            _ => "fixed",
        };
        return string.Create(CultureInfo.InvariantCulture, $"mIoU {Metrics.MeanIoU:F4} at background threshold {Threshold:F2} ({origin})");
    }
}

/// <summary>The scores of maps over all background thresholds, with the three honest ways to quote one number from them.</summary>
public sealed record ThresholdCurve
{
    // Wider than the rounding of any way to write a hundredth as a float, far narrower than a step.
    private const float GridTolerance = 1e-4f;

    internal ThresholdCurve(IReadOnlyList<ThresholdScore> points, ThresholdScore otsu)
    {
        Points = points;
        Otsu = otsu;
        // MaxBy keeps the first of equals, and NaN, the score of ground truth that is all void, compares as lowest.
        Best = points.MaxBy(p => p.Metrics.MeanIoU)! with { Choice = ThresholdChoice.SweptOnGroundTruth };
    }

    /// <summary>One score a threshold, in the order of <see cref="ThresholdSweep.Thresholds"/>.</summary>
    public IReadOnlyList<ThresholdScore> Points { get; }

    /// <summary>The score of highest mIoU (at the lowest of equal thresholds). It is swept on the ground truth and says so.</summary>
    public ThresholdScore Best { get; }

    /// <summary>The score with Otsu's threshold per image, which needs no ground truth.</summary>
    public ThresholdScore Otsu { get; }

    /// <summary>The score at a threshold fixed beforehand.</summary>
    /// <exception cref="ArgumentException">The threshold is none of <see cref="ThresholdSweep.Thresholds"/>.</exception>
    public ThresholdScore At(float threshold) =>
        Points.FirstOrDefault(p => Math.Abs(p.Threshold - threshold) < GridTolerance)
        ?? throw new ArgumentException(
            $"The curve has points at 0, 0.01, ... 0.99, but none at {threshold}. Round to hundredths.", nameof(threshold));

    /// <summary>Best and ground-truth-free score, one a line.</summary>
    public override string ToString() => $"{Best}{Environment.NewLine}{Otsu}";
}
