using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Getters of a row whose type is known only at run time.</summary>
internal static class RowGetters
{
    private static readonly MethodInfo Open = typeof(DataViewRow).GetMethod(nameof(DataViewRow.GetGetter));

    /// <summary>The row's getter of a column, of the column's raw type.</summary>
    public static Delegate Of(DataViewRow row, DataViewSchema.Column column) =>
        (Delegate)Open.MakeGenericMethod(column.Type.RawType).Invoke(row, BindingFlags.DoNotWrapExceptions, null, [column], null);
}
