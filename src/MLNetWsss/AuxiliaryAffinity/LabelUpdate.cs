using MLNetWsss.Imaging;

namespace MLNetWsss.AuxiliaryAffinity;

/// <summary>From what a network predicts to the labels of the next round, an image at a time (Xu et al., ICCV 2021, section 3.3).</summary>
internal sealed class LabelUpdate(AuxiliaryAffinityOptions options)
{
    /// <summary>By which shares that were summed in float32 may exceed 1.</summary>
    private const float Rounding = 1e-3f;

    /// <summary>Values up to this are 8-bit saliency.</summary>
    private const float EightBit = 255;

    // Every saliency passes a threshold of 0, which no odds can be divided by.
    private readonly bool _calibrates = options is { CalibrateSaliency: true, SaliencyThreshold: > 0 };

    private readonly SaliencyDetector _detector = new(options.Detector);

    // Rows are refined side by side, each on one thread.
    private readonly DenseCrf? _crf = options.SaliencyCrf is { } crf ? new(crf with { Threads = 1 }) : null;

    /// <summary>[K x h x w] rectified maps, spread along an affinity or not -> [K x h x w] in 0..1, zero for absent classes.</summary>
    internal ScoreMaps Cam(ScoreMaps maps, Func<int, bool> present, bool spread) => PseudoLabelRule.Normalise(
        maps.Scores, maps.Classes, maps.Height, maps.Width, present, spread && options.Head.Affinity != AffinityKind.None);

    /// <summary>Whether updates spread the seeds and not the network's own maps.</summary>
    internal bool SpreadsSeeds => options is { SeedsColumn: not null, KeepSeeds: true };

    /// <summary>Seeds of the network's classes, in 0..1.</summary>
    /// <exception cref="InvalidOperationException">The seeds are of other classes, or have values outside 0..1.</exception>
    internal ScoreMaps Checked(ScoreMaps seeds, int classes, Func<string> row)
    {
        if (seeds.Classes != classes)
            throw new InvalidOperationException($"{row()}: column '{options.SeedsColumn}' has {seeds.Classes} maps, expected {classes}, one " +
                "for each class. Both must come from the same list of classes.");
        foreach (float value in seeds.Scores)
            if (value is not (>= 0 and <= 1 + Rounding))
                throw new InvalidOperationException($"{row()}: column '{options.SeedsColumn}' holds {value}; expected scores from 0 to 1, as " +
                    "the stages that make class maps write them.");
        return seeds;
    }

    /// <summary>
    /// [1xHxW] the saliency that was given with an image, in its size, or the built-in detector's, mixed with the strongest of the seeds,
    /// calibrated, and why that found nothing, or null.
    /// </summary>
    /// <param name="image">The photo.</param>
    /// <param name="column">What the data give, if they do.</param>
    /// <param name="seeds">[Kxhxw] class maps in 0..1, if there are any.</param>
    /// <param name="present">Whether a class is in the photo; asked of the seeds' classes.</param>
    /// <param name="row">How errors call the photo.</param>
    /// <exception cref="InvalidOperationException">The given map is not one map, or has values outside 0..1 and 0..255.</exception>
    internal SaliencyResult Given(RgbImage image, ScoreMaps? column, ScoreMaps? seeds, Func<int, bool> present, Func<string> row)
    {
        double share = seeds is null ? 0 : options.SeedSaliency;
        var found = share == 1 ? null : column is null ? _detector.Detect(image)
            : new(Probabilities(column, row).Resize(image.Height, image.Width), null);
        if (share == 0)
            return found! with { Map = Calibrated(found.Map) };
        var strongest = Strongest(seeds!, present);
        float[] mixed = strongest.Resize(image.Height, image.Width).Scores.ToArray();
        if (found is not null)
            for (int i = 0; i < mixed.Length; i++)
                mixed[i] = (float)(share * mixed[i] + (1 - share) * found.Map.Scores[i]);
        bool empty = !strongest.Scores.ContainsAnyExcept(0f);
        string? reason = found is not null ? found.Reason : $"Column '{options.SeedsColumn}' is 0 for every class of its tags.";
        return new(Calibrated(new(1, image.Height, image.Width, mixed)), empty ? reason : null);
    }

