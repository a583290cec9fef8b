using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNetWsss.Backbones;

/// <summary>How parameters come about, also those that begin where nothing has to be learnt for the layer to pass on what it gets.</summary>
internal static class InitialWeights
{
    private static long _made;

    /// <summary>
    /// Parameters made so far in this process. TorchSharp 0.107 counts the tensor that a parameter was made from as alive for ever, though
    /// its memory is the parameter's, so whoever looks for leaks has to subtract them.
    /// </summary>
    internal static long Made => Interlocked.Read(ref _made);

    /// <summary>A parameter that takes the values over and that no dispose scope of the caller will dispose of.</summary>
    internal static Parameter Parameter(Tensor values, bool requiresGrad = true)
    {
        Interlocked.Increment(ref _made);
        var parameter = new Parameter(values, requiresGrad);
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    /// <summary>Adds to the kernel's centre the identity from input k to output k, times <paramref name="factor"/>.</summary>
    internal static void AddIdentity(Conv2dLayer layer, double factor)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var weight = layer.named_parameters().First(p => p.name == "weight").parameter;
        long centre = weight.shape[2] / 2;
        for (long k = 0; k < Math.Min(weight.shape[0], weight.shape[1]); k++)
            weight.select(0, k).select(0, k).select(0, centre).select(0, centre).add_(factor);
    }

    /// <summary>A parameter [channels] of one value.</summary>
    internal static Parameter Constant(long channels, double value)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        return Parameter(full([channels], value, ScalarType.Float32));
    }
}
