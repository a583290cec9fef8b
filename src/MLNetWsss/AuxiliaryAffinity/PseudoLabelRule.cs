using MLNetWsss.Imaging;

namespace MLNetWsss.AuxiliaryAffinity;

/// <summary>From class maps and saliency to the labels that the next round learns from: pure arithmetic on spans.</summary>
internal static class PseudoLabelRule
{
    /// <summary>
    /// [KxHxW] class maps in 0..1 and [HxW] saliency in 0..1 -> [HxW] labels. Where the strongest map and the saliency are both above their
    /// thresholds the strongest class, where both are not the background, where they disagree 255 (the authors' code; for 0.2 and 0.06:
    /// maps 0.3, saliency 0.1 -> the class; 0.3, 0 -> 255; 0.1, 0.1 -> 255; 0.1, 0 -> 0).
    /// </summary>
    internal static LabelMap Label(
        ScoreMaps maps, ReadOnlySpan<float> saliency, int height, int width, double mapThreshold, double saliencyThreshold)
    {
        PixelGrid.CheckLength(saliency.Length, (long)height * width, "saliency");
        var strength = new float[height * width];
        var labels = new byte[strength.Length];
        MapsToLabels.Maximum(maps, height, width, strength, labels);
        var (map, salient) = ((float)mapThreshold, (float)saliencyThreshold);
        for (int i = 0; i < labels.Length; i++)
            labels[i] = (strength[i] > map, saliency[i] > salient) switch
            {
                (true, true) => (byte)(labels[i] + 1),
                (false, false) => LabelMap.Background,
                _ => LabelMap.Ignore
            };
        return new LabelMap(height, width, labels);
    }

    /// <summary>
    /// [KxHxW] rectified maps -> the same, each tagged class divided by its maximum + 1e-5 (the authors' code), absent classes zero. Of
    /// maps that an affinity has spread the minimum is taken off first: an affinity that is still nearly even adds about the map's mean
    /// everywhere, and the whole photo would pass the threshold.
    /// </summary>
    internal static ScoreMaps Normalise(
        ReadOnlySpan<float> maps, int classes, int height, int width, Func<int, bool> present, bool spread)
    {
        int area = height * width;
        var scores = new float[classes * area];
        for (int k = 0; k < classes; k++)
        {
            if (!present(k))
                continue;
            var source = maps.Slice(k * area, area);
            float top = 0, bottom = float.MaxValue;
            foreach (float s in source)
                (top, bottom) = (Math.Max(top, s), Math.Min(bottom, s));
            bottom = spread ? Math.Max(bottom, 0) : 0;
            float scale = 1 / (top - bottom + 1e-5f);
            for (int i = 0; i < area; i++)
                scores[k * area + i] = Math.Max(source[i] - bottom, 0) * scale;
        }
        return new ScoreMaps(classes, height, width, scores);
    }
}
