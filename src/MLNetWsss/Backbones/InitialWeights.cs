using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNetWsss.Backbones;

/// <summary>Weights that begin where nothing has to be learnt for the layer to pass on what it gets.</summary>
internal static class InitialWeights
{
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
        var parameter = new Parameter(full([channels], value, ScalarType.Float32));
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
