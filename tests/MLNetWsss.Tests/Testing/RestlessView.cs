using Microsoft.ML;

namespace MLNetWsss.Tests.Testing;

/// <summary>A view that comes in another order each time it is read, as ML.NET allows any source to.</summary>
internal sealed class RestlessView(IDataView source) : IDataView
{
    private int _readings;

    public DataViewSchema Schema => source.Schema;
    public bool CanShuffle => source.CanShuffle;
    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        source.GetRowCursor(columnsNeeded, new Random(++_readings));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
