using MLNetWsss.Backbones;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.AuxiliaryAffinity;

/// <summary>
/// One dense task: two dilated convolutions give features, the features give an affinity between all positions, and after a third
/// convolution come the scores (Xu et al., ICCV 2021, section 3.2, and the authors' code).
/// </summary>
internal sealed class AuxiliaryBranch : Module
{
    /// <summary>Deviation of the classifier's initial weights: small, so that training begins near equal scores.</summary>
    private const double InitialDeviation = 0.01;

    /// <summary>The non-local step starts as a small correction: as an equal partner it drowns the features in their mean.</summary>
    private const double InitialCorrection = 0.1;

    private readonly Conv2dLayer _conv1, _conv2, _conv3, _classifier;
    private readonly Conv2dLayer? _value, _output;
    private readonly PositionSimilarity? _similarity;

    /// <param name="inputs">C, channels of the backbone's features.</param>
    /// <param name="outputs">Channels of the scores.</param>
    /// <param name="options">What the branch looks like.</param>
    /// <param name="comparedChannels">Channels of the backbone's features that positions are compared by; null for a task without an
    /// affinity.</param>
    /// <param name="generator">Source of the initial weights, on the CPU.</param>
    internal AuxiliaryBranch(int inputs, int outputs, AuxiliaryHeadOptions options, int? comparedChannels, Generator generator)
        : base(nameof(AuxiliaryBranch))
    {
        int channels = options.Channels;
        _conv1 = Rectified(inputs, channels, options.Dilations[0], generator);
        _conv2 = Rectified(channels, channels, options.Dilations[1], generator);
        _conv3 = Rectified(channels, channels, options.Dilations[2], generator);
        _classifier = new(channels, outputs, 1, generator, hasBias: true, gain: InitialDeviation * Math.Sqrt(channels));
        register_module("conv1", _conv1);
        register_module("conv2", _conv2);
        register_module("conv3", _conv3);
        register_module("classifier", _classifier);
        if (comparedChannels is not { } compared)
            return;
        _similarity = new(channels, compared, options.Temperature, generator);
        _value = new(channels, channels, 1, generator, hasBias: true);
        _output = new(channels, channels, 1, generator, hasBias: true, gain: InitialCorrection);
        register_module("similarity", _similarity);
        register_module("value", _value);
        register_module("output", _output);
    }

    private static Conv2dLayer Rectified(int inputs, int outputs, int dilation, Generator generator) =>
        new(inputs, outputs, 3, generator, dilation: dilation, hasBias: true, gain: Conv2dLayer.RectifierGain);

    /// <summary>[N,C,h,w] backbone features -> [N,D,h,w] the task's features.</summary>
    internal Tensor Features(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _conv2.call(_conv1.call(input).relu_()).relu_().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// [N,D,h,w] features and [N,E,h,w] the backbone's, if positions are compared by them -> [N,P,F] queries and [N,F,P] keys, float32.
    /// </summary>
    internal (Tensor Queries, Tensor Keys) Projections(Tensor features, Tensor? compared) => _similarity!.Of(features, compared);

    /// <summary>[N,D,h,w] features -> [N,P,D] what the affinity spreads, float32.</summary>
    internal Tensor Values(Tensor features)
    {
        using var scope = NewDisposeScope();
        return _value!.call(features).to(ScalarType.Float32).flatten(2).transpose(1, 2).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// [N,D,h,w] features and [N,P,D] spread values, or null without affinity -> [N,K,h,w] logits, float32: features plus a 1x1
    /// convolution of the spread values, a last dilated convolution, the classifier.
    /// </summary>
    internal Tensor Logits(Tensor features, Tensor? spread)
    {
        using var scope = NewDisposeScope();
        var joined = features;
        if (spread is not null)
            joined = features + _output!.call(spread.transpose(1, 2).reshape(features.shape).to(features.dtype));
        return _classifier.call(_conv3.call(joined).relu_()).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
