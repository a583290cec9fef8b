using MLNetWsss.Backbones;
using MLNetWsss.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.ClassActivation;

/// <summary>What Puzzle-CAM minimises (Jo and Yu, ICIP 2021, section 2, and the authors' code).</summary>
public static class PuzzleLosses
{
    /// <summary>[N,3,H,W] crops, [N,K] tags -> tags + quarters + reconstruction.</summary>
    /// <param name="network">The network.</param>
    /// <param name="images">The crops.</param>
    /// <param name="tags">0 or 1.</param>
    /// <param name="progress">Share of training done, in [0, 1).</param>
    /// <param name="options">Of the method.</param>
    internal static Loss Of(ClassActivationNetwork network, Tensor images, Tensor tags, double progress, PuzzleOptions options)
    {
        var (logits, maps) = network.LogitsAndMaps(images);
        var merged = Tiles.Merge(network.Maps(Tiles.Split(images)), maps.shape[2], maps.shape[3]);
        return new(
            ("tags", ClassActivationLosses.TagLoss(logits, tags)),
            ("quarters", ClassActivationLosses.TagLoss(FeatureMaps.GlobalAverage(merged), tags)),
            ("reconstruction", Reconstruction(maps, merged, tags).mul(WeightAt(progress, options))));
    }

    /// <summary>
    /// [N,K,h,w] maps of the whole and of its quarters, [N,K] tags -> scalar: the mean over all maps of |whole - quarters|, where those
    /// of absent classes count as 0. Maps (1, 2) and (0.5, 4) of a present class, beside an absent one: (0.5 + 2 + 0 + 0) / 4 = 0.625.
    /// </summary>
    public static Tensor Reconstruction(Tensor maps, Tensor merged, Tensor tags)
    {
        using var scope = NewDisposeScope();
        return maps.sub(merged).abs().mul(tags.unsqueeze(-1).unsqueeze(-1)).mean().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The weight rises linearly and then stays: with 4 over half of training, 2 after a quarter and 4 from the middle on.
    /// </summary>
    public static double WeightAt(double progress, PuzzleOptions options) => options.Weight * Math.Min(1, progress / options.RisesOver);
}
