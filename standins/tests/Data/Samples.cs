using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standins.Tests.Data;

/// <summary>A row with one column of each common kind.</summary>
public sealed class Sample
{
    [VectorType(3)]
    public float[] X;

    public string Name { get; set; }

    [KeyType(3)]
    public uint Kind;

    public float Score;

    [ColumnName("Label")]
    public bool IsTrue { get; set; }

    [NoColumn]
    public object Skipped;

    /// <summary>Row i: X = (i, 2 i, 1), Name = "r i", Kind = 1, 2, 3, 1, ..., Score = i.</summary>
    public static List<Sample> Rows(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => new Sample { X = [i, 2 * i, 1], Name = "r" + i, Kind = (uint)(i % 3 + 1), Score = i }),
    ];

    public static string[] Names(int count) => [.. Rows(count).Select(row => row.Name)];
}

public sealed class ScoreOnly
{
    public float Score;
}

public sealed class Scaled
{
    public float Score;

    public float Twice { get; set; }

    public string Name { get; set; }
}

internal static class Views
{
    public static string[] NamesOf(IDataView view) => [.. view.GetColumn<string>("Name")];

    /// <summary>The columns as they are found by name.</summary>
    public static string[] ColumnsOf(DataViewSchema schema) => [.. schema.Where(column => !column.IsHidden).Select(column => column.Name)];
}
