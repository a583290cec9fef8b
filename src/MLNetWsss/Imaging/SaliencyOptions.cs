namespace MLNetWsss.Imaging;

/// <summary>Settings of <see cref="SaliencyDetector"/>.</summary>
public sealed record SaliencyOptions
{
    /// <summary>Regions of each scale, 1 to 8 scales of 20 to 1000 regions; their maps are averaged. Default 120, 220 and 350.</summary>
    public IReadOnlyList<int> Scales { get; init; } = [120, 220, 350];

    /// <summary>Longer side in pixels at which an image is looked at, 32 to 2048; larger ones are shrunk first. Default 320.</summary>
    public int LongSide { get; init; } = 320;

    /// <summary>
    /// Geodesic distance in L*a*b* within which regions count as one surface, above 0. Default 10 (Zhu et al., CVPR 2014, section 3.2).
    /// </summary>
    public double ColorDeviation { get; init; } = 10;

    /// <summary>
    /// Range of the contrast between regions, in image sides, above 0. Default 0.25 (Zhu et al., section 4.1).
    /// </summary>
    public double SpatialDeviation { get; init; } = 0.25;

    /// <summary>
    /// Share of the minimum barrier distance in what speaks for an object, 0 to 1; the rest is contrast against the background.
    /// Default 0.5.
    /// </summary>
    public double BarrierShare { get; init; } = 0.5;

    /// <summary>
    /// Deviation of a Gaussian around the image's middle, in image sides, that what speaks for an object is multiplied by; 0 leaves it out.
    /// Photographers put what they mean into the middle. Default 0.35.
    /// </summary>
    public double CenterDeviation { get; init; } = 0.35;

    /// <summary>
    /// The dense CRF that draws the map's borders along the image's (<see cref="DenseCrf.RefineSaliency(RgbImage, ScoreMaps)"/>); null
    /// leaves it out. Default <see cref="DenseCrfOptions.AuxSegNetSaliency"/>.
    /// </summary>
    public DenseCrfOptions? Sharpening { get; init; } = DenseCrfOptions.AuxSegNetSaliency with { Threads = 1 };

    /// <summary>Share of the sharpened map in the result, 0 to 1; the rest is the map before it. Default 0.5.</summary>
    public double SharpenedShare { get; init; } = 0.5;

    /// <summary>Throws if a setting is out of its range.</summary>
    /// <exception cref="ArgumentException">The message names the setting, its value and the remedy.</exception>
    public void Validate()
    {
        Require(Scales is { Count: >= 1 and <= 8 } && Scales.All(s => s is >= 20 and <= 1000), nameof(Scales),
            Scales is null ? "null" : string.Join(", ", Scales), "1 to 8 numbers of regions, each 20 to 1000");
        Require(LongSide is >= 32 and <= 2048, nameof(LongSide), LongSide, "32 to 2048 pixels");
        Require(ColorDeviation > 0 && double.IsFinite(ColorDeviation), nameof(ColorDeviation), ColorDeviation, "above 0, often 7 to 15");
        Require(SpatialDeviation > 0 && double.IsFinite(SpatialDeviation), nameof(SpatialDeviation), SpatialDeviation,
            "above 0, often 0.25");
        Require(BarrierShare is >= 0 and <= 1, nameof(BarrierShare), BarrierShare, "a share from 0 to 1");
        Require(CenterDeviation >= 0 && double.IsFinite(CenterDeviation), nameof(CenterDeviation), CenterDeviation,
            "0 for none, or often 0.3 to 0.5");
        Require(SharpenedShare is >= 0 and <= 1, nameof(SharpenedShare), SharpenedShare, "a share from 0 to 1");
        Sharpening?.Validate();
    }

    private static void Require(bool holds, string option, object value, string allowed)
    {
        if (!holds)
            throw new ArgumentException($"{nameof(SaliencyOptions)}.{option} is {value}. Set it to {allowed}.", option);
    }
}
