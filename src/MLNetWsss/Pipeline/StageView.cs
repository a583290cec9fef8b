using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNetWsss.Pipeline;

/// <summary>A view that a stage of this library made.</summary>
internal interface IStageView : IDataView
{
    /// <summary>What the stage was applied to.</summary>
    IDataView Source { get; }

    /// <summary>The stage.</summary>
    StageTransformer Stage { get; }
}

/// <summary>
/// A view with a stage's columns added, lazily and in batches. One upstream cursor reads B rows of every column in use and the stage runs
/// them together; a second look-ahead cursor would pair outputs with wrong rows whenever the source's order changes per enumeration.
/// </summary>
internal sealed class StageView(IDataView source, StageMapper mapper) : IStageView
{
    public IDataView Source => source;
    public StageTransformer Stage => mapper.Stage;
    public DataViewSchema Schema => mapper.OutputSchema;
    public bool CanShuffle => source.CanShuffle;
    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var columns = columnsNeeded.ToArray();
        return new BatchCursor(source.GetRowCursor(mapper.GetDependencies(columns), rand), mapper, columns);
    }

    // One cursor: the network itself uses every core.
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class BatchCursor : DataViewRowCursor
    {
        private readonly DataViewRowCursor _input;
        private readonly StageMapper _mapper;
        private readonly bool[] _active;
        private readonly HashSet<StageColumn> _wanted;
        private readonly int _size;
        private readonly IBuffer?[] _passed;
        private readonly (StageColumn Column, Func<object> Read)[] _readers;
        private readonly ValueGetter<DataViewRowId> _id;
        private readonly DataViewRowId[] _ids;
        private StageRow[] _rows = [];
        private int _row = -1, _count;
        private long _position = -1;

        internal BatchCursor(DataViewRowCursor input, StageMapper mapper, DataViewSchema.Column[] columns)
        {
            (_input, _mapper) = (input, mapper);
            _active = new bool[mapper.OutputSchema.Count];
            foreach (var column in columns)
                _active[column.Index] = true;
            _wanted = mapper.Wanted(columns);
            // Without a written column there is nothing to batch, and rows pass straight through.
            _size = _wanted.Count > 0 ? mapper.Stage.BatchSize : 1;
            _ids = new DataViewRowId[_size];
            _id = input.GetIdGetter();
            _passed = new IBuffer[mapper.InputSchema.Count];
            foreach (var column in columns.Where(c => !mapper.IsAdded(c)))
                _passed[column.Index] = BufferOf(input, mapper.InputSchema[column.Index]);
            // A column that is both passed on and read by the stage is fetched once: fetching an image decodes it.
            _readers = _wanted.Count == 0 ? [] : [.. mapper.Sources.Select(source => (source.Wanted, StageRow.Reader(source.Wanted,
                () => input.Position, (_passed[source.Found.Index] ??= BufferOf(input, source.Found)).Getter(() => _count))))];
        }

        public override DataViewSchema Schema => _mapper.OutputSchema;
        public override long Position => _position;
        public override long Batch => 0;
        public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

        public override bool MoveNext()
        {
            if (++_row >= _count && !Fill())
            {
                _position = -1;
                return false;
            }
            _position++;
            return true;
        }

        private bool Fill()
        {
            _count = 0;
            _row = 0;
            var rows = new List<StageRow>(_size);
            while (_count < _size && _input.MoveNext())
            {
                foreach (var buffer in _passed)
                    buffer?.Read(_count);
                _id(ref _ids[_count]);
                var row = new StageRow();
                foreach (var (column, read) in _readers)
                    row.Set(column, read());
                rows.Add(row);
                _count++;
            }
            if (_wanted.Count > 0 && _count > 0)
                _mapper.Stage.MapChecked(rows, _wanted);
            _rows = [.. rows];
            return _count > 0;
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!_active[column.Index])
                throw new InvalidOperationException($"Column '{column.Name}' was not asked for when this cursor was made.");
            var getter = _mapper.IsAdded(column)
                ? StageRow.Getter(_mapper.Added(column), () => _rows[_row])
                : _passed[column.Index]!.Getter(() => _row);
            return getter as ValueGetter<TValue> ?? throw StageMapper.WrongType<TValue>(column);
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = _ids[_row];

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _input.Dispose();
            base.Dispose(disposing);
        }

        private IBuffer BufferOf(DataViewRow row, DataViewSchema.Column column)
        {
            var raw = column.Type.RawType;
            var type = raw.IsGenericType && raw.GetGenericTypeDefinition() == typeof(VBuffer<>)
                ? typeof(VectorBuffer<>).MakeGenericType(raw.GetGenericArguments())
                : typeof(ValueBuffer<>).MakeGenericType(raw);
            return (IBuffer)Activator.CreateInstance(type, row, column, _size)!;
        }
    }

    /// <summary>B values of a column that passes through.</summary>
    private interface IBuffer
    {
        void Read(int row);
        Delegate Getter(Func<int> row);
    }

    private sealed class ValueBuffer<T>(DataViewRow source, DataViewSchema.Column column, int size) : IBuffer
    {
        private readonly ValueGetter<T> _getter = source.GetGetter<T>(column);
        private readonly T[] _values = new T[size];

        public void Read(int row)
        {
            // A fresh variable: getters of images dispose what they find, and a consumer may still hold the last batch's image.
            T value = default!;
            _getter(ref value);
            _values[row] = value;
        }

        public Delegate Getter(Func<int> row) => (ValueGetter<T>)((ref T value) => value = _values[row()]);
    }

    private sealed class VectorBuffer<T>(DataViewRow source, DataViewSchema.Column column, int size) : IBuffer
    {
        private readonly ValueGetter<VBuffer<T>> _getter = source.GetGetter<VBuffer<T>>(column);
        private readonly VBuffer<T>[] _values = new VBuffer<T>[size];

        public void Read(int row) => _getter(ref _values[row]);
        public Delegate Getter(Func<int> row) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[row()].CopyTo(ref value));
    }
}
