namespace TorchSharp.Native;

/// <summary>Kernel sizes, strides and the like in the forms that the operators take.</summary>
internal static class Extents
{
    internal static readonly long[] None = [];
    private static readonly long[][] Ones = [[], [1], [1, 1], [1, 1, 1]];
    private static readonly long[][] Zeros = [[], [0], [0, 0], [0, 0, 0]];

    internal static long[] OrOnes(long[] extent, int dimensions) => extent ?? Ones[dimensions];
    internal static long[] OrZeros(long[] extent, int dimensions) => extent ?? Zeros[dimensions];

    /// <summary>A stride that is not given equals the kernel, which pooling operators take as an empty list.</summary>
    internal static long[] OrKernel(long[] extent) => extent ?? None;

    internal static long[] Of((long, long) extent) => [extent.Item1, extent.Item2];
    internal static long[] Of((long, long, long) extent) => [extent.Item1, extent.Item2, extent.Item3];
    internal static long[] Of((long, long)? extent) => extent is { } given ? Of(given) : null;
    internal static long[] Of((long, long, long)? extent) => extent is { } given ? Of(given) : null;
    internal static long[] Of(long extent, int dimensions) => [.. Enumerable.Repeat(extent, dimensions)];
    internal static long[] Of(long? extent, int dimensions) => extent is { } given ? Of(given, dimensions) : null;
}
