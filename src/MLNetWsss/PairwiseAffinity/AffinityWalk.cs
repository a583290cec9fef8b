using MLNetWsss.Imaging;

namespace MLNetWsss.PairwiseAffinity;

/// <summary>Maps walk along learnt affinities.</summary>
internal sealed class AffinityWalk(PairwiseAffinityOptions options)
{
    /// <summary>Below this a walked map counts as empty (SEAM's and PSA's code divide by max + 1e-5).</summary>
    private const float SmallestScore = 1e-5f;

    private readonly RandomWalk _walk = new(options.RandomWalk with { Threads = 1 });
    private readonly RandomWalkNeighborhood _neighborhood = new(options.WalkRadius);

    /// <summary>
    /// K x h' x w' maps and what the network saw on the walk's grid, C x h x w features or 1 x h x w borders -> K x h x w refined maps in
    /// [0, 1]; maps of classes without tag or score stay zero.
    /// </summary>
    internal ScoreMaps Refine(ScoreMaps maps, float[]? tags, RgbImage image, ScoreMaps seen)
    {
        int area = seen.Height * seen.Width;
        var refined = new float[maps.Classes * area];
        int[] classes = Present(maps, tags);
        if (classes.Length > 0)
        {
            float[] walked = Walk(Only(maps, classes).Resize(seen.Height, seen.Width), Affinity(image, seen), seen);
            for (int c = 0; c < classes.Length; c++)
                walked.AsSpan(c * area, area).CopyTo(refined.AsSpan(classes[c] * area, area));
        }
        return new ScoreMaps(maps.Classes, seen.Height, seen.Width, refined);
    }

    private RandomWalkAffinity Affinity(RgbImage image, ScoreMaps seen)
    {
        var learnt = options.Mode == AffinityMode.Psa
            ? RandomWalkAffinity.FromFeatures(seen.Scores, seen.Classes, seen.Height, seen.Width, _neighborhood)
            : RandomWalkAffinity.FromBorders(seen.Scores, seen.Height, seen.Width, _neighborhood);
        return options.ColorDeviation is not { } deviation ? learnt
            : learnt.Times(RandomWalkAffinity.FromColor(image.Resize(seen.Height, seen.Width), (float)deviation, _neighborhood));
    }

    private float[] Walk(ScoreMaps scores, RandomWalkAffinity affinity, ScoreMaps seen)
    {
        if (options.BackgroundPower is { } power)
            return Shares(_walk.Propagate(WithBackground(scores, best => MathF.Pow(Math.Max(0, 1 - best), (float)power)), affinity));
        float[] values = scores.Scores.ToArray();
        int area = seen.Height * seen.Width;
        if (options.Mode == AffinityMode.Irn)
            // What lies on a border belongs to neither side.
            for (int i = 0; i < values.Length; i++)
                values[i] *= 1 - seen.Scores[i % area];
        _walk.Propagate(values, scores.Classes, affinity, values);
        float top = SmallestScore;
        foreach (float value in values)
            top = Math.Max(top, value);
        for (int i = 0; i < values.Length; i++)
            values[i] /= top;
        return values;
    }

    /// <summary>(K + 1) x h x w scores, background first -> K x h x w shares of each pixel's sum.</summary>
    private static float[] Shares(ScoreMaps scored)
    {
        int area = scored.Height * scored.Width;
        float[] shares = scored.Scores[area..].ToArray();
        for (int i = 0; i < area; i++)
        {
            float sum = SmallestScore;
            for (int k = 0; k < scored.Classes; k++)
                sum += scored.Scores[k * area + i];
            for (int k = 0; k + 1 < scored.Classes; k++)
                shares[k * area + i] /= sum;
        }
        return shares;
    }

    /// <summary>The classes that have a tag, where tags are known, and a score.</summary>
    internal static int[] Present(ScoreMaps maps, float[]? tags) =>
        [.. Enumerable.Range(0, maps.Classes).Where(k => (tags is null || tags[k] > 0.5f) && maps.Class(k).ContainsAnyExcept(0f))];

    internal static ScoreMaps Only(ScoreMaps maps, int[] classes)
    {
        int area = maps.Height * maps.Width;
        var scores = new float[classes.Length * area];
        for (int c = 0; c < classes.Length; c++)
            maps.Class(classes[c]).CopyTo(scores.AsSpan(c * area, area));
        return new ScoreMaps(classes.Length, maps.Height, maps.Width, scores);
    }

    /// <summary>K x h x w scores -> (K + 1) x h x w, first the background's, a function of each pixel's best score.</summary>
    internal static ScoreMaps WithBackground(ScoreMaps scores, Func<float, float> background)
    {
        int area = scores.Height * scores.Width;
        var all = new float[(scores.Classes + 1) * area];
        scores.Scores.CopyTo(all.AsSpan(area));
        for (int i = 0; i < area; i++)
        {
            float best = all[area + i];
            for (int k = 1; k < scores.Classes; k++)
                best = Math.Max(best, all[(k + 1) * area + i]);
            all[i] = background(best);
        }
        return new ScoreMaps(scores.Classes + 1, scores.Height, scores.Width, all);
    }
}
