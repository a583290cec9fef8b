using MLNetWsss.Imaging;

namespace MLNetWsss.PseudoLabels;

/// <summary>From one image's class activation maps to one mask: pure arithmetic on spans.</summary>
internal sealed class PseudoLabeler(PseudoLabelsOptions options)
{
    // Rows are refined side by side, each on one thread: nothing is shared and no core waits.
    private readonly DenseCrf? _crf =
        options.DenseCrf is { } crf ? new(crf with { Threads = 1 }) : null;

    /// <summary>K x h x w maps in [0, 1] -> H x W labels; <paramref name="image"/> gives H x W where it is known.</summary>
    internal LabelMap Label(ScoreMaps maps, float[]? tags, RgbImage? image)
    {
        var (height, width) = image is null ? (maps.Height, maps.Width) : (image.Height, image.Width);
        int[] classes = [.. Enumerable.Range(0, maps.Classes).Where(k => (tags is null || tags[k] > 0.5f) && maps.Class(k).ContainsAnyExcept(0f))];
        if (classes.Length == 0)
            return new LabelMap(height, width, new byte[height * width]);
        var scores = Only(maps, classes).Resize(height, width);
        float[] best = Maximum(scores);
        float[] background = Background(best);
        byte[] labels = _crf is not null && image is not null
            ? Refine(scores, background, image, _crf)
            : Decide(scores, best, background);
        for (int i = 0; i < labels.Length; i++)
            if (labels[i] is not (LabelMap.Background or LabelMap.Ignore))
                labels[i] = (byte)(classes[labels[i] - 1] + 1);
        return new LabelMap(height, width, labels);
    }

    /// <summary>The maps of some classes alone: upsampling K maps of which one is not zero is wasted work.</summary>
    private static ScoreMaps Only(ScoreMaps maps, int[] classes)
    {
        int area = maps.Height * maps.Width;
        var scores = new float[classes.Length * area];
        for (int c = 0; c < classes.Length; c++)
            maps.Class(classes[c]).CopyTo(scores.AsSpan(c * area, area));
        return new ScoreMaps(classes.Length, maps.Height, maps.Width, scores);
    }

    private static float[] Maximum(ScoreMaps scores)
    {
        float[] best = scores.Class(0).ToArray();
        for (int k = 1; k < scores.Classes; k++)
        {
            var map = scores.Class(k);
            for (int i = 0; i < best.Length; i++)
                best[i] = Math.Max(best[i], map[i]);
        }
        return best;
    }

    private float[] Background(float[] best)
    {
        var background = new float[best.Length];
        if (options.Background == BackgroundRule.Power)
            for (int i = 0; i < best.Length; i++)
                background[i] = MathF.Pow(Math.Max(0, 1 - best[i]), (float)options.Power);
        else
            background.AsSpan().Fill(options.Background == BackgroundRule.Otsu ? OtsuThreshold.Of(best) : (float)options.Threshold);
        return background;
    }

    /// <summary>The best score wins; near ties are ignored.</summary>
    private byte[] Decide(ScoreMaps scores, float[] best, float[] background)
    {
        var labels = new byte[best.Length];
        float uncertain = (float)options.UncertainMargin, conflict = (float)options.ConflictMargin;
        for (int i = 0; i < labels.Length; i++)
        {
            if (Math.Abs(best[i] - background[i]) < uncertain)
                labels[i] = LabelMap.Ignore;
            else if (best[i] > background[i])
                labels[i] = Winner(scores, i, Math.Max(best[i] - conflict, background[i]));
        }
        return labels;
    }

    /// <summary>The 1-based class with the highest score, or ignore where another class reaches <paramref name="rival"/> too.</summary>
    private static byte Winner(ScoreMaps scores, int pixel, float rival)
    {
        int winner = 0, rivals = 0;
        for (int k = 0; k < scores.Classes; k++)
        {
            float score = scores.Class(k)[pixel];
            if (score > rival)
                rivals++;
            if (score > scores.Class(winner)[pixel])
                winner = k;
        }
        return rivals > 1 ? LabelMap.Ignore : (byte)(winner + 1);
    }

    private byte[] Refine(ScoreMaps scores, float[] background, RgbImage image, DenseCrf crf)
    {
        int area = background.Length, labelCount = scores.Classes + 1;
        var probabilities = new float[labelCount * area];
        background.CopyTo(probabilities, 0);
        scores.Scores.CopyTo(probabilities.AsSpan(area));
        for (int i = 0; i < area; i++)
        {
            float sum = 1e-8f;
            for (int l = 0; l < labelCount; l++)
                sum += probabilities[l * area + i];
            for (int l = 0; l < labelCount; l++)
                probabilities[l * area + i] /= sum;
        }
        var refined = crf.Refine(image, new ScoreMaps(labelCount, image.Height, image.Width, probabilities));
        var labels = new byte[area];
        for (int i = 0; i < area; i++)
        {
            int winner = 0;
            for (int l = 1; l < labelCount; l++)
                if (refined.Scores[l * area + i] > refined.Scores[winner * area + i])
                    winner = l;
            labels[i] = refined.Scores[winner * area + i] < options.CrfConfidence ? LabelMap.Ignore : (byte)winner;
        }
        return labels;
    }
}
