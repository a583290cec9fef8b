using MLNetWsss.Backbones;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.PairwiseAffinity;

/// <summary>
/// A 1x1 convolution on each of the backbone's maps, all brought to one grid and put side by side. Grouped: group norm and rectifier
/// behind each (IRN); otherwise an exponential unit (PSA).
/// </summary>
internal sealed class AffinityTaps : Module<Tensor[], long, long, Tensor>
{
    private readonly (int Map, Conv2dLayer Convolution, GroupNormLayer? Norm)[] _taps;

    internal AffinityTaps(IReadOnlyList<int> inputs, IReadOnlyList<int> channels, bool grouped, Generator generator) : base(nameof(AffinityTaps))
    {
        _taps = [.. Enumerable.Range(0, inputs.Count).Where(i => channels[i] > 0).Select(i =>
            (i, new Conv2dLayer(inputs[i], channels[i], 1, generator), grouped ? new GroupNormLayer(Groups(channels[i]), channels[i]) : null))];
        foreach (var (map, convolution, norm) in _taps)
        {
            register_module($"convolution{map}", convolution);
            if (norm is not null)
                register_module($"norm{map}", norm);
        }
        Channels = channels.Sum();
    }

    /// <summary>Channels of all taps together.</summary>
    internal int Channels { get; }

    // IRN has 4 groups of 8 channels for borders and 16 groups for displacements, which have 64 channels and more.
    private static int Groups(int channels) => channels >= 64 ? 16 : 4;

    /// <summary>Four maps [N,C,h',w'] -> [N,C',height,width], float32.</summary>
    public override Tensor forward(Tensor[] features, long height, long width)
    {
        using var scope = NewDisposeScope();
        return cat([.. _taps.Select(tap => FeatureMaps.Resize(Activated(tap.Convolution, tap.Norm, features[tap.Map]), height, width))], 1)
            .MoveToOuterDisposeScope();
    }

    private static Tensor Activated(Conv2dLayer convolution, GroupNormLayer? norm, Tensor features)
    {
        var y = convolution.call(features.to(ScalarType.Float32));
        return norm is null ? functional.elu(y, 1) : norm.call(y).relu_();
    }
}
