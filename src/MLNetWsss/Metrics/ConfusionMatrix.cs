using MLNetWsss.Imaging;

namespace MLNetWsss.Metrics;

/// <summary>What becomes of pixels that a prediction marks <see cref="LabelMap.Ignore"/> although their truth is known. Both conventions
/// are in use and differ by several points on masks with large unsure regions, so a published number must say which it is.</summary>
public enum IgnoredPredictions
{
    /// <summary>They count as predicted background, as IRN's evaluation does: not knowing an object is missing it.</summary>
    AsBackground,

    /// <summary>They do not count at all, as in AFA's scores of pseudo-labels: only the sure part of a mask is judged.</summary>
    Dropped,
}

/// <summary>Counts pixels by true and predicted class over any number of images. Pixels whose truth is <see cref="LabelMap.Ignore"/>
/// never count.</summary>
/// <remarks>Not thread safe: count with one matrix a thread and merge them with <see cref="Add(ConfusionMatrix)"/>.</remarks>
public sealed class ConfusionMatrix
{
    // [K x (K + 1)]: rows are true classes; the last column holds pixels that were predicted "ignore".
    private readonly long[] _counts;

    /// <summary>An empty matrix.</summary>
    /// <param name="classes">K, background included: 21 for PASCAL VOC. 1 to 255.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of classes is not within 1..255.</exception>
    public ConfusionMatrix(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, LabelMap.Ignore);
        Classes = classes;
        _counts = new long[classes * (classes + 1)];
    }

    /// <summary>K, background included.</summary>
    public int Classes { get; }

    /// <summary>How many pixels of class <paramref name="truth"/> were predicted as <paramref name="prediction"/>, a class or
    /// <see cref="LabelMap.Ignore"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public long this[int truth, int prediction]
    {
        get
        {
            if ((uint)truth >= (uint)Classes)
                throw new ArgumentOutOfRangeException(nameof(truth), truth, $"There are {Classes} classes, numbered from 0.");
            if (prediction != LabelMap.Ignore && (uint)prediction >= (uint)Classes)
                throw new ArgumentOutOfRangeException(nameof(prediction), prediction, $"Predictions are 0..{Classes - 1} or 255.");
            return _counts[truth * (Classes + 1) + Math.Min(prediction, Classes)];
        }
    }

    /// <summary>The same counts without the last classes, of which no pixel is true or predicted; at least one class is left.</summary>
    internal ConfusionMatrix WithoutUnseenTail()
    {
        bool Seen(int k) => Enumerable.Range(0, Classes).Any(other => this[k, other] > 0 || this[other, k] > 0) || this[k, LabelMap.Ignore] > 0;
        int classes = Classes;
        while (classes > 1 && !Seen(classes - 1))
            classes--;
        var seen = new ConfusionMatrix(classes);
        for (int k = 0; k < classes; k++)
        {
            _counts.AsSpan(k * (Classes + 1), classes).CopyTo(seen._counts.AsSpan(k * (classes + 1)));
            seen._counts[k * (classes + 1) + classes] = this[k, LabelMap.Ignore];
        }
        return seen;
    }

    /// <summary>Counts one image.</summary>
    /// <exception cref="ArgumentException">The sizes differ, or a label other than 255 is not below <see cref="Classes"/>.</exception>
    public void Add(LabelMap prediction, LabelMap truth)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(truth);
        CheckSameSize(prediction, truth);
        Add(prediction.Labels, truth.Labels);
    }

    /// <summary>Counts pixels that lie in plain spans.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or a label other than 255 is not below <see cref="Classes"/>.</exception>
    public void Add(ReadOnlySpan<byte> prediction, ReadOnlySpan<byte> truth)
    {
        if (prediction.Length != truth.Length)
            throw new ArgumentException(
                $"The prediction has {prediction.Length} pixels but the truth {truth.Length}. Resize the prediction to the truth.");
        CheckLabels(prediction, "prediction");
        CheckLabels(truth, "truth");
        for (var i = 0; i < truth.Length; i++)
        {
            if (truth[i] != LabelMap.Ignore)
                _counts[truth[i] * (Classes + 1) + Math.Min(prediction[i], Classes)]++;
        }
    }

    /// <summary>Adds the counts of another matrix of equally many classes.</summary>
    /// <exception cref="ArgumentException">The numbers of classes differ.</exception>
    public void Add(ConfusionMatrix other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Classes != Classes)
            throw new ArgumentException(
                $"Cannot merge {other.Classes} classes into {Classes}. Count both with the same classes.", nameof(other));
        for (var i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
    }

    /// <summary>The scores that follow from the counts.</summary>
    /// <param name="classNames">K names, background first; none for "background", "class 1", ...</param>
    /// <param name="ignored">What becomes of pixels predicted 255.</param>
    /// <exception cref="ArgumentException">The number of names is not K.</exception>
    public SegmentationMetrics ToMetrics(
        IReadOnlyList<string>? classNames = null, IgnoredPredictions ignored = IgnoredPredictions.AsBackground) =>
        new(this, ReportNames.Checked(classNames, Classes), ignored);

    /// <summary>Adds pixels that were counted elsewhere.</summary>
    internal void AddCount(int truth, int prediction, long pixels) => _counts[truth * (Classes + 1) + prediction] += pixels;

    internal static void CheckSameSize(LabelMap prediction, LabelMap truth)
    {
        if (prediction.Height != truth.Height || prediction.Width != truth.Width)
            throw new ArgumentException(
                $"The prediction is {prediction.Height} x {prediction.Width} but the truth {truth.Height} x {truth.Width}. " +
                "Resize the prediction to the truth, never the truth.", nameof(prediction));
    }

    internal void CheckLabels(ReadOnlySpan<byte> labels, string what)
    {
        // The vectorised search looks for the labels that must not occur: K..254.
        var at = Classes > 254 ? -1 : labels.IndexOfAnyInRange((byte)Classes, (byte)254);
        if (at >= 0)
            throw new ArgumentException(
                $"The {what} holds label {labels[at]}, but with {Classes} classes labels are 0..{Classes - 1} or 255. " +
                "Count with more classes, background included, or map the label to 255.");
    }
}
