using MLNetWsss.Backbones;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Segmentation;

/// <summary>
/// A dilated 3x3 convolution with batch norm and rectifier, whole or split into a depthwise and a 1x1 one (Chen et al. 2018, 3.1).
/// </summary>
internal sealed class SpatialBlock : Module<Tensor, Tensor>, IConvUnits
{
    private readonly ConvBlock[] _blocks;

    internal SpatialBlock(int inputs, int outputs, int dilation, bool separable, Generator generator) : base(nameof(SpatialBlock))
    {
        _blocks = separable
            ? [new(inputs, inputs, 3, generator, 1, dilation, inputs), new(inputs, outputs, 1, generator)]
            : [new(inputs, outputs, 3, generator, 1, dilation)];
        for (var i = 0; i < _blocks.Length; i++)
            register_module($"{i}", _blocks[i]);
    }

    public IEnumerable<ConvUnit> Units => _blocks.SelectMany(block => ((IConvUnits)block).Units);

    /// <summary>[N,C,h,w] -> [N,C',h,w].</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var y = input;
        foreach (var block in _blocks)
            y = block.call(y);
        return y.MoveToOuterDisposeScope();
    }
}
