namespace Microsoft.ML.Data;

/// <summary>A row made of another one, at the same position.</summary>
internal abstract class MappedRow(DataViewRow input, DataViewSchema schema, IEnumerable<DataViewSchema.Column> columns) : DataViewRow
{
    private readonly ColumnSet _active = new(schema, columns);

    protected DataViewRow Input { get; } = input;

    public override DataViewSchema Schema => schema;

    public override long Position => Input.Position;

    public override long Batch => Input.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => Input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        _active.CheckActive(column);
        return MappedGetter<TValue>(column);
    }

    protected abstract ValueGetter<TValue> MappedGetter<TValue>(DataViewSchema.Column column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Input.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>A cursor that steps another one and reads a row mapped from it.</summary>
internal class MappedCursor(DataViewRowCursor source, DataViewRow row) : DataViewRowCursor
{
    public override DataViewSchema Schema => row.Schema;

    public override long Position => source.Position;

    public override long Batch => source.Batch;

    public override bool MoveNext() => source.MoveNext();

    public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => row.IsColumnActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => row.GetGetter<TValue>(column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            row.Dispose();
            source.Dispose();
        }
        base.Dispose(disposing);
    }
}
