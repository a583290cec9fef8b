namespace Microsoft.ML.Data;

/// <summary>The active columns of a row or cursor, and the errors of asking for others.</summary>
internal sealed class ColumnSet
{
    private readonly DataViewSchema _schema;
    private readonly bool[] _active;

    public ColumnSet(DataViewSchema schema, IEnumerable<DataViewSchema.Column> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        _schema = schema;
        _active = new bool[schema.Count];
        foreach (var column in columns)
        {
            Check(column);
            _active[column.Index] = true;
        }
    }

    public bool Contains(int index) => _active[index];

    public bool Contains(DataViewSchema.Column column)
    {
        Check(column);
        return _active[column.Index];
    }

    public void CheckActive(DataViewSchema.Column column)
    {
        if (!Contains(column))
            throw new ArgumentOutOfRangeException(nameof(column),
                $"Column '{column.Name}' was not asked for when the cursor or row was opened.");
    }

    /// <summary>The getter as one of <typeparamref name="TValue"/>, or an error that names both types.</summary>
    public static ValueGetter<TValue> Typed<TValue>(Delegate getter, DataViewSchema.Column column) => getter as ValueGetter<TValue>
        ?? throw new InvalidOperationException(
            $"Column '{column.Name}' is a {column.Type}, carried as {column.Type.RawType}; it cannot be read as {typeof(TValue)}.");

    private void Check(DataViewSchema.Column column)
    {
        if (column.Name is null || column.Index >= _schema.Count)
            throw new ArgumentOutOfRangeException(nameof(column),
                $"Column {column.Index} ('{column.Name}') is outside a schema of {_schema.Count} columns.");
    }
}
