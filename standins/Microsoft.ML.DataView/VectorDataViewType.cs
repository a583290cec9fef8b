using System.Collections.Immutable;

namespace Microsoft.ML.Data;

/// <summary>Vectors of one primitive item type, with dimensions of which 0 means unknown.</summary>
public sealed class VectorDataViewType : StructuredDataViewType
{
    public VectorDataViewType(PrimitiveDataViewType itemType, int size = 0)
        : this(itemType, ImmutableArray.Create(size))
    {
    }

    public VectorDataViewType(PrimitiveDataViewType itemType, params int[] dimensions)
        : this(itemType, ImmutableArray.Create(dimensions ?? throw new ArgumentNullException(nameof(dimensions))))
    {
    }

    public VectorDataViewType(PrimitiveDataViewType itemType, ImmutableArray<int> dimensions)
        : base(BufferOf(itemType))
    {
        if (dimensions.IsDefaultOrEmpty)
            throw new ArgumentOutOfRangeException(nameof(dimensions),
                "A vector type has at least one dimension; use 0 for an unknown one.");
        foreach (int dimension in dimensions)
        {
            if (dimension < 0)
                throw new ArgumentOutOfRangeException(nameof(dimensions), $"Dimensions are 0 (unknown) or positive, not {dimension}.");
        }
        ItemType = itemType;
        Dimensions = dimensions;
        Size = SizeOf(dimensions);
    }

    public ImmutableArray<int> Dimensions { get; }

    public bool IsKnownSize => Size > 0;

    public PrimitiveDataViewType ItemType { get; }

    public int Size { get; }

    private static Type BufferOf(PrimitiveDataViewType itemType)
    {
        ArgumentNullException.ThrowIfNull(itemType);
        return typeof(VBuffer<>).MakeGenericType(itemType.RawType);
    }

    private static int SizeOf(ImmutableArray<int> dimensions)
    {
        int size = 1;
        try
        {
            foreach (int dimension in dimensions)
                size = checked(size * dimension);
        }
        catch (OverflowException)
        {
            throw new ArgumentOutOfRangeException(nameof(dimensions),
                $"The product of {string.Join(" x ", dimensions)} exceeds {int.MaxValue}.");
        }
        return size;
    }

    public override bool Equals(DataViewType other) =>
        ReferenceEquals(this, other)
            || (other is VectorDataViewType vector && vector.ItemType.Equals(ItemType) && vector.Dimensions.SequenceEqual(Dimensions));

    public override bool Equals(object other) => other is DataViewType type && Equals(type);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(ItemType);
        foreach (int dimension in Dimensions)
            hash.Add(dimension);
        return hash.ToHashCode();
    }

    public override string ToString() => $"Vector<{ItemType}, {string.Join(", ", Dimensions.Select(d => d > 0 ? d.ToString() : "*"))}>";
}
