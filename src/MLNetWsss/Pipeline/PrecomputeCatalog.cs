using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNetWsss.Pipeline;

namespace MLNetWsss;

/// <summary>Keeping what is expensive under <c>mlContext.Transforms.Wsss</c>.</summary>
public static class PrecomputeCatalog
{
    extension(WsssCatalog wsss)
    {
        /// <summary>
        /// Computes columns of a lazy view now, once, and keeps them (in memory up to a budget, in a temporary file beyond it), so that several
        /// consumers do not each run the network again. Other columns stay lazy. ML.NET's own Cache leaves out columns of images, maps and masks.
        /// </summary>
        /// <param name="view">The view, whose rows must come in the same order each time.</param>
        /// <param name="columns">Columns with maps, masks, images or vectors.</param>
        /// <param name="memoryBudgetMB">Megabytes kept in memory.</param>
        /// <param name="progress">Told the number of rows done, after each.</param>
        /// <param name="folder">
        /// Where the columns are kept beyond this process, in a file named after them; null keeps them for this process alone. A later call
        /// goes on behind the last whole row, however the one before ended. The file is checked against the stages that made the view (their
        /// options and weights) and each row against what it was computed from.
        /// </param>
        /// <param name="cancellation">Ends the computation; with a folder, what is computed stays.</param>
        /// <exception cref="ArgumentOutOfRangeException">A column is missing or of a type that no stage writes.</exception>
        /// <exception cref="ArgumentException">A folder is given, and the view was made by no stage of this library.</exception>
        /// <exception cref="InvalidOperationException">The folder's file was computed by other stages or from other data.</exception>
        /// <exception cref="IOException">The disk is full, or another process is computing into the folder.</exception>
        public IDataView Precompute(IDataView view, IReadOnlyList<string> columns, int memoryBudgetMB = 2048, IProgress<int>? progress = null,
            string? folder = null, CancellationToken cancellation = default)
        {
            ArgumentNullException.ThrowIfNull(view);
            ArgumentNullException.ThrowIfNull(columns);
            ArgumentOutOfRangeException.ThrowIfNegative(memoryBudgetMB);
            var kept = columns.Select(name => new StageColumn(name, KindOf(view.Schema, name))).ToArray();
            Action<int>? each = progress is null ? null : progress.Report;
            if (folder is null)
                return new PrecomputedView(
                    view, kept, (long)memoryBudgetMB << 20, MLNetInternals.TempFilePath(wsss.Environment), cancellation, each);
            using var channel = wsss.Environment.Start("Precompute");
            return new KeptColumns(view, null, kept, folder, channel, cancellation).Compute(each);
        }
    }

    private static ColumnKind KindOf(DataViewSchema schema, string name)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw new ArgumentOutOfRangeException(nameof(name), name, $"The view has no such column; it has {string.Join(", ", schema.Select(c => c.Name))}.");
        return Enum.GetValues<ColumnKind>().Cast<ColumnKind?>().FirstOrDefault(kind => new StageColumn(name, kind!.Value).Accepts(column.Type))
            ?? throw new ArgumentOutOfRangeException(nameof(name), name, $"The column holds {column.Type}; expected an image, a vector of Single, maps or masks.");
    }
}
