using System.Numerics;
using System.Runtime.Intrinsics;

namespace MLNetWsss.Imaging;

/// <summary>Brings beliefs from the layout of mean field into maps and labels.</summary>
internal static unsafe class DenseCrfOutput
{
    /// <summary>[blocks][pixels][lanes] -> [KxHxW].</summary>
    public static void WriteProbabilities(DenseCrfLayout layout, float* beliefs, float* maps, WorkerTeam team)
    {
        var chunks = team.Chunks;
        team.Run(chunks, chunk =>
        {
            var (begin, end) = WorkerTeam.Part(layout.Pixels, chunk, chunks);
            if (layout.Labels == 2)
                WriteTwo(layout.Pixels, beliefs, maps, begin, end);
            else
                WriteMany(layout, beliefs, maps, begin, end);
        });
    }

    /// <summary>[blocks][pixels][lanes] -> [HxW] the label with the largest belief, the lowest one of equals.</summary>
    public static void WriteLabels(DenseCrfLayout layout, float* beliefs, byte* map, WorkerTeam team)
    {
        var chunks = team.Chunks;
        team.Run(chunks, chunk =>
        {
            var (begin, end) = WorkerTeam.Part(layout.Pixels, chunk, chunks);
            for (var pixel = begin; pixel < end; pixel++)
            {
                map[pixel] = layout.Labels == 2
                    ? (byte)(beliefs[pixel] > 0 ? 1 : 0)
                    : Largest(layout, beliefs + (nint)pixel * layout.Lanes);
            }
        });
    }

    // Log-odds of label 1: both probabilities come from e^-|x|, so that the small one keeps its digits.
    private static void WriteTwo(int pixels, float* odds, float* maps, int begin, int end)
    {
        for (var pixel = begin; pixel < end; pixel++)
        {
            var small = MathF.Exp(-MathF.Abs(odds[pixel]));
            var larger = 1 / (1 + small);
            maps[pixel + (odds[pixel] > 0 ? pixels : 0)] = larger;
            maps[pixel + (odds[pixel] > 0 ? 0 : pixels)] = small * larger;
        }
    }

    private static void WriteMany(in DenseCrfLayout layout, float* beliefs, float* maps, int begin, int end)
    {
        for (var label = 0; label < layout.Labels; label++)
        {
            var from = beliefs + label / layout.Lanes * (nint)layout.BlockSize + label % layout.Lanes;
            var to = maps + (nint)label * layout.Pixels;
            for (var pixel = begin; pixel < end; pixel++)
                to[pixel] = from[(nint)pixel * layout.Lanes];
        }
    }

    private static byte Largest(in DenseCrfLayout layout, float* beliefs)
    {
        var (best, bestLabel) = (float.NegativeInfinity, 0);
        for (var block = 0; block < layout.Blocks; block++)
        {
            var at = beliefs + block * (nint)layout.BlockSize;
            var values = layout.Lanes == 8 ? Vector256.Load(at) : Vector256.Create(Vector128.Load(at), Vector128<float>.Zero);
            var largest = DenseCrfSoftmax.Largest(values, octets: true);
            if (largest[0] <= best)
                continue;
            best = largest[0];
            bestLabel = block * 8 + BitOperations.TrailingZeroCount(Vector256.Equals(values, largest).ExtractMostSignificantBits());
        }
        return (byte)bestLabel;
    }
}
