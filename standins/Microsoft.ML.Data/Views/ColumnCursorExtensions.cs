using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Reads one column of a view.</summary>
public static class ColumnCursorExtensions
{
    public static IEnumerable<T> GetColumn<T>(this IDataView data, string columnName)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrEmpty(columnName);
        return GetColumn<T>(data, data.Schema[columnName]);
    }

    /// <summary>
    /// The values of a column, read lazily: as its raw type, as <see cref="string"/> for text, or as an array for vectors.
    /// </summary>
    public static IEnumerable<T> GetColumn<T>(this IDataView data, DataViewSchema.Column column)
    {
        ArgumentNullException.ThrowIfNull(data);
        var type = column.Type;
        if (typeof(T) == type.RawType)
            return Values<T, T>(data, column, value => value);
        if (typeof(T) == typeof(string) && type is TextDataViewType)
            return (IEnumerable<T>)Values<ReadOnlyMemory<char>, string>(data, column, text => text.ToString());
        if (typeof(T) == typeof(string[]) && type is VectorDataViewType { ItemType: TextDataViewType })
        {
            return (IEnumerable<T>)Values<VBuffer<ReadOnlyMemory<char>>, string[]>(
                data, column, texts => [.. texts.DenseValues().Select(text => text.ToString())]);
        }
        if (typeof(T).IsArray && type is VectorDataViewType vector && vector.ItemType.RawType == typeof(T).GetElementType())
        {
            return (IEnumerable<T>)typeof(ColumnCursorExtensions).GetMethod(nameof(Arrays), BindingFlags.Static | BindingFlags.NonPublic)
                .MakeGenericMethod(vector.ItemType.RawType).Invoke(null, [data, column]);
        }
        throw new InvalidOperationException(
            $"Column '{column.Name}' is a {type}, carried as {type.RawType}; it cannot be read as {typeof(T)}.");
    }

    private static IEnumerable<TItem[]> Arrays<TItem>(IDataView data, DataViewSchema.Column column) =>
        Values<VBuffer<TItem>, TItem[]>(data, column, vector =>
        {
            var array = new TItem[vector.Length];
            vector.CopyTo(array);
            return array;
        });

    private static IEnumerable<TResult> Values<T, TResult>(IDataView data, DataViewSchema.Column column, Func<T, TResult> convert)
    {
        using var cursor = data.GetRowCursor([column]);
        var getter = cursor.GetGetter<T>(column);
        while (cursor.MoveNext())
        {
            T value = default;
            getter(ref value);
            yield return convert(value);
        }
    }
}
