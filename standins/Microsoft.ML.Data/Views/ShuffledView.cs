namespace Microsoft.ML.Data;

/// <summary>
/// The rows of a view in an order drawn from a pool: each step gives a random row of the pool and refills its place from the source.
/// One view has one order, unless a cursor is opened with a generator. As in ML.NET, columns that are neither primitive nor vectors
/// (images, users' own types) cannot be kept in the pool and are not part of this view.
/// </summary>
internal sealed class ShuffledView : IDataView
{
    private readonly IDataView _source;
    private readonly int _seed;
    private readonly int _poolSize;
    private readonly bool _shuffleSource;

    public ShuffledView(IDataView source, int seed, int poolSize, bool shuffleSource)
    {
        _source = KeptColumns.Of(source);
        _seed = seed;
        _poolSize = poolSize;
        _shuffleSource = shuffleSource && source.CanShuffle;
    }

    public bool CanShuffle => true;

    public DataViewSchema Schema => _source.Schema;

    public long? GetRowCount() => _source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var columns = columnsNeeded.ToArray();
        rand ??= new Random(_seed);
        return new Cursor(columns, _source.GetRowCursor(columns, _shuffleSource ? rand : null), rand, _poolSize);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : SteppingCursor
    {
        private readonly DataViewRowCursor _source;
        private readonly Random _rand;
        private readonly List<int> _filled = [];
        private readonly Action<int>[] _recorders;
        private readonly Delegate[] _getters;
        private DataViewRowId[] _ids = [];
        private readonly ValueGetter<DataViewRowId> _getId;
        private int _current = -1;

        public Cursor(DataViewSchema.Column[] columns, DataViewRowCursor source, Random rand, int poolSize)
            : base(source.Schema, columns)
        {
            _source = source;
            _rand = rand;
            _getId = source.GetIdGetter();
            _getters = new Delegate[source.Schema.Count];
            var recorders = new List<Action<int>>();
            foreach (var column in columns.DistinctBy(column => column.Index))
            {
                var store = ColumnStore.Create(column.Type);
                recorders.Add(store.Recorder(source, column));
                _getters[column.Index] = store.Getter(Current);
            }
            _recorders = [.. recorders];
            while (_filled.Count < poolSize && Refill(_filled.Count))
            {
            }
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = _ids[Current()];

        protected override bool Step()
        {
            // The place of the row just read is filled anew only now, so that its values stayed readable until this step.
            if (_current >= 0)
                Refill(_current);
            if (_filled.Count == 0)
                return false;
            int drawn = _rand.Next(_filled.Count);
            _current = _filled[drawn];
            _filled[drawn] = _filled[^1];
            _filled.RemoveAt(_filled.Count - 1);
            return true;
        }

        protected override Delegate GetterOf(DataViewSchema.Column column) => _getters[column.Index];

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _source.Dispose();
            base.Dispose(disposing);
        }

        private bool Refill(int slot)
        {
            if (!_source.MoveNext())
                return false;
            if (slot >= _ids.Length)
                Array.Resize(ref _ids, Math.Max(slot + 1, 2 * _ids.Length));
            foreach (var record in _recorders)
                record(slot);
            _getId(ref _ids[slot]);
            _filled.Add(slot);
            return true;
        }

        private int Current()
        {
            CheckOnRow();
            return _current;
        }
    }
}
