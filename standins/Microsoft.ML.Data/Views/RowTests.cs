using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Values of a row's columns as rows are chosen by them.</summary>
internal static class RowTests
{
    /// <summary>The value of a single- or double-precision column.</summary>
    public static Func<double?> Number(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is NumberDataViewType && column.Type.RawType == typeof(float))
            return Read(row.GetGetter<float>(column), x => (double?)x);
        if (column.Type is NumberDataViewType && column.Type.RawType == typeof(double))
            return Read(row.GetGetter<double>(column), x => (double?)x);
        throw new ArgumentOutOfRangeException(nameof(column),
            $"Column '{column.Name}' is a {column.Type}; rows are filtered by columns of Single or Double.");
    }

    /// <summary>The middle of a key's place among all keys, or null for a missing one.</summary>
    public static Func<double?> KeyFraction(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is not KeyDataViewType type)
            throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' is a {column.Type}; a key is needed.");
        var key = Key(row, column);
        return () => key() is var value and > 0 ? (value - 0.5) / type.Count : null;
    }

    private static Func<ulong> Key(DataViewRow row, DataViewSchema.Column column) => Type.GetTypeCode(column.Type.RawType) switch
    {
        TypeCode.Byte => Read(row.GetGetter<byte>(column), x => (ulong)x),
        TypeCode.UInt16 => Read(row.GetGetter<ushort>(column), x => (ulong)x),
        TypeCode.UInt32 => Read(row.GetGetter<uint>(column), x => (ulong)x),
        _ => Read(row.GetGetter<ulong>(column), x => x),
    };

    /// <summary>Whether the value is missing or, of a vector, any item is.</summary>
    public static Func<bool> Missing(DataViewRow row, DataViewSchema.Column column)
    {
        var type = column.Type;
        if (type is KeyDataViewType)
        {
            var key = Key(row, column);
            return () => key() == 0;
        }
        if (type.RawType == typeof(float))
            return Read(row.GetGetter<float>(column), float.IsNaN);
        if (type.RawType == typeof(double))
            return Read(row.GetGetter<double>(column), double.IsNaN);
        if (type.RawType == typeof(VBuffer<float>))
            return Read(row.GetGetter<VBuffer<float>>(column), vector => vector.Items().Any(item => float.IsNaN(item.Value)));
        if (type.RawType == typeof(VBuffer<double>))
            return Read(row.GetGetter<VBuffer<double>>(column), vector => vector.Items().Any(item => double.IsNaN(item.Value)));
        throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' is a {type}, whose values are never missing.");
    }

    /// <summary>
    /// A number in [0, 1) that depends on <paramref name="salt"/> and the row's identifier, or its value of a key column.
    /// </summary>
    public static Func<double> Sample(DataViewRow row, DataViewSchema.Column? key, uint salt)
    {
        var identity = key is { } column ? HashOf(row, column) : Read(row.GetIdGetter(), id => id);
        return () => (identity().Combine(new DataViewRowId(salt, salt)).Low >> 11) * Math.ScaleB(1, -53);
    }

    private static Func<DataViewRowId> HashOf(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is not PrimitiveDataViewType)
            throw new ArgumentOutOfRangeException(nameof(column),
                $"Column '{column.Name}' is a {column.Type}; a sampling key has a primitive type.");
        return (Func<DataViewRowId>)typeof(RowTests).GetMethod(nameof(HashOfPrimitive), BindingFlags.Static | BindingFlags.NonPublic)
            .MakeGenericMethod(column.Type.RawType).Invoke(null, BindingFlags.DoNotWrapExceptions, null, [row, column], null);
    }

    private static Func<DataViewRowId> HashOfPrimitive<T>(DataViewRow row, DataViewSchema.Column column) =>
        Read(row.GetGetter<T>(column), value =>
    {
        // .NET's own hash codes of texts differ from process to process; the split must not.
        var id = new DataViewRowId((ulong)typeof(T).Name.Length, 0);
        foreach (char c in value.ToString())
            id = id.Combine(new DataViewRowId(c, 1));
        return id;
    });

    private static Func<TResult> Read<T, TResult>(ValueGetter<T> getter, Func<T, TResult> use)
    {
        T value = default;
        return () =>
        {
            getter(ref value);
            return use(value);
        };
    }
}
