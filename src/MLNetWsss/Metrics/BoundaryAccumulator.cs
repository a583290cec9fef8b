using MLNetWsss.Imaging;

namespace MLNetWsss.Metrics;

/// <summary>Counts boundary measures over any number of images.</summary>
/// <remarks>
/// Where the truth is <see cref="LabelMap.Ignore"/> the prediction is taken to be the same, so within a void seam around an object
/// (PASCAL VOC has one) any boundary is right, and a perfect prediction scores 1. Elsewhere a predicted 255 counts as background. Not
/// thread safe.
/// </remarks>
public sealed class BoundaryAccumulator
{
    private readonly BoundaryOptions _options;
    private readonly IReadOnlyList<string> _names;
    private readonly int _classes;
    private readonly long[] _bandIntersection;
    private readonly long[] _bandUnion;
    private readonly double[] _fSum;
    private readonly long[] _fImages;
    // Entry r counts pixels whose distance to the boundary is within [r, r + 1).
    private readonly ConfusionMatrix[] _rings;

    /// <summary>Nothing counted yet.</summary>
    /// <param name="classes">K, background included, 1 to 255.</param>
    /// <param name="options">Distances; none for the literature's.</param>
    /// <param name="classNames">K names, background first; none for "background", "class 1", ...</param>
    /// <exception cref="ArgumentException">An option is out of range, or the number of names is not K.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of classes is not within 1..255.</exception>
    public BoundaryAccumulator(int classes, BoundaryOptions? options = null, IReadOnlyList<string>? classNames = null)
    {
        _options = options ?? new();
        _options.Validate();
        _rings = [.. Enumerable.Range(0, _options.TrimapWidth).Select(_ => new ConfusionMatrix(classes))];
        _names = ReportNames.Checked(classNames, classes);
        _classes = classes;
        _bandIntersection = new long[classes];
        _bandUnion = new long[classes];
        _fSum = new double[classes];
        _fImages = new long[classes];
    }

    /// <summary>Counts one image.</summary>
    /// <exception cref="ArgumentException">The sizes differ, or a label other than 255 is not below K.</exception>
    public void Add(LabelMap prediction, LabelMap truth)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(truth);
        ConfusionMatrix.CheckSameSize(prediction, truth);
        _rings[0].CheckLabels(prediction.Labels, "prediction");
        _rings[0].CheckLabels(truth.Labels, "truth");
        var image = new BoundaryImage(prediction, truth, _options);
        image.CountRings(_rings);
        foreach (var label in image.Classes())
        {
            var (intersection, union) = image.Bands(label);
            _bandIntersection[label] += intersection;
            _bandUnion[label] += union;
            if (image.BoundaryF(label) is not { } f)
                continue;
            _fSum[label] += f;
            _fImages[label]++;
        }
    }

    /// <summary>The scores that follow from the counts.</summary>
    public BoundaryMetrics ToMetrics()
    {
        var trimap = new double[_rings.Length];
        var within = new ConfusionMatrix(_classes);
        for (var r = 0; r < trimap.Length; r++)
        {
            within.Add(_rings[r]);
            trimap[r] = within.ToMetrics(_names).MeanIoU;
        }
        return new BoundaryMetrics(_names,
            [.. _bandIntersection.Select((n, k) => n / (double)_bandUnion[k])], [.. _fSum.Select((f, k) => f / _fImages[k])], trimap);
    }
}
