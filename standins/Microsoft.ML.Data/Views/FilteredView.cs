namespace Microsoft.ML.Data;

/// <summary>The rows of a view that pass a test, with their own columns and identifiers.</summary>
internal sealed class FilteredView : IDataView
{
    private readonly IDataView _source;
    private readonly Func<DataViewSchema.Column, bool> _isTested;
    private readonly Func<DataViewRowCursor, Func<bool>> _openTest;

    /// <summary>
    /// <paramref name="openTest"/> makes, for a cursor on which the <paramref name="tested"/> columns are active, the test of its current
    /// row.
    /// </summary>
    public FilteredView(IDataView source, IEnumerable<DataViewSchema.Column> tested, Func<DataViewRowCursor, Func<bool>> openTest)
    {
        _source = source;
        var indices = tested.Select(column => column.Index).ToHashSet();
        _isTested = column => indices.Contains(column.Index);
        _openTest = openTest;
    }

    public bool CanShuffle => _source.CanShuffle;

    public DataViewSchema Schema => _source.Schema;

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var active = new ColumnSet(Schema, columnsNeeded);
        return new Cursor(this, active, _source.GetRowCursor(Schema.Where(c => active.Contains(c) || _isTested(c)), rand));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
    {
        var active = new ColumnSet(Schema, columnsNeeded);
        var cursors = _source.GetRowCursorSet(Schema.Where(c => active.Contains(c) || _isTested(c)), n, rand);
        return [.. cursors.Select(cursor => new Cursor(this, active, cursor))];
    }

    private sealed class Cursor : PassingCursor
    {
        private readonly Func<bool> _passes;

        public Cursor(FilteredView view, ColumnSet active, DataViewRowCursor source)
            : base(view.Schema, view.Schema.Where(c => active.Contains(c)), source) => _passes = view._openTest(source);

        protected override bool Step()
        {
            while (Source.MoveNext())
            {
                if (_passes())
                    return true;
            }
            return false;
        }
    }
}

/// <summary>A cursor that leaves out rows of another one and passes the rest on.</summary>
internal abstract class PassingCursor(DataViewSchema schema, IEnumerable<DataViewSchema.Column> columns,
    DataViewRowCursor source) : DataViewRowCursor
{
    private readonly ColumnSet _active = new(schema, columns);
    private long _position = -1;
    private bool _finished;

    protected DataViewRowCursor Source { get; } = source;

    // Rows are compared by their schema's reference, so the view's own object is handed on.
    public override DataViewSchema Schema => schema;

    public override long Position => _position;

    public override long Batch => Source.Batch;

    public override bool MoveNext()
    {
        if (!_finished && Step())
        {
            _position++;
            return true;
        }
        _finished = true;
        _position = -1;
        return false;
    }

    protected abstract bool Step();

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        _active.CheckActive(column);
        return Source.GetGetter<TValue>(column);
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => Source.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Source.Dispose();
        base.Dispose(disposing);
    }
}
