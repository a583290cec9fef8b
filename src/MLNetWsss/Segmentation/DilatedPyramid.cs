using MLNetWsss.Backbones;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Segmentation;

/// <summary>
/// Context at several ranges: a 1x1 convolution, dilated 3x3 convolutions and the global mean side by side, then a 1x1 convolution over all
/// (atrous spatial pyramid pooling, Chen et al. 2017, 3.3).
/// </summary>
internal sealed class DilatedPyramid : Module<Tensor, Tensor>, IConvUnits
{
    private readonly Module<Tensor, Tensor>[] _branches;
    private readonly Conv2dLayer _pooled;
    private readonly ConvBlock _project;
    private readonly SeededDropout _dropout;

    internal DilatedPyramid(int inputs, SegmentationHeadOptions options, Generator generator) : base(nameof(DilatedPyramid))
    {
        _branches =
        [
            new ConvBlock(inputs, options.Channels, 1, generator),
            .. options.Dilations.Select(dilation => new SpatialBlock(inputs, options.Channels, dilation, options.Separable, generator)),
        ];
        for (var i = 0; i < _branches.Length; i++)
            register_module($"branch{i}", _branches[i]);
        // No batch norm on the global mean: a batch offers it one value per image, too few for statistics.
        register_module("pooled", _pooled = new Conv2dLayer(inputs, options.Channels, 1, generator, hasBias: true));
        register_module("project", _project = new ConvBlock((_branches.Length + 1) * options.Channels, options.Channels, 1, generator));
        register_module("dropout", _dropout = new SeededDropout(options.Dropout, generator));
    }

    public IEnumerable<ConvUnit> Units => _branches.Append(_project).OfType<IConvUnits>().SelectMany(part => part.Units);

    /// <summary>[N,C,h,w] -> [N,C',h,w].</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var mean = _pooled.call(input.mean([2L, 3L], true)).relu_();
        var everywhere = mean.expand(mean.shape[0], mean.shape[1], input.shape[2], input.shape[3]);
        var branches = _branches.Select(branch => branch.call(input)).Append(ChannelsLast.Of(everywhere)).ToArray();
        return _dropout.call(_project.call(cat(branches, 1))).MoveToOuterDisposeScope();
    }
}
