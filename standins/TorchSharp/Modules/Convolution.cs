using TorchSharp.Native;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What the convolutions of one, two and three dimensions have in common.</summary>
public abstract class Convolution : nn.Module<Tensor, Tensor>
{
    protected long input_channels;

    private readonly ConvolutionShape _shape;

    private protected Convolution(string name, ConvolutionShape shape, Device device, ScalarType? dtype) : base(name)
    {
        _shape = shape;
        input_channels = shape.In;
        if (shape.In % shape.Groups != 0 || shape.Out % shape.Groups != 0)
        {
            throw new ArgumentException(
                $"{name}: {shape.In} input and {shape.Out} output channels must both be multiples of {shape.Groups} groups.");
        }

        if (shape.Same && shape.Stride.Any(step => step != 1))
            throw new ArgumentException($"{name}: padding 'same' is not supported for strides above 1.");
        if (shape.Transposed && shape.Mode != PaddingModes.Zeros)
            throw new ArgumentException($"{name}: only padding with zeros is supported for transposed convolutions.");

        // The default of PyTorch: both are uniform in +-1/sqrt(fan in).
        Weight = new Parameter(empty(shape.WeightSizes, dtype: dtype, device: device));
        nn.init.kaiming_uniform_(Weight, a: Math.Sqrt(5));
        if (!shape.Bias) return;
        var bound = 1 / Math.Sqrt(nn.init.CalculateFanInAndFanOut(Weight).fanIn);
        Bias = new Parameter(empty(shape.Out, dtype: dtype, device: device));
        nn.init.uniform_(Bias, -bound, bound);
    }

    // Shown as weight and bias by the concrete layers, which each declare their own.
    private protected Parameter Weight
    {
        get => OwnParameter("weight");
        set => ConditionallyRegisterParameter("weight", value);
    }

    private protected Parameter Bias
    {
        get => OwnParameter("bias");
        set => ConditionallyRegisterParameter("bias", value);
    }

    /// <summary>Whether the input has the channels and the rank of a batch, or of a single sample.</summary>
    protected bool ValidateShape(Tensor input, long dimensions)
    {
        var shape = input.shape;
        return shape.Length == dimensions + 2 ? shape[1] == input_channels : shape.Length == dimensions + 1 && shape[0] == input_channels;
    }

    private protected Tensor Convolve(Tensor input)
    {
        var s = _shape;
        var d = s.Dimensions;
        if (!ValidateShape(input, d))
        {
            throw new ArgumentException(
                $"Expected {d + 1}D (unbatched) or {d + 2}D (batched) input with {input_channels} channels to {GetName()}, " +
                $"found [{string.Join(", ", input.shape)}].");
        }

        if (s.Transposed)
            return Op.Run(s.Operator, input, Weight, Bias, s.Stride, s.Padding, s.OutputPadding, s.Groups, s.Dilation);
        if (s.Mode == PaddingModes.Zeros)
            return Op.Run(s.Operator, input, Weight, Bias, s.Stride, s.Padding, s.Dilation, s.Groups);

        using var padded = nn.functional.pad(input, s.PaddingOutwards, s.Mode);
        return Op.Run(s.Operator, padded, Weight, Bias, s.Stride, Extents.OrZeros(null, d), s.Dilation, s.Groups);
    }
}

/// <summary>The hyper-parameters of a convolution; lists have one entry per spatial dimension.</summary>
internal sealed record ConvolutionShape(long In, long Out, long[] Kernel, long[] Stride, long[] Padding, long[] Dilation)
{
    public PaddingModes Mode { get; init; }
    public long Groups { get; init; } = 1;
    public bool Bias { get; init; } = true;
    public bool Transposed { get; init; }
    public long[] OutputPadding { get; init; }

    public int Dimensions => Kernel.Length;
    public bool Same { get; private init; }

    public string Operator { get; private init; }

    public long[] WeightSizes => Transposed ? [In, Out / Groups, .. Kernel] : [Out, In / Groups, .. Kernel];

    /// <summary>Left, right, top, bottom ... in the order of <c>pad</c>, which is from the last dimension backwards.</summary>
    public long[] PaddingOutwards { get; private init; }

    /// <summary>The shape with its operator chosen and the padding of <see cref="TorchSharp.Padding.Same"/> worked out.</summary>
    public ConvolutionShape Completed(Padding? named = null)
    {
        var same = named == TorchSharp.Padding.Same;
        long[] both = same
            ? [.. Kernel.Zip(Dilation, (kernel, dilation) => dilation * (kernel - 1))]
            : [.. Padding.Select(side => 2 * side)];
        // An even kernel needs one more on the right; only an explicit pad can do that.
        var lopsided = same && both.Any(total => total % 2 != 0);
        var d = Dimensions;
        return this with
        {
            Same = same,
            Padding = [.. both.Select(total => total / 2)],
            PaddingOutwards = [.. both.Reverse().SelectMany(total => new[] { total / 2, total - total / 2 })],
            Mode = lopsided && Mode == PaddingModes.Zeros ? PaddingModes.Constant : Mode,
            Operator = Transposed ? d == 1 ? "conv_transpose1d" : $"conv_transpose{d}d.input" : $"conv{d}d",
        };
    }
}
