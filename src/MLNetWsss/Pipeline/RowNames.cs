using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNetWsss.Pipeline;

/// <summary>What errors call a row: its number, and its photo's file where the data have the column that the loaders write.</summary>
internal static class RowNames
{
    private const string PathColumn = "ImagePath";

    /// <summary>The column to read along with the others, if the data have it.</summary>
    internal static IEnumerable<DataViewSchema.Column> Columns(DataViewSchema schema) =>
        schema.GetColumnOrNull(PathColumn) is { Type: TextDataViewType } path ? [path] : [];

    /// <summary>Reads the current row's file; null where the data have none.</summary>
    internal static Func<string?> Reader(DataViewRow row)
    {
        var path = Columns(row.Schema).Select(c => row.GetGetter<ReadOnlyMemory<char>>(c)).FirstOrDefault();
        return () =>
        {
            ReadOnlyMemory<char> value = default;
            path?.Invoke(ref value);
            return path is null ? null : value.ToString();
        };
    }

    /// <summary>A row's name.</summary>
    internal static string Of(long row, string? path) => path is null ? $"Row {row}" : $"Row {row} ('{path}')";
}
