using MLNetWsss.Backbones;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.ClassActivation;

/// <summary>
/// SEAM's pixel correlation module (Wang et al., CVPR 2020, section 3.4): each pixel's score becomes the mean score of the pixels that look
/// like it, by colour and by two inner features. Field names are those of the authors' code, as they stand in its checkpoints.
/// </summary>
public sealed class PixelCorrelation : Module
{
    // Channels of the two projections and of the features compared, in the authors' code.
    private const int MiddleChannels = 64, LateChannels = 128, Colors = 3, Compared = 192;

    /// <summary>Keeps empty maps and rows from dividing by zero, in the authors' code.</summary>
    private const double Epsilon = 1e-5;

    private readonly Conv2dLayer f8_3, f8_4, f9;

    /// <summary>A module with random weights.</summary>
    /// <param name="middle">Channels of the earlier feature map.</param>
    /// <param name="late">Channels of the later one.</param>
    /// <param name="generator">Source of the weights, on the CPU.</param>
    public PixelCorrelation(int middle, int late, Generator generator) : base(nameof(PixelCorrelation))
    {
        f8_3 = new Conv2dLayer(middle, MiddleChannels, 1, generator);
        f8_4 = new Conv2dLayer(late, LateChannels, 1, generator);
        f9 = new Conv2dLayer(Colors + MiddleChannels + LateChannels, Compared, 1, generator, gain: 1);
        register_module(nameof(f8_3), f8_3);
        register_module(nameof(f8_4), f8_4);
        register_module(nameof(f9), f9);
    }

    /// <summary>
    /// [N,K+1,h,w] scores, [N,3,H,W] colours and two feature maps of any size -> [N,K+1,h,w] scores, float32, each the mean of all scores
    /// weighted by likeness. Neither the backbone nor the scores get a gradient from here: the module learns what alike means.
    /// </summary>
    public Tensor Refine(Tensor scores, Tensor images, Tensor middle, Tensor late)
    {
        using var scope = NewDisposeScope();
        long height = scores.shape[2], width = scores.shape[3];
        // The mean colour of a position's cell: a single pixel of it would be noise.
        var colors = functional.adaptive_avg_pool2d(images, [height, width]).to(middle.dtype);
        var features = cat([
            colors,
            FeatureMaps.Resize(f8_3.call(middle.detach()).relu(), height, width),
            FeatureMaps.Resize(f8_4.call(late.detach()).relu(), height, width)], 1);
        var compared = f9.call(features).to(ScalarType.Float32).flatten(2);
        return Correlate(scores.detach().flatten(2), compared).view(scores.shape).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// [N,K,P] scores, [N,C,P] features of P pixels -> [N,K,P]: scores times the rectified cosines of features, whose columns sum to 1.
    /// Features (1, 0), (1, 1), (0, 1) and scores (1, 0, 0): cosines of the first row 1, 0.707107, 0; columns sum to 1.707107, 2.414214 and
    /// 1.707107; the result is (0.585786, 0.292893, 0), with the epsilons of the authors' code (0.585782, 0.292892, 0).
    /// </summary>
    internal static Tensor Correlate(Tensor scores, Tensor features)
    {
        using var scope = NewDisposeScope();
        var unit = features.div(features.norm(1, true).add(Epsilon));
        var likeness = unit.transpose(1, 2).matmul(unit).relu();
        var columns = likeness.div(likeness.sum([1L], true).add(Epsilon));
        return scores.matmul(columns).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// [N,K,h,w] maps, [N,K] presence -> [N,K+1,h,w] scores with the background first, without gradient: each present class rectified and
    /// divided by its maximum, the background what the strongest leaves to 1; of the classes only a pixel's strongest stays.
    /// </summary>
    internal static Tensor Scores(Tensor maps, Tensor present)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var rectified = maps.detach().relu();
        var scaled = rectified.sub(Epsilon).relu().div(rectified.amax([2, 3], true).add(Epsilon)).mul(present.unsqueeze(-1).unsqueeze(-1));
        var strongest = scaled.amax([1], true);
        var classes = scaled.mul(scaled.ge(strongest).to(ScalarType.Float32));
        return cat([strongest.neg().add(1), classes], 1).MoveToOuterDisposeScope();
    }
}
