namespace MLNetWsss.Backbones;

/// <summary>Settings of <see cref="PixelAdaptiveRefinement"/>; the defaults are the paper's.</summary>
public sealed record PamrOptions
{
    /// <summary>How often the neighbours' weighted mean replaces each pixel, 0 to 1000 (Araslanov and Roth, CVPR 2020, 4.2: 10).</summary>
    public int Iterations { get; init; } = 10;

    /// <summary>
    /// Distances in pixels of the eight neighbours that a pixel looks at, 1 to 16 of them, each within 1..256
    /// (Araslanov and Roth, CVPR 2020, 4.2: 1, 2, 4, 8, 12, 24).
    /// </summary>
    public IReadOnlyList<int> Dilations { get; init; } = [1, 2, 4, 8, 12, 24];

    /// <summary>
    /// The part of the local deviation that counts as one unit of colour difference, above 0: less makes borders sharper
    /// (Araslanov and Roth's code: 0.1).
    /// </summary>
    public double DeviationShare { get; init; } = 0.1;

    /// <summary>Throws if any setting is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the setting, its value and its range.</exception>
    public void Validate()
    {
        if (Iterations is < 0 or > 1000)
            throw Invalid(nameof(Iterations), Iterations, "within 0..1000");
        if (Dilations is not { Count: >= 1 and <= 16 } || Dilations.Any(d => d is < 1 or > 256))
            throw Invalid(nameof(Dilations), Dilations is null ? "null" : $"[{string.Join(", ", Dilations)}]",
                "1 to 16 distances, each within 1..256 pixels");
        if (!(DeviationShare > 0 && double.IsFinite(DeviationShare)))
            throw Invalid(nameof(DeviationShare), DeviationShare, "a finite number above 0, often 0.1");
    }

    private static ArgumentOutOfRangeException Invalid(string name, object value, string range) =>
        new(name, value, $"{nameof(PamrOptions)}.{name} must be {range}, but is {value}.");
}
