using System.Collections;

namespace Microsoft.ML.Data;

/// <summary>A vector of <see cref="Length"/> items, either dense or as sorted indices with values; the rest are default values.</summary>
public readonly struct VBuffer<T> : IEnumerable
{
    private readonly T[] _values;
    private readonly int[] _indices;
    private readonly int _count;

    public readonly int Length;

    /// <summary>A dense vector of the first <paramref name="length"/> values; <paramref name="indices"/> is only kept for reuse.</summary>
    public VBuffer(int length, T[] values, int[] indices = null)
        : this(length, length, values, indices)
    {
    }

    /// <summary>
    /// A vector of which <paramref name="count"/> items are given; sparse when that is less than <paramref name="length"/>.
    /// </summary>
    public VBuffer(int length, int count, T[] values, int[] indices)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (count < 0 || count > length)
            throw new ArgumentOutOfRangeException(nameof(count), $"Of {length} items, {count} cannot be given.");
        if (count > (values?.Length ?? 0))
            throw new ArgumentOutOfRangeException(nameof(values), $"{count} values are needed, {values?.Length ?? 0} are given.");
        if (count < length && count > (indices?.Length ?? 0))
            throw new ArgumentOutOfRangeException(nameof(indices), $"{count} indices are needed, {indices?.Length ?? 0} are given.");
        Length = length;
        _count = count;
        _values = values;
        _indices = indices;
    }

    public bool IsDense => _count == Length;

    internal T[] ValueArray => _values;

    internal int[] IndexArray => _indices;

    public ReadOnlySpan<T> GetValues() => _values.AsSpan(0, _count);

    public ReadOnlySpan<int> GetIndices() => IsDense ? default : _indices.AsSpan(0, _count);

    public void CopyToDense(ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, Length);
        CopyTo(editor.Values);
        destination = editor.Commit();
    }

    public void CopyTo(ref VBuffer<T> destination)
    {
        var editor = VBufferEditor.Create(ref destination, Length, _count);
        GetValues().CopyTo(editor.Values);
        GetIndices().CopyTo(editor.Indices);
        destination = editor.Commit();
    }

    public void CopyTo(ref VBuffer<T> destination, int sourceIndex, int length)
    {
        if (sourceIndex < 0 || sourceIndex > Length)
            throw new ArgumentOutOfRangeException(nameof(sourceIndex), $"{sourceIndex} is outside a vector of {Length}.");
        if (length < 0 || length > Length - sourceIndex)
            throw new ArgumentOutOfRangeException(nameof(length), $"{length} items from {sourceIndex} are outside a vector of {Length}.");
        if (IsDense)
        {
            var dense = VBufferEditor.Create(ref destination, length);
            GetValues().Slice(sourceIndex, length).CopyTo(dense.Values);
            destination = dense.Commit();
            return;
        }
        int first = FirstAtLeast(sourceIndex), end = FirstAtLeast(sourceIndex + length);
        var editor = VBufferEditor.Create(ref destination, length, end - first);
        GetValues()[first..end].CopyTo(editor.Values);
        // All of a slice's items may be given although the whole vector is sparse; it is dense then and has no indices.
        if (end - first < length)
        {
            for (int i = first; i < end; i++)
                editor.Indices[i - first] = _indices[i] - sourceIndex;
        }
        destination = editor.Commit();
    }

    public void CopyTo(Span<T> destination) => CopyTo(destination, 0);

    public void CopyTo(Span<T> destination, int destinationIndex, T defaultValue = default)
    {
        if (destinationIndex < 0 || destinationIndex > destination.Length - Length)
            throw new ArgumentOutOfRangeException(nameof(destination),
                $"{Length} items at {destinationIndex} do not fit into {destination.Length}.");
        var target = destination.Slice(destinationIndex, Length);
        if (IsDense)
        {
            GetValues().CopyTo(target);
            return;
        }
        target.Fill(defaultValue);
        for (int i = 0; i < _count; i++)
            target[_indices[i]] = _values[i];
    }

    public static void Copy(T[] source, int sourceIndex, ref VBuffer<T> destination, int length)
    {
        if (length < 0 || length > (source?.Length ?? 0) || sourceIndex < 0 || sourceIndex > (source?.Length ?? 0) - length)
            throw new ArgumentOutOfRangeException(nameof(length),
                $"{length} items from {sourceIndex} are outside an array of {source?.Length ?? 0}.");
        var editor = VBufferEditor.Create(ref destination, length);
        source.AsSpan(sourceIndex, length).CopyTo(editor.Values);
        destination = editor.Commit();
    }

    public IEnumerable<KeyValuePair<int, T>> Items(bool all = false)
    {
        if (all)
            return DenseValues().Select((value, index) => KeyValuePair.Create(index, value));
        return GivenItems(_values, IsDense ? null : _indices, _count);
    }

    public IEnumerable<T> DenseValues() => Dense(_values, IsDense ? null : _indices, _count, Length);

    public IEnumerator GetEnumerator() => DenseValues().GetEnumerator();

    public T GetItemOrDefault(int index)
    {
        T item = default;
        GetItemOrDefault(index, ref item);
        return item;
    }

    public void GetItemOrDefault(int index, ref T destination)
    {
        if ((uint)index >= (uint)Length)
            throw new ArgumentOutOfRangeException(nameof(index), $"{index} is outside a vector of {Length}.");
        if (IsDense)
        {
            destination = _values[index];
            return;
        }
        int found = Array.BinarySearch(_indices, 0, _count, index);
        destination = found >= 0 ? _values[found] : default;
    }

    public override string ToString() =>
        IsDense ? $"Dense vector of size {Length}" : $"Sparse vector of size {Length}, {_count} explicit values";

    private int FirstAtLeast(int index)
    {
        int found = Array.BinarySearch(_indices ?? [], 0, _count, index);
        return found >= 0 ? found : ~found;
    }

    private static IEnumerable<KeyValuePair<int, T>> GivenItems(T[] values, int[] indices, int count)
    {
        for (int i = 0; i < count; i++)
            yield return KeyValuePair.Create(indices is null ? i : indices[i], values[i]);
    }

    private static IEnumerable<T> Dense(T[] values, int[] indices, int count, int length)
    {
        for (int i = 0, given = 0; i < length; i++)
        {
            if (indices is null)
                yield return values[i];
            else
                yield return given < count && indices[given] == i ? values[given++] : default;
        }
    }
}
