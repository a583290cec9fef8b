namespace Microsoft.ML.Data;

/// <summary>
/// Keeps the columns that have been asked for in memory; each is read from the source once.
/// As in ML.NET, columns that are neither primitive nor vectors (images, users' own types) cannot be kept and are not part of this view.
/// </summary>
internal sealed class CachedView : IDataView
{
    private readonly IDataView _source;
    private readonly ColumnStore[] _stores;
    private readonly Lock _gate = new();
    private DataViewRowId[] _ids;

    public CachedView(IDataView source, IEnumerable<string> prefetched = null)
    {
        _source = KeptColumns.Of(source);
        _stores = new ColumnStore[_source.Schema.Count];
        var columns = (prefetched ?? []).Select(name => _source.Schema.GetColumnOrNull(name)
            ?? throw new ArgumentOutOfRangeException(nameof(prefetched), $"Column '{name}' not found, or of a type that cannot be cached."))
                .ToArray();
        if (columns.Length > 0)
            Fill(columns);
    }

    public bool CanShuffle => true;

    public DataViewSchema Schema => _source.Schema;

    public long? GetRowCount() => _ids?.Length ?? _source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var columns = columnsNeeded.ToArray();
        Fill(columns);
        int[] order = null;
        if (rand is not null)
        {
            order = [.. Enumerable.Range(0, _ids.Length)];
            rand.Shuffle(order);
        }
        return new Cursor(this, columns, order);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private void Fill(DataViewSchema.Column[] columns)
    {
        lock (_gate)
        {
            var missing = columns.Where(column => _stores[column.Index] is null).DistinctBy(column => column.Index).ToArray();
            if (missing.Length == 0 && _ids is not null)
                return;
            var stores = missing.Select(column => ColumnStore.Create(column.Type)).ToArray();
            using var cursor = _source.GetRowCursor(missing);
            var recorders = missing.Zip(stores, (column, store) => store.Recorder(cursor, column)).ToArray();
            var getId = cursor.GetIdGetter();
            var ids = new List<DataViewRowId>();
            while (cursor.MoveNext())
            {
                foreach (var record in recorders)
                    record(ids.Count);
                DataViewRowId id = default;
                getId(ref id);
                ids.Add(id);
            }
            if (_ids is not null && _ids.Length != ids.Count)
                throw new InvalidOperationException(
                    $"The source of the cache had {_ids.Length} rows before and has {ids.Count} now; a cached source must not change.");
            for (int i = 0; i < missing.Length; i++)
                _stores[missing[i].Index] = stores[i];
            _ids ??= [.. ids];
        }
    }

    private sealed class Cursor : SteppingCursor
    {
        private readonly CachedView _view;
        private readonly int[] _order;
        private readonly Delegate[] _getters;
        private int _next;

        public Cursor(CachedView view, DataViewSchema.Column[] columns, int[] order)
            : base(view.Schema, columns)
        {
            _view = view;
            _order = order;
            _getters = [.. view._stores.Select((store, index) => Active.Contains(index) ? store.Getter(Current) : null)];
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = _view._ids[Current()];

        protected override bool Step() => _next++ < _view._ids.Length;

        protected override Delegate GetterOf(DataViewSchema.Column column) => _getters[column.Index];

        private int Current()
        {
            CheckOnRow();
            return _order is null ? (int)Position : _order[Position];
        }
    }
}
