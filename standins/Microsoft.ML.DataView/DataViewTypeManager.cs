namespace Microsoft.ML.Data;

/// <summary>Marks a member whose column has a type of the user's own.</summary>
public abstract class DataViewTypeAttribute : Attribute, IEquatable<DataViewTypeAttribute>
{
    protected DataViewTypeAttribute()
    {
    }

    /// <summary>
    /// Calls <see cref="DataViewTypeManager.Register(DataViewType, Type, DataViewTypeAttribute)"/>; runs each time a schema is made of the
    /// member.
    /// </summary>
    public abstract void Register();

    public abstract bool Equals(DataViewTypeAttribute other);
}

/// <summary>The one-to-one table of users' column types and the .NET types, with a member's attribute, that carry them.</summary>
public static class DataViewTypeManager
{
    private readonly record struct AttributedType(Type Type, DataViewTypeAttribute Attribute);

    private static readonly HashSet<Type> BuiltInTypes =
    [
        typeof(bool), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong),
        typeof(float), typeof(double), typeof(string), typeof(ReadOnlyMemory<char>), typeof(ReadOnlySpan<char>), typeof(VBuffer<>),
        typeof(Nullable<>), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan), typeof(DataViewRowId),
    ];

    private static readonly Dictionary<AttributedType, DataViewType> ColumnTypes = [];
    private static readonly Dictionary<DataViewType, AttributedType> CarriedTypes = [];
    private static readonly Lock Gate = new();

    public static void Register(DataViewType dataViewType, Type type, DataViewTypeAttribute typeAttribute = null)
    {
        ArgumentNullException.ThrowIfNull(dataViewType);
        ArgumentNullException.ThrowIfNull(type);
        if (BuiltInTypes.Contains(type))
            throw new ArgumentOutOfRangeException(nameof(type), $"{type} already has a built-in column type.");
        var key = new AttributedType(type, typeAttribute);
        lock (Gate)
        {
            bool knownKey = ColumnTypes.TryGetValue(key, out var registeredColumn);
            if (knownKey && !registeredColumn.Equals(dataViewType))
                throw new ArgumentOutOfRangeException(nameof(type),
                    $"{type} is registered as {registeredColumn} and cannot become {dataViewType} as well.");
            bool knownColumn = CarriedTypes.TryGetValue(dataViewType, out var registeredKey);
            if (knownColumn && registeredKey != key)
            {
                throw new ArgumentOutOfRangeException(nameof(dataViewType),
                    $"{dataViewType} is registered for {registeredKey.Type} (attribute {registeredKey.Attribute?.ToString() ?? "none"}) "
                    + $"and cannot carry {type} as well.");
            }
            if (knownKey && !knownColumn)
            {
                throw new ArgumentException(
                    $"Two equal values of {dataViewType.GetType()} have different hash codes; override GetHashCode to match Equals.");
            }
            if (knownKey)
                return;
            ColumnTypes.Add(key, dataViewType);
            CarriedTypes.Add(dataViewType, key);
        }
    }

    [Obsolete("Use the overload that takes one DataViewTypeAttribute.", false)]
    public static void Register(DataViewType dataViewType, Type type, IEnumerable<Attribute> typeAttributes)
    {
        Attribute[] attributes = typeAttributes?.ToArray() ?? [];
        if (attributes.Length > 1 || attributes.Any(a => a is not DataViewTypeAttribute))
            throw new ArgumentOutOfRangeException(nameof(type),
                $"{type} takes at most one attribute, and it derives from {nameof(DataViewTypeAttribute)}.");
        Register(dataViewType, type, (DataViewTypeAttribute)attributes.SingleOrDefault());
    }

    /// <summary>The column type of <paramref name="type"/> on a member with <paramref name="attribute"/>, or null.</summary>
    internal static DataViewType Find(Type type, DataViewTypeAttribute attribute)
    {
        lock (Gate)
            return ColumnTypes.GetValueOrDefault(new AttributedType(type, attribute));
    }
}
