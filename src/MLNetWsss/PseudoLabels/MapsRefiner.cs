using MLNetWsss.Backbones;
using MLNetWsss.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.PseudoLabels;

/// <summary>What happens to the maps between their network and the labels: a background, a random walk, pixel-adaptive refinement.</summary>
internal sealed class MapsRefiner(PseudoLabelsOptions options, Device device)
{
    /// <summary>Below this a walked map counts as empty (SEAM's and PSA's code divide by max + 1e-5).</summary>
    private const float SmallestMaximum = 1e-5f;

    private readonly RandomWalk? _walk = options.RandomWalk is { } walk ? new(walk with { Threads = 1 }) : null;
    private readonly RandomWalkNeighborhood _neighborhood = new(options.WalkRadius);

    internal bool Walks => _walk is not null;

    internal bool Adapts => options.Pamr is not null;

    /// <summary>
    /// K x h x w class scores -> (K + 1) x height x width after a walk along the photo's colours, background first. A background that
    /// follows from the scores pixel by pixel walks along (PSA); one that is a threshold is set on walked scores over their maximum (IRN).
    /// </summary>
    internal ScoreMaps Walk(ScoreMaps scores, RgbImage image, int height, int width)
    {
        var small = image.Resize(CeilDivide(height, options.WalkStride), CeilDivide(width, options.WalkStride));
        var affinity = RandomWalkAffinity.FromColor(small, (float)options.WalkColorDeviation, _neighborhood);
        scores = scores.Resize(small.Height, small.Width);
        if (options.Background == BackgroundRule.Power)
            return _walk!.Propagate(WithBackground(scores, options), affinity).Resize(height, width);
        var walked = _walk!.Propagate(scores, affinity);
        float[] values = walked.Scores.ToArray();
        float scale = 1 / Math.Max(Largest(values), SmallestMaximum);
        for (int i = 0; i < values.Length; i++)
            values[i] *= scale;
        return WithBackground(new ScoreMaps(walked.Classes, walked.Height, walked.Width, values).Resize(height, width), options);
    }

    /// <summary>(K + 1) x H x W scores -> the same, refined by colour at a part of the resolution.</summary>
    internal ScoreMaps Adapt(ScoreMaps scored, RgbImage image)
    {
        var small = image.Resize(CeilDivide(image.Height, options.PamrStride), CeilDivide(image.Width, options.PamrStride));
        var masks = scored.Resize(small.Height, small.Width);
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var colors = new float[small.Pixels.Length];
        for (int i = 0; i < colors.Length; i++)
            colors[i] = small.Pixels[i] / 255f;
        var image4 = tensor(colors, [1, small.Height, small.Width, 3]).to(device).permute(0, 3, 1, 2).contiguous();
        var masks4 = tensor(masks.Scores.ToArray(), [1, masks.Classes, masks.Height, masks.Width]).to(device);
        var refined = PixelAdaptiveRefinement.Refine(image4, masks4, options.Pamr).cpu();
        return new ScoreMaps(masks.Classes, masks.Height, masks.Width, refined.data<float>().ToArray())
            .Resize(image.Height, image.Width);
    }

    /// <summary>K x h x w class scores -> (K + 1) x h x w, the background's score first.</summary>
    internal static ScoreMaps WithBackground(ScoreMaps scores, PseudoLabelsOptions options)
    {
        int area = scores.Height * scores.Width;
        var all = new float[(scores.Classes + 1) * area];
        scores.Scores.CopyTo(all.AsSpan(area));
        float[] best = Maximum(scores, first: 0);
        var background = all.AsSpan(0, area);
        if (options.Background == BackgroundRule.Power)
            for (int i = 0; i < area; i++)
                background[i] = MathF.Pow(Math.Max(0, 1 - best[i]), (float)options.Power);
        else
            background.Fill(options.Background == BackgroundRule.Otsu ? OtsuThreshold.Of(best) : (float)options.Threshold);
        return new ScoreMaps(scores.Classes + 1, scores.Height, scores.Width, all);
    }

    /// <summary>The highest score of each pixel among the maps from <paramref name="first"/> on.</summary>
    internal static float[] Maximum(ScoreMaps scores, int first)
    {
        float[] best = scores.Class(first).ToArray();
        for (int k = first + 1; k < scores.Classes; k++)
        {
            var map = scores.Class(k);
            for (int i = 0; i < best.Length; i++)
                best[i] = Math.Max(best[i], map[i]);
        }
        return best;
    }

    private static float Largest(ReadOnlySpan<float> values)
    {
        float largest = 0;
        foreach (float value in values)
            largest = Math.Max(largest, value);
        return largest;
    }

    private static int CeilDivide(int value, int divisor) => (value + divisor - 1) / divisor;
}
