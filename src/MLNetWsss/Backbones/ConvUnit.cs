using static TorchSharp.torch;

namespace MLNetWsss.Backbones;

/// <summary>A layer or two of a backbone that are folded and frozen together.</summary>
internal interface IBackboneUnit
{
    /// <summary>Whether no statistics of batches are left in it.</summary>
    bool Folded { get; }

    /// <summary>Merges the statistics of batch norm into weights; the output in evaluation mode stays the same.</summary>
    void Fold();

    /// <summary>Stops gradients to the unit and the updates of running statistics.</summary>
    void Freeze();
}

/// <summary>
/// A convolution, the batch norm behind it and the activation behind both. No module of its own, because architectures name the
/// two layers differently: the owner registers them under the names that its checkpoints use.
/// </summary>
internal sealed class ConvUnit(Conv2dLayer convolution, BatchNormLayer norm, Activation activation) : IBackboneUnit
{
    internal Conv2dLayer Convolution { get; } = convolution;

    internal BatchNormLayer Norm { get; } = norm;

    public bool Folded => Norm.Folded;

    /// <summary>[N,C,H,W] -> [N,C',H',W'].</summary>
    internal Tensor Run(Tensor x) => Run(x, Convolution.call);

    /// <summary>
    /// [N,C,h,w] subgrids of maps -> [N,C',h,w], as if the maps had passed whole; <paramref name="inside"/> marks their positions.
    /// </summary>
    internal Tensor RunOnSubgrids(Tensor x, Tensor? inside)
    {
        if (Convolution.Dilation == 1)
            return Run(x);
        using var scope = NewDisposeScope();
        return Run(inside is null ? x : x.mul(inside), Convolution.OnSubgrids).MoveToOuterDisposeScope();
    }

    private Tensor Run(Tensor x, Func<Tensor, Tensor> convolve)
    {
        using var scope = NewDisposeScope();
        var y = convolve(x);
        if (!Norm.Folded)
            y = Norm.call(y);
        return activation.ApplyTo(y).MoveToOuterDisposeScope();
    }

    public void Fold() => Norm.FoldInto(Convolution);

    public void Freeze()
    {
        Norm.Frozen = true;
        foreach (var parameter in Convolution.parameters().Concat(Norm.parameters()))
            parameter.requires_grad = false;
    }
}

/// <summary>
/// A part of a network that can list its convolution units, so that folding and freezing need no second description of the network.
/// </summary>
internal interface IConvUnits
{
    /// <summary>The units in the order in which an input meets them.</summary>
    IEnumerable<ConvUnit> Units { get; }
}
