using MLNetWsss.Backbones;
using MLNetWsss.Imaging;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.AuxiliaryAffinity;

/// <summary>What the three tasks minimise.</summary>
public static class AuxiliaryAffinityLosses
{
    /// <summary>A saliency of 1 as a label: labels hold saliency in 254 steps, 255 marks pixels that do not count.</summary>
    public const int FullSaliency = 254;

    /// <summary>
    /// [N,K] logits, [N,K] tags in 0..1 -> scalar: the mean over images and classes of the binary cross-entropy (multi-label soft margin).
    /// Logits (2, -1) for tags (1, 0) give (0.126928 + 0.313262) / 2 = 0.220095.
    /// </summary>
    public static Tensor TagLoss(Tensor logits, Tensor tags) => functional.binary_cross_entropy_with_logits(logits, tags);

    /// <summary>
    /// [N,1,h,w] logits, [N,H,W] int64 saliency 0..254 or 255 -> scalar: the mean over the pixels that are not 255 of the binary
    /// cross-entropy against saliency / 254, after the logits are resized to HxW; 0 where no pixel counts.
    /// </summary>
    public static Tensor SaliencyLoss(Tensor logits, Tensor saliency)
    {
        using var scope = NewDisposeScope();
        var counts = saliency.ne((long)LabelMap.Ignore).to(ScalarType.Float32);
        var wanted = saliency.to(ScalarType.Float32).div(FullSaliency).clamp_max(1f);
        var resized = FeatureMaps.Resize(logits, saliency.shape[1], saliency.shape[2]).squeeze(1);
        var losses = functional.binary_cross_entropy_with_logits(resized, wanted, counts, Reduction.Sum);
        return losses.div(counts.sum().clamp_min(1f)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// [N,K+1,h,w] logits, [N,H,W] int64 labels -> scalar: the mean of -log softmax at the label over the pixels that are not 255, after
    /// the logits are resized to HxW; 0 where no pixel counts. Logits (2, 0) for label 0 give log(1 + e^-2) = 0.126928.
    /// </summary>
    public static Tensor SegmentationLoss(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var counts = labels.ne((long)LabelMap.Ignore).to(ScalarType.Float32).sum();
        var resized = FeatureMaps.Resize(logits, labels.shape[1], labels.shape[2]);
        var losses = functional.cross_entropy(resized, labels, null, LabelMap.Ignore, Reduction.Sum);
        return losses.div(counts.clamp_min(1f)).MoveToOuterDisposeScope();
    }
}
