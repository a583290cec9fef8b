using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Backbones;

/// <summary>
/// Pixel-adaptive mask refinement: every pixel of a mask becomes the mean of its neighbours, weighted by how alike their colours are, and
/// that several times over (Araslanov and Roth, "Single-stage semantic segmentation from image labels", CVPR 2020, 3.3).
/// Differentiable in the masks; the image's colours are constants. Runs wherever its tensors are.
/// </summary>
public static class PixelAdaptiveRefinement
{
    /// <summary>Keeps the colour difference of a flat neighbourhood from being divided by zero (their code).</summary>
    private const double SmallestDeviation = 1e-8;

    private static readonly (int Y, int X)[] Ring = [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)];

    /// <summary>[N,3,H,W] colours in any scale, [N,K,H,W] masks -> [N,K,H,W] refined masks.</summary>
    /// <exception cref="ArgumentException">The sizes differ or a setting is out of its range.</exception>
    public static Tensor Refine(Tensor images, Tensor masks, PamrOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(masks);
        long[] image = images.shape, mask = masks.shape;
        if (image.Length != 4 || mask.Length != 4 || (image[0], image[2], image[3]) != (mask[0], mask[2], mask[3]))
            throw new ArgumentException($"The images are [{string.Join(",", image)}] and the masks [{string.Join(",", mask)}]; expected " +
                "[N,3,H,W] and [N,K,H,W] with the same N, H and W. Resize one to the other.", nameof(masks));
        using var scope = NewDisposeScope();
        return Propagate(masks, Affinities(images, options), options).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// [N,3,H,W] colours in any scale -> [N,8D,H,W] weights of the eight neighbours at each of D dilations; they sum to 1 at every pixel.
    /// The weight is softmax(-mean over colours of |dI| / (0.1 s + 1e-8)), s the deviation of the colour over all those neighbours and the
    /// pixel itself, which counts once a dilation. Beyond the border the image repeats its last pixel.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public static Tensor Affinities(Tensor images, PamrOptions? options = null)
    {
        options ??= new();
        options.Validate();
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var padded = Padded(images, options);
        Tensor[] neighbours = [.. Neighbours(padded, images, options)];
        var count = neighbours.Length + options.Dilations.Count;
        var mean = images.mul((double)options.Dilations.Count);
        foreach (var neighbour in neighbours)
            mean.add_(neighbour);
        mean.div_((double)count);
        var squares = images.sub(mean).square().mul((double)options.Dilations.Count);
        foreach (var neighbour in neighbours)
        {
            using var step = NewDisposeScope();
            squares.add_(neighbour.sub(mean).square());
        }
        var unit = squares.div((double)(count - 1)).sqrt().mul(options.DeviationShare).add(SmallestDeviation);
        return cat([.. neighbours.Select(Likeness)], 1).softmax(1).MoveToOuterDisposeScope();

        Tensor Likeness(Tensor neighbour)
        {
            using var step = NewDisposeScope();
            return images.sub(neighbour).abs().div(unit).mean([1L], true).neg().MoveToOuterDisposeScope();
        }
    }

    /// <summary>[N,K,H,W] masks, [N,8D,H,W] weights of <see cref="Affinities"/> -> [N,K,H,W] masks after the iterations.</summary>
    /// <exception cref="ArgumentException">The weights are of other dilations.</exception>
    public static Tensor Propagate(Tensor masks, Tensor affinities, PamrOptions? options = null)
    {
        options ??= new();
        options.Validate();
        if (affinities.shape[1] != Ring.Length * options.Dilations.Count)
            throw new ArgumentException($"There are weights for {affinities.shape[1]} neighbours; expected {Ring.Length} for each of " +
                $"{options.Dilations.Count} dilations. Compute both with the same options.", nameof(affinities));
        using var scope = NewDisposeScope();
        Tensor[] weights = [.. Enumerable.Range(0, (int)affinities.shape[1]).Select(n => affinities.narrow(1, n, 1))];
        var refined = masks.alias();
        for (var i = 0; i < options.Iterations; i++)
            refined = Step(refined, weights, options);
        return refined.MoveToOuterDisposeScope();
    }

    private static Tensor Step(Tensor masks, Tensor[] weights, PamrOptions options)
    {
        using var scope = NewDisposeScope();
        var padded = Padded(masks, options);
        Tensor? sum = null;
        foreach (var (neighbour, weight) in Neighbours(padded, masks, options).Zip(weights))
        {
            var part = neighbour.mul(weight);
            if (sum is null)
                sum = part;
            else
            {
                sum.add_(part);
                part.Dispose();
            }
        }
        return sum!.MoveToOuterDisposeScope();
    }

    private static Tensor Padded(Tensor maps, PamrOptions options)
    {
        long margin = options.Dilations.Max();
        return functional.pad(maps, [margin, margin, margin, margin], PaddingModes.Replicate);
    }

    /// <summary>Views of the padded maps, one shifted to each neighbour, of the size of the unpadded ones.</summary>
    private static IEnumerable<Tensor> Neighbours(Tensor padded, Tensor unpadded, PamrOptions options)
    {
        long margin = options.Dilations.Max(), height = unpadded.shape[2], width = unpadded.shape[3];
        foreach (var dilation in options.Dilations)
            foreach (var (y, x) in Ring)
                yield return padded.narrow(2, margin + y * dilation, height).narrow(3, margin + x * dilation, width);
    }
}
