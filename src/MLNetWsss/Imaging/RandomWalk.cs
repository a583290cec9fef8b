using System.Collections.Concurrent;

namespace MLNetWsss.Imaging;

/// <summary>
/// Spreads class scores along affinities: scores x T^(2^t), where T is the affinity matrix to the power beta with columns that sum to 1
/// (PSA, Ahn and Kwak, CVPR 2018; IRN, Ahn, Cho and Kwak, CVPR 2019).
/// </summary>
/// <remarks>
/// The references build T as a dense N x N matrix and square it t times. Here T stays a stencil and is applied 2^t times: the same result,
/// memory O(N x neighbours), and about 4,000 times less work at N = 15,000.
/// Since the columns sum to 1, each new score is a weighted mean of old ones. What the walk conserves is the sum of the scores weighted by
/// the pixels' total affinities, not the plain sum.
/// Any number of threads may use one instance at once.
/// </remarks>
public sealed class RandomWalk
{
    private readonly ConcurrentBag<RandomWalkStencil> _idle = [];

    /// <param name="options">Settings; null for the defaults, <see cref="RandomWalkOptions.Psa"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public RandomWalk(RandomWalkOptions? options = null)
    {
        Options = options ?? RandomWalkOptions.Psa;
        Options.Validate();
    }

    /// <summary>The settings.</summary>
    public RandomWalkOptions Options { get; }

    /// <summary>[Kxhxw] scores -> [Kxhxw] scores after the walk.</summary>
    /// <exception cref="ArgumentException">The grids differ, a score is not finite, or the walk needs more memory than allowed.</exception>
    public ScoreMaps Propagate(ScoreMaps scores, RandomWalkAffinity affinity)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(affinity);
        if (scores.Height != affinity.Height || scores.Width != affinity.Width)
            throw new ArgumentException(
                $"The scores are {scores.Height} x {scores.Width} but the affinities {affinity.Height} x {affinity.Width}. " +
                "Resize the scores first.",
                nameof(scores));
        var walked = new float[scores.Scores.Length];
        Propagate(scores.Scores, scores.Classes, affinity, walked);
        return new ScoreMaps(scores.Classes, scores.Height, scores.Width, walked);
    }

    /// <summary>[Kxhxw] scores -> [Kxhxw] <paramref name="walked"/>, which may be the same memory.</summary>
    /// <returns>The number of steps made: 2^t unless the tolerance ended the walk.</returns>
    /// <exception cref="ArgumentException">As in <see cref="Propagate(ScoreMaps, RandomWalkAffinity)"/>.</exception>
    public int Propagate(ReadOnlySpan<float> scores, int classes, RandomWalkAffinity affinity, Span<float> walked)
    {
        ArgumentNullException.ThrowIfNull(affinity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        var expected = (long)classes * affinity.Height * affinity.Width;
        if (scores.Length != expected)
            throw new ArgumentException(
                $"{classes} maps of {affinity.Height} x {affinity.Width} have {expected} scores, but {scores.Length} were given.",
                nameof(scores));
        PixelGrid.CheckLength(walked.Length, expected, "a random walk");
        if (scores.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            throw new ArgumentException(
                "A score is infinite or NaN. Find the step that divides by zero, or replace such scores by 0.", nameof(scores));
        var bytes = RandomWalkStencil.BytesFor(affinity, classes);
        if (bytes > Options.MemoryLimit)
            throw new ArgumentException(
                $"A walk over {classes} maps of {affinity.Height} x {affinity.Width} needs {bytes >> 20} MB, more than the limit of " +
                $"{Options.MemoryLimit >> 20} MB. Walk on smaller maps (the references use a quarter or an eighth of the image) " +
                "or raise the limit.");
        if (!_idle.TryTake(out var stencil))
            stencil = new RandomWalkStencil();
        using var team = new WorkerTeam(WorkerTeam.Resolve(Options.Threads));
        stencil.Prepare(affinity, Options.Beta, classes, team);
        var steps = stencil.Walk(scores, 1 << Options.Squarings, Options.Tolerance, walked, team);
        _idle.Add(stencil);
        return steps;
    }
}
