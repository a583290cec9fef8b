using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLNetWsss.Imaging;

namespace MLNetWsss.Pipeline;

/// <summary>Passes over a view and tells each row from others by what its columns hold.</summary>
internal sealed class FingerprintedRows : IDisposable
{
    private readonly DataViewRowCursor _cursor;
    private readonly ValueGetter<DataViewRowId> _id;
    private readonly Func<object>[] _readers;

    /// <param name="view">The view.</param>
    /// <param name="columns">Columns that <see cref="CanRead"/>.</param>
    /// <param name="skip">Rows to pass over, at no cost.</param>
    internal FingerprintedRows(IDataView view, IReadOnlyList<DataViewSchema.Column> columns, int skip)
    {
        _cursor = view.GetRowCursor(columns);
        _id = _cursor.GetIdGetter();
        _readers = [.. columns.Select(c => Reader(_cursor, c))];
        for (int i = 0; i < skip && _cursor.MoveNext(); i++)
        {
        }
    }

    /// <summary>Whether a column can be compared: images, vectors of Single, maps, masks, text and single numbers.</summary>
    internal static bool CanRead(DataViewSchema.Column column) => Kind(column) is not null || column.Type is TextDataViewType
        || column.Type == NumberDataViewType.Single;

    internal bool MoveNext() => _cursor.MoveNext();

    internal DataViewRowId Id()
    {
        DataViewRowId id = default;
        _id(ref id);
        return id;
    }

    /// <summary>The fingerprint of the current row.</summary>
    internal ulong Fingerprint() => _readers.Aggregate(0UL, (sum, read) => RowCodec.Fingerprint(sum, read()));

    public void Dispose() => _cursor.Dispose();

    private static ColumnKind? Kind(DataViewSchema.Column column) => Enum.GetValues<ColumnKind>().Cast<ColumnKind?>()
        .FirstOrDefault(kind => new StageColumn(column.Name, kind!.Value).Accepts(column.Type));

    private static Func<object> Reader(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        if (Kind(column) is { } kind)
            return StageRow.Reader(cursor, column, new(column.Name, kind));
        if (column.Type is TextDataViewType)
        {
            var text = cursor.GetGetter<ReadOnlyMemory<char>>(column);
            return () =>
            {
                ReadOnlyMemory<char> value = default;
                text(ref value);
                return value.ToString();
            };
        }
        var number = cursor.GetGetter<float>(column);
        return () =>
        {
            float value = 0;
            number(ref value);
            return new[] { value };
        };
    }
}

/// <summary>A view without its first rows, whose values are never asked for; schema and row ids stay the source's.</summary>
internal sealed class SkippedView(IDataView source, int rows) : IDataView
{
    public DataViewSchema Schema => source.Schema;
    public bool CanShuffle => false;
    public long? GetRowCount() => source.GetRowCount() is { } all ? Math.Max(0, all - rows) : null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var cursor = source.GetRowCursor(columnsNeeded);
        for (int i = 0; i < rows && cursor.MoveNext(); i++)
        {
        }
        return cursor;
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
