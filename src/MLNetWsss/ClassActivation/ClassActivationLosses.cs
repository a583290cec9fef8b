using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.ClassActivation;

/// <summary>What a classifier of image tags minimises.</summary>
public static class ClassActivationLosses
{
    /// <summary>
    /// [N,K] logits, [N,K] tags in 0..1 -> scalar: the mean over images and classes of -(t log s(x) + (1 - t) log(1 - s(x))), s the
    /// logistic function (the multi-label soft margin loss).
    /// Logits (2, -1) for tags (1, 0) give (log(1 + e^-2) + log(1 + e^-1)) / 2 = (0.126928 + 0.313262) / 2 = 0.220095.
    /// </summary>
    public static Tensor TagLoss(Tensor logits, Tensor tags) => functional.binary_cross_entropy_with_logits(logits, tags);
}
