namespace MLNetWsss.Imaging;

/// <summary>Settings of <see cref="RandomWalk"/>.</summary>
public sealed record RandomWalkOptions
{
    /// <summary>Affinities are raised to this power, which keeps mass from leaking through weak links. Above 0. Default 8 (PSA).</summary>
    public float Beta { get; init; } = 8;

    /// <summary>t: the walk makes 2^t steps, as t squarings of the transition matrix would. 0..16. Default 8 (PSA and IRN).</summary>
    public int Squarings { get; init; } = 8;

    /// <summary>
    /// Stops early once a step (every eighth is looked at) changes no score by more than this part of the largest initial score.
    /// 0, the default, never stops early.
    /// </summary>
    public float Tolerance { get; init; }

    /// <summary>Largest memory of one walk, in bytes: 4 (offsets + 2 classes + 1) per padded pixel. Default 1 GiB.</summary>
    public long MemoryLimit { get; init; } = 1L << 30;

    /// <summary>
    /// Threads per walk, 0..64; 0 is one per processor, at most 8. The result is the same to the bit for any number. Default 0.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>PSA (Ahn and Kwak 2018): power 8, 2^8 steps. The defaults.</summary>
    public static RandomWalkOptions Psa { get; } = new();

    /// <summary>IRN (Ahn, Cho and Kwak 2019): power 10, 2^8 steps.</summary>
    public static RandomWalkOptions Irn { get; } = new() { Beta = 10 };

    /// <summary>Throws if any setting is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the setting, its value and its range.</exception>
    public void Validate()
    {
        Check(Beta > 0 && float.IsFinite(Beta), Beta, nameof(Beta), "a finite number above 0");
        Check(Squarings is >= 0 and <= 16, Squarings, nameof(Squarings), "within 0..16 (2^t steps)");
        Check(Tolerance is >= 0 and < 1, Tolerance, nameof(Tolerance), "within [0, 1), where 0 never stops early");
        Check(MemoryLimit > 0, MemoryLimit, nameof(MemoryLimit), "above 0 bytes");
        Check(Threads is >= 0 and <= 64, Threads, nameof(Threads), "within 0..64, where 0 means one per processor");
    }

    private static void Check<T>(bool valid, T value, string name, string range)
    {
        if (!valid)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {range}, but is {value}.");
    }
}
