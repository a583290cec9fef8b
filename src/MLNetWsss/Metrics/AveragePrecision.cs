namespace MLNetWsss.Metrics;

/// <summary>
/// Average precision of multi-label classification, class by class, and its mean: the area under the full precision-recall curve after
/// precision is made to never rise with recall, PASCAL VOC's measure since 2010 (Everingham et al., "The PASCAL visual object classes
/// challenge: a retrospective", 2015). Rows of equal score enter together, so their order cannot matter.
/// </summary>
/// <remarks>Not thread safe.</remarks>
public sealed class AveragePrecision
{
    private readonly List<float>[] _scores;
    private readonly List<bool>[] _relevant;

    /// <summary>Nothing counted yet.</summary>
    /// <param name="classes">K, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of classes is not positive.</exception>
    public AveragePrecision(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        _scores = [.. Enumerable.Range(0, classes).Select(_ => new List<float>())];
        _relevant = [.. Enumerable.Range(0, classes).Select(_ => new List<bool>())];
    }

    /// <summary>Counts one image.</summary>
    /// <param name="scores">[K] logits or probabilities; only their order matters.</param>
    /// <param name="tags">[K] 1 for classes that are present, 0 for others.</param>
    /// <exception cref="ArgumentException">A length is not K, a score is NaN, or a tag is neither 0 nor 1.</exception>
    public void Add(ReadOnlySpan<float> scores, ReadOnlySpan<float> tags)
    {
        if (scores.Length != _scores.Length || tags.Length != _scores.Length)
            throw new ArgumentException($"Expected {_scores.Length} scores and tags, found {scores.Length} and {tags.Length}.");
        // Everything is checked before anything is stored: a refused row must not leave half of itself behind.
        for (var k = 0; k < scores.Length; k++)
        {
            CheckScore(scores[k]);
            if (tags[k] is not (0 or 1))
                throw new ArgumentException($"Tag {k} is {tags[k]}, but tags are 0 or 1. Threshold soft tags first.", nameof(tags));
        }
        for (var k = 0; k < scores.Length; k++)
        {
            _scores[k].Add(scores[k]);
            _relevant[k].Add(tags[k] == 1);
        }
    }

    /// <summary>[K] the average precision of every class in 0..1, NaN for a class that no image has.</summary>
    public IReadOnlyList<double> PerClass() => [.. _scores.Select((scores, k) => Of([.. scores], [.. _relevant[k]]))];

    /// <summary>Mean average precision: the mean over the classes that some image has; NaN if there are none.</summary>
    public double Mean() => SegmentationMetrics.Mean(PerClass());

    /// <summary>The average precision of one ranking, in 0..1; NaN if nothing is relevant.</summary>
    /// <param name="scores">Higher is ranked first.</param>
    /// <param name="relevant">Which entries ought to be first.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a score is NaN.</exception>
    public static double Of(ReadOnlySpan<float> scores, ReadOnlySpan<bool> relevant)
    {
        if (scores.Length != relevant.Length)
            throw new ArgumentException($"Expected as many scores as entries, found {scores.Length} and {relevant.Length}.");
        foreach (var score in scores)
            CheckScore(score);
        var positives = relevant.Count(true);
        if (positives == 0)
            return double.NaN;
        var (ranking, flags) = (scores.ToArray(), relevant.ToArray());
        Array.Sort(ranking, flags);
        return Area(ranking, flags, positives);
    }

    /// <summary>Walks from the lowest score up, that is from full recall down, so that the best precision at any higher recall is
    /// known.</summary>
    private static double Area(float[] ascending, bool[] relevant, int positives)
    {
        double area = 0, envelope = 0;
        var found = positives;
        for (int first = 0, next; first < ascending.Length; first = next)
        {
            // Everything from here to the end is accepted when the threshold equals this score.
            envelope = Math.Max(envelope, found / (double)(ascending.Length - first));
            var gained = 0;
            for (next = first; next < ascending.Length && ascending[next] == ascending[first]; next++)
                gained += relevant[next] ? 1 : 0;
            area += envelope * gained / positives;
            found -= gained;
        }
        return area;
    }

    private static void CheckScore(float score)
    {
        if (float.IsNaN(score))
            throw new ArgumentException("A score is NaN and has no rank. Check the network's output.");
    }
}
