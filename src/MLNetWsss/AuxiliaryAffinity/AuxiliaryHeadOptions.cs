namespace MLNetWsss.AuxiliaryAffinity;

/// <summary>Which affinity refines the predictions and spreads the class maps.</summary>
public enum AffinityKind
{
    /// <summary>None: three tasks on one backbone that do not talk to each other. For ablations.</summary>
    None,

    /// <summary>The segmentation branch's own; saliency is not refined. For ablations.</summary>
    Segmentation,

    /// <summary>Segmentation's and saliency's, mixed by learned weights (Xu et al., ICCV 2021, section 3.2).</summary>
    CrossTask
}

/// <summary>What stands on the backbone of <see cref="AuxiliaryAffinityNetwork"/>.</summary>
public sealed record AuxiliaryHeadOptions
{
    /// <summary>Channels inside each branch, at least 8. Default 128 (the authors' code).</summary>
    public int Channels { get; init; } = 128;

    /// <summary>
    /// Channels to which one 1x1 convolution brings the backbone's features before both branches read them; 0 leaves it out, as the authors
    /// do. Default 256: a 3x3 convolution over MobileNetV2's 1280 channels would cost as much as the backbone, twice.
    /// </summary>
    public int Reduced { get; init; } = 256;

    /// <summary>
    /// Dilations of a branch's three 3x3 convolutions, in feature steps, each at least 1. Default 3, 6, 9 for 17 x 17 features; the
    /// authors' 6, 12, 18 are for 41 x 41 (crop 321 at stride 8).
    /// </summary>
    public IReadOnlyList<int> Dilations { get; init; } = [3, 6, 9];

    /// <summary>Which affinity is learned.</summary>
    public AffinityKind Affinity { get; init; } = AffinityKind.CrossTask;

    /// <summary>
    /// What the cosine of two positions' backbone features is divided by when training begins, above 0: smaller listens to fewer positions.
    /// Each task adds the cosine of its own features and learns a weight for every channel. Default 0.2. Null compares by products of
    /// projections of a task's features alone, without a bound, as the authors do, who train for tens of thousands of steps.
    /// </summary>
    public double? Temperature { get; init; } = 0.2;

    /// <summary>
    /// Multiplies affinities by the number of positions where they enter the fusion, so that an even affinity is 1 whatever the crop's size
    /// and the fusion's weights get gradients of a useful size. Default true; the authors feed values around 1 / 1681.
    /// </summary>
    public bool ScaledFusion { get; init; } = true;

    /// <summary>Share of the classifier's features dropped while training, 0 to below 1. Default 0.5 (the authors' code).</summary>
    public double Dropout { get; init; } = 0.5;

    /// <summary>
    /// Megabytes that rows of the affinity may take at prediction, at least 1: larger affinities are computed some rows at a time, to the
    /// same result. Training needs all rows for its gradient. Default 256.
    /// </summary>
    public int AffinityMemoryMB { get; init; } = 256;

    /// <summary>Throws if an option is out of its range.</summary>
    /// <exception cref="ArgumentException">The message names the option, its value and the remedy.</exception>
    public void Validate()
    {
        if (Channels < 8)
            throw Invalid(nameof(Channels), Channels, "at least 8");
        if (Reduced < 0)
            throw Invalid(nameof(Reduced), Reduced, "0 to leave it out, or a number of channels such as 256");
        if (Dilations is not { Count: 3 } || Dilations.Any(dilation => dilation < 1))
            throw Invalid(nameof(Dilations), $"[{string.Join(", ", Dilations ?? [])}]", "three numbers from 1 up, such as [3, 6, 9]");
        if (!Enum.IsDefined(Affinity))
            throw Invalid(nameof(Affinity), Affinity, string.Join(", ", Enum.GetNames<AffinityKind>()));
        if (Temperature is { } divisor && !(divisor > 0 && double.IsFinite(divisor)))
            throw Invalid(nameof(Temperature), divisor, "a positive number, often 0.05 to 0.2, or null for unbounded products");
        if (!(Dropout >= 0 && Dropout < 1))
            throw Invalid(nameof(Dropout), Dropout, "a share from 0 to below 1");
        if (AffinityMemoryMB < 1)
            throw Invalid(nameof(AffinityMemoryMB), AffinityMemoryMB, "at least 1 megabyte");
    }

    private static ArgumentException Invalid(string option, object value, string remedy) =>
        new($"{nameof(AuxiliaryHeadOptions)}.{option} is {value}. Set it to {remedy}.");
}
