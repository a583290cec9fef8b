using MLNetWsss.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.PairwiseAffinity;

/// <summary>What an affinity network minimises. Each term is a mean over the pairs of one sort, so that rare sorts count as much.</summary>
public static class PairwiseAffinityLosses
{
    /// <summary>Keeps logarithms and means of nothing finite (PSA's and IRN's code).</summary>
    private const double Epsilon = 1e-5;

    /// <summary>
    /// [P] affinities and the labels of each pair's pixels -> three weighted scalars (PSA, 3.1, equations 4 to 6; IRN, 3.3):
    /// 1/4 mean of -log a over pairs of background, 1/4 over pairs of one object class, 1/2 mean of -log(1 - a) over pairs of unlike
    /// labels. Pairs with a label 255 count for nothing. Affinities (0.5, 0.8, 0.1) of one pair a sort give log 2 / 4 = 0.173287,
    /// log 1.25 / 4 = 0.055786 and -log 0.9 / 2 = 0.052680.
    /// </summary>
    /// <param name="affinities">[P] in 0..1.</param>
    /// <param name="from">[P] int64 labels of the first pixels.</param>
    /// <param name="to">[P] int64 labels of the second pixels.</param>
    public static (Tensor Background, Tensor Objects, Tensor Borders) PairLosses(Tensor affinities, Tensor from, Tensor to)
    {
        using var scope = NewDisposeScope();
        var (background, objects, unlike) = Sorts(from, to);
        var like = affinities.add(Epsilon).log().neg();
        var apart = affinities.neg().add(1 + Epsilon).log().neg();
        return (Mean(like, background).mul(0.25).MoveToOuterDisposeScope(), Mean(like, objects).mul(0.25).MoveToOuterDisposeScope(),
            Mean(apart, unlike).mul(0.5).MoveToOuterDisposeScope());
    }

    /// <summary>
    /// [P] distances of displacements and the labels of each pair's pixels -> scalar: half of the mean over pairs of one object class of
    /// how far they point apart, and half of the mean over pairs of background of how unequal they are, per direction (IRN, 3.3).
    /// </summary>
    /// <param name="toOnePlace">[P] sums over both directions of |D(p) - D(q) - (q - p)|.</param>
    /// <param name="equal">[P] sums over both directions of |D(p) - D(q)|.</param>
    /// <param name="from">[P] int64 labels of the first pixels.</param>
    /// <param name="to">[P] int64 labels of the second pixels.</param>
    public static Tensor DisplacementLoss(Tensor toOnePlace, Tensor equal, Tensor from, Tensor to)
    {
        using var scope = NewDisposeScope();
        var (background, objects, _) = Sorts(from, to);
        return Mean(toOnePlace, objects).add(Mean(equal, background)).mul(0.25).MoveToOuterDisposeScope();
    }

    private static (Tensor Background, Tensor Objects, Tensor Unlike) Sorts(Tensor from, Tensor to)
    {
        var sure = from.ne((long)LabelMap.Ignore).logical_and(to.ne((long)LabelMap.Ignore));
        var like = sure.logical_and(from.eq(to));
        var object_ = from.gt(0);
        return (Weights(like.logical_and(object_.logical_not())), Weights(like.logical_and(object_)), Weights(sure.logical_and(from.ne(to))));

        static Tensor Weights(Tensor mask) => mask.to(ScalarType.Float32);
    }

    private static Tensor Mean(Tensor values, Tensor weights) => values.mul(weights).sum().div(weights.sum().add(Epsilon));
}
