namespace MLNetWsss.Pipeline;

/// <summary>
/// Which training rows form which batch: a fixed number of full batches an epoch, whose rows depend on the epoch alone, so that a resumed
/// training goes on with the batches that an undisturbed one would have had.
/// </summary>
/// <param name="BatchSize">Rows a batch.</param>
/// <param name="BatchesPerEpoch">Batches an epoch, at least 1.</param>
/// <param name="RowsOf">The rows of an epoch, counted from 0, batch behind batch; a row may come twice or not at all.</param>
internal sealed record BatchPlan(int BatchSize, long BatchesPerEpoch, Func<long, int[]> RowsOf)
{
    private readonly Lock _gate = new();
    private (long Epoch, int[] Rows) _current = (-1, []);

    /// <summary>
    /// Every row once an epoch, in a seeded order. A last incomplete batch is left out; its rows come in another order the next epoch.
    /// </summary>
    internal static BatchPlan Shuffled(int rows, int batchSize, long seed) =>
        new(batchSize, rows / batchSize, epoch => Randomness.Permutation(rows, seed, epoch));

    /// <summary>The rows of a step, counted from 0 over all epochs; may be asked for from several threads.</summary>
    internal int[] Batch(long step)
    {
        lock (_gate)
        {
            if (_current.Epoch != step / BatchesPerEpoch)
                _current = (step / BatchesPerEpoch, RowsOf(step / BatchesPerEpoch));
            int first = (int)(step % BatchesPerEpoch) * BatchSize;
            return _current.Rows[first..(first + BatchSize)];
        }
    }
}
