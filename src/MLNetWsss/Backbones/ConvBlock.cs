using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Backbones;

/// <summary>
/// Convolution, batch norm, activation: torchvision's Conv2dNormActivation, with its state names 0 (convolution) and 1 (batch norm).
/// </summary>
public sealed class ConvBlock : Module<Tensor, Tensor>, IConvUnits
{
    private readonly ConvUnit _unit;

    /// <summary>A block with "same" padding and weights from the generator.</summary>
    /// <param name="inputs">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="kernel">Side of the kernel, odd.</param>
    /// <param name="generator">Source of the initial weights, on the CPU.</param>
    /// <param name="stride">Step between outputs, in input pixels.</param>
    /// <param name="dilation">Step between kernel taps, in input pixels.</param>
    /// <param name="groups">Groups of channels; equal to <paramref name="inputs"/> for a depthwise convolution.</param>
    /// <param name="activation">What follows batch norm.</param>
    public ConvBlock(int inputs, int outputs, int kernel, Generator generator, int stride = 1, int dilation = 1, int groups = 1,
        Activation activation = Activation.Relu)
        : base(nameof(ConvBlock))
    {
        var gain = activation == Activation.Identity ? 1 : Conv2dLayer.RectifierGain;
        _unit = new(new(inputs, outputs, kernel, generator, stride, dilation, groups, gain: gain), new(outputs), activation);
        register_module("0", _unit.Convolution);
        register_module("1", _unit.Norm);
    }

    IEnumerable<ConvUnit> IConvUnits.Units => [_unit];

    /// <summary>Merges batch norm into the convolution; the output stays what evaluation mode gave.</summary>
    public void FoldBatchNorm() => _unit.Fold();

    /// <summary>[N,C,H,W] -> [N,C',H/stride,W/stride].</summary>
    public override Tensor forward(Tensor input) => _unit.Run(input);
}
