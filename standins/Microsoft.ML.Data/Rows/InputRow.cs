namespace Microsoft.ML.Data;

/// <summary>A row over an object, which may be replaced; each replacement is a new position.</summary>
internal sealed class InputRow<TRow> : DataViewRow
    where TRow : class
{
    private readonly Delegate[] _getters;
    private TRow _value;
    private long _position = -1;

    public InputRow(SchemaDefinition definition = null)
    {
        var members = MemberColumn.Bind(typeof(TRow), definition ?? SchemaDefinition.Create(typeof(TRow), SchemaDefinition.Direction.Read));
        Schema = EnumerableView<TRow>.SchemaOf(members);
        _getters = [.. members.Select(member => MemberGetter.Create(member, () => _value))];
    }

    public override DataViewSchema Schema { get; }

    public override long Position => _position;

    public override long Batch => 0;

    public void Replace(TRow value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _value = value;
        _position++;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => true;

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        ColumnSet.Typed<TValue>(_getters[column.Index], column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);
}
