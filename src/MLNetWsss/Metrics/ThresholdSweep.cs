using MLNetWsss.Imaging;

namespace MLNetWsss.Metrics;

/// <summary>
/// Scores maps against ground truth at all background thresholds 0, 0.01, ... 0.99 at once: a pixel's prediction changes with the
/// threshold in one place only, where the threshold passes its maximum, so a histogram of maxima per (true class, strongest class) holds
/// every confusion matrix.
/// </summary>
/// <remarks>Give maps whose scores are comparable to these thresholds, usually divided by their own maximum, and zero for classes that
/// the image's tags exclude. Not thread safe.</remarks>
public sealed class ThresholdSweep
{
    private const int Steps = 100;

    private readonly int _maps;
    private readonly IReadOnlyList<string> _names;
    // [true class K][strongest map K - 1][number of thresholds below the maximum, 0..Steps]
    private readonly long[] _histogram;
    private readonly ConfusionMatrix _otsu;
    private double _otsuThresholds;
    private int _images;

    /// <summary>An empty sweep.</summary>
    /// <param name="classes">K, background included, as everywhere in these metrics: one more than there are maps. 2 to 255.</param>
    /// <param name="classNames">K names, background first; none for "background", "class 1", ...</param>
    /// <exception cref="ArgumentException">The number of names is not K.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of classes is not within 2..255.</exception>
    public ThresholdSweep(int classes, IReadOnlyList<string>? classNames = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        _otsu = new ConfusionMatrix(classes);
        _names = ReportNames.Checked(classNames, classes);
        _maps = classes - 1;
        _histogram = new long[classes * _maps * (Steps + 1)];
    }

    /// <summary>The thresholds that are swept: 0 to 0.99 by 0.01. A pixel is foreground if its maximum exceeds the threshold.</summary>
    public static IReadOnlyList<float> Thresholds { get; } = [.. Enumerable.Range(0, Steps).Select(i => i / 100f)];

    /// <summary>Counts one image. The maps are resized bilinearly to the truth's size; pixels whose truth is 255 do not count.</summary>
    /// <exception cref="ArgumentException">The number of maps is not K - 1, a true label is not below K, or a score is not
    /// finite.</exception>
    public void Add(ScoreMaps maps, LabelMap truth)
    {
        ArgumentNullException.ThrowIfNull(maps);
        ArgumentNullException.ThrowIfNull(truth);
        if (maps.Classes != _maps)
            throw new ArgumentException(
                $"The sweep of {_maps + 1} classes expects {_maps} maps, found {maps.Classes}. Leave out a background map.", nameof(maps));
        _otsu.CheckLabels(truth.Labels, "truth");
        var maximum = new float[truth.Height * truth.Width];
        var strongest = new byte[maximum.Length];
        MapsToLabels.Maximum(maps, truth.Height, truth.Width, maximum, strongest);
        var otsu = OtsuThreshold.Of(maximum);
        for (var i = 0; i < maximum.Length; i++)
        {
            var label = truth.Labels[i];
            if (label == LabelMap.Ignore)
                continue;
            _histogram[(label * _maps + strongest[i]) * (Steps + 1) + ThresholdsBelow(maximum[i])]++;
            _otsu.AddCount(label, maximum[i] > otsu ? strongest[i] + 1 : LabelMap.Background, 1);
        }
        _otsuThresholds += otsu;
        _images++;
    }

    /// <summary>The scores at every threshold so far.</summary>
    /// <exception cref="InvalidOperationException">Nothing was added.</exception>
    public ThresholdCurve ToCurve()
    {
        if (_images == 0)
            throw new InvalidOperationException("The sweep has seen no image. Add maps and ground truth first.");
        var points = new ThresholdScore[Steps];
        for (var i = 0; i < Steps; i++)
            points[i] = new ThresholdScore(Thresholds[i], ThresholdChoice.Fixed, CountsAt(i).ToMetrics(_names));
        return new ThresholdCurve(points,
            new ThresholdScore((float)(_otsuThresholds / _images), ThresholdChoice.OtsuPerImage, _otsu.ToMetrics(_names)));
    }

    private ConfusionMatrix CountsAt(int threshold)
    {
        var counts = new ConfusionMatrix(_maps + 1);
        for (var truth = 0; truth <= _maps; truth++)
        {
            for (var k = 0; k < _maps; k++)
            {
                var bins = _histogram.AsSpan((truth * _maps + k) * (Steps + 1), Steps + 1);
                for (var bin = 0; bin <= Steps; bin++)
                    counts.AddCount(truth, bin > threshold ? k + 1 : LabelMap.Background, bins[bin]);
            }
        }
        return counts;
    }

    private static int ThresholdsBelow(float maximum)
    {
        var below = (int)Math.Clamp(maximum * 100 + 1, 0, Steps);
        // Rounding in the product may be off by one step; the comparisons themselves decide.
        while (below > 0 && !(maximum > Thresholds[below - 1]))
            below--;
        while (below < Steps && maximum > Thresholds[below])
            below++;
        return below;
    }
}
