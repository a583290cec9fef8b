using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.Outsider;

/// <summary>Rows in a file, so that a second process sees the same data through ML.NET's ordinary <c>LoadFromEnumerable</c>.</summary>
internal static class RowFile
{
    /// <summary>Members that columns of any names are bound to, two of each kind.</summary>
    private sealed class Row
    {
        [ImageOfAnySize] public MLImage? Image { get; set; }
        public float[]? VectorA { get; set; }
        public float[]? VectorB { get; set; }
        [ScoreMapsType] public ScoreMaps? MapsA { get; set; }
        [ScoreMapsType] public ScoreMaps? MapsB { get; set; }
        [LabelMapType] public LabelMap? LabelsA { get; set; }
        [LabelMapType] public LabelMap? LabelsB { get; set; }
    }

    private static readonly Dictionary<Type, string[]> Members = new()
    {
        [typeof(RgbImage)] = [nameof(Row.Image)],
        [typeof(float[])] = [nameof(Row.VectorA), nameof(Row.VectorB)],
        [typeof(ScoreMaps)] = [nameof(Row.MapsA), nameof(Row.MapsB)],
        [typeof(LabelMap)] = [nameof(Row.LabelsA), nameof(Row.LabelsB)]
    };

    internal static void Write(string path, IDataView view, params string[] columns)
    {
        var found = columns.Select(name => view.Schema[name]).ToArray();
        using var cursor = view.GetRowCursor(found);
        var readers = found.Select(column => RowValues.Reader(cursor, column)).ToArray();
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write(columns.Length);
        foreach (string column in columns)
            writer.Write(column);
        while (cursor.MoveNext())
            foreach (var read in readers)
            {
                object value = read();
                byte[] bytes = RowValues.Bytes(value);
                writer.Write(value.GetType().Name);
                writer.Write(bytes.Length);
                writer.Write(bytes);
            }
    }

    internal static IDataView Read(MLContext ml, string path)
    {
        using var reader = new BinaryReader(File.OpenRead(path));
        var columns = new string[reader.ReadInt32()];
        for (int c = 0; c < columns.Length; c++)
            columns[c] = reader.ReadString();
        var rows = new List<object[]>();
        while (reader.BaseStream.Position < reader.BaseStream.Length)
            rows.Add([.. columns.Select(_ => Decode(reader.ReadString(), reader.ReadBytes(reader.ReadInt32())))]);

        var taken = new Dictionary<Type, int>();
        var members = columns.Select((_, c) =>
        {
            var type = rows[0][c].GetType();
            taken[type] = taken.GetValueOrDefault(type) + 1;
            return Members[type][taken[type] - 1];
        }).ToArray();
        var definition = SchemaDefinition.Create(typeof(Row));
        definition.RemoveAll(column => !members.Contains(column.MemberName));
        foreach (var column in definition)
            column.ColumnName = columns[Array.IndexOf(members, column.MemberName)];
        return ml.Data.LoadFromEnumerable(rows.Select(values => Fill(values, members)), definition);
    }

    private static Row Fill(object[] values, string[] members)
    {
        var row = new Row();
        for (int c = 0; c < values.Length; c++)
            typeof(Row).GetProperty(members[c])!.SetValue(row, values[c] is RgbImage image ? image.ToMLImage() : values[c]);
        return row;
    }

    private static object Decode(string type, byte[] bytes)
    {
        int Size(int i) => MemoryMarshal.Read<int>(bytes.AsSpan(i * sizeof(int)));
        float[] Floats(int sizes) => MemoryMarshal.Cast<byte, float>(bytes.AsSpan(sizes * sizeof(int))).ToArray();
        return type switch
        {
            nameof(RgbImage) => new RgbImage(Size(0), Size(1), bytes[(2 * sizeof(int))..]),
            nameof(LabelMap) => new LabelMap(Size(0), Size(1), bytes[(2 * sizeof(int))..]),
            nameof(ScoreMaps) => new ScoreMaps(Size(0), Size(1), Size(2), Floats(3)),
            _ => Floats(1)
        };
    }
}
