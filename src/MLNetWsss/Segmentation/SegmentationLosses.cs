using MLNetWsss.Backbones;
using MLNetWsss.Imaging;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Segmentation;

/// <summary>What a segmentation network minimises.</summary>
public static class SegmentationLosses
{
    /// <summary>The most that a rare label's pixel counts, in pixels of the most frequent label.</summary>
    public const float MaxClassWeight = 10;

    /// <summary>
    /// [N,K,h,w] logits, [N,H,W] int64 labels -> scalar: the weighted mean of -log softmax at the label over the pixels that are not
    /// 255, after the logits are resized to HxW; 0 with a zero gradient if all pixels are 255. Logits (2, 0) for label 0 give log(1 +
    /// e^-2) = 0.126928.
    /// </summary>
    /// <param name="logits">Scores per class, background first.</param>
    /// <param name="labels">0..K-1, or 255 for pixels that do not count.</param>
    /// <param name="classWeights">K weights of a pixel by its label, or null for equal ones.</param>
    public static Tensor CrossEntropy(Tensor logits, Tensor labels, float[]? classWeights = null)
    {
        using var scope = NewDisposeScope();
        var weights = classWeights is null ? null : tensor(classWeights).to(logits.device);
        var resized = FeatureMaps.Resize(logits, labels.shape[1], labels.shape[2]);
        var sum = functional.cross_entropy(resized, labels, weights, LabelMap.Ignore, Reduction.Sum);
        // The library's own mean divides by zero, and trains on NaN from there on, where a batch of pseudo labels leaves every pixel open.
        return sum.div(TotalWeight(labels, weights).clamp_min(SmallestTotal)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Weights that let rare labels count: the most frequent label's pixels over the label's own, at most <see cref="MaxClassWeight"/>;
    /// 1 for absent labels. Pixels (90, 9, 1) give (1, 10, 10); (60, 30, 10) give (1, 2, 6).
    /// </summary>
    /// <param name="pixels">[K] pixels per label.</param>
    /// <exception cref="ArgumentException">A count is negative.</exception>
    public static float[] ClassWeights(ReadOnlySpan<long> pixels)
    {
        long most = 0;
        foreach (var count in pixels)
        {
            if (count < 0)
                throw new ArgumentException($"A label has {count} pixels. Counts start at 0.", nameof(pixels));
            most = Math.Max(most, count);
        }
        var weights = new float[pixels.Length];
        for (var k = 0; k < weights.Length; k++)
            weights[k] = pixels[k] == 0 ? 1 : (float)Math.Min((double)most / pixels[k], MaxClassWeight);
        return weights;
    }

    /// <summary>Far below the weight of one pixel: only an empty total is lifted to it.</summary>
    private const float SmallestTotal = 1e-12f;

    /// <summary>The weights of all labels but 255, summed.</summary>
    private static Tensor TotalWeight(Tensor labels, Tensor? weights)
    {
        var counts = labels.ne((long)LabelMap.Ignore);
        if (weights is null)
            return counts.sum().to(ScalarType.Float32);
        var known = labels.masked_fill(counts.logical_not(), 0).flatten();
        return weights.index_select(0, known).mul(counts.flatten().to(ScalarType.Float32)).sum();
    }
}
