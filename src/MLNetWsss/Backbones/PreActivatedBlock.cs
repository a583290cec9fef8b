using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Backbones;

/// <summary>
/// F(p) + shortcut with p = relu(bn(x)): F is a row of convolutions with batch norm and rectifier between them; the shortcut is x, or a 1x1
/// convolution of p where the shape changes (He et al. 2016, "Identity mappings"; Wu et al. 2019). State names as in PSA's code:
/// bn_branch2a, conv_branch2a, bn_branch2b1, conv_branch2b1, bn_branch2b2, conv_branch2b2, conv_branch1.
/// </summary>
internal sealed class PreActivatedBlock : Module<Tensor, Tensor>
{
    private static readonly string[] Names = ["2a", "2b1", "2b2"];

    private readonly PreActivation _before;
    private readonly ConvUnit[] _path;
    private readonly Conv2dLayer _last;
    private readonly Conv2dLayer? _shortcut;
    private readonly SeededDropout? _dropout;

    /// <summary>One convolution of the path.</summary>
    internal readonly record struct Step(int Channels, int Kernel, int Stride, int Dilation);

    /// <param name="inputs">Channels in.</param>
    /// <param name="steps">The path's convolutions.</param>
    /// <param name="dropout">Share of values that training drops before each convolution but the first.</param>
    /// <param name="generator">Source of the initial weights and of dropout's masks.</param>
    internal PreActivatedBlock(int inputs, Step[] steps, double dropout, Generator generator) : base(nameof(PreActivatedBlock))
    {
        _before = new(new(inputs));
        register_module("bn_branch2a", _before.Norm);
        int channels = inputs;
        var convolutions = new Conv2dLayer[steps.Length];
        for (var i = 0; i < steps.Length; i++)
        {
            var (outputs, kernel, stride, dilation) = steps[i];
            bool last = i == steps.Length - 1;
            convolutions[i] = new(channels, outputs, kernel, generator, stride, dilation, gain: last ? 1 : Conv2dLayer.RectifierGain);
            register_module($"conv_branch{Names[i]}", convolutions[i]);
            channels = outputs;
        }
        _last = convolutions[^1];
        _path = [.. convolutions[..^1].Select((convolution, i) => new ConvUnit(convolution, new(steps[i].Channels), Activation.Relu))];
        for (var i = 0; i < _path.Length; i++)
            register_module($"bn_branch{Names[i + 1]}", _path[i].Norm);
        if (dropout > 0)
            _dropout = new(dropout, generator);
        if (steps[0].Stride == 1 && inputs == channels)
            return;
        _shortcut = new(inputs, channels, 1, generator, steps[0].Stride);
        register_module("conv_branch1", _shortcut);
    }

    /// <summary>All that learns in the block.</summary>
    internal IEnumerable<IBackboneUnit> Units
    {
        get
        {
            yield return _before;
            foreach (var unit in _path)
                yield return unit;
            yield return new PlainConvolution(_last);
            if (_shortcut is not null)
                yield return new PlainConvolution(_shortcut);
        }
    }

    /// <summary>[N,C,H,W] -> [N,C',H/stride,W/stride].</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var active = _before.Run(input);
        var y = FeatureMaps.Chain(active, _path.Select(unit => (Func<Tensor, Tensor>)(x => Dropped(unit.Run(x)))));
        return _last.call(y).add_(_shortcut is null ? input : _shortcut.call(active)).MoveToOuterDisposeScope();
    }

    private Tensor Dropped(Tensor x)
    {
        if (_dropout is null)
            return x;
        using (x)
            return _dropout.call(x);
    }
}

/// <summary>Batch norm and rectifier before a convolution, where there is nothing to fold into but the layer itself.</summary>
internal sealed class PreActivation(BatchNormLayer norm) : IBackboneUnit
{
    internal BatchNormLayer Norm { get; } = norm;

    public bool Folded => Norm.Settled;

    public void Fold() => Norm.Settle();

    public void Freeze()
    {
        Norm.Frozen = true;
        foreach (var parameter in Norm.parameters())
            parameter.requires_grad = false;
    }

    /// <summary>[N,C,h,w] -> [N,C,h,w].</summary>
    internal Tensor Run(Tensor x) => Activation.Relu.ApplyTo(Norm.call(x));
}

/// <summary>A convolution without batch norm of its own.</summary>
internal sealed class PlainConvolution(Conv2dLayer convolution) : IBackboneUnit
{
    public bool Folded => true;

    public void Fold()
    {
    }

    public void Freeze()
    {
        foreach (var parameter in convolution.parameters())
            parameter.requires_grad = false;
    }
}
