namespace Microsoft.ML.Data;

/// <summary>The columns that a transformer adds to one input schema, and how they are computed.</summary>
internal interface IRowMapper
{
    DataViewSchema.DetachedColumn[] GetOutputColumns();

    /// <summary>Which input columns are read when these added columns are active.</summary>
    Func<int, bool> GetDependencies(Func<int, bool> activeOutput);

    /// <summary>A getter for each active added column, and null for the others.</summary>
    Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action disposer);
}

/// <summary>The input's columns followed by those of an <see cref="IRowMapper"/>, for rows and for whole views.</summary>
internal sealed class RowToRowMapperTransform : IDataView, IRowToRowMapper
{
    private readonly IDataView _source;
    private readonly IRowMapper _mapper;

    /// <summary>Makes a mapping of <paramref name="inputSchema"/>; with a source it is a view as well.</summary>
    public RowToRowMapperTransform(DataViewSchema inputSchema, IRowMapper mapper, IDataView source = null)
    {
        InputSchema = inputSchema;
        _source = source;
        _mapper = mapper;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        builder.AddColumns(mapper.GetOutputColumns());
        OutputSchema = builder.ToSchema();
    }

    public RowToRowMapperTransform(IDataView source, IRowMapper mapper)
        : this(source.Schema, mapper, source)
    {
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    public DataViewSchema Schema => OutputSchema;

    public bool CanShuffle => _source.CanShuffle;

    public long? GetRowCount() => _source.GetRowCount();

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var active = new ColumnSet(OutputSchema, dependingColumns);
        var isRead = _mapper.GetDependencies(added => active.Contains(InputSchema.Count + added));
        return InputSchema.Where(column => active.Contains(column.Index) || isRead(column.Index)).ToArray();
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        if (!ReferenceEquals(input.Schema, InputSchema))
            throw new ArgumentException("The row's schema is not the one that this mapping was made for.", nameof(input));
        return new Row(this, input, new ColumnSet(OutputSchema, activeColumns));
    }

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var columns = columnsNeeded.ToArray();
        return Mapped(_source.GetRowCursor(GetDependencies(columns), rand), columns);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
    {
        var columns = columnsNeeded.ToArray();
        return [.. _source.GetRowCursorSet(GetDependencies(columns), n, rand).Select(cursor => Mapped(cursor, columns))];
    }

    private MappedCursor Mapped(DataViewRowCursor cursor, DataViewSchema.Column[] columns) =>
        new(cursor, new Row(this, cursor, new ColumnSet(OutputSchema, columns)));

    private sealed class Row : MappedRow
    {
        private readonly RowToRowMapperTransform _map;
        private readonly Delegate[] _added;
        private readonly Action _disposer;

        public Row(RowToRowMapperTransform map, DataViewRow input, ColumnSet active)
            : base(input, map.OutputSchema, map.OutputSchema.Where(column => active.Contains(column)))
        {
            _map = map;
            _added = map._mapper.CreateGetters(input, added => active.Contains(map.InputSchema.Count + added), out _disposer);
        }

        protected override ValueGetter<TValue> MappedGetter<TValue>(DataViewSchema.Column column)
        {
            int first = _map.InputSchema.Count;
            return column.Index < first
                ? Input.GetGetter<TValue>(_map.InputSchema[column.Index]) : ColumnSet.Typed<TValue>(_added[column.Index - first], column);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _disposer?.Invoke();
            base.Dispose(disposing);
        }
    }
}
