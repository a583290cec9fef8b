using MLNetWsss.Imaging;

namespace MLNetWsss.PairwiseAffinity;

/// <summary>How maps become labels that are sure, with 255 for all that is not.</summary>
public sealed record ReliableLabelsOptions
{
    /// <summary>
    /// False scores the background by powers and refines probabilities (PSA); true by two thresholds and refines labels (IRN).
    /// </summary>
    public bool Thresholds { get; init; }

    /// <summary>
    /// What stays object against a background of (1 - max)^p is surely object; p > 0, below <see cref="BackgroundPower"/>. PSA has 4 for
    /// maps of ResNet-38; normalised multi-scale maps of small networks want 1 to 2.
    /// </summary>
    public double ForegroundPower { get; init; } = 1.5;

    /// <summary>What stays background against objects though its score is but (1 - max)^p is surely background; p > 0 (PSA: 24 or 32).</summary>
    public double BackgroundPower { get; init; } = 4;

    /// <summary>With <see cref="Thresholds"/>: surely object above this score, in [0, 1] (IRN: 0.30).</summary>
    public double ForegroundThreshold { get; init; } = 0.30;

    /// <summary>With <see cref="Thresholds"/>: surely background below this score, in [0, 1] (IRN: 0.05).</summary>
    public double BackgroundThreshold { get; init; } = 0.05;

    /// <summary>A walk along colours before the dense CRF; null for none, as both papers have it.</summary>
    public RandomWalkOptions? RandomWalk { get; init; } = new();

    /// <summary>Deviation of colour of that walk, in levels of 0..255, above 0.</summary>
    public double WalkColorDeviation { get; init; } = 24;

    /// <summary>The dense CRF over both backgrounds; null for none.</summary>
    public DenseCrfOptions? DenseCrf { get; init; } = DenseCrfOptions.Psa;

    /// <summary>Photo pixels a pixel of the labels, 1 to 16. The network compares pairs 8 pixels apart, so that little is lost.</summary>
    public int Stride { get; init; } = 2;

    /// <summary>Throws if an option is out of its range.</summary>
    /// <exception cref="ArgumentException">The message names the option, its value and the remedy.</exception>
    public void Validate()
    {
        if (!(ForegroundPower > 0 && ForegroundPower < BackgroundPower && double.IsFinite(BackgroundPower)))
            throw Invalid(nameof(ForegroundPower), $"{ForegroundPower}, with BackgroundPower {BackgroundPower}",
                "a positive exponent below BackgroundPower");
        if (!(BackgroundThreshold >= 0 && BackgroundThreshold <= ForegroundThreshold && ForegroundThreshold <= 1))
            throw Invalid(nameof(BackgroundThreshold), $"{BackgroundThreshold}, with ForegroundThreshold {ForegroundThreshold}",
                "a score from 0 to ForegroundThreshold, and that to at most 1");
        RandomWalk?.Validate();
        DenseCrf?.Validate();
        if (!(WalkColorDeviation > 0 && double.IsFinite(WalkColorDeviation)))
            throw Invalid(nameof(WalkColorDeviation), WalkColorDeviation, "a positive number of levels, often 10 to 60");
        if (Stride is < 1 or > 16)
            throw Invalid(nameof(Stride), Stride, "1 to 16 pixels");
    }

    private static ArgumentException Invalid(string option, object value, string remedy) =>
        new($"{nameof(ReliableLabelsOptions)}.{option} is {value}. Set it to {remedy}.");
}
