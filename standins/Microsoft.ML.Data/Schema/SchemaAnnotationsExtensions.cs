namespace Microsoft.ML.Data;

/// <summary>Reads the annotations that ML.NET's own components write.</summary>
public static class SchemaAnnotationsExtensions
{
    private const string SlotNames = "SlotNames";
    private const string KeyValues = "KeyValues";
    private const string Normalized = "IsNormalized";

    /// <summary>Whether every slot of a vector column of known size is named.</summary>
    public static bool HasSlotNames(this DataViewSchema.Column column) =>
        column.Type is VectorDataViewType { IsKnownSize: true } vector && HasTexts(column, SlotNames, vector.Size);

    public static void GetSlotNames(this DataViewSchema.Column column, ref VBuffer<ReadOnlyMemory<char>> slotNames) =>
        column.Annotations.GetValue(SlotNames, ref slotNames);

    /// <summary>Whether the keys of a column are named by values of <paramref name="keyValueItemType"/>, by default text.</summary>
    public static bool HasKeyValues(this DataViewSchema.Column column, PrimitiveDataViewType keyValueItemType = null)
    {
        var item = column.Type is VectorDataViewType vector ? vector.ItemType : column.Type;
        return item is KeyDataViewType key && column.Annotations.Schema.GetColumnOrNull(KeyValues)?.Type is VectorDataViewType values
            && values.Size == (long)key.Count && values.ItemType.Equals(keyValueItemType ?? TextDataViewType.Instance);
    }

    public static void GetKeyValues<TValue>(this DataViewSchema.Column column, ref VBuffer<TValue> keyValues) =>
        column.Annotations.GetValue(KeyValues, ref keyValues);

    public static bool IsNormalized(this DataViewSchema.Column column)
    {
        bool normalized = false;
        if (column.Annotations.Schema.GetColumnOrNull(Normalized)?.Type is BooleanDataViewType)
            column.Annotations.GetValue(Normalized, ref normalized);
        return normalized;
    }

    private static bool HasTexts(DataViewSchema.Column column, string kind, int count) =>
        column.Annotations.Schema.GetColumnOrNull(kind)?.Type is VectorDataViewType texts && texts.Size == count
            && texts.ItemType is TextDataViewType;
}
