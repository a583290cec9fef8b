using MLNetWsss.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.PseudoLabels;

/// <summary>From one image's class activation maps to one mask, map 0 being the background's from the moment it has one.</summary>
/// <param name="options">What is done.</param>
/// <param name="device">Where pixel-adaptive refinement runs.</param>
internal sealed class PseudoLabeler(PseudoLabelsOptions options, Device? device = null)
{
    // Rows are refined side by side, each on one thread: nothing is shared and no core waits.
    private readonly DenseCrf? _crf =
        options.DenseCrf is { } crf ? new(crf with { Threads = 1 }) : null;

    private readonly MapsRefiner _refiner = new(options, device ?? CPU);

    /// <summary>K x h x w maps in [0, 1] -> H x W labels; <paramref name="image"/> gives H x W where it is known.</summary>
    internal LabelMap Label(ScoreMaps maps, float[]? tags, RgbImage? image)
    {
        Check(maps);
        var (height, width) = image is null ? (maps.Height, maps.Width) : (image.Height, image.Width);
        int[] classes = [.. Enumerable.Range(0, maps.Classes).Where(k => (tags is null || tags[k] > 0.5f) && maps.Class(k).ContainsAnyExcept(0f))];
        if (classes.Length == 0)
            return new LabelMap(height, width, new byte[height * width]);
        var scores = Only(maps, classes);
        var scored = image is not null && _refiner.Walks
            ? _refiner.Walk(scores, image, height, width)
            : MapsRefiner.WithBackground(scores.Resize(height, width), options);
        if (image is not null && _refiner.Adapts)
            scored = _refiner.Adapt(scored, image);
        byte[] labels = _crf is not null && image is not null ? Refine(scored, image, _crf) : Decide(scored);
        for (int i = 0; i < labels.Length; i++)
            if (labels[i] is not (LabelMap.Background or LabelMap.Ignore))
                labels[i] = (byte)(classes[labels[i] - 1] + 1);
        return new LabelMap(height, width, labels);
    }

    private void Check(ScoreMaps maps)
    {
        if (maps.Classes >= LabelMap.Ignore)
            throw new InvalidOperationException($"Column '{options.CamColumn}' has {maps.Classes} maps, and labels of 8 bits hold at most 254 classes beside the " +
                "background and 255, which is ignored. Split the classes into several sets.");
        if (maps.Scores.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            throw new InvalidOperationException($"A row's maps in '{options.CamColumn}' hold NaN or an infinite score; expected scores in " +
                "[0, 1]. Find the step that divides by zero, or replace such scores by 0.");
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

    /// <summary>The best score wins; near ties are ignored.</summary>
    private byte[] Decide(ScoreMaps scored)
    {
        var labels = new byte[scored.Height * scored.Width];
        var background = scored.Class(0);
        float[] best = MapsRefiner.Maximum(scored, first: 1);
        float uncertain = (float)options.UncertainMargin, conflict = (float)options.ConflictMargin;
        for (int i = 0; i < labels.Length; i++)
        {
            if (Math.Abs(best[i] - background[i]) < uncertain)
                labels[i] = LabelMap.Ignore;
            else if (best[i] > background[i])
                labels[i] = Winner(scored, i, Math.Max(best[i] - conflict, background[i]));
        }
        return labels;
    }

    /// <summary>The 1-based class with the highest score, or ignore where another class reaches <paramref name="rival"/> too.</summary>
    private static byte Winner(ScoreMaps scored, int pixel, float rival)
    {
        int winner = 1, rivals = 0;
        for (int k = 1; k < scored.Classes; k++)
        {
            float score = scored.Class(k)[pixel];
            if (score > rival)
                rivals++;
            if (score > scored.Class(winner)[pixel])
                winner = k;
        }
        return rivals > 1 ? LabelMap.Ignore : (byte)winner;
    }

    private byte[] Refine(ScoreMaps scored, RgbImage image, DenseCrf crf)
    {
        int area = image.Height * image.Width, labelCount = scored.Classes;
        float[] probabilities = scored.Scores.ToArray();
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
