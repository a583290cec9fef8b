using MLNetWsss.Backbones;
using MLNetWsss.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.ClassActivation;

/// <summary>What SEAM minimises besides the tags (Wang et al., CVPR 2020, section 3.5, and the authors' code).</summary>
public static class SeamLosses
{
    /// <summary>Keeps flat maps from dividing by zero, in the authors' code.</summary>
    private const double Epsilon = 1e-5;

    /// <summary>A quarter of the pixels is taken to be background in any photo, in the authors' code.</summary>
    private const int EmptyPart = 4;

    /// <summary>[N,3,H,W] crops, [N,K] tags -> tags + background + equivariance + cross.</summary>
    internal static Loss Of(ClassActivationNetwork network, Tensor images, Tensor tags, SeamOptions options)
    {
        long side = SmallSide(images.shape[2], options.Scale, network.backbone.Options.OutputStride);
        var (maps, refined) = network.MapsAndRefined(images, tags);
        var (smallMaps, smallRefined) = network.MapsAndRefined(FeatureMaps.Resize(images, side, side), tags);
        Tensor Tags(Tensor own) => ClassActivationLosses.TagLoss(FeatureMaps.GlobalAverage(own), tags);
        Tensor Empty(Tensor own) => Background(own.narrow(1, 1, network.Classes).mul(Broadcast(tags)));
        Tensor Comparable(Tensor own) => Normalise(FeatureMaps.Resize(own, side, side));
        Tensor Scores(Tensor own) => WithBackground(Comparable(own).mul(Broadcast(tags)));
        var (large, small) = (Scores(maps), Scores(smallMaps));
        var withBackground = Broadcast(cat([ones_like(tags.narrow(1, 0, 1)), tags], 1));
        var cross = Cross(small, Comparable(refined).mul(withBackground), options.HardShare)
            .add(Cross(large, Comparable(smallRefined).mul(withBackground), options.HardShare));
        return new Loss(
            ("tags", Tags(maps).add(Tags(smallMaps)).div(2)),
            ("background", Empty(refined).add(Empty(smallRefined)).div(2)),
            ("equivariance", Equivariance(large.narrow(1, 1, network.Classes), small.narrow(1, 1, network.Classes))
                .mul(options.EquivarianceWeight)),
            ("cross", cross.mul(options.CrossWeight)));
    }

    /// <summary>Pixels of the smaller copy's side: the scaled one, on the grid of the network (a multiple of its stride plus 1).</summary>
    internal static long SmallSide(long side, double scale, int stride) =>
        Math.Max(1, (long)Math.Round((side * scale - 1) / stride)) * stride + 1;

    /// <summary>[N,K,h,w] -> ReLU(x - min - e) / (max - min + e) of ReLU(maps), of each image and class: 0 to almost 1.</summary>
    public static Tensor Normalise(Tensor maps)
    {
        using var scope = NewDisposeScope();
        var x = maps.relu();
        Tensor highest = x.amax([2, 3], true), lowest = x.amin([2, 3], true);
        return x.sub(lowest).sub(Epsilon).relu().div(highest.sub(lowest).add(Epsilon)).MoveToOuterDisposeScope();
    }

    /// <summary>[N,K,h,w] scores of present classes -> [N,K+1,h,w]: before them the background, what the strongest leaves to 1.</summary>
    internal static Tensor WithBackground(Tensor scores)
    {
        using var scope = NewDisposeScope();
        return cat([scores.amax([1], true).neg().add(1), scores], 1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// [N,K,h,w] refined scores -> scalar: the mean of each pixel's strongest class over the quarter of the pixels where that is weakest.
    /// One class with scores 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8: the quarter is (0.1, 0.2), the loss 0.15.
    /// </summary>
    public static Tensor Background(Tensor scores)
    {
        using var scope = NewDisposeScope();
        var strongest = scores.amax([1]).flatten(1);
        int quarter = Math.Max(1, (int)(strongest.shape[1] / EmptyPart));
        return strongest.topk(quarter, 1, false).Item1.relu().mean().MoveToOuterDisposeScope();
    }

    /// <summary>[N,K,h,w] maps of both copies, brought to one size -> scalar: their mean absolute difference (ER, equation 5).</summary>
    public static Tensor Equivariance(Tensor large, Tensor small)
    {
        using var scope = NewDisposeScope();
        return large.sub(small).abs().mean().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// [N,K+1,h,w] scores with background, the other copy's [N,K+1,h,w] refined ones -> scalar: of the absolute differences between the
    /// refined scores and the first, of which only each pixel's strongest class counts and that get no gradient, the mean of each image's
    /// largest (ECR, equation 6, with the authors' hard examples). Differences (0, 0.1, 0.2, 0.3, 0.9) at a share of 0.4 give 0.6.
    /// </summary>
    public static Tensor Cross(Tensor scores, Tensor refined, double hardShare)
    {
        using var scope = NewDisposeScope();
        var differences = OnlyStrongest(scores.detach()).sub(refined).abs().flatten(1);
        int hard = Math.Max(1, (int)(differences.shape[1] * hardShare));
        return differences.topk(hard, 1).Item1.mean().MoveToOuterDisposeScope();
    }

    /// <summary>[N,K+1,h,w] -> the same with all classes but each pixel's strongest at 0; the background, which is first, stays.</summary>
    internal static Tensor OnlyStrongest(Tensor scores)
    {
        using var scope = NewDisposeScope();
        var classes = scores.narrow(1, 1, scores.shape[1] - 1);
        var strongest = classes.ge(classes.amax([1], true)).to(ScalarType.Float32);
        return cat([scores.narrow(1, 0, 1), classes.mul(strongest)], 1).MoveToOuterDisposeScope();
    }

    /// <summary>[N,K] -> [N,K,1,1].</summary>
    private static Tensor Broadcast(Tensor tags) => tags.unsqueeze(-1).unsqueeze(-1);
}
