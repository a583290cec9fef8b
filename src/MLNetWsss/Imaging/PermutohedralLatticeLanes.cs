using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MLNetWsss.Imaging;

/// <summary>How many values a point carries through a lattice, and how they are moved: one, four or eight at a time.</summary>
internal unsafe interface ILanes<TVector>
{
    static abstract int Count { get; }

    static abstract TVector Zero { get; }

    static abstract TVector Load(float* from);

    static abstract void Store(TVector vector, float* to);

    /// <summary>weight x vector + sum, fused where the processor can.</summary>
    static abstract TVector MultiplyAdd(float weight, TVector vector, TVector sum);
}

/// <summary>One value a point.</summary>
internal readonly unsafe struct ScalarLane : ILanes<float>
{
    public static int Count => 1;

    public static float Zero => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(float* from) => *from;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float vector, float* to) => *to = vector;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MultiplyAdd(float weight, float vector, float sum) => float.MultiplyAddEstimate(weight, vector, sum);

    /// <summary>Eight values from eight places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Gather(float* values, int* at) => Avx2.IsSupported
        ? Avx2.GatherVector256(values, Vector256.Load(at), sizeof(float))
        : Vector256.Create(values[at[0]], values[at[1]], values[at[2]], values[at[3]],
            values[at[4]], values[at[5]], values[at[6]], values[at[7]]);
}

/// <summary>Four values a point.</summary>
internal readonly unsafe struct QuadLanes : ILanes<Vector128<float>>
{
    public static int Count => 4;

    public static Vector128<float> Zero => Vector128<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* from) => Vector128.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> vector, float* to) => vector.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAdd(float weight, Vector128<float> vector, Vector128<float> sum) =>
        Vector128.MultiplyAddEstimate(Vector128.Create(weight), vector, sum);
}

/// <summary>Eight values a point.</summary>
internal readonly unsafe struct OctetLanes : ILanes<Vector256<float>>
{
    public static int Count => 8;

    public static Vector256<float> Zero => Vector256<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* from) => Vector256.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> vector, float* to) => vector.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(float weight, Vector256<float> vector, Vector256<float> sum) =>
        Vector256.MultiplyAddEstimate(Vector256.Create(weight), vector, sum);
}
