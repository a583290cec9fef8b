using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.AuxiliaryAffinity;

/// <summary>
/// The affinities of a batch, from which only products are asked for: whole where a gradient is wanted or memory allows, else some rows at
/// a time, so that the P x P numbers never exist at once. Both ways give the same up to rounding.
/// </summary>
/// <param name="segmentation">[N,P,D] queries and [N,D,P] keys of the segmentation branch.</param>
/// <param name="saliency">The saliency branch's, or null where the segmentation's affinity stands alone.</param>
/// <param name="fusion">What mixes the two, or null likewise.</param>
/// <param name="budget">Bytes that rows may take at once.</param>
internal sealed class AffinityRows(
    (Tensor Queries, Tensor Keys) segmentation, (Tensor Queries, Tensor Keys)? saliency, CrossTaskAffinity? fusion, long budget)
{
    // Two affinities, the scaled stack of both, two layers of the fusion's two channels and their softmax: floats a pair of positions.
    private const int Temporaries = 12;

    private readonly long _images = segmentation.Queries.shape[0], _positions = segmentation.Queries.shape[1];

    /// <summary>Rows at a time; all P where they are kept whole.</summary>
    internal long Height => is_grad_enabled() ? _positions
        : Math.Clamp(budget / (_images * _positions * Temporaries * sizeof(float)), 1, _positions);

    /// <summary>[N,P,D] -> [N,P,D] spread along the segmentation's affinity.</summary>
    internal Tensor SpreadBySegmentation(Tensor values) => Spread(values, (from, to) => Rows(segmentation, from, to));

    /// <summary>[N,P,D] -> [N,P,D] spread along the saliency's affinity.</summary>
    internal Tensor SpreadBySaliency(Tensor values) => Spread(values, (from, to) => Rows(saliency!.Value, from, to));

    /// <summary>[N,K,h,w] maps -> [N,K,h,w] spread along the mixed affinity, or the segmentation's where it stands alone.</summary>
    internal Tensor SpreadMaps(Tensor maps)
    {
        using var scope = NewDisposeScope();
        var values = maps.flatten(2).transpose(1, 2).contiguous();
        return Spread(values, Mixed).transpose(1, 2).reshape(maps.shape).MoveToOuterDisposeScope();
    }

    /// <summary>[N,P,P], all rows.</summary>
    internal Tensor Mixed() => Mixed(0, _positions);

    private static Tensor Rows((Tensor Queries, Tensor Keys) task, long from, long to)
    {
        using var queries = task.Queries.narrow(1, from, to - from);
        return CrossTaskAffinity.Rows(queries, task.Keys);
    }

    /// <summary>[N,to - from,P] rows of the mixture. The fusion sees one row above and one below, as it would in the whole.</summary>
    private Tensor Mixed(long from, long to)
    {
        using var scope = NewDisposeScope();
        if (saliency is not { } other || fusion is null)
            return Rows(segmentation, from, to).MoveToOuterDisposeScope();
        long above = Math.Max(0, from - 1), below = Math.Min(_positions, to + 1);
        var mixed = fusion.Mix(Rows(segmentation, above, below), Rows(other, above, below));
        return mixed.narrow(1, from - above, to - from).contiguous().MoveToOuterDisposeScope();
    }

    private Tensor Spread(Tensor values, Func<long, long, Tensor> rows)
    {
        using var scope = NewDisposeScope();
        if (Height >= _positions)
            return rows(0, _positions).bmm(values).MoveToOuterDisposeScope();
        var parts = new List<Tensor>();
        for (long from = 0; from < _positions; from += Height)
        {
            using var part = rows(from, Math.Min(_positions, from + Height));
            parts.Add(part.bmm(values));
        }
        return cat(parts, 1).MoveToOuterDisposeScope();
    }
}
