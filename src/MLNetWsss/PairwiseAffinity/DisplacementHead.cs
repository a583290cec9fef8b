using MLNetWsss.Backbones;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.PairwiseAffinity;

/// <summary>
/// A field of displacements whose mean over the training set is 0 at prediction: without that, one direction would be preferred, since
/// the loss only sees differences (IRN, Ahn, Cho and Kwak 2019, 3.2, and its code's mean shift).
/// </summary>
internal sealed class DisplacementHead : Module<Tensor, Tensor>
{
    /// <summary>Share of a batch's mean in the running one. The code makes a pass over all photos instead.</summary>
    private const double Momentum = 0.1;

    private readonly Conv2dLayer reduce;
    private readonly GroupNormLayer norm;
    private readonly Conv2dLayer output;
    private Tensor running_mean;

    internal DisplacementHead(int inputs, int channels, Generator generator) : base(nameof(DisplacementHead))
    {
        reduce = new Conv2dLayer(inputs, channels, 1, generator);
        norm = new GroupNormLayer(16, channels);
        output = new Conv2dLayer(channels, 2, 1, generator);
        running_mean = zeros(2, ScalarType.Float32);
        running_mean.DetachFromDisposeScope();
        register_module("reduce", reduce);
        register_module("norm", norm);
        register_module("output", output);
        register_buffer("running_mean", running_mean);
    }

    /// <summary>[N,C,h,w] -> [N,2,h,w] displacements down and right, in steps of the grid; less their mean outside training.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var field = output.call(norm.call(reduce.call(input)).relu_());
        if (!training)
            return field.sub(running_mean.view(1, 2, 1, 1)).MoveToOuterDisposeScope();
        using (no_grad())
            running_mean.mul_(1 - Momentum).add_(field.detach().mean([0L, 2L, 3L]).mul(Momentum));
        return field.MoveToOuterDisposeScope();
    }
}
