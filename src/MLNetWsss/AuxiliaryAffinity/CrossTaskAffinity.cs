using MLNetWsss.Backbones;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.AuxiliaryAffinity;

/// <summary>
/// Mixes two affinities into one: at every pair of positions two weights that sum to 1, computed from both affinities around that pair
/// (Xu et al., ICCV 2021, section 3.2). The rows of the mixture need not sum to 1.
/// </summary>
internal sealed class CrossTaskAffinity : Module
{
    private readonly Conv2dLayer _conv1, _conv2;
    private readonly bool _scaled;

    internal CrossTaskAffinity(bool scaled, Generator generator) : base(nameof(CrossTaskAffinity))
    {
        _scaled = scaled;
        _conv1 = new(2, 2, 3, generator, gain: Conv2dLayer.RectifierGain);
        _conv2 = new(2, 2, 1, generator, hasBias: true);
        register_module("conv1", _conv1);
        register_module("conv2", _conv2);
    }

    /// <summary>[N,R,P] rows of both affinities, P positions in all -> [N,2,R,P] weights that sum to 1 over the two.</summary>
    internal Tensor Weights(Tensor first, Tensor second)
    {
        using var scope = NewDisposeScope();
        return Weights(stack([first, second], 1)).MoveToOuterDisposeScope();
    }

    /// <summary>[N,R,P] rows of both affinities -> [N,R,P] rows of their mixture.</summary>
    internal Tensor Mix(Tensor first, Tensor second)
    {
        using var scope = NewDisposeScope();
        var both = stack([first, second], 1);
        return (Weights(both) * both).sum(1).MoveToOuterDisposeScope();
    }

    private Tensor Weights(Tensor both) =>
        _conv2.call(_conv1.call(_scaled ? both * (double)both.shape[3] : both).relu_()).softmax(1);

    /// <summary>[N,R,D] queries and [N,D,P] keys -> [N,R,P] rows of an affinity, each summing to 1.</summary>
    internal static Tensor Rows(Tensor queries, Tensor keys)
    {
        using var scope = NewDisposeScope();
        return queries.bmm(keys).softmax(2).MoveToOuterDisposeScope();
    }
}
