namespace MLNetWsss.Imaging;

/// <summary>
/// Otsu's threshold: the cut through a histogram that makes the two sides' means differ most, weighted by their sizes (N. Otsu, "A
/// threshold selection method from gray-level histograms", 1979). On a maximum map it separates foreground from background without any
/// ground truth.
/// </summary>
public static class OtsuThreshold
{
    private const int Bins = 256;

    /// <summary>
    /// The threshold t of a set of values, from a histogram of 256 equal bins between their minimum and maximum; foreground is value > t.
    /// Where an empty stretch makes many cuts equally good, the middle of the stretch is taken. A constant set is its own threshold:
    /// nothing exceeds it.
    /// </summary>
    /// <exception cref="ArgumentException">The set is empty or holds a value that is not finite.</exception>
    public static float Of(ReadOnlySpan<float> values)
    {
        var (minimum, maximum) = Range(values);
        if (minimum == maximum)
            return minimum;
        var counts = new long[Bins];
        var perUnit = Bins / ((double)maximum - minimum);
        foreach (var value in values)
            counts[Math.Min((int)((value - (double)minimum) * perUnit), Bins - 1)]++;
        return (float)(minimum + BestCut(counts) / perUnit);
    }

    /// <summary>[Kxhxw] -> Otsu's threshold of the maximum over the classes at every pixel.</summary>
    /// <exception cref="ArgumentException">A score is not finite.</exception>
    public static float Of(ScoreMaps maps)
    {
        ArgumentNullException.ThrowIfNull(maps);
        var maximum = new float[maps.Height * maps.Width];
        MapsToLabels.Maximum(maps, maximum, new byte[maximum.Length]);
        return Of(maximum);
    }

    private static (float Minimum, float Maximum) Range(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty)
            throw new ArgumentException("Otsu's threshold needs at least one value, but the set is empty.", nameof(values));
        float minimum = values[0], maximum = values[0];
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
                throw new ArgumentException($"Expected finite scores, found {value}. Check the network's output.", nameof(values));
            minimum = Math.Min(minimum, value);
            maximum = Math.Max(maximum, value);
        }
        return (minimum, maximum);
    }

    /// <summary>The bin edge, possibly halfway between two, with the largest variance between the sides.</summary>
    private static double BestCut(long[] counts)
    {
        double total = 0, weighted = 0;
        for (var bin = 0; bin < Bins; bin++)
        {
            total += counts[bin];
            weighted += bin * (double)counts[bin];
        }
        double below = 0, belowWeighted = 0, best = -1;
        int first = 0, last = 0;
        for (var edge = 1; edge < Bins; edge++)
        {
            below += counts[edge - 1];
            belowWeighted += (edge - 1) * (double)counts[edge - 1];
            var above = total - below;
            if (below == 0 || above == 0)
                continue;
            var difference = belowWeighted / below - (weighted - belowWeighted) / above;
            var variance = below * above * difference * difference;
            if (variance > best)
                (best, first, last) = (variance, edge, edge);
            else if (counts[edge - 1] == 0 && last == edge - 1)
                // Bins without a value move the cut but not the two sides, so the variance is the same up to nothing at all.
                last = edge;
        }
        return (first + last) / 2.0;
    }
}
