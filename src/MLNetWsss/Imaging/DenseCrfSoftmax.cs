using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MLNetWsss.Imaging;

/// <summary>The local step of mean field: logits to probabilities, in vectors.</summary>
internal static unsafe class DenseCrfSoftmax
{
    /// <summary>The logit of lanes that hold no label.</summary>
    public const float NoLabel = -1e30f;

    // Probabilities below e^-60 become exactly 0: products with lattice weights would otherwise reach the subnormal numbers, which are many
    // times slower.
    private const float Lowest = -60;

    /// <summary>
    /// e^x for x at most 0: x = n log 2 + r with |r| at most log(2)/2, the Taylor series of e^r to degree 7 (remainder below 6e-9), times
    /// 2^n.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        var clamped = Vector256.Max(x, Vector256.Create(Lowest));
        var n = Vector256.Round(clamped * 1.44269504f);
        // log 2 in two parts: the first has few enough bits for n times it to be exact.
        var r = Vector256.MultiplyAddEstimate(n, Vector256.Create(-0.693145751953125f), clamped);
        r = Vector256.MultiplyAddEstimate(n, Vector256.Create(-1.42860677e-6f), r);
        var series = Vector256.MultiplyAddEstimate(r, Vector256.Create(1f / 5040), Vector256.Create(1f / 720));
        series = Vector256.MultiplyAddEstimate(series, r, Vector256.Create(1f / 120));
        series = Vector256.MultiplyAddEstimate(series, r, Vector256.Create(1f / 24));
        series = Vector256.MultiplyAddEstimate(series, r, Vector256.Create(1f / 6));
        series = Vector256.MultiplyAddEstimate(series, r, Vector256.Create(0.5f));
        series = Vector256.MultiplyAddEstimate(series, r, Vector256<float>.One);
        series = Vector256.MultiplyAddEstimate(series, r, Vector256<float>.One);
        var power = Vector256.ShiftLeft(Vector256.ConvertToInt32(n) + Vector256.Create(127), 23).AsSingle();
        return series * power & Vector256.GreaterThan(x, Vector256.Create(Lowest)).AsSingle();
    }

    /// <summary>1 / (1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sigmoid(Vector256<float> x)
    {
        var small = Exp(-Vector256.Abs(x));
        var larger = Vector256<float>.One / (Vector256<float>.One + small);
        return Vector256.ConditionalSelect(Vector256.GreaterThan(x, Vector256<float>.Zero), larger, small * larger);
    }

    /// <summary>
    /// Softmax of logits + messages over the labels of every pixel of some groups; messages are used up.
    /// Four lanes hold two pixels a vector, eight lanes one; more than eight labels lie in further blocks.
    /// </summary>
    public static void Apply(in DenseCrfLayout layout, float* logits, float* messages, float* beliefs, int groups)
    {
        if (layout.Blocks > 1)
            ApplyBlocks(layout, logits, messages, beliefs, groups);
        else if (layout.Lanes == 8)
            ApplyVectors(true, logits, messages, beliefs, groups * 8);
        else
            ApplyVectors(false, logits, messages, beliefs, groups * 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ApplyVectors(bool octets, float* logits, float* messages, float* beliefs, int vectors)
    {
        for (var i = 0; i < vectors; i++)
        {
            var x = Vector256.Load(logits + i * 8) + Vector256.Load(messages + i * 8);
            var e = Exp(x - Largest(x, octets));
            (e / Total(e, octets)).Store(beliefs + i * 8);
        }
    }

    private static void ApplyBlocks(in DenseCrfLayout layout, float* logits, float* messages, float* beliefs, int groups)
    {
        var blockSize = (nint)layout.BlockSize;
        for (var pixel = 0; pixel < groups * 8; pixel++)
        {
            var at = pixel * 8;
            var largest = Vector256.Create(NoLabel);
            for (var block = 0; block < layout.Blocks; block++)
            {
                var message = messages + block * groups * 64 + at;
                var x = Vector256.Load(logits + block * blockSize + at) + Vector256.Load(message);
                x.Store(message);
                largest = Vector256.Max(largest, x);
            }
            largest = Largest(largest, true);
            var total = Vector256<float>.Zero;
            for (var block = 0; block < layout.Blocks; block++)
            {
                var e = Exp(Vector256.Load(messages + block * groups * 64 + at) - largest);
                total += e;
                e.Store(beliefs + block * blockSize + at);
            }
            var scale = Vector256<float>.One / Total(total, true);
            for (var block = 0; block < layout.Blocks; block++)
                (Vector256.Load(beliefs + block * blockSize + at) * scale).Store(beliefs + block * blockSize + at);
        }
    }

    /// <summary>The largest lane in every lane; of each half on its own unless <paramref name="octets"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Largest(Vector256<float> x, bool octets)
    {
        x = Vector256.Max(x, Vector256.Shuffle(x, Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6)));
        x = Vector256.Max(x, Vector256.Shuffle(x, Vector256.Create(2, 3, 0, 1, 6, 7, 4, 5)));
        return octets ? Vector256.Max(x, Vector256.Shuffle(x, Vector256.Create(4, 5, 6, 7, 0, 1, 2, 3))) : x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Total(Vector256<float> x, bool octets)
    {
        x += Vector256.Shuffle(x, Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6));
        x += Vector256.Shuffle(x, Vector256.Create(2, 3, 0, 1, 6, 7, 4, 5));
        return octets ? x + Vector256.Shuffle(x, Vector256.Create(4, 5, 6, 7, 0, 1, 2, 3)) : x;
    }
}
