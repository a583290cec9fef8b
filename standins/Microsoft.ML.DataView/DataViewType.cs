namespace Microsoft.ML.Data;

/// <summary>The type of a column; every one has exactly one .NET type that carries its values.</summary>
public abstract class DataViewType : IEquatable<DataViewType>
{
    public Type RawType { get; }

    private protected DataViewType(Type rawType)
    {
        ArgumentNullException.ThrowIfNull(rawType);
        RawType = rawType;
    }

    public abstract bool Equals(DataViewType other);
}

/// <summary>A type whose values own memory or have parts: vectors, images, and users' own types.</summary>
public abstract class StructuredDataViewType : DataViewType
{
    protected StructuredDataViewType(Type rawType)
        : base(rawType)
    {
    }
}

/// <summary>A type whose values are copied by assignment; only these may be items of a vector.</summary>
public abstract class PrimitiveDataViewType : DataViewType
{
    protected PrimitiveDataViewType(Type rawType)
        : base(rawType)
    {
        if (typeof(IDisposable).IsAssignableFrom(rawType))
            throw new ArgumentOutOfRangeException(nameof(rawType),
                $"A primitive type is never disposed, but {rawType} is disposable; derive from {nameof(StructuredDataViewType)} instead.");
    }
}

/// <summary>Text, carried as <see cref="ReadOnlyMemory{T}"/> of <see cref="char"/>.</summary>
public sealed class TextDataViewType : PrimitiveDataViewType
{
    private TextDataViewType()
        : base(typeof(ReadOnlyMemory<char>))
    {
    }

    public static TextDataViewType Instance { get; } = new();

    public override bool Equals(DataViewType other) => ReferenceEquals(other, Instance);

    public override string ToString() => "String";
}

/// <summary>The ten numeric types.</summary>
public sealed class NumberDataViewType : PrimitiveDataViewType
{
    private NumberDataViewType(Type rawType)
        : base(rawType)
    {
    }

    public static NumberDataViewType SByte { get; } = new(typeof(sbyte));

    public static NumberDataViewType Byte { get; } = new(typeof(byte));

    public static NumberDataViewType Int16 { get; } = new(typeof(short));

    public static NumberDataViewType UInt16 { get; } = new(typeof(ushort));

    public static NumberDataViewType Int32 { get; } = new(typeof(int));

    public static NumberDataViewType UInt32 { get; } = new(typeof(uint));

    public static NumberDataViewType Int64 { get; } = new(typeof(long));

    public static NumberDataViewType UInt64 { get; } = new(typeof(ulong));

    public static NumberDataViewType Single { get; } = new(typeof(float));

    public static NumberDataViewType Double { get; } = new(typeof(double));

    internal static IReadOnlyList<NumberDataViewType> All { get; } = [SByte, Byte, Int16, UInt16, Int32, UInt32, Int64, UInt64, Single,
        Double];

    public override bool Equals(DataViewType other) => ReferenceEquals(other, this);

    public override string ToString() => RawType.Name;
}

/// <summary>A 128-bit row identifier as a column.</summary>
public sealed class RowIdDataViewType : PrimitiveDataViewType
{
    private RowIdDataViewType()
        : base(typeof(DataViewRowId))
    {
    }

    public static RowIdDataViewType Instance { get; } = new();

    public override bool Equals(DataViewType other) => ReferenceEquals(other, Instance);

    public override string ToString() => nameof(DataViewRowId);
}

/// <summary>True or false.</summary>
public sealed class BooleanDataViewType : PrimitiveDataViewType
{
    private BooleanDataViewType()
        : base(typeof(bool))
    {
    }

    public static BooleanDataViewType Instance { get; } = new();

    public override bool Equals(DataViewType other) => ReferenceEquals(other, Instance);

    public override string ToString() => nameof(Boolean);
}

/// <summary>A date and time without an offset.</summary>
public sealed class DateTimeDataViewType : PrimitiveDataViewType
{
    private DateTimeDataViewType()
        : base(typeof(DateTime))
    {
    }

    public static DateTimeDataViewType Instance { get; } = new();

    public override bool Equals(DataViewType other) => ReferenceEquals(other, Instance);

    public override string ToString() => nameof(DateTime);
}

/// <summary>A date and time with its offset from UTC.</summary>
public sealed class DateTimeOffsetDataViewType : PrimitiveDataViewType
{
    private DateTimeOffsetDataViewType()
        : base(typeof(DateTimeOffset))
    {
    }

    public static DateTimeOffsetDataViewType Instance { get; } = new();

    public override bool Equals(DataViewType other) => ReferenceEquals(other, Instance);

    public override string ToString() => nameof(DateTimeOffset);
}

/// <summary>A duration.</summary>
public sealed class TimeSpanDataViewType : PrimitiveDataViewType
{
    private TimeSpanDataViewType()
        : base(typeof(TimeSpan))
    {
    }

    public static TimeSpanDataViewType Instance { get; } = new();

    public override bool Equals(DataViewType other) => ReferenceEquals(other, Instance);

    public override string ToString() => nameof(TimeSpan);
}
