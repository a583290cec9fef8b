namespace MLNetWsss.Segmentation;

/// <summary>The part of a segmentation network that turns a backbone's features into class scores.</summary>
public sealed record SegmentationHeadOptions
{
    /// <summary>Channels inside the head, at least 8. Default 128; the published decoder has 256 (Chen et al. 2018).</summary>
    public int Channels { get; init; } = 128;

    /// <summary>
    /// Dilations of the parallel 3x3 branches, in feature steps, each at least 1. Default 3, 6, 12, for crops of 257 pixels at stride 16
    /// (17 x 17 features); the published 6, 12, 18 suit crops of 513 (Chen et al. 2017, 3.3).
    /// </summary>
    public IReadOnlyList<int> Dilations { get; init; } = [3, 6, 12];

    /// <summary>
    /// Channels of the skip from the stride-4 features, or 0 for no skip. Default 32; the published 48 are for features of 256 channels
    /// (Chen et al. 2018, 4.1), and MobileNetV2 has 24 there.
    /// </summary>
    public int SkipChannels { get; init; } = 32;

    /// <summary>
    /// Splits each 3x3 convolution into a depthwise and a 1x1 one: about eight times less work (Chen et al. 2018, 3.1). Default true.
    /// </summary>
    public bool Separable { get; init; } = true;

    /// <summary>Share of values dropped before the last layers while training, 0 to below 1. Default 0.1.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>Throws if an option is out of its range.</summary>
    /// <exception cref="ArgumentException">The message names the option, its value and the remedy.</exception>
    public void Validate()
    {
        if (Channels < 8)
            throw Invalid(nameof(Channels), Channels, "at least 8");
        if (SkipChannels < 0)
            throw Invalid(nameof(SkipChannels), SkipChannels, "0 for no skip, or a number of channels such as 32");
        if (!(Dropout >= 0 && Dropout < 1))
            throw Invalid(nameof(Dropout), Dropout, "a share from 0 to below 1");
        if (Dilations is null || Dilations.Any(dilation => dilation < 1))
            throw Invalid(nameof(Dilations), $"[{string.Join(", ", Dilations ?? [])}]", "numbers from 1 up, such as [3, 6, 12]");
    }

    private static ArgumentException Invalid(string option, object value, string remedy) =>
        new($"{nameof(SegmentationHeadOptions)}.{option} is {value}. Set it to {remedy}.");
}
