namespace Microsoft.ML.Data;

/// <summary>A view of a user's objects: enumerated anew by each cursor, and shuffled only if they are a list.</summary>
internal sealed class EnumerableView<TRow> : IDataView
    where TRow : class
{
    private readonly IEnumerable<TRow> _rows;
    private readonly MemberColumn[] _members;

    public EnumerableView(IEnumerable<TRow> rows, SchemaDefinition definition)
    {
        _rows = rows;
        _members = MemberColumn.Bind(typeof(TRow), definition ?? SchemaDefinition.Create(typeof(TRow), SchemaDefinition.Direction.Read));
        Schema = SchemaOf(_members);
    }

    public bool CanShuffle => _rows is IList<TRow>;

    public DataViewSchema Schema { get; }

    internal static DataViewSchema SchemaOf(IEnumerable<MemberColumn> members)
    {
        var builder = new DataViewSchema.Builder();
        foreach (var member in members)
            builder.AddColumn(member.Name, member.Type, member.Annotations);
        return builder.ToSchema();
    }

    public long? GetRowCount() => (_rows as ICollection<TRow>)?.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
        new Cursor(this, columnsNeeded, rand is not null && _rows is IList<TRow> list ? Shuffled(list, rand) : InOrder());

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private IEnumerable<(TRow Row, long Index)> InOrder()
    {
        long index = 0;
        foreach (var row in _rows)
            yield return (row, index++);
    }

    private static IEnumerable<(TRow Row, long Index)> Shuffled(IList<TRow> rows, Random rand)
    {
        int[] order = [.. Enumerable.Range(0, rows.Count)];
        rand.Shuffle(order);
        foreach (int index in order)
            yield return (rows[index], index);
    }

    private sealed class Cursor : SteppingCursor
    {
        private readonly IEnumerator<(TRow Row, long Index)> _rows;
        private readonly Delegate[] _getters;

        public Cursor(EnumerableView<TRow> view, IEnumerable<DataViewSchema.Column> columns, IEnumerable<(TRow Row, long Index)> rows)
            : base(view.Schema, columns)
        {
            _rows = rows.GetEnumerator();
            _getters = [.. view._members.Select((member, index) => Active.Contains(index) ? MemberGetter.Create(member, Current) : null)];
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) =>
        {
            CheckOnRow();
            id = new DataViewRowId((ulong)_rows.Current.Index, 0);
        };

        protected override bool Step()
        {
            if (!_rows.MoveNext())
                return false;
            return _rows.Current.Row is not null
                ? true : throw new InvalidOperationException($"Row {_rows.Current.Index} of the enumeration is null.");
        }

        protected override Delegate GetterOf(DataViewSchema.Column column) => _getters[column.Index];

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _rows.Dispose();
            base.Dispose(disposing);
        }

        private TRow Current()
        {
            CheckOnRow();
            return _rows.Current.Row;
        }
    }
}
