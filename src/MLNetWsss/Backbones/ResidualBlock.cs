using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Backbones;

/// <summary>
/// relu(F(x) + shortcut(x)): F is two 3x3 convolutions, or 1x1, 3x3 and 1x1 around a bottleneck (He et al. 2016, figure 5); the shortcut
/// is a 1x1 convolution where the shape changes. State names conv1, bn1, ..., downsample.0, downsample.1.
/// </summary>
internal sealed class ResidualBlock : Module<Tensor, Tensor>, IConvUnits
{
    /// <summary>Channels of a bottleneck's output over those of its middle.</summary>
    internal const int BottleneckExpansion = 4;

    private readonly ConvUnit[] _path;
    private readonly ConvUnit? _shortcut;

    /// <param name="inputs">Channels in.</param>
    /// <param name="planes">Channels of the path.</param>
    /// <param name="bottleneck">Which of the two kinds.</param>
    /// <param name="stride">Stride of the path's first 3x3 convolution.</param>
    /// <param name="dilation">Dilation of that convolution.</param>
    /// <param name="following">Dilation of whatever 3x3 convolution comes behind it.</param>
    /// <param name="generator">Source of the initial weights.</param>
    internal ResidualBlock(int inputs, int planes, bool bottleneck, int stride, int dilation, int following, Generator generator)
        : base(nameof(ResidualBlock))
    {
        var outputs = bottleneck ? planes * BottleneckExpansion : planes;
        _path = bottleneck
            ?
            [
                Unit(inputs, planes, 1, 1, 1, Activation.Relu, generator),
                Unit(planes, planes, 3, stride, dilation, Activation.Relu, generator),
                Unit(planes, outputs, 1, 1, 1, Activation.Identity, generator),
            ]
            :
            [
                Unit(inputs, planes, 3, stride, dilation, Activation.Relu, generator),
                Unit(planes, outputs, 3, 1, following, Activation.Identity, generator),
            ];
        for (var i = 0; i < _path.Length; i++)
        {
            register_module($"conv{i + 1}", _path[i].Convolution);
            register_module($"bn{i + 1}", _path[i].Norm);
        }
        if (stride == 1 && inputs == outputs)
            return;
        _shortcut = Unit(inputs, outputs, 1, stride, 1, Activation.Identity, generator);
        register_module("downsample", new LayerList([_shortcut.Convolution, _shortcut.Norm]));
    }

    public IEnumerable<ConvUnit> Units => _shortcut is null ? _path : [.. _path, _shortcut];

    /// <summary>[N,C,H,W] -> [N,C',H/stride,W/stride].</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var y = FeatureMaps.Chain(input, _path.Select(unit => (Func<Tensor, Tensor>)unit.Run));
        var shortcut = _shortcut is null ? input : _shortcut.Run(input);
        return y.add_(shortcut).relu_().MoveToOuterDisposeScope();
    }

    private static ConvUnit Unit(int inputs, int outputs, int kernel, int stride, int dilation, Activation activation, Generator generator)
    {
        var gain = activation == Activation.Identity ? 1 : Conv2dLayer.RectifierGain;
        return new(new(inputs, outputs, kernel, generator, stride, dilation, gain: gain), new(outputs), activation);
    }
}
