using MLNetWsss.Imaging;

namespace MLNetWsss.GroupRefinement;

/// <summary>Masks of class maps as the authors' code makes them: the background is what a saliency map does not show.</summary>
internal static class SaliencyBackground
{
    /// <summary>Two maps above this are a conflict.</summary>
    private const float Conflict = 0.9f;

    /// <summary>Background is doubtful where saliency reaches 32 of 255 or a map exceeds 0.8.</summary>
    private const float DoubtfulSaliency = 32 / 255f, DoubtfulMap = 0.8f;

    /// <summary>Below this share of foreground nothing of a mask is believed.</summary>
    private const double LeastForeground = 0.01;

    /// <summary>
    /// K x h x w maps in [0, 1] and 1 x h' x w' saliency in [0, 1] -> H x W labels: the highest of 1 - saliency and the maps; 255 where
    /// two maps exceed 0.9, or where the background wins and saliency or a map speaks against it; all 255 where less than a hundredth is
    /// foreground.
    /// </summary>
    internal static LabelMap Label(ScoreMaps maps, ScoreMaps saliency, int height, int width)
    {
        maps = maps.Resize(height, width);
        saliency = saliency.Resize(height, width);
        var labels = new byte[height * width];
        long foreground = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            float salient = saliency.Class(0)[i], best = 1 - salient;
            int winner = 0, high = 0;
            float top = 0;
            for (int k = 0; k < maps.Classes; k++)
            {
                float score = maps.Class(k)[i];
                top = Math.Max(top, score);
                high += score > Conflict ? 1 : 0;
                if (score > best)
                    (best, winner) = (score, k + 1);
            }
            foreground += winner > 0 ? 1 : 0;
            bool doubtful = winner == 0 && (salient >= DoubtfulSaliency || top > DoubtfulMap);
            labels[i] = high > 1 || doubtful ? LabelMap.Ignore : (byte)winner;
        }
        if (foreground < LeastForeground * labels.Length)
            Array.Fill(labels, LabelMap.Ignore);
        return new LabelMap(height, width, labels);
    }

    /// <summary>The highest of the maps where it exceeds the threshold, else the background.</summary>
    internal static LabelMap Label(ScoreMaps maps, double threshold, int height, int width)
    {
        var best = new float[height * width];
        var labels = new byte[height * width];
        Array.Fill(best, (float)threshold);
        maps = maps.Resize(height, width);
        for (int k = 0; k < maps.Classes; k++)
        {
            var map = maps.Class(k);
            for (int i = 0; i < labels.Length; i++)
                if (map[i] > best[i])
                    (best[i], labels[i]) = (map[i], (byte)(k + 1));
        }
        return new LabelMap(height, width, labels);
    }
}
