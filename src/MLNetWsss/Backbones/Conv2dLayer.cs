using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Backbones;

/// <summary>
/// A 2-D convolution whose output has ceil(H / stride) rows ("same" padding by kernel and dilation), whose initial weights come from a
/// given generator, and that computes in its input's precision: a bfloat16 input meets weights rounded for the occasion while the stored
/// ones stay float32.
/// </summary>
/// <remarks>
/// TorchSharp's own layer would draw its initial weights from the process-wide generator. Parameter names are PyTorch's: weight, bias.
/// </remarks>
public sealed class Conv2dLayer : Module<Tensor, Tensor>
{
    /// <summary>sqrt(2): the gain that keeps the variance of activations through a rectifier (He et al. 2015, equation 10).</summary>
    public const double RectifierGain = 1.4142135623730951;

    // TorchSharp's Module.to replaces parameters through the fields that bear their names, hence neither readonly nor underscored.
    private Parameter weight;
    private Parameter? bias;
    private readonly long[] _strides;
    private readonly long[] _padding;
    private readonly long[] _dilation;
    private readonly long _groups;
    private RoundedWeights? _rounded;

    /// <summary>A layer with normally distributed weights of deviation gain / sqrt(fan-in) and a bias of zeros, if any.</summary>
    /// <param name="inputs">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="kernel">Side of the kernel, odd.</param>
    /// <param name="generator">Source of the initial weights, on the CPU.</param>
    /// <param name="stride">Step between outputs, in input pixels.</param>
    /// <param name="dilation">Step between kernel taps, in input pixels.</param>
    /// <param name="groups">Groups of channels that see only each other; equal to <paramref name="inputs"/> for a depthwise
    /// convolution.</param>
    /// <param name="hasBias">Whether a bias is added.</param>
    /// <param name="gain">Factor on the deviation of the initial weights.</param>
    /// <exception cref="ArgumentException">The kernel's side is even.</exception>
    public Conv2dLayer(int inputs, int outputs, int kernel, Generator generator, int stride = 1, int dilation = 1, int groups = 1,
        bool hasBias = false, double gain = RectifierGain)
        : base(nameof(Conv2dLayer))
    {
        if (kernel % 2 == 0)
            throw new ArgumentException($"The kernel's side is {kernel}. Use an odd one, which has a centre pixel.", nameof(kernel));
        Stride = stride;
        Outputs = outputs;
        _strides = [stride, stride];
        _dilation = [dilation, dilation];
        _padding = [dilation * (kernel - 1) / 2, dilation * (kernel - 1) / 2];
        _groups = groups;
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        long fanIn = inputs / groups * kernel * kernel;
        var initial = empty(outputs, inputs / groups, kernel, kernel, ScalarType.Float32);
        weight = InitialWeights.Parameter(initial.normal_(0, gain / Math.Sqrt(fanIn), generator));
        register_parameter("weight", weight);
        if (hasBias)
            AddBias();
    }

    /// <summary>Channels out.</summary>
    public int Outputs { get; }

    /// <summary>Step between outputs, in input pixels.</summary>
    public int Stride { get; }

    /// <summary>Step between kernel taps, in input pixels.</summary>
    internal int Dilation => (int)_dilation[0];

    /// <summary>[N,C,H,W] -> [N,C',H/stride,W/stride], in the precision of the input.</summary>
    public override Tensor forward(Tensor input) => Convolve(input, _padding, _dilation);

    /// <summary>[N,C,h,w] subgrids -> [N,C',h,w]: the same kernel without its dilation, see <see cref="Subgrids"/>.</summary>
    internal Tensor OnSubgrids(Tensor input) => Convolve(input, [_padding[0] / _dilation[0], _padding[1] / _dilation[1]], [1, 1]);

    private Tensor Convolve(Tensor input, long[] padding, long[] dilation)
    {
        if (weight.dtype == input.dtype)
            return functional.conv2d(input, weight, bias, _strides, padding, dilation, _groups);
        if (!training && !weight.requires_grad)
        {
            var (keptWeight, keptBias) = Rounded(input.dtype);
            return functional.conv2d(input, keptWeight, keptBias, _strides, padding, dilation, _groups);
        }
        using var scope = NewDisposeScope();
        var roundedWeight = weight.to(input.dtype);
        var roundedBias = bias?.to(input.dtype);
        return functional.conv2d(input, roundedWeight, roundedBias, _strides, padding, dilation, _groups).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The weights in another precision, kept: a layer in evaluation mode whose weights are frozen will not change them. Threads that come
    /// here at once round alike, and one's copy stays.
    /// </summary>
    private (Tensor Weight, Tensor? Bias) Rounded(ScalarType type)
    {
        var kept = _rounded;
        if (kept is not null && kept.Weight.dtype == type && kept.Weight.device_type == weight.device_type)
            return (kept.Weight, kept.Bias);
        using var _ = no_grad();
        var made = new RoundedWeights(weight.to(type).DetachFromDisposeScope(), bias?.to(type).DetachFromDisposeScope());
        if (Interlocked.CompareExchange(ref _rounded, made, kept) is { } other && !ReferenceEquals(other, kept))
        {
            made.Dispose();
            return (other.Weight, other.Bias);
        }
        kept?.Dispose();
        return (made.Weight, made.Bias);
    }

    /// <inheritdoc/>
    public override void train(bool train = true)
    {
        base.train(train);
        if (train)
            ForgetRounded();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            ForgetRounded();
        base.Dispose(disposing);
    }

    /// <summary>Called whenever the weights change: the next pass rounds anew.</summary>
    internal void ForgetRounded() => Interlocked.Exchange(ref _rounded, null)?.Dispose();

    private sealed record RoundedWeights(Tensor Weight, Tensor? Bias) : IDisposable
    {
        public void Dispose()
        {
            Weight.Dispose();
            Bias?.Dispose();
        }
    }

    /// <summary>
    /// Multiplies every output channel by <paramref name="scale"/> [C'] and then adds <paramref name="shift"/> [C'], both float64.
    /// </summary>
    internal void Absorb(Tensor scale, Tensor shift)
    {
        ForgetRounded();
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        weight.copy_(weight.to(ScalarType.Float64).mul(scale.view(-1, 1, 1, 1)));
        if (bias is null)
            AddBias();
        bias!.copy_(bias.to(ScalarType.Float64).mul(scale).add(shift));
    }

    private void AddBias()
    {
        bias = InitialWeights.Parameter(zeros(Outputs, weight.dtype, weight.device), weight.requires_grad);
        register_parameter("bias", bias);
    }
}
