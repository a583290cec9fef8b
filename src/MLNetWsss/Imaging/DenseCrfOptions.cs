namespace MLNetWsss.Imaging;

/// <summary>How <see cref="DenseCrf"/> evaluates the pairwise sums.</summary>
public enum DenseCrfFilter
{
    /// <summary>Approximately, on a permutohedral lattice: linear in the number of pixels (Adams et al. 2010).</summary>
    Lattice,

    /// <summary>
    /// Every pair of pixels: quadratic, for images of at most <see cref="DenseCrfOptions.MaxExactPixels"/> pixels and for checking the
    /// lattice.
    /// </summary>
    Exact,
}

/// <summary>
/// Settings of the fully connected CRF of Kraehenbuehl and Koltun ("Efficient inference in fully connected CRFs with Gaussian edge
/// potentials", NIPS 2011): a smoothness kernel over positions and an appearance kernel over positions and colours.
/// </summary>
/// <remarks>
/// The named presets hold the values of published weakly supervised systems; <c>Psa with { Iterations = 5 }</c> varies one.
/// </remarks>
public sealed record DenseCrfOptions
{
    /// <summary>
    /// The largest image that <see cref="DenseCrfFilter.Exact"/> accepts: its kernel matrix holds the square of this, 64 MB.
    /// </summary>
    public const int MaxExactPixels = 4096;

    /// <summary>Standard deviation of the smoothness kernel, in pixels. Default 3.</summary>
    public float GaussianDeviation { get; init; } = 3;

    /// <summary>Weight of the smoothness kernel; 0 leaves it out. Default 3.</summary>
    public float GaussianWeight { get; init; } = 3;

    /// <summary>Standard deviation of the appearance kernel over positions, in pixels. Default 80.</summary>
    public float BilateralDeviation { get; init; } = 80;

    /// <summary>Standard deviation of the appearance kernel over each of red, green and blue, in levels of 0..255. Default 13.</summary>
    public float ColorDeviation { get; init; } = 13;

    /// <summary>Weight of the appearance kernel; 0 leaves it out. Default 10.</summary>
    public float BilateralWeight { get; init; } = 10;

    /// <summary>Mean-field updates, 0..10000; 0 returns the normalised unaries. Default 10.</summary>
    public int Iterations { get; init; } = 10;

    /// <summary>
    /// The trust in a given label, within (0, 1): its label gets this probability, the others share the rest. Default 0.7 (IRN).
    /// </summary>
    public float LabelConfidence { get; init; } = 0.7f;

    /// <summary>Probabilities below this count as this, within (0, 1], because -log 0 is infinite. Default 1e-5.</summary>
    public float MinProbability { get; init; } = 1e-5f;

    /// <summary>
    /// Cost of two labels meeting, [K x K] row by row, multiplied by the kernels' weights; null is the Potts model (1 for different labels,
    /// 0 for equal ones). The energy knows unordered pairs only, so an asymmetric matrix counts as the mean of itself and its transpose.
    /// </summary>
    public float[]? Compatibility { get; init; }

    /// <summary>Lattice or every pair. Default <see cref="DenseCrfFilter.Lattice"/>.</summary>
    public DenseCrfFilter Filter { get; init; } = DenseCrfFilter.Lattice;

    /// <summary>
    /// Threads per image, 0..64; 0 is one per processor, at most 8. The result is the same to the bit for any number. Default 0.
    /// </summary>
    /// <remarks>Who refines many images at once is faster with one thread per image.</remarks>
    public int Threads { get; init; }

    /// <summary>
    /// PSA, SEAM, RRM and other users of soft class maps: Gaussian 3 px x 3, bilateral 80 px, 13 levels x 10, 10 iterations. The defaults.
    /// </summary>
    public static DenseCrfOptions Psa { get; } = new();

