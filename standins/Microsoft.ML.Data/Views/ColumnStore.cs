namespace Microsoft.ML.Data;

/// <summary>The values of one column for rows that are kept.</summary>
internal abstract class ColumnStore
{
    /// <summary>Opens a reader that puts the row's current value at an index, growing the store as needed.</summary>
    public abstract Action<int> Recorder(DataViewRow row, DataViewSchema.Column column);

    /// <summary>A getter of the value at the index that <paramref name="index"/> returns.</summary>
    public abstract Delegate Getter(Func<int> index);

    /// <summary>
    /// Whether values of this type can be kept: ML.NET knows how to copy primitives and vectors, and leaves out all others.
    /// </summary>
    public static bool CanKeep(DataViewType type) => type is PrimitiveDataViewType or VectorDataViewType;

    public static ColumnStore Create(DataViewType type) =>
        (ColumnStore)Activator.CreateInstance(typeof(Typed<>).MakeGenericType(type.RawType));

    private sealed class Typed<T> : ColumnStore
    {
        private T[] _values = [];

        public override Action<int> Recorder(DataViewRow row, DataViewSchema.Column column)
        {
            var getter = row.GetGetter<T>(column);
            return index =>
            {
                if (index >= _values.Length)
                    Array.Resize(ref _values, Math.Max(index + 1, 2 * _values.Length));
                getter(ref _values[index]);
            };
        }

        public override Delegate Getter(Func<int> index) =>
            (ValueGetter<T>)((ref T destination) => ValueCopier<T>.Copy(in _values[index()], ref destination));
    }
}
