using Microsoft.ML;
using Microsoft.ML.Data;
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
        /// <exception cref="ArgumentOutOfRangeException">A column is missing or of a type that no stage writes.</exception>
        public IDataView Precompute(IDataView view, IReadOnlyList<string> columns, int memoryBudgetMB = 2048, IProgress<int>? progress = null)
        {
            ArgumentNullException.ThrowIfNull(view);
            ArgumentOutOfRangeException.ThrowIfNegative(memoryBudgetMB);
            var kept = columns.Select(name => new StageColumn(name, KindOf(view.Schema, name))).ToArray();
            return new PrecomputedView(view, kept, (long)memoryBudgetMB << 20, MLNetInternals.TempFilePath(wsss.Environment),
                progress is null ? null : progress.Report);
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
