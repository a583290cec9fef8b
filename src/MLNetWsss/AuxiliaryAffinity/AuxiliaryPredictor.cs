using Microsoft.ML.Runtime;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using static TorchSharp.torch;

namespace MLNetWsss.AuxiliaryAffinity;

/// <summary>What a trained network sees in one image, averaged over scales and mirrored runs.</summary>
/// <param name="Maps">[Kxhxw] class maps spread along the affinity, rectified, not normalised.</param>
/// <param name="Saliency">[1xhxw] probabilities, or null without the task.</param>
/// <param name="Segmentation">[(K+1)xhxw] probabilities, background first.</param>
internal sealed record AuxiliaryPrediction(ScoreMaps Maps, ScoreMaps? Saliency, ScoreMaps Segmentation);

/// <summary>A trained network ready to predict, and the update of labels by what it predicts.</summary>
internal sealed class AuxiliaryPredictor
{
    private const int MapStride = 4;

    private readonly AuxiliaryAffinityOptions _options;
    private readonly NetworkRunner<AuxiliaryAffinityNetwork> _runner;
    private readonly int _classes;

    /// <summary>The network is made ready in place: it cannot be trained on.</summary>
    internal AuxiliaryPredictor(IHostEnvironment environment, AuxiliaryAffinityNetwork network, AuxiliaryAffinityOptions options)
    {
        (_options, _classes) = (options, network.Classes);
        _runner = new(environment, network, options);
    }

    internal AuxiliaryPrediction[] Predict(IReadOnlyList<RgbImage> images) =>
        [.. _runner.Maps(images, _options.Scales, _options.Flip, _options.LongSide, MapStride, Forward).Select(Unpacked)];

    /// <summary>N images -> N x K rectified class maps alone, as they are before there is an affinity.</summary>
    internal ScoreMaps[] ClassMaps(IReadOnlyList<RgbImage> images) =>
        _runner.Maps(images, _options.Scales, _options.Flip, _options.LongSide, MapStride, (network, x) => network.ClassMaps(x));

    /// <summary>N images -> N x K probabilities of the tags, at scale 1.</summary>
    internal float[][] Tags(IReadOnlyList<RgbImage> images) =>
        _runner.Vectors(images, _options.LongSide, (network, x) => network.ClassLogits(x).sigmoid());

    internal void Store(StageArchive archive) => _runner.Store(archive);

    /// <summary>[n,3,H,W] -> [n,K + K+1 (+ 1),h,w]: maps of everything side by side pass scales and mirroring together.</summary>
    private static Tensor Forward(AuxiliaryAffinityNetwork network, Tensor input)
    {
        var outputs = network.call(input);
        Tensor[] all = [outputs.SpreadMaps, outputs.BestSegmentation.softmax(1)];
        return cat(outputs.BestSaliency is { } saliency ? [.. all, saliency.sigmoid()] : all, 1);
    }

    private AuxiliaryPrediction Unpacked(ScoreMaps all)
    {
        ScoreMaps Part(int from, int count) => new(count, all.Height, all.Width,
            all.Scores.Slice(from * all.Height * all.Width, count * all.Height * all.Width).ToArray());
        return new(Part(0, _classes), all.Classes > 2 * _classes + 1 ? Part(2 * _classes + 1, 1) : null, Part(_classes, _classes + 1));
    }
}
