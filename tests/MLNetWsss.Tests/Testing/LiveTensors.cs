using MLNetWsss.Backbones;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNetWsss.Tests.Testing;

/// <summary>How many tensors are alive, on whichever TorchSharp the tests run.</summary>
internal static class LiveTensors
{
    /// <summary>
    /// What the library's count keeps for each parameter that was ever made: 1 in TorchSharp 0.107, which never takes the tensor that the
    /// parameter was made from off its count.
    /// </summary>
    private static readonly long KeptByParameter;

    // Not where the field is declared: the count must not change while it is read for the first time.
    static LiveTensors()
    {
        long before = Tensor.TotalCount;
        new Parameter(zeros(1)).Dispose();
        KeptByParameter = Tensor.TotalCount - before;
    }

    internal static long Count => Tensor.TotalCount - KeptByParameter * InitialWeights.Made;

    /// <summary>Tensors alive, once those that other tests have dropped are gone: their finalizers would lower the count later.</summary>
    internal static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Count;
    }
}