    /// <summary>
    /// IRN's, Puzzle-CAM's and AdvCAM's clean-up of labels: Gaussian 3 px x 3, bilateral 50 px, 5 levels x 10, 10 iterations, confidence
    /// 0.7.
    /// </summary>
    public static DenseCrfOptions IrnLabels { get; } = new() { BilateralDeviation = 50, ColorDeviation = 5, LabelConfidence = 0.7f };

    /// <summary>
    /// DeepLab v2's post-processing (as in kazuto1011/deeplab-pytorch): Gaussian 1 px x 3, bilateral 67 px, 3 levels x 4, 10 iterations.
    /// </summary>
    public static DenseCrfOptions DeepLab { get; } =
        new() { GaussianDeviation = 1, BilateralDeviation = 67, ColorDeviation = 3, BilateralWeight = 4 };

    /// <summary>
    /// The code base SEAM's pseudo labels are retrained with: Gaussian 3 px x 3, bilateral 32 px, 13 levels x 10, 1 iteration.
    /// </summary>
    public static DenseCrfOptions SeamRetrain { get; } = new() { BilateralDeviation = 32, Iterations = 1 };

    /// <summary>AuxSegNet's final predictions: Gaussian 4 px x 3, bilateral 83 px, 5 levels x 3, 10 iterations.</summary>
    public static DenseCrfOptions AuxSegNet { get; } =
        new() { GaussianDeviation = 4, BilateralDeviation = 83, ColorDeviation = 5, BilateralWeight = 3 };

    /// <summary>
    /// AuxSegNet's saliency maps (<see cref="DenseCrf.RefineSaliency(RgbImage, ScoreMaps)"/>): Gaussian 3 px x 3, bilateral 60 px, 5 levels
    /// x 5, 1 iteration.
    /// </summary>
    public static DenseCrfOptions AuxSegNetSaliency { get; } =
        new() { BilateralDeviation = 60, ColorDeviation = 5, BilateralWeight = 5, Iterations = 1 };

    /// <summary>Throws if any setting is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the setting, its value and its range.</exception>
    /// <exception cref="ArgumentException">The compatibility matrix is not square or holds a value that is not finite.</exception>
    public void Validate()
    {
        Positive(GaussianDeviation, nameof(GaussianDeviation));
        Positive(BilateralDeviation, nameof(BilateralDeviation));
        Positive(ColorDeviation, nameof(ColorDeviation));
        Weight(GaussianWeight, nameof(GaussianWeight));
        Weight(BilateralWeight, nameof(BilateralWeight));
        Check(Iterations is >= 0 and <= 10000, Iterations, nameof(Iterations), "within 0..10000");
        Check(LabelConfidence is > 0 and < 1, LabelConfidence, nameof(LabelConfidence), "within (0, 1), both ends excluded");
        Check(MinProbability is > 0 and <= 1, MinProbability, nameof(MinProbability), "within (0, 1]");
        Check(Enum.IsDefined(Filter), Filter, nameof(Filter), "Lattice or Exact");
        Check(Threads is >= 0 and <= 64, Threads, nameof(Threads), "within 0..64, where 0 means one per processor");
        if (Compatibility is null)
            return;
        var labels = (int)Math.Sqrt(Compatibility.Length);
        if (labels == 0 || labels * labels != Compatibility.Length)
            throw new ArgumentException(
                $"{nameof(Compatibility)} holds {Compatibility.Length} values, which is no K x K matrix. " +
                "Give K x K costs row by row, or null for Potts.");
        if (Compatibility.AsSpan().ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            throw new ArgumentException($"{nameof(Compatibility)} holds a value that is not finite. Every cost must be a finite number.");
    }

    private static void Positive(float value, string name) =>
        Check(value > 0 && float.IsFinite(value), value, name, "a finite number above 0");

    private static void Weight(float value, string name) =>
        Check(value >= 0 && float.IsFinite(value), value, name, "a finite number of at least 0 (0 leaves the kernel out)");

    private static void Check<T>(bool valid, T value, string name, string range)
    {
        if (!valid)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {range}, but is {value}.");
    }
}
