namespace Microsoft.ML.Data;

/// <summary>Several mappings, one after the other.</summary>
internal sealed class CompositeRowToRowMapper(DataViewSchema inputSchema, IRowToRowMapper[] mappers) : IRowToRowMapper
{
    public DataViewSchema InputSchema => inputSchema;

    public DataViewSchema OutputSchema { get; } = mappers.Length == 0 ? inputSchema : mappers[^1].OutputSchema;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var columns = dependingColumns;
        for (int i = mappers.Length - 1; i >= 0; i--)
            columns = mappers[i].GetDependencies(columns);
        return columns;
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!ReferenceEquals(input.Schema, inputSchema))
            throw new ArgumentException("The row's schema is not the one that this mapping was made for.", nameof(input));
        var active = new IEnumerable<DataViewSchema.Column>[mappers.Length];
        var wanted = activeColumns;
        for (int i = mappers.Length - 1; i >= 0; i--)
        {
            active[i] = wanted;
            wanted = mappers[i].GetDependencies(wanted);
        }
        var row = input;
        for (int i = 0; i < mappers.Length; i++)
            row = mappers[i].GetRow(row, active[i]);
        return row;
    }
}