    /// <summary>[1xhxw] the strongest map of the present classes, at each place.</summary>
    private static ScoreMaps Strongest(ScoreMaps maps, Func<int, bool> present)
    {
        var strongest = new float[maps.Height * maps.Width];
        for (int k = 0; k < maps.Classes; k++)
        {
            if (!present(k))
                continue;
            var map = maps.Scores.Slice(k * strongest.Length, strongest.Length);
            for (int i = 0; i < strongest.Length; i++)
                strongest[i] = Math.Max(strongest[i], map[i]);
        }
        return new(1, maps.Height, maps.Width, strongest);
    }

    /// <summary>[1xhxw] saliency that data give, in 0..1.</summary>
    private ScoreMaps Probabilities(ScoreMaps column, Func<string> row)
    {
        if (column.Classes != 1)
            throw new InvalidOperationException($"{row()}: column '{options.SaliencyColumn}' has {column.Classes} maps; expected 1, the " +
                "probability that a pixel is salient. Select the output of the detector that is that.");
        float top = 0;
        foreach (float value in column.Scores)
            top = value is >= 0 and <= EightBit ? Math.Max(top, value) : throw new InvalidOperationException(
                $"{row()}: column '{options.SaliencyColumn}' holds {value}; expected probabilities from 0 to 1, or levels from 0 to 255. " +
                "Apply the logistic function to logits, and replace NaN.");
        return top <= 1 ? column : new(1, column.Height, column.Width, [.. column.Scores.ToArray().Select(v => v / EightBit)]);
    }

    /// <summary>[1xHxW] the mean of the given saliency and what the network predicts, drawn along the image's edges.</summary>
    internal ScoreMaps Saliency(RgbImage image, ScoreMaps given, ScoreMaps? predicted)
    {
        if (predicted is null)
            return given;
        var resized = predicted.Resize(image.Height, image.Width);
        var mean = new float[given.Scores.Length];
        for (int i = 0; i < mean.Length; i++)
            mean[i] = (given.Scores[i] + resized.Scores[i]) / 2;
        var both = new ScoreMaps(1, image.Height, image.Width, mean);
        return _crf?.RefineSaliency(image, both) ?? both;
    }

    /// <summary>[1xHxW] saliency with odds divided by the threshold's, so that the threshold becomes one half; as it is without the option.</summary>
    internal ScoreMaps Calibrated(ScoreMaps saliency)
    {
        if (!_calibrates)
            return saliency;
        float yes = (float)(1 - options.SaliencyThreshold), no = (float)options.SaliencyThreshold;
        float[] moved = saliency.Scores.ToArray();
        foreach (ref float p in moved.AsSpan())
            p = p * yes / (p * yes + (1 - p) * no);
        return new ScoreMaps(1, saliency.Height, saliency.Width, moved);
    }

    /// <summary>The pseudo label of an image of the saliency's size.</summary>
    internal LabelMap Label(ScoreMaps cam, ScoreMaps saliency) => PseudoLabelRule.Label(cam, saliency.Scores, saliency.Height, saliency.Width,
        options.CamThreshold, _calibrates ? 0.5 : options.SaliencyThreshold);

    /// <summary>Saliency as labels of 0 to 254, to be kept, cropped and learnt from like a mask.</summary>
    internal static LabelMap Quantised(ScoreMaps saliency)
    {
        var levels = new byte[saliency.Height * saliency.Width];
        for (int i = 0; i < levels.Length; i++)
            levels[i] = (byte)(Math.Clamp(saliency.Scores[i], 0, 1) * AuxiliaryAffinityLosses.FullSaliency + 0.5f);
        return new LabelMap(saliency.Height, saliency.Width, levels);
    }

    /// <summary>The saliency behind <see cref="Quantised"/> labels.</summary>
    internal static ScoreMaps Continuous(LabelMap levels)
    {
        var saliency = new float[levels.Labels.Length];
        for (int i = 0; i < saliency.Length; i++)
            saliency[i] = (float)levels.Labels[i] / AuxiliaryAffinityLosses.FullSaliency;
        return new ScoreMaps(1, levels.Height, levels.Width, saliency);
    }
}
