namespace Microsoft.ML.Data;

/// <summary>Opens a <see cref="VBuffer{T}"/> for writing, reusing its arrays where they are large enough.</summary>
public static class VBufferEditor
{
    /// <summary>Opens <paramref name="destination"/> with its length, count and contents as they are.</summary>
    public static VBufferEditor<T> CreateFromBuffer<T>(ref VBuffer<T> destination) =>
        Create(ref destination, destination.Length, destination.GetValues().Length, keepOldOnResize: true);

    /// <summary>
    /// Opens <paramref name="destination"/> for <paramref name="valuesCount"/> (by default all) of <paramref name="newLogicalLength"/>
    /// items.
    /// </summary>
    public static VBufferEditor<T> Create<T>(ref VBuffer<T> destination, int newLogicalLength, int? valuesCount = null, int
        ? maxValuesCapacity = null,
        bool keepOldOnResize = false, bool requireIndicesOnDense = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(newLogicalLength);
        int count = valuesCount ?? newLogicalLength;
        if (count < 0 || count > newLogicalLength)
            throw new ArgumentOutOfRangeException(nameof(valuesCount), $"Of {newLogicalLength} items, {count} cannot be given.");
        int capacity = Math.Max(count, maxValuesCapacity ?? newLogicalLength);
        var values = Grow(destination.ValueArray, count, capacity, keepOldOnResize, out bool newValues);
        bool newIndices = false;
        var indices = destination.IndexArray;
        if (count < newLogicalLength || requireIndicesOnDense)
            indices = Grow(indices, count, capacity, keepOldOnResize, out newIndices);
        return new VBufferEditor<T>(newLogicalLength, count, values, indices, requireIndicesOnDense, newValues, newIndices);
    }

    private static TItem[] Grow<TItem>(TItem[] old, int needed, int capacity, bool keep, out bool created)
    {
        created = needed > 0 && (old is null || old.Length < needed);
        if (!created)
            return old;
        // Doubling keeps the cost of a slowly growing buffer linear.
        var grown = new TItem[Math.Max(needed, Math.Min(capacity, 2L * (old?.Length ?? 0)))];
        if (keep)
            old?.CopyTo(grown, 0);
        return grown;
    }
}

/// <summary>The writable spans of a buffer under construction; <see cref="Commit"/> makes the buffer.</summary>
public readonly ref struct VBufferEditor<T>
{
    private readonly int _length;
    private readonly T[] _values;
    private readonly int[] _indices;

    public readonly Span<T> Values;

    /// <summary>Empty for a dense buffer, unless indices were asked for.</summary>
    public readonly Span<int> Indices;

    internal VBufferEditor(int length, int count, T[] values, int[] indices, bool indicesOnDense, bool newValues, bool newIndices)
    {
        _length = length;
        _values = values;
        _indices = indices;
        Values = values.AsSpan(0, count);
        Indices = count < length || indicesOnDense ? indices.AsSpan(0, count) : default;
        CreatedNewValues = newValues;
        CreatedNewIndices = newIndices;
    }

    public bool CreatedNewValues { get; }

    public bool CreatedNewIndices { get; }

    public VBuffer<T> Commit() => new(_length, Values.Length, _values, _indices);

    /// <summary>Commits only the first <paramref name="physicalValuesCount"/> values.</summary>
    public VBuffer<T> CommitTruncated(int physicalValuesCount)
    {
        if (physicalValuesCount < 0 || physicalValuesCount > Values.Length)
            throw new ArgumentOutOfRangeException(nameof(physicalValuesCount),
                $"{Values.Length} values are open, {physicalValuesCount} cannot be kept.");
        return new(_length, physicalValuesCount, _values, _indices);
    }
}
