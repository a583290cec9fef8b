namespace Microsoft.ML.Data;

/// <summary>A view without the columns whose values ML.NET cannot keep, such as images and users' own types.</summary>
internal static class KeptColumns
{
    public static IDataView Of(IDataView source) => source.Schema.All(column => ColumnStore.CanKeep(column.Type))
        ? source
        : new ColumnSubsetView(source, source.Schema.Where(column => ColumnStore.CanKeep(column.Type)).Select(column => column.Index));
}

/// <summary>Some columns of a view, in the order given.</summary>
internal sealed class ColumnSubsetView : IDataView
{
    private readonly IDataView _source;
    private readonly ColumnSubset _subset;

    public ColumnSubsetView(IDataView source, IEnumerable<int> indices)
        : this(source, new ColumnSubset(source.Schema, indices))
    {
    }

    public ColumnSubsetView(IDataView source, ColumnSubset subset)
    {
        _source = source;
        _subset = subset;
    }

    public bool CanShuffle => _source.CanShuffle;

    public DataViewSchema Schema => _subset.OutputSchema;

    public long? GetRowCount() => _source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var columns = columnsNeeded.ToArray();
        return new Cursor(_subset, columns, _source.GetRowCursor(_subset.GetDependencies(columns), rand));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
    {
        var columns = columnsNeeded.ToArray();
        return [.. _source.GetRowCursorSet(_subset.GetDependencies(columns), n, rand)
            .Select(cursor => new Cursor(_subset, columns, cursor))];
    }

    private sealed class Cursor(ColumnSubset subset, DataViewSchema.Column[] columns, DataViewRowCursor source)
        : MappedCursor(source, subset.GetRow(source, columns));
}

/// <summary>The mapping of a schema to some of its columns.</summary>
internal sealed class ColumnSubset : IRowToRowMapper
{
    private readonly int[] _sources;

    public ColumnSubset(DataViewSchema input, IEnumerable<int> indices)
    {
        InputSchema = input;
        _sources = [.. indices];
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(_sources.Select(index => input[index]));
        OutputSchema = builder.ToSchema();
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        dependingColumns.Select(column => InputSchema[_sources[column.Index]]).ToArray();

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) => new Row(this, input, activeColumns);

    private sealed class Row(ColumnSubset subset, DataViewRow input, IEnumerable<DataViewSchema.Column> columns)
        : MappedRow(input, subset.OutputSchema, columns)
    {
        protected override ValueGetter<TValue> MappedGetter<TValue>(DataViewSchema.Column column) =>
            Input.GetGetter<TValue>(subset.InputSchema[subset._sources[column.Index]]);
    }
}
