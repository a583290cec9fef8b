namespace MLNetWsss.Pipeline;

/// <summary>
/// Seeds derived from one seed. What happens at a step depends only on the seed and the step, never on what ran before: so workers may run
/// in any order, and a resumed run continues to the same bits.
/// </summary>
internal static class Randomness
{
    /// <summary>A well mixed 64-bit value of its parts (the finalizer of SplitMix64, Steele et al., OOPSLA 2014).</summary>
    internal static ulong Mix(long seed, long a, long b = 0)
    {
        ulong z = 0;
        // The seed is mixed before the next part meets it: else seed 1 at step 0 would be seed 0 at step 1.
        foreach (long part in (ReadOnlySpan<long>)[seed, a, b])
        {
            z = unchecked((z ^ (ulong)part) + 0x9E3779B97F4A7C15);
            z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
            z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
            z ^= z >> 31;
        }
        return z;
    }

    internal static Random For(long seed, long a, long b = 0) => new((int)(Mix(seed, a, b) >> 33));

    /// <summary>A seed that torch's generators accept: non-negative.</summary>
    internal static long TorchSeed(long seed, long a) => (long)(Mix(seed, a) >> 1);

    /// <summary>The order of an epoch: a seeded permutation of 0 … count - 1.</summary>
    internal static int[] Permutation(int count, long seed, long epoch)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        For(seed, epoch, -1).Shuffle(order);
        return order;
    }
}
