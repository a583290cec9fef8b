using MLNetWsss.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.PairwiseAffinity;

/// <summary>
/// All pairs of pixels of a grid that are closer than a radius, each once. A value of every pair comes as one vector [P]: offset by offset
/// in the neighbourhood's order, and within an offset image by image, row by row.
/// </summary>
internal sealed class PixelPairs(int radius)
{
    private readonly RandomWalkNeighborhood _neighborhood = new(radius);

    /// <summary>[N,h,w] -> the values of the pairs' two pixels, [P] each.</summary>
    internal (Tensor From, Tensor To) Ends(Tensor grid)
    {
        using var scope = NewDisposeScope();
        var (from, to) = (new List<Tensor>(), new List<Tensor>());
        foreach (var (y, x) in Fitting(grid))
        {
            from.Add(Shifted(grid, (y, x), 0, 0).flatten());
            to.Add(Shifted(grid, (y, x), y, x).flatten());
        }
        return (Joined(from, grid).MoveToOuterDisposeScope(), Joined(to, grid).MoveToOuterDisposeScope());
    }

    /// <summary>[N,C,h,w] features -> [P] exp(-mean over C of |df|) (PSA, 3.1).</summary>
    internal Tensor OfFeatures(Tensor features)
    {
        using var scope = NewDisposeScope();
        var pairs = Fitting(features).Select(offset =>
        {
            using var step = NewDisposeScope();
            return Shifted(features, offset, 0, 0).sub(Shifted(features, offset, offset.Y, offset.X)).abs().mean([1L]).flatten()
                .MoveToOuterDisposeScope();
        });
        return Joined([.. pairs], features).neg().exp().MoveToOuterDisposeScope();
    }

    /// <summary>[N,h,w] probabilities of a border -> [P] 1 - the highest on the straight line between the two, ends included (IRN, 3.1).</summary>
    internal Tensor OfBorders(Tensor borders)
    {
        using var scope = NewDisposeScope();
        var pairs = Fitting(borders).Select(offset =>
        {
            using var step = NewDisposeScope();
            Tensor[] line = [.. RandomWalkAffinity.Line(offset).Select(p => Shifted(borders, offset, p.Y, p.X))];
            return stack(line).amax(0).flatten().MoveToOuterDisposeScope();
        });
        return Joined([.. pairs], borders).neg().add(1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// [N,2,h,w] displacements down and right -> for every pair [P] how far they are from pointing at one place,
    /// |D(p) - D(q) - (q - p)|, and how far from being equal, |D(p) - D(q)|, each summed over both directions.
    /// </summary>
    internal (Tensor ToOnePlace, Tensor Equal) OfDisplacements(Tensor field)
    {
        using var scope = NewDisposeScope();
        var (place, equal) = (new List<Tensor>(), new List<Tensor>());
        foreach (var (y, x) in Fitting(field))
        {
            using var step = NewDisposeScope();
            var difference = Shifted(field, (y, x), 0, 0).sub(Shifted(field, (y, x), y, x));
            var offset = tensor(new float[] { y, x }).to(field.device).view(1, 2, 1, 1);
            place.Add(difference.sub(offset).abs().sum([1L]).flatten().MoveToOuterDisposeScope());
            equal.Add(difference.abs().sum([1L]).flatten().MoveToOuterDisposeScope());
        }
        return (Joined(place, field).MoveToOuterDisposeScope(), Joined(equal, field).MoveToOuterDisposeScope());
    }

    /// <summary>One vector of all; a grid of one pixel has no pairs.</summary>
    private static Tensor Joined(List<Tensor> parts, Tensor grid) => parts.Count > 0 ? cat(parts) : zeros(0, grid.dtype, grid.device);

    /// <summary>The offsets that lead from some pixel of the grid to another.</summary>
    private IEnumerable<(int Y, int X)> Fitting(Tensor grid)
    {
        var (height, width) = (grid.shape[^2], grid.shape[^1]);
        return _neighborhood.Offsets.ToArray().Where(o => o.Y < height && Math.Abs(o.X) < width);
    }

    /// <summary>The pixels at (y, x) from all pixels whose partner at the offset lies in the grid.</summary>
    private static Tensor Shifted(Tensor grid, (int Y, int X) offset, int y, int x)
    {
        long height = grid.shape[^2] - offset.Y, width = grid.shape[^1] - Math.Abs(offset.X), left = Math.Max(0, -offset.X);
        return grid.narrow(-2, y, height).narrow(-1, left + x, width);
    }
}
