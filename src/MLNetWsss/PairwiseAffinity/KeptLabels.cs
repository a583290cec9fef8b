using System.Text.Json;
using Microsoft.ML.Runtime;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.PairwiseAffinity;

/// <summary>
/// The labels of all training rows, made side by side. With a checkpoint folder they are kept there as they are made, so that training
/// that was interrupted before its first step goes on behind the last whole block of rows.
/// </summary>
/// <param name="label">Makes the labels of a row.</param>
/// <param name="options">Whence the folder, the threads and the token come.</param>
internal sealed class KeptLabels(Func<StageRow, LabelMap> label, PairwiseAffinityOptions options)
{
    /// <summary>Rows that are made side by side; told and kept together.</summary>
    private const int Block = 16;

    private static readonly StageColumn Column = new("AffinityLabels", ColumnKind.Labels);

    /// <summary>One label map a row, at a part of the photo's resolution.</summary>
    internal LabelMap[] Make(SampleStore store, IChannel channel)
    {
        var labels = new LabelMap[store.Count];
        using var file = Open(store);
        int known = Math.Min(file?.Count ?? 0, store.Count);
        file?.Truncate(known);
        for (int first = known; first < labels.Length; first += Block)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            int end = Math.Min(first + Block, labels.Length);
            ParallelOn(first, end, row => labels[row] = label(store[row]));
            for (int row = first; file is not null && row < end; row++)
                file.Append(RowOf(labels[row]), store.Fingerprint);
            if (end == labels.Length || end / (Block * 8) > first / (Block * 8))
                channel.Info(MessageSensitivity.None, $"PairwiseAffinity: labels of {end} of {labels.Length} rows are made");
        }
        if (known > 0)
        {
            using var kept = file!.ToStore(known);
            for (int row = 0; row < known; row++)
                labels[row] = kept[row].Get<LabelMap>(Column);
        }
        return labels;
    }

    /// <summary>The file says what its labels were made of: all rows and the options of the labels.</summary>
    private ColumnFile? Open(SampleStore store) => options.CheckpointFolder is not { } folder ? null : ColumnFile.Extend(
        Path.Combine(folder, "PairwiseAffinity.labels"),
        $"labels {JsonSerializer.Serialize(options.Labels, StageOptions.Json)} of rows {store.Fingerprint:x16}", new RowCodec([Column]));

    private static StageRow RowOf(LabelMap labels)
    {
        var row = new StageRow();
        row.Set(Column, labels);
        return row;
    }

    private void ParallelOn(int first, int end, Action<int> each) =>
        Parallel.For(first, end, new ParallelOptions { MaxDegreeOfParallelism = options.Threads > 0 ? options.Threads : -1 }, each);
}
