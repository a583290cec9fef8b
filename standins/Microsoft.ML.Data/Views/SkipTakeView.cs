namespace Microsoft.ML.Data;

/// <summary>The rows of a view from <paramref name="skip"/> on, at most <paramref name="take"/> of them.</summary>
internal sealed class SkipTakeView(IDataView source, long skip, long take) : IDataView
{
    // Which rows are left out depends on their order, so this view keeps the order that it has.
    public bool CanShuffle => false;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => source.GetRowCount() is long count ? Math.Min(take, Math.Max(0, count - skip)) : take == 0 ? 0 : null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var columns = columnsNeeded.ToArray();
        return new Cursor(Schema, columns, source.GetRowCursor(columns), skip, take);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(DataViewSchema schema, IEnumerable<DataViewSchema.Column> columns, DataViewRowCursor source, long skip,
        long take)
        : PassingCursor(schema, columns, source)
    {
        private long _toSkip = skip;
        private long _toTake = take;

        protected override bool Step()
        {
            for (; _toSkip > 0; _toSkip--)
            {
                if (!Source.MoveNext())
                    return false;
            }
            // The row after the last one taken is never computed.
            return _toTake-- > 0 && Source.MoveNext();
        }
    }
}
