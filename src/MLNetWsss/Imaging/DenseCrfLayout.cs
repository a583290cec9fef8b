namespace MLNetWsss.Imaging;

/// <summary>
/// How the beliefs of K labels lie in memory: [blocks][groups x 8 pixels][lanes], so that a pixel's labels are one vector.
/// </summary>
/// <remarks>
/// Two labels need one lane: beliefs sum to 1, so the second label's message is the constant K 1 minus the first one's, and half the
/// filtering falls away.
/// </remarks>
/// <param name="Labels">K.</param>
/// <param name="Pixels">N.</param>
internal readonly record struct DenseCrfLayout(int Labels, int Pixels)
{
    /// <summary>Groups of eight pixels, the last one padded.</summary>
    public int Groups { get; } = (Pixels + 7) / 8;

    /// <summary>1, 4 or 8 values a pixel and block.</summary>
    public int Lanes { get; } = Labels == 2 ? 1 : Labels <= 4 ? 4 : 8;

    /// <summary>Blocks of at most eight labels.</summary>
    public int Blocks { get; } = Labels <= 8 ? 1 : (Labels + 7) / 8;

    /// <summary>Values of one block.</summary>
    public long BlockSize => (long)Groups * 8 * Lanes;

    /// <summary>Values of all blocks.</summary>
    public long Size => BlockSize * Blocks;
}
