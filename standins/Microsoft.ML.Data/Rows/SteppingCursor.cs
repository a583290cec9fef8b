namespace Microsoft.ML.Data;

/// <summary>A cursor with its own positions: -1 before the first row and after the last.</summary>
internal abstract class SteppingCursor(DataViewSchema schema, IEnumerable<DataViewSchema.Column> columns) : DataViewRowCursor
{
    private long _position = -1;
    private bool _finished;

    protected ColumnSet Active { get; } = new(schema, columns);

    public sealed override DataViewSchema Schema { get; } = schema;

    public sealed override long Position => _position;

    public override long Batch => 0;

    public sealed override bool IsColumnActive(DataViewSchema.Column column) => Active.Contains(column);

    public sealed override bool MoveNext()
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

    public sealed override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Active.CheckActive(column);
        return ColumnSet.Typed<TValue>(GetterOf(column), column);
    }

    /// <summary>Moves to the next row, if there is one.</summary>
    protected abstract bool Step();

    protected abstract Delegate GetterOf(DataViewSchema.Column column);

    protected void CheckOnRow()
    {
        if (_position < 0)
            throw new InvalidOperationException("The cursor is on no row: call MoveNext first, and read only while it returns true.");
    }
}
