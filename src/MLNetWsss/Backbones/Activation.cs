using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Backbones;

/// <summary>The non-linearity behind a convolution.</summary>
public enum Activation
{
    /// <summary>None: the linear end of a bottleneck.</summary>
    Identity,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>min(max(x, 0), 6) (Sandler et al. 2018).</summary>
    Relu6,
}

/// <summary>Applies an <see cref="Activation"/>.</summary>
internal static class Activations
{
    /// <summary>
    /// [any] -> [same]. Overwrites <paramref name="x"/> where that is safe, so hand in a tensor that nobody else reads:
    /// neither a convolution nor batch norm needs its own output to compute its gradient.
    /// </summary>
    internal static Tensor ApplyTo(this Activation activation, Tensor x) => activation switch
    {
        _ when BFloat16Rectifier.TryApply(activation, x) => x,
        Activation.Relu => x.relu_(),
        // The gradient of the fused operator has no bfloat16 kernel on the CPU; that of clamp has one.
        Activation.Relu6 when x.dtype == ScalarType.BFloat16 && x.requires_grad => x.clamp((Scalar)0, (Scalar)6),
        // In place it would first copy its input aside, which its gradient needs.
        Activation.Relu6 when x.requires_grad => x.relu6(),
        Activation.Relu6 => x.relu6_(),
        _ => x,
    };
}
