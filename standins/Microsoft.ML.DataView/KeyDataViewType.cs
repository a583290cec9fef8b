namespace Microsoft.ML.Data;

/// <summary>One of <see cref="Count"/> categories, stored from 1; 0 means missing.</summary>
public sealed class KeyDataViewType : PrimitiveDataViewType
{
    public KeyDataViewType(Type type, ulong count)
        : base(type)
    {
        if (!IsValidDataType(type))
            throw new ArgumentOutOfRangeException(nameof(type), $"A key is a byte, ushort, uint or ulong, not {type}.");
        if (count == 0 || count > LargestOf(type))
            throw new ArgumentOutOfRangeException(nameof(count),
                $"The count of a {type.Name} key is from 1 to {LargestOf(type)}, not {count}.");
        Count = count;
    }

    public KeyDataViewType(Type type, int count)
        : this(type, count > 0
            ? (ulong)count : throw new ArgumentOutOfRangeException(nameof(count), $"The count of a key is positive, not {count}."))
    {
    }

    public ulong Count { get; }

    public static bool IsValidDataType(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type == typeof(byte) || type == typeof(ushort) || type == typeof(uint) || type == typeof(ulong);
    }

    internal static ulong LargestOf(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Byte => byte.MaxValue,
        TypeCode.UInt16 => ushort.MaxValue,
        TypeCode.UInt32 => uint.MaxValue,
        _ => ulong.MaxValue,
    };

    public override bool Equals(DataViewType other) => other is KeyDataViewType key && key.RawType == RawType && key.Count == Count;

    public override bool Equals(object other) => other is DataViewType type && Equals(type);

    public override int GetHashCode() => HashCode.Combine(RawType, Count);

    public override string ToString() => $"Key<{RawType.Name}, 0-{Count - 1}>";
}
