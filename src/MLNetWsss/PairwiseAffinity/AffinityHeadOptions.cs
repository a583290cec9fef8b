namespace MLNetWsss.PairwiseAffinity;

/// <summary>The part of an affinity network that stands on the backbone.</summary>
public sealed record AffinityHeadOptions
{
    /// <summary>
    /// Channels that each of the backbone's four maps is brought to, in the order of their strides (4, 8, 16, 32, none above the output
    /// stride); 0 leaves a map out. PSA's are 64, 128 and 256 over three maps, IRN's 32 each; IRN needs multiples of 4.
    /// </summary>
    public IReadOnlyList<int> TapChannels { get; init; } = [32, 32, 64, 128];

    /// <summary>PSA: channels of the features that are compared, at least 1. The paper's 448 cost seven times as much as 64.</summary>
    public int Channels { get; init; } = 64;

    /// <summary>IRN: channels of the displacement branch, a multiple of 16, or 0 for none; maps are refined without it.</summary>
    public int DisplacementChannels { get; init; } = 64;

    /// <summary>Input pixels per step of the network's output, on which pairs are compared: 4 or 8 (PSA: 8; IRN: 4).</summary>
    public int Stride { get; init; } = 8;

    /// <summary>Throws if an option is out of its range.</summary>
    /// <exception cref="ArgumentException">The message names the option, its value and the remedy.</exception>
    public void Validate()
    {
        if (TapChannels is not { Count: 4 } || TapChannels.Any(c => c < 0 || c % 4 != 0) || TapChannels.Sum() == 0)
            throw Invalid(nameof(TapChannels), $"[{string.Join(", ", TapChannels ?? [])}]", "four multiples of 4, such as [32, 32, 64, 128]");
        if (Channels < 1)
            throw Invalid(nameof(Channels), Channels, "at least 1");
        if (DisplacementChannels < 0 || DisplacementChannels % 16 != 0)
            throw Invalid(nameof(DisplacementChannels), DisplacementChannels, "a multiple of 16, or 0 for none");
        if (Stride is not (4 or 8))
            throw Invalid(nameof(Stride), Stride, "4 or 8");
    }

    private static ArgumentException Invalid(string option, object value, string remedy) =>
        new($"{nameof(AffinityHeadOptions)}.{option} is {value}. Set it to {remedy}.");
}
