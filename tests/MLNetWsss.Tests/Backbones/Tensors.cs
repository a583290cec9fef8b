using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Tests.Backbones;

/// <summary>Comparisons of tensors in tests.</summary>
internal static class Tensors
{
    /// <summary>Whether it is the gradient of what a value does not depend on: null, or a tensor that libtorch calls undefined.</summary>
    internal static bool IsUndefined(Tensor? gradient) => gradient is null || gradient.IsInvalid || gradient.numel() == 0;

    internal static float[] ToFloats(this Tensor values)
    {
        using var scope = NewDisposeScope();
        return MemoryMarshal.Cast<byte, float>(values.detach().to(ScalarType.Float32).contiguous().bytes).ToArray();
    }

    /// <summary>Whether type, shape and every value are equal.</summary>
    internal static bool Same(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        return a.dtype == b.dtype && a.shape.SequenceEqual(b.shape) && a.eq(b).all().item<bool>();
    }

    /// <summary>max |a - b| / max |b|.</summary>
    internal static double RelativeDifference(Tensor actual, Tensor expected)
    {
        Assert.Equal(expected.shape, actual.shape);
        return RelativeDifference(actual.ToFloats(), expected.ToFloats());
    }

    /// <summary>max |a - b| / max |b|.</summary>
    internal static double RelativeDifference(float[] actual, float[] expected)
    {
        Assert.Equal(expected.Length, actual.Length);
        double difference = 0, scale = 0;
        for (var i = 0; i < actual.Length; i++)
        {
            Assert.True(float.IsFinite(actual[i]), $"Value {i} is {actual[i]}.");
            difference = Math.Max(difference, Math.Abs((double)actual[i] - expected[i]));
            scale = Math.Max(scale, Math.Abs(expected[i]));
        }
        Assert.True(scale > 0, "The expected values are all 0.");
        return difference / scale;
    }

    /// <summary>Runs without gradient and disposes of all but the result.</summary>
    internal static Tensor Predict(Func<Tensor> forward)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return forward().MoveToOuterDisposeScope();
    }
}
