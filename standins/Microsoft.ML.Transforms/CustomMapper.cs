using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>
/// The columns that a user's method computes: members of <typeparamref name="TSrc"/> are filled from a row, the method is called once,
/// and members of <typeparamref name="TDst"/> are read.
/// </summary>
internal sealed class CustomMapper<TSrc, TDst> : IRowMapper
    where TSrc : class, new()
    where TDst : class, new()
{
    private readonly RowFiller<TSrc> _filler;
    private readonly HashSet<int> _read;
    private readonly MemberColumn[] _added;
    private readonly Func<Action<TSrc, TDst>> _open;

    /// <param name="schema">The schema of the rows that are mapped.</param>
    /// <param name="input">Which columns the members of TSrc take, or null for those of their names.</param>
    /// <param name="output">Which columns the members of TDst give, or null for those of their names.</param>
    /// <param name="open">Makes the method for one cursor or row, with a state of its own if it has any.</param>
    public CustomMapper(DataViewSchema schema, SchemaDefinition input, SchemaDefinition output, Func<Action<TSrc, TDst>> open)
    {
        _filler = new RowFiller<TSrc>(schema, ignoreMissingColumns: false, input);
        _read = [.. _filler.Columns.Select(column => column.Index)];
        _added = AddedColumns(output);
        _open = open;
    }

    public DataViewSchema.DetachedColumn[] GetOutputColumns() =>
        [.. _added.Select(member => new DataViewSchema.DetachedColumn(member.Name, member.Type, member.Annotations))];

    public Func<int, bool> GetDependencies(Func<int, bool> activeOutput) =>
        Enumerable.Range(0, _added.Length).Any(activeOutput) ? _read.Contains : _ => false;

    public Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action disposer)
    {
        disposer = null;
        var getters = new Delegate[_added.Length];
        if (!Enumerable.Range(0, _added.Length).Any(activeOutput)) return getters;
        Action<TSrc> fill = _filler.Open(input);
        Action<TSrc, TDst> map = _open();
        var (source, result) = (new TSrc(), new TDst());
        long position = -1;
        for (int i = 0; i < getters.Length; i++)
            getters[i] = activeOutput(i) ? MemberGetter.Create(_added[i], Current) : null;
        return getters;

        TDst Current()
        {
            if (position == input.Position) return result;
            fill(source);
            map(source, result);
            position = input.Position;
            return result;
        }
    }

    /// <summary>Checks the columns that members of TSrc need, and adds those that members of TDst give.</summary>
    public static SchemaShape OutputShape(IHost host, SchemaShape schema, SchemaDefinition input, SchemaDefinition output)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var definition = input ?? SchemaDefinition.Create(typeof(TSrc), SchemaDefinition.Direction.Write);
        foreach (var member in MemberColumn.Bind(typeof(TSrc), definition)) CheckInput(host, schema, member);
        var columns = schema.ToDictionary(column => column.Name);
        foreach (var column in SchemaShape.Create(EnumerableView<TDst>.SchemaOf(AddedColumns(output)))) columns[column.Name] = column;
        return new SchemaShape(columns.Values);
    }

    private static void CheckInput(IHost host, SchemaShape schema, MemberColumn member)
    {
        if (!schema.TryFindColumn(member.Name, out var found))
            throw host.Process(new ArgumentOutOfRangeException(nameof(schema),
                $"Could not find input column '{member.Name}'; the columns are: {string.Join(", ", schema.Select(c => c.Name))}."));
        SchemaShape.GetColumnTypeShape(member.Type, out var kind, out var item, out bool isKey);
        // A vector of any size takes one of a fixed size.
        bool fits = found.Kind == kind
            || (kind == SchemaShape.Column.VectorKind.VariableVector && found.Kind == SchemaShape.Column.VectorKind.Vector);
        bool sameItem = found.ItemType.Equals(item) || (item is StructuredDataViewType && found.ItemType.RawType == item.RawType);
        if (!fits || !sameItem || found.IsKey != isKey)
            throw host.Process(new ArgumentOutOfRangeException("inputSchema",
                $"Schema mismatch for input column '{member.Name}': expected {member.Type}, got {found.GetTypeString()}."));
    }

    private static MemberColumn[] AddedColumns(SchemaDefinition output) =>
        MemberColumn.Bind(typeof(TDst), output ?? SchemaDefinition.Create(typeof(TDst), SchemaDefinition.Direction.Read));
}

/// <summary>A view whose rows are only ever read in their own order by one cursor, as computations with a state need it.</summary>
internal sealed class SequentialView(IDataView source) : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
        source.GetRowCursor(columnsNeeded);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded)];
}
