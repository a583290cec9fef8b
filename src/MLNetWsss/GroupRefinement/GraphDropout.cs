using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.GroupRefinement;

/// <summary>
/// The graph dropout layer: now and then it halves the positions that stand out, so that the others have to carry the class as well. It has
/// no weights.
/// </summary>
public static class GraphDropout
{
    /// <summary>
    /// [M,S,h,w] states -> the same, by one of two branches an image: with chance <paramref name="rate"/> positions that stand out are
    /// halved, else all are weighed by importance.
    /// </summary>
    /// <param name="states">The states.</param>
    /// <param name="rate">Chance of the dropping branch, in [0, 1].</param>
    /// <param name="threshold">Share of the maximum from which on a position stands out.</param>
    /// <param name="generator">Source of the draws, on the CPU.</param>
    public static Tensor Apply(Tensor states, double rate, double threshold, Generator generator)
    {
        using var scope = NewDisposeScope();
        var drops = empty([states.shape[0], 1, 1, 1], ScalarType.Float32).uniform_(0, 1, generator).lt(rate)
            .to(states.dtype).to(states.device);
        var attention = states.mean([1L], true);
        var mask = KeepMask(attention, threshold).mul(drops).add(attention.sigmoid().mul(drops.neg().add(1)));
        return states.mul(mask).add(states).mul(0.5).MoveToOuterDisposeScope();
    }

    /// <summary>[M,S,h,w] -> (h mask + h) / 2 with mask 0 where the mean over channels is at least the threshold's share of its maximum,
    /// else 1. (1, 2, 4) with 0.7 gives (1, 2, 2).</summary>
    public static Tensor Drop(Tensor states, double threshold)
    {
        using var scope = NewDisposeScope();
        return states.mul(KeepMask(states.mean([1L], true), threshold)).add(states).mul(0.5).MoveToOuterDisposeScope();
    }

    /// <summary>[M,S,h,w] -> (h s(a) + h) / 2, a the mean over channels and s the logistic function.</summary>
    public static Tensor Weigh(Tensor states)
    {
        using var scope = NewDisposeScope();
        return states.mul(states.mean([1L], true).sigmoid()).add(states).mul(0.5).MoveToOuterDisposeScope();
    }

    private static Tensor KeepMask(Tensor attention, double threshold) =>
        attention.lt(attention.amax([2L, 3L], true).mul(threshold)).to(attention.dtype);
}
