using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>The column types of members of users' classes.</summary>
internal static class MemberType
{
    private static readonly Dictionary<Type, PrimitiveDataViewType> Primitives = new PrimitiveDataViewType[]
    {
        TextDataViewType.Instance, BooleanDataViewType.Instance, DateTimeDataViewType.Instance, DateTimeOffsetDataViewType.Instance,
        TimeSpanDataViewType.Instance, RowIdDataViewType.Instance,
    }.Concat(NumberDataViewType.All).ToDictionary(type => type.RawType);

    /// <summary>The .NET type of a field or property.</summary>
    public static Type CarrierOf(MemberInfo member) => member is FieldInfo field ? field.FieldType : ((PropertyInfo)member).PropertyType;

    public static PrimitiveDataViewType PrimitiveOf(Type rawType) => Primitives.GetValueOrDefault(rawType);

    /// <summary>The one column type attribute of a member, registered, or null.</summary>
    private static DataViewTypeAttribute AttributeOf(MemberInfo member)
    {
        var attributes = member.GetCustomAttributes().OfType<DataViewTypeAttribute>().ToArray();
        if (attributes.Length > 1)
        {
            throw new ArgumentOutOfRangeException(nameof(member),
                $"Member {member.Name} has several attributes that derive from {nameof(DataViewTypeAttribute)}: "
                + $"{string.Join<object>(", ", attributes)}; keep one.");
        }
        return attributes.SingleOrDefault();
    }

    /// <summary>Whether a member carries vectors, and the raw type of its column's items.</summary>
    public static void GetItemType(MemberInfo member, out bool isVector, out Type itemType)
    {
        var carrier = CarrierOf(member);
        var attribute = AttributeOf(member);
        isVector = false;
        itemType = carrier;
        if (DataViewTypeManager.Find(carrier, attribute) is not null)
            return;
        if (carrier.IsSZArray)
            itemType = carrier.GetElementType();
        else if (carrier.IsGenericType && carrier.GetGenericTypeDefinition() == typeof(VBuffer<>))
            itemType = carrier.GetGenericArguments()[0];
        isVector = itemType != carrier;
        if (itemType == typeof(string))
            itemType = typeof(ReadOnlyMemory<char>);
        if (!Primitives.ContainsKey(itemType) && DataViewTypeManager.Find(itemType, attribute) is null)
        {
            throw new ArgumentOutOfRangeException(nameof(member),
                $"Member {member.Name} of {member.DeclaringType} is a {carrier}, for which there is no column type: "
                + $"register one in an attribute that derives from {nameof(DataViewTypeAttribute)}, or mark the member with [NoColumn].");
        }
    }

    /// <summary>The column type of a member, by its own type and attributes.</summary>
    public static DataViewType TypeOf(MemberInfo member)
    {
        var attribute = AttributeOf(member);
        attribute?.Register();
        GetItemType(member, out bool isVector, out var itemType);
        if (DataViewTypeManager.Find(itemType, attribute) is { } registered)
            return registered;
        var item = KeyOf(member, itemType) ?? Primitives[itemType];
        var dimensions = member.GetCustomAttribute<VectorTypeAttribute>();
        if (dimensions is not null && !isVector)
            throw new ArgumentOutOfRangeException(nameof(member),
                $"Member {member.Name} is marked with {nameof(VectorTypeAttribute)}, but is no vector.");
        if (!isVector)
            return item;
        return dimensions?.Dimensions is { Length: > 0 } sizes ? new VectorDataViewType(item, sizes) : new VectorDataViewType(item, 0);
    }

    private static KeyDataViewType KeyOf(MemberInfo member, Type itemType)
    {
        if (member.GetCustomAttribute<KeyTypeAttribute>() is not { } key)
            return null;
        if (!KeyDataViewType.IsValidDataType(itemType))
            throw new ArgumentOutOfRangeException(nameof(member),
                $"Member {member.Name} is marked with {nameof(KeyTypeAttribute)}, but {itemType} is no type of keys.");
        return new KeyDataViewType(itemType, key.Count ?? KeyDataViewType.LargestOf(itemType));
    }
}
