using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNetWsss.Pipeline;

/// <summary>
/// A view some of whose columns have been computed once and kept; the others pass through from the source as lazily as before. Rows are
/// matched by order and checked by row id, so a source that changes its order is refused and never paired wrongly.
/// </summary>
internal sealed class PrecomputedView : IDataView, IDisposable
{
    private readonly IDataView _source;
    private readonly SampleStore _store;
    private readonly DataViewRowId[] _ids;
    private readonly Dictionary<int, StageColumn> _kept;

    /// <summary>Columns that have been computed already, row by row in the source's order.</summary>
    internal PrecomputedView(
        IDataView source, IReadOnlyList<(StageColumn Wanted, DataViewSchema.Column Found)> kept, SampleStore store, DataViewRowId[] ids) =>
        (_source, _store, _ids, _kept) = (source, store, ids, kept.ToDictionary(b => b.Found.Index, b => b.Wanted));

    internal PrecomputedView(IDataView source, IReadOnlyList<StageColumn> kept, long budget, string? temporaryFolder,
        CancellationToken cancellation, Action<int>? progress)
    {
        _source = source;
        var bound = new StageColumns { Reads = kept }.Bind("Precompute", source.Schema, training: false);
        _kept = bound.ToDictionary(b => b.Found.Index, b => b.Wanted);
        var ids = new List<DataViewRowId>();
        _store = SampleStore.Read(source, bound, int.MaxValue, budget, temporaryFolder, cancellation, id =>
        {
            ids.Add(id);
            progress?.Invoke(ids.Count);
        });
        _ids = [.. ids];
    }

    public DataViewSchema Schema => _source.Schema;
    public bool CanShuffle => false;
    public long? GetRowCount() => _store.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var columns = columnsNeeded.ToArray();
        return new Cursor(this, _source.GetRowCursor(columns.Where(c => !_kept.ContainsKey(c.Index))), [.. columns.Select(c => c.Index)]);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    public void Dispose() => _store.Dispose();

    private sealed class Cursor(PrecomputedView view, DataViewRowCursor source, HashSet<int> active) : DataViewRowCursor
    {
        private readonly ValueGetter<DataViewRowId> _id = source.GetIdGetter();
        private StageRow? _row;

        public override DataViewSchema Schema => view.Schema;
        public override long Position => source.Position;
        public override long Batch => source.Batch;
        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);
        public override ValueGetter<DataViewRowId> GetIdGetter() => _id;

        public override bool MoveNext()
        {
            if (!source.MoveNext())
                return false;
            _row = null;
            DataViewRowId id = default;
            _id(ref id);
            if (source.Position >= view._ids.Length || !id.Equals(view._ids[source.Position]))
                throw new InvalidOperationException($"Row {source.Position} is another row than when the columns were computed: the data " +
                    "behind a precomputed view have changed, or come in another order each time. Shuffle after Precompute, not before.");
            return true;
        }

        private StageRow Current() => _row ??= view._store[(int)source.Position];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new InvalidOperationException($"Column '{column.Name}' was not asked for when this cursor was made.");
            return view._kept.TryGetValue(column.Index, out var kept)
                ? StageRow.Getter(kept, Current) as ValueGetter<TValue> ?? throw StageMapper.WrongType<TValue>(column)
                : source.GetGetter<TValue>(column);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                source.Dispose();
            base.Dispose(disposing);
        }
    }
}
