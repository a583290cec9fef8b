using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Backbones;

/// <summary>
/// Channels-last memory order through strides alone: the shape stays [N,C,H,W] and element (n, c, y, x) lies where [N,H,W,C] would put it.
/// Convolutions on the CPU run up to twice as fast on it, and an image decoded as rows of interleaved colours needs no transposition.
/// </summary>
public static class ChannelsLast
{
    /// <summary>[N,C,H,W] -> the same values and shape in channels-last order; differentiable.</summary>
    public static Tensor Of(Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Reorders the four-dimensional parameters of a module in place; the parameter objects stay the same, so an optimizer keeps them.
    /// </summary>
    public static void Apply(Module module) => Restride(module, Of);

    /// <summary>Undoes <see cref="Apply"/>: rows of each channel lie together again.</summary>
    public static void Remove(Module module) => Restride(module, x => x.contiguous());

    /// <summary>Whether a [N,C,H,W] tensor lies in channels-last order.</summary>
    public static bool Is(Tensor x)
    {
        using var permuted = x.permute(0, 2, 3, 1);
        return permuted.is_contiguous();
    }

    private static void Restride(Module module, Func<Tensor, Tensor> reorder)
    {
        using var _ = no_grad();
        foreach (var parameter in module.parameters())
        {
            if (parameter.Dimensions != 4)
                continue;
            using var scope = NewDisposeScope();
            var values = parameter.detach();
            parameter.set_(reorder(values));
        }
    }
}
