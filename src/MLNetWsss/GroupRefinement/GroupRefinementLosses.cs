using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.GroupRefinement;

/// <summary>What the group network minimises: its own tags for each image, before and behind the graph.</summary>
public static class GroupRefinementLosses
{
    /// <summary>The authors' code divides a group's sums by 6 = 2 G, for G = 3.</summary>
    private const double Halves = 0.5;

    /// <summary>[N,K] logits, [N,K] tags in 0..1 -> scalar: the mean over images of the multi-label soft margin loss.
    /// Logits (2, -1) for tags (1, 0) give 0.220095.</summary>
    public static Tensor TagLoss(Tensor logits, Tensor tags) => functional.binary_cross_entropy_with_logits(logits, tags);

    /// <summary>
    /// The weighted terms: <paramref name="classifierWeight"/> / (2 G) times the sum over a group's images before the graph, and 1 / (2 G)
    /// times the sum behind it; the mean over groups.
    /// </summary>
    public static (Tensor Before, Tensor Behind) Terms(Tensor before, Tensor behind, Tensor tags, double classifierWeight) =>
        (TagLoss(before, tags).mul(Halves * classifierWeight), TagLoss(behind, tags).mul(Halves));
}
