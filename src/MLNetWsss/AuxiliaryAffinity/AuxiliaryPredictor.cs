using Microsoft.ML.Runtime;
using MLNetWsss.Backbones;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using static TorchSharp.torch;

namespace MLNetWsss.AuxiliaryAffinity;

/// <summary>What a trained network sees in one image, averaged over scales and mirrored runs.</summary>
/// <param name="Maps">[Kxhxw] class maps, the network's own or those that were given, spread along the affinity, not normalised.</param>
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

    /// <param name="images">N images.</param>
    /// <param name="seeds">Class maps to spread in place of the network's own, one an image or none.</param>
    internal AuxiliaryPrediction[] Predict(IReadOnlyList<RgbImage> images, IReadOnlyList<ScoreMaps>? seeds) =>
    [
        .. _runner.Maps(images, _options.Scales, _options.Flip, _options.LongSide, MapStride, (network, x, pass) =>
            Forward(network, x, seeds is null ? null : Beside(x, pass.Images, seeds))).Select(Unpacked)
    ];

    /// <summary>N images -> N x K rectified class maps alone, as they are before there is an affinity.</summary>
    internal ScoreMaps[] ClassMaps(IReadOnlyList<RgbImage> images) =>
        _runner.Maps(images, _options.Scales, _options.Flip, _options.LongSide, MapStride, (network, x) => network.ClassMaps(x));

    /// <summary>N images -> N x K probabilities of the tags, at scale 1.</summary>
    internal float[][] Tags(IReadOnlyList<RgbImage> images) =>
        _runner.Vectors(images, _options.LongSide, (network, x) => network.ClassLogits(x).sigmoid());

    internal void Store(StageArchive archive) => _runner.Store(archive);

    /// <summary>[n,3,H,W] -> [n,K + K+1 (+ 1),h,w]: maps of everything side by side pass scales and mirroring together.</summary>
    private static Tensor Forward(AuxiliaryAffinityNetwork network, Tensor input, Tensor? seeds)
    {
        var outputs = network.Forward(input, seeds);
        Tensor[] all = [outputs.SpreadMaps, outputs.BestSegmentation.softmax(1)];
        return cat(outputs.BestSaliency is { } saliency ? [.. all, saliency.sigmoid()] : all, 1);
    }

    /// <summary>
    /// The seeds of a pass -> [n,K,h,w], as large as the features of its images [n,3,H,W]; those of mirrored copies, which come behind the
    /// others, mirrored.
    /// </summary>
    private Tensor Beside(Tensor input, IReadOnlyList<int> images, IReadOnlyList<ScoreMaps> seeds)
    {
        int stride = _options.Backbone.OutputStride;
        long height = (input.shape[2] - 1) / stride + 1, width = (input.shape[3] - 1) / stride + 1;
        var maps = cat([.. images.Take(_options.Flip ? images.Count / 2 : images.Count).Select(i => seeds[i]).Select(m =>
            FeatureMaps.Resize(tensor(m.Scores.ToArray(), [1L, m.Classes, m.Height, m.Width]), height, width))]).to(input.device);
        return _options.Flip ? cat([maps, maps.flip(3)]) : maps;
    }

    private AuxiliaryPrediction Unpacked(ScoreMaps all)
    {
        ScoreMaps Part(int from, int count) => new(count, all.Height, all.Width,
            all.Scores.Slice(from * all.Height * all.Width, count * all.Height * all.Width).ToArray());
        return new(Part(0, _classes), all.Classes > 2 * _classes + 1 ? Part(2 * _classes + 1, 1) : null, Part(_classes, _classes + 1));
    }
}
