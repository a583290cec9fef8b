using MLNetWsss.Imaging;

namespace MLNetWsss.Metrics;

/// <summary>Scores of saliency maps against "any object" of the true masks: every class counts as object, 255 counts for nothing.</summary>
/// <param name="Images">Images with at least one pixel of an object.</param>
/// <param name="MaxFMeasure">
/// The largest F over 256 thresholds, F = 1.3 P R / (0.3 P + R), of precision P and recall R averaged over images (Achanta et al., CVPR
/// 2009, section 4, beta squared 0.3).
/// </param>
/// <param name="Threshold">The threshold of <see cref="MaxFMeasure"/>, in [0, 1]; the highest of several.</param>
/// <param name="MeanAbsoluteError">The mean over images of the mean |saliency - object| over pixels, in [0, 1].</param>
public sealed record SaliencyMetrics(int Images, double MaxFMeasure, double Threshold, double MeanAbsoluteError);

/// <summary>Gathers saliency maps one by one.</summary>
public sealed class SaliencyAccumulator
{
    private const int Levels = 256;
    private const double BetaSquared = 0.3;

    private readonly double[] _precision = new double[Levels], _recall = new double[Levels];
    private double _error;
    private int _images;

    /// <summary>Counts one image; one without an object's pixel is passed over, since nothing of it can be found.</summary>
    /// <param name="saliency">[1xHxW] saliency; values outside [0, 1] count as the nearer end.</param>
    /// <param name="truth">[HxW] the true mask.</param>
    /// <exception cref="ArgumentException">There is not one map of the mask's size.</exception>
    public void Add(ScoreMaps saliency, LabelMap truth)
    {
        ArgumentNullException.ThrowIfNull(saliency);
        ArgumentNullException.ThrowIfNull(truth);
        if (saliency.Classes != 1 || (saliency.Height, saliency.Width) != (truth.Height, truth.Width))
            throw new ArgumentException(
                $"Expected 1 saliency map of {truth.Height} x {truth.Width} as the mask, found {saliency.Classes} of " +
                $"{saliency.Height} x {saliency.Width}. Resize the map to the mask.", nameof(saliency));
        // [object][level] pixels.
        long[][] counts = [new long[Levels], new long[Levels]];
        double error = 0;
        for (var i = 0; i < truth.Labels.Length; i++)
        {
            if (truth.Labels[i] == LabelMap.Ignore)
                continue;
            var (found, wanted) = (Math.Clamp(saliency.Scores[i], 0, 1), truth.Labels[i] == LabelMap.Background ? 0 : 1);
            counts[wanted][(int)(found * (Levels - 1) + 0.5f)]++;
            error += Math.Abs(found - wanted);
        }
        long objects = counts[1].Sum(), all = objects + counts[0].Sum(), hits = 0, alarms = 0;
        if (objects == 0)
            return;
        for (var level = Levels - 1; level >= 0; level--)
        {
            hits += counts[1][level];
            alarms += counts[0][level];
            _recall[level] += (double)hits / objects;
            // Nothing found is nothing wrong; its recall of 0 keeps F at 0 all the same.
            _precision[level] += hits + alarms == 0 ? 1 : (double)hits / (hits + alarms);
        }
        _error += error / all;
        _images++;
    }

    /// <summary>The scores of all images counted so far.</summary>
    /// <exception cref="InvalidOperationException">No image with an object has been counted.</exception>
    public SaliencyMetrics Result()
    {
        if (_images == 0)
            throw new InvalidOperationException("No image with an object has been counted: there is nothing to score. Check the masks.");
        var (best, threshold) = (0.0, 0.0);
        for (var level = Levels - 1; level >= 0; level--)
        {
            double p = _precision[level] / _images, r = _recall[level] / _images;
            var f = p + r == 0 ? 0 : (1 + BetaSquared) * p * r / (BetaSquared * p + r);
            if (f > best)
                (best, threshold) = (f, level / (Levels - 1.0));
        }
        return new(_images, best, threshold, _error / _images);
    }
}
