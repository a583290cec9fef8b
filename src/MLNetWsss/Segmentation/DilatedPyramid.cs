using MLNetWsss.Backbones;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Segmentation;

/// <summary>
/// Context at several ranges: the features are brought to few channels by a 1x1 convolution, pass dilated 3x3 convolutions side by side,
/// and meet again, with the first step's output and its global mean, in a 1x1 convolution over all (after atrous spatial pyramid
/// pooling, Chen et al. 2017, 3.3).
/// </summary>
/// <remarks>
/// The published branches each read all channels of the backbone. Behind a MobileNetV2's 1280 channels that would cost as much as the
/// backbone itself, so here they read the few.
/// </remarks>
internal sealed class DilatedPyramid : Module<Tensor, Tensor>, IConvUnits
{
    private readonly ConvBlock _reduce;
    private readonly SpatialBlock[] _branches;
    private readonly Conv2dLayer _pooled;
    private readonly ConvBlock _project;
    private readonly SeededDropout _dropout;

    internal DilatedPyramid(int inputs, SegmentationHeadOptions options, Generator generator) : base(nameof(DilatedPyramid))
    {
        var channels = options.Channels;
        _reduce = new ConvBlock(inputs, channels, 1, generator);
        _branches = [.. options.Dilations.Select(dilation => new SpatialBlock(channels, channels, dilation, options.Separable, generator))];
        // No batch norm on the global mean: a batch offers it one value per image, too few for statistics.
        _pooled = new Conv2dLayer(channels, channels, 1, generator, hasBias: true);
        _project = new ConvBlock((_branches.Length + 2) * channels, channels, 1, generator);
        _dropout = new SeededDropout(options.Dropout, generator);
        register_module("reduce", _reduce);
        for (var i = 0; i < _branches.Length; i++)
            register_module($"branch{i}", _branches[i]);
        register_module("pooled", _pooled);
        register_module("project", _project);
        register_module("dropout", _dropout);
    }

    public IEnumerable<ConvUnit> Units => ((IConvUnits[])[_reduce, .. _branches, _project]).SelectMany(part => part.Units);

    /// <summary>[N,C,h,w] -> [N,C',h,w].</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var reduced = _reduce.call(input);
        var mean = _pooled.call(reduced.mean([2L, 3L], true)).relu_();
        var everywhere = ChannelsLast.Of(mean.expand(reduced.shape));
        Tensor[] all = [reduced, .. _branches.Select(branch => branch.call(reduced)), everywhere];
        return _dropout.call(_project.call(cat(all, 1))).MoveToOuterDisposeScope();
    }
}
