using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNetWsss.Imaging;

namespace MLNetWsss.Pipeline;

/// <summary>
/// A fitted stage that makes of each row something that depends on the others. It reads the whole view once, computes, and hands out one
/// row for each of the view's, in the view's order.
/// </summary>
public abstract class WholeViewTransformer : StageTransformer
{
    private protected WholeViewTransformer(
        IHostEnvironment environment, StageOptions options, StageColumns columns, IReadOnlyList<string> classNames)
        : base(environment, options, columns, classNames)
    {
    }

    /// <inheritdoc/>
    public override bool IsRowToRowMapper => false;

    /// <summary>
    /// Bytes of rows kept in memory, half for what is read and half for what is made; the others wait in temporary files.
    /// </summary>
    private protected abstract long MemoryBudget { get; }

    /// <summary>Photos are kept at most this many pixels long, which is all that <see cref="MapAll"/> needs.</summary>
    private protected abstract int MaxSide { get; }

    /// <summary>Makes the wanted columns of every row, each once and in any order.</summary>
    private protected abstract IEnumerable<(int Row, StageRow Written)> MapAll(WholeRows rows, IReadOnlySet<StageColumn> wanted);

    private protected sealed override void Map(IReadOnlyList<StageRow> rows, IReadOnlySet<StageColumn> wanted) =>
        throw new InvalidOperationException($"{Name} maps whole views, not rows.");

    private protected sealed override IDataView ViewOf(IDataView input, StageMapper mapper) => new WholeView(input, mapper, this);

    /// <summary>Everything that is made of a view, in one pass over it.</summary>
    internal WholeResults Compute(IDataView source, StageMapper mapper, IReadOnlySet<StageColumn> wanted)
    {
        RequireAlive();
        var ids = new List<DataViewRowId>();
        var sizes = new List<(int, int)>();
        var image = mapper.Sources.FirstOrDefault(s => s.Wanted.Kind == ColumnKind.Image).Wanted;
        string? folder = MLNetInternals.TempFilePath(Host);
        using var store = SampleStore.Read(source, mapper.Sources, MaxSide, MemoryBudget / 2, folder, default, ids.Add, (row, _) =>
        {
            var photo = image is null ? null : row.Get<RgbImage>(image);
            sizes.Add((photo?.Height ?? 0, photo?.Width ?? 0));
        });
        var places = new int[ids.Count];
        int made = 0;
        var results = SampleStore.Collect([.. wanted], MapAll(new(store, sizes), wanted).Select(r =>
        {
            places[r.Row] = made++;
            return r.Written;
        }), MemoryBudget / 2, folder);
        return new WholeResults(Name, ids, places, results);
    }
}

/// <summary>All rows of a view as a stage sees them.</summary>
/// <param name="Store">The rows, with photos shrunk to what the stage needs.</param>
/// <param name="Sizes">Height and width of each row's photo as it came.</param>
internal sealed record WholeRows(SampleStore Store, IReadOnlyList<(int Height, int Width)> Sizes);

/// <summary>What was made of a view's rows, found by their ids: the view may come in another order when it is read again.</summary>
internal sealed class WholeResults : IDisposable
{
    private readonly Dictionary<DataViewRowId, int> _places;
    private readonly SampleStore _rows;
    private readonly string _stage;

    internal WholeResults(string stage, IReadOnlyList<DataViewRowId> ids, int[] places, SampleStore rows)
    {
        (_stage, _rows) = (stage, rows);
        _places = new(ids.Count);
        for (int i = 0; i < ids.Count; i++)
            if (!_places.TryAdd(ids[i], places[i]))
            {
                rows.Dispose();
                throw new InvalidOperationException($"{stage}: row {i} has the same id as another row, so what is made of them could not " +
                    "be told apart. Give every row of the view an id of its own, or load the rows anew.");
            }
    }

    internal int Count => _places.Count;

    internal StageRow Of(DataViewRowId id, long position) => _places.TryGetValue(id, out int place) ? _rows[place]
        : throw new InvalidOperationException($"{_stage}: row {position} was not there when the view was read first: the data have " +
            "changed between two readings. Keep them as they are while the view is read.");

    public void Dispose() => _rows.Dispose();
}

/// <summary>A view with the columns of a stage that maps whole views: computed when the first written value is needed.</summary>
internal sealed class WholeView(IDataView source, StageMapper mapper, WholeViewTransformer stage) : IStageView
{
    public IDataView Source => source;
    public StageTransformer Stage => stage;
    public DataViewSchema Schema => mapper.OutputSchema;
    public bool CanShuffle => source.CanShuffle;
    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var columns = columnsNeeded.ToArray();
        var passed = columns.Where(c => !mapper.IsAdded(c)).Select(c => source.Schema[c.Index]);
        return new Cursor(this, mapper, columns, source.GetRowCursor(passed, rand));
    }

    // One cursor: the rows are computed together.
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private WholeResults Compute(IReadOnlySet<StageColumn> wanted) => stage.Compute(source, mapper, wanted);

    /// <summary>Passes over the source once more, for the columns that pass through, and looks each row's results up by its id.</summary>
    private sealed class Cursor : DataViewRowCursor
    {
        private readonly WholeView _view;
        private readonly StageMapper _mapper;
        private readonly DataViewRowCursor _input;
        private readonly HashSet<int> _active;
        private readonly HashSet<StageColumn> _wanted;
        private readonly ValueGetter<DataViewRowId> _id;
        private WholeResults? _results;
        private StageRow? _current;
        private long _count;

        internal Cursor(WholeView view, StageMapper mapper, DataViewSchema.Column[] columns, DataViewRowCursor input)
        {
            (_view, _mapper, _input) = (view, mapper, input);
            _active = [.. columns.Select(c => c.Index)];
            _wanted = mapper.Wanted(columns);
            _id = input.GetIdGetter();
        }

        public override DataViewSchema Schema => _mapper.OutputSchema;
        public override long Position => _input.Position;
        public override long Batch => _input.Batch;
        public override ValueGetter<DataViewRowId> GetIdGetter() => _id;
        public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

        public override bool MoveNext()
        {
            if (_wanted.Count > 0)
                _results ??= _view.Compute(_wanted);
            _current = null;
            if (_input.MoveNext())
            {
                _count++;
                return true;
            }
            if (_results is not null && _count != _results.Count)
                throw new InvalidOperationException($"{_view.Stage.Name}: {_results.Count} rows were read first and {_count} the second " +
                    "time: the data have changed between two readings. Keep them as they are while the view is read.");
            return false;
        }

        private StageRow Current()
        {
            if (_current is not null)
                return _current;
            DataViewRowId id = default;
            _id(ref id);
            return _current = _results!.Of(id, Position);
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new InvalidOperationException($"Column '{column.Name}' was not asked for when this cursor was made.");
            if (!_mapper.IsAdded(column))
                return _input.GetGetter<TValue>(_mapper.InputSchema[column.Index]);
            return StageRow.Getter(_mapper.Added(column), Current) as ValueGetter<TValue> ?? throw StageMapper.WrongType<TValue>(column);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _input.Dispose();
                _results?.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
