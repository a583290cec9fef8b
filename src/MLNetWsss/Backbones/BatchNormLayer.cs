using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Backbones;

/// <summary>
/// Batch normalisation (Ioffe and Szegedy 2015) that can hand its scale and shift to the convolution before it and vanish from the state.
/// Parameter and buffer names are PyTorch's: weight, bias, running_mean, running_var, num_batches_tracked.
/// </summary>
public sealed class BatchNormLayer : Module<Tensor, Tensor>
{
    /// <summary>Added to the variance before its root; PyTorch's default, which torchvision's weights were trained with.</summary>
    public const double Epsilon = 1e-5;

    /// <summary>Share of a batch's statistics in the running ones; PyTorch's default.</summary>
    private const double Momentum = 0.1;

    private Parameter? weight;
    private Parameter? bias;
    private Tensor? running_mean;
    private Tensor? running_var;
    private Tensor? num_batches_tracked;

    /// <summary>A layer that begins as the identity (scale 1, shift 0, mean 0, variance 1).</summary>
    /// <param name="channels">Channels of the input.</param>
    public BatchNormLayer(int channels) : base(nameof(BatchNormLayer))
    {
        weight = InitialWeights.Parameter(ones(channels, ScalarType.Float32));
        bias = InitialWeights.Parameter(zeros(channels, ScalarType.Float32));
        running_mean = zeros(channels, ScalarType.Float32);
        running_var = ones(channels, ScalarType.Float32);
        num_batches_tracked = zeros([], ScalarType.Int64);
        foreach (var tensor in (Tensor[])[running_mean, running_var, num_batches_tracked])
            tensor.DetachFromDisposeScope();
        register_parameter("weight", weight);
        register_parameter("bias", bias);
        register_buffer("running_mean", running_mean);
        register_buffer("running_var", running_var);
        register_buffer("num_batches_tracked", num_batches_tracked);
    }

    /// <summary>Whether the convolution before this layer has taken over its work.</summary>
    public bool Folded => weight is null;

    /// <summary>Whether the statistics are merged into scale and shift, so that the layer is these two alone.</summary>
    internal bool Settled => !Folded && running_mean is null;

    /// <summary>Uses the running statistics, and leaves them alone, in training too.</summary>
    internal bool Frozen { get; set; }

    /// <summary>Whether a pass would use the batch's own statistics.</summary>
    internal bool UsesBatch => !Folded && !Settled && training && !Frozen;

    /// <summary>[N,C,H,W] -> [N,C,H,W], with the batch's own statistics while training, with the running ones otherwise.</summary>
    /// <exception cref="InvalidOperationException">The layer is folded.</exception>
    public override Tensor forward(Tensor input)
    {
        if (Folded)
            throw new InvalidOperationException("This batch norm is folded into its convolution. Skip the layer when it is Folded.");
        if (Settled)
        {
            using var local = NewDisposeScope();
            return input.mul(PerChannel(weight!, input)).add_(PerChannel(bias!, input)).MoveToOuterDisposeScope();
        }
        var learning = UsesBatch;
        if (learning)
        {
            using var _ = no_grad();
            using var scope = NewDisposeScope();
            num_batches_tracked!.add_(1);
        }
        return functional.batch_norm(input, running_mean, running_var, weight, bias, learning, Momentum, Epsilon);
    }

    /// <summary>
    /// y = weight (conv(x) - mean) / sqrt(var + eps) + bias becomes one convolution, computed in float64 and rounded once.
    /// The parameters and buffers of this layer disappear from the state.
    /// </summary>
    internal void FoldInto(Conv2dLayer convolution)
    {
        if (Folded)
            return;
        using (no_grad())
        using (NewDisposeScope())
        {
            var (scale, shift) = ScaleAndShift();
            convolution.Absorb(scale, shift);
        }
        foreach (var tensor in (Tensor?[])[weight, bias])
            tensor?.Dispose();
        weight = bias = null;
        _internal_params.clear();
        ForgetStatistics();
    }

    /// <summary>
    /// For a layer with no convolution before it: weight (x - mean) / sqrt(var + eps) + bias becomes scale x + shift. The buffers
    /// disappear from the state; weight and bias stay, with these values.
    /// </summary>
    internal void Settle()
    {
        if (Folded || Settled)
            return;
        using (no_grad())
        using (NewDisposeScope())
        {
            var (scale, shift) = ScaleAndShift();
            weight!.copy_(scale);
            bias!.copy_(shift);
        }
        ForgetStatistics();
    }

    /// <summary>[C] and [C], float64.</summary>
    private (Tensor Scale, Tensor Shift) ScaleAndShift()
    {
        var scale = weight!.to(ScalarType.Float64).div(running_var!.to(ScalarType.Float64).add(Epsilon).sqrt());
        return (scale, bias!.to(ScalarType.Float64).sub(running_mean!.to(ScalarType.Float64).mul(scale)));
    }

    private void ForgetStatistics()
    {
        foreach (var tensor in (Tensor?[])[running_mean, running_var, num_batches_tracked])
            tensor?.Dispose();
        running_mean = running_var = num_batches_tracked = null;
        _internal_buffers.clear();
    }

    /// <summary>[C] -> [C,1,1] in the precision of what it meets.</summary>
    private static Tensor PerChannel(Tensor values, Tensor input) => values.to(input.dtype).view(-1, 1, 1);
}
