using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Backbones;

/// <summary>
/// Dropout (Srivastava et al. 2014) whose mask comes from a given generator: PyTorch's own layer would advance the process-wide one,
/// and two trainings in one process would no longer be repeatable.
/// </summary>
public sealed class SeededDropout : Module<Tensor, Tensor>
{
    private readonly double _probability;
    private readonly Generator _generator;

    /// <param name="probability">Share of values that training sets to zero, from 0 to below 1; the others are divided by 1 -
    /// share.</param>
    /// <param name="generator">Source of the masks, on the CPU. It is used while training only and stays the caller's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not within 0..1, 1 excluded.</exception>
    public SeededDropout(double probability, Generator generator) : base(nameof(SeededDropout))
    {
        ArgumentOutOfRangeException.ThrowIfNegative(probability);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(probability, 1);
        _probability = probability;
        _generator = generator;
    }

    /// <summary>[any] -> [same]; outside training a second handle on the input.</summary>
    public override Tensor forward(Tensor input)
    {
        if (!training || _probability == 0)
            return input.alias();
        using var scope = NewDisposeScope();
        // Drawn on the CPU whatever the device, so that one seed gives one mask everywhere.
        var keep = empty(input.shape, ScalarType.Float32).uniform_(0, 1, _generator).ge(_probability);
        var scale = keep.to(input.dtype).mul_(1 / (1 - _probability)).to(input.device);
        return input.mul(scale).MoveToOuterDisposeScope();
    }
}
