using TorchSharp;
using static TorchSharp.torch;

namespace Standins.Tests.Torch;

public sealed class ReductionTests : TorchTest
{
    private readonly Tensor _x = Counting(2, 3);

    [Fact]
    public void Sums_and_means_over_all_or_some_dimensions()
    {
        AssertNumber(21, _x.sum());
        AssertElements(_x.sum(dim: 0), 5, 7, 9);
        AssertNumber(21, _x.sum(0, 1));
        AssertNumber(3.5, _x.mean());
        AssertElements(_x.mean([1]), 2, 5);
        AssertElements(_x.prod(1), 6, 120);
        AssertShape(_x.sum([1], true), 2, 1);
        AssertNumber(6, _x.count_nonzero());
    }

    [Fact]
    public void Sums_of_small_integers_are_64_bit() => Assert.Equal(ScalarType.Int64, (_x > 2).sum().dtype);

    [Fact]
    public void Variance_divides_by_one_less_unless_told_otherwise()
    {
        // 1, 2, 3, 4 deviate from 2.5 by 1.5, 0.5, 0.5, 1.5: squares sum to 5.
        AssertNumber(Math.Sqrt(5.0 / 3), Floats(1, 2, 3, 4).std());
        AssertNumber(5.0 / 4, Floats(1, 2, 3, 4).var(unbiased: false));
        AssertElements(_x.var(1, false), 2.0 / 3, 2.0 / 3);
        AssertElements(_x.std([0], false), 1.5, 1.5, 1.5);
        AssertNumber(17.5 / 6, _x.var([0, 1], unbiased: false));
    }

    [Fact]
    public void Extremes_come_with_their_places()
    {
        AssertNumber(6, _x.max());
        var (values, indices) = _x.max(1);
        AssertElements(values, 3, 6);
        AssertElements(indices, 2, 2);
        AssertElements(_x.amax(0), 4, 5, 6);
        AssertElements(_x.amax([0, 1], true), 6);
        AssertElements(_x.argmax(1), 2, 2);
        AssertNumber(5, _x.argmax());
        AssertElements(_x.min(0).Item1, 1, 2, 3);
        AssertNumber(2, Floats(3, 1, 2).kthvalue(2, 0).Item1);
    }

    [Fact]
    public void Orders_and_ranks()
    {
        var (top, at) = _x.topk(2, 1);
        AssertElements(top, 3, 2, 6, 5);
        AssertElements(at, 2, 1, 2, 1);
        var (sorted, from) = Floats(3, 1, 2).sort(0, true);
        AssertElements(sorted, 3, 2, 1);
        AssertElements(from, 0, 2, 1);
        AssertElements(Floats(3, 1, 2).argsort(), 1, 2, 0);
        AssertNumber(3, Floats(1, 5, 3).median());
        AssertNumber(2, Floats(0, 1, 2, 3, 4).quantile(tensor(.5f)));
        AssertElements(searchsorted(Floats(1, 3, 5), Floats(3, 6)), 1, 3);
    }

    [Fact]
    public void Normalised_exponentials()
    {
        AssertElements(Floats(0, 0).softmax(0), .5, .5);
        AssertElements(Floats(0, 0).log_softmax(-1), -Math.Log(2), -Math.Log(2));
        AssertNumber(Math.Log(2), Floats(0, 0).logsumexp(0));
        // Large logits must not overflow.
        AssertElements(Floats(1000, 1000).softmax(0), .5, .5);
    }

    [Fact]
    public void Norms_and_distances()
    {
        AssertNumber(5, Floats(3, 4).norm());
        AssertElements(_x.norm(1), Math.Sqrt(14), Math.Sqrt(77));
        AssertNumber(5, cdist(zeros(1, 2), Floats(3, 4).unsqueeze(0)));
    }

    [Fact]
    public void Counts_of_values()
    {
        AssertElements(Longs(0, 2, 2).bincount(null, 4), 1, 0, 2, 0);
        AssertElements(bincount(Longs(0, 2, 2), minlength: 4), 1, 0, 2, 0);
        AssertElements(Longs(3, 1, 3).unique().Item1, 1, 3);
        AssertElements(Floats(0, 1, 1, 2).histc(3, 0, 2), 1, 2, 1);
        AssertElements((_x > 4).nonzero(), 1, 1, 1, 2);
    }

    [Fact]
    public void Truth_of_all_or_any()
    {
        AssertNumber(1, (_x > 5).any());
        AssertNumber(0, (_x > 5).all());
        AssertElements((_x > 1).all(0), 0, 1, 1);
        AssertElements((_x > 5).any(1), 0, 1);
    }

    [Fact]
    public void Running_sums_and_differences()
    {
        AssertElements(_x.cumsum(1), 1, 3, 6, 4, 9, 15);
        AssertElements(_x.cumprod(1), 1, 2, 6, 4, 20, 120);
        AssertElements(Floats(1, 4, 9).diff(), 3, 5);
    }
}
