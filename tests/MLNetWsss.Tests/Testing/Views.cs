using Microsoft.ML;
using MLNetWsss.Outsider;

namespace MLNetWsss.Tests.Testing;

/// <summary>Columns of a view as plain values.</summary>
internal static class Views
{
    internal static T[] Column<T>(this IDataView view, string name)
    {
        using var cursor = view.GetRowCursor([view.Schema[name]]);
        var read = RowValues.Reader(cursor, view.Schema[name]);
        var values = new List<T>();
        while (cursor.MoveNext())
            values.Add((T)read());
        return [.. values];
    }

    internal static string[] Names(this IDataView view) => [.. view.Schema.Select(c => c.Name)];
}
