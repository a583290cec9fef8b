namespace MLNetWsss.ClassActivation;

/// <summary>
/// Training with Puzzle-CAM (Jo and Yu, ICIP 2021; constants of the authors' code): maps of the whole photo must agree with those of its
/// four quarters, each seen alone and put together again.
/// </summary>
public sealed record PuzzleOptions
{
    /// <summary>Final weight, >= 0, of the difference between the two maps (alpha).</summary>
    public double Weight { get; init; } = 4;

    /// <summary>Share of training, in (0, 1], over which the weight rises linearly from 0.</summary>
    public double RisesOver { get; init; } = 0.5;
}
