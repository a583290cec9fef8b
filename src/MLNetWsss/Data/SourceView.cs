using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNetWsss.Data;

/// <summary>One column of a <see cref="SourceView"/>: its value is made from the row's index when it is read.</summary>
internal abstract record SourceColumn(string Name, DataViewType Type, DataViewSchema.Annotations? Annotations)
{
    internal abstract Delegate Getter(Func<int> row);

    internal static SourceColumn Of<T>(string name, DataViewType type, Func<int, T> value, DataViewSchema.Annotations? annotations = null) =>
        new Typed<T>(name, type, value, annotations);

    internal static SourceColumn Vector(string name, IReadOnlyList<string> slots, Func<int, float[]> value, DataViewSchema.Annotations annotations) =>
        new Numbers(name, new VectorDataViewType(NumberDataViewType.Single, slots.Count), value, annotations);

    private sealed record Typed<T>(string Name, DataViewType Type, Func<int, T> Value, DataViewSchema.Annotations? Annotations)
        : SourceColumn(Name, Type, Annotations)
    {
        internal override Delegate Getter(Func<int> row) => (ValueGetter<T>)((ref T value) => value = Value(row()));
    }

    private sealed record Numbers(string Name, DataViewType Type, Func<int, float[]> Value, DataViewSchema.Annotations? Annotations)
        : SourceColumn(Name, Type, Annotations)
    {
        internal override Delegate Getter(Func<int> row) => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
        {
            float[] numbers = Value(row());
            var editor = VBufferEditor.Create(ref value, numbers.Length);
            numbers.CopyTo(editor.Values);
            value = editor.Commit();
        });
    }
}

/// <summary>
/// A view over a list of files: nothing is opened until a cursor asks for a column that needs it, or until it is asked whether a row is
/// there at all. A row's id is its place in the list, also where rows before it are left out.
/// </summary>
internal sealed class SourceView : IDataView
{
    private readonly int _count;
    private readonly SourceColumn[] _columns;

    internal SourceView(int count, params SourceColumn[] columns)
    {
        (_count, _columns) = (count, columns);
        var builder = new DataViewSchema.Builder();
        foreach (var column in columns)
            builder.AddColumn(column.Name, column.Type, column.Annotations);
        Schema = builder.ToSchema();
    }

    /// <summary>Which rows are there, the same in every pass; null means all.</summary>
    internal Func<int, bool>? Keeps { get; init; }

    /// <summary>How many rows <see cref="Keeps"/> leaves, or null while that is unknown.</summary>
    internal Func<long?>? Kept { get; init; }

    public DataViewSchema Schema { get; }
    public bool CanShuffle => true;
    public long? GetRowCount() => Kept is null ? _count : Kept();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        int[] order = [.. Enumerable.Range(0, _count)];
        rand?.Shuffle(order);
        return new Cursor(this, order, [.. columnsNeeded.Select(c => c.Index)]);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(SourceView view, int[] order, HashSet<int> active) : DataViewRowCursor
    {
        private int _at = -1;
        private long _position = -1;

        public override DataViewSchema Schema => view.Schema;
        public override long Position => _position;
        public override long Batch => 0;
        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override bool MoveNext()
        {
            while (++_at < order.Length)
                if (view.Keeps is null || view.Keeps(order[_at]))
                {
                    _position++;
                    return true;
                }
            (order, _at, _position) = ([], -1, -1);
            return false;
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => !IsColumnActive(column)
            ? throw new InvalidOperationException($"Column '{column.Name}' was not asked for when this cursor was made.")
            : view._columns[column.Index].Getter(() => order[_at]) as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"Column '{column.Name}' holds {column.Type}, not {typeof(TValue)}.");

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)order[_at], 0);
    }
}
