using System.Globalization;

namespace MLNetWsss.Metrics;

/// <summary>How far from a boundary the boundary measures look.</summary>
public sealed record BoundaryOptions
{
    /// <summary>Width of the band of Boundary IoU as a share of the image's diagonal, rounded to whole pixels, at least one. Default 0.02
    /// (Cheng et al., "Boundary IoU", 2021).</summary>
    public double BandShare { get; init; } = 0.02;

    /// <summary>Largest distance between matching boundaries for Boundary F as a share of the image's diagonal, rounded up to whole pixels.
    /// Default 0.0075 (Martin et al. 2004 and Csurka et al., "What is a good evaluation measure for semantic segmentation?",
    /// 2013).</summary>
    public double ToleranceShare { get; init; } = 0.0075;

    /// <summary>The widest trimap band in pixels; bands of 1, 2, ... up to it are scored. Default 20 (Kohli et al. 2009).</summary>
    public int TrimapWidth { get; init; } = 20;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">The message names the option, its value and what is allowed.</exception>
    public void Validate()
    {
        if (BandShare is not (> 0 and < 1))
            throw new ArgumentException($"BoundaryOptions.BandShare is {BandShare}, but must be between 0 and 1.", nameof(BandShare));
        if (ToleranceShare is not (> 0 and < 1))
            throw new ArgumentException(
                $"BoundaryOptions.ToleranceShare is {ToleranceShare}, but must be between 0 and 1.", nameof(ToleranceShare));
        if (TrimapWidth < 1)
            throw new ArgumentException($"BoundaryOptions.TrimapWidth is {TrimapWidth}, but must be at least 1.", nameof(TrimapWidth));
    }
}

/// <summary>How well the boundaries of a segmentation fit. All are fractions in 0..1, NaN where a class or band never occurs, which means
/// leave out.</summary>
/// <param name="ClassNames">K names, background first.</param>
/// <param name="BoundaryIoU">Per class, IoU of the inner boundary bands of truth and prediction, counted over all images.</param>
/// <param name="BoundaryF">Per class, harmonic mean of boundary precision and recall, averaged over the images in which the class has a
/// boundary.</param>
/// <param name="TrimapIoU">Mean IoU over the pixels nearer to a true boundary than 1, 2, ... pixels; entry 0 is the band of 1
/// pixel.</param>
public sealed record BoundaryMetrics(
    IReadOnlyList<string> ClassNames, IReadOnlyList<double> BoundaryIoU, IReadOnlyList<double> BoundaryF, IReadOnlyList<double> TrimapIoU)
{
    /// <summary>Mean of <see cref="BoundaryIoU"/> over the classes that occur, background included.</summary>
    public double MeanBoundaryIoU => SegmentationMetrics.Mean(BoundaryIoU);

    /// <summary>Mean of <see cref="BoundaryF"/> over the classes that have boundaries, background included.</summary>
    public double MeanBoundaryF => SegmentationMetrics.Mean(BoundaryF);

    /// <summary>One line with the means and the narrowest and widest trimap band.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"boundary IoU {MeanBoundaryIoU:F4}, boundary F {MeanBoundaryF:F4}, " +
        $"trimap mIoU {TrimapIoU[0]:F4} at 1 px to {TrimapIoU[^1]:F4} at {TrimapIoU.Count} px");
}
