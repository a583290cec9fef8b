using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.Outsider;

/// <summary>Values of ML.NET's rows as plain objects and as bytes.</summary>
internal static class RowValues
{
    /// <summary>Reads a column as RgbImage, float[], ScoreMaps, LabelMap, string or float.</summary>
    internal static Func<object> Reader(DataViewRow row, DataViewSchema.Column column) => column.Type.RawType switch
    {
        var t when t == typeof(MLImage) => Of<MLImage>(row, column, image => image.ToRgb()),
        var t when t == typeof(VBuffer<float>) => Of<VBuffer<float>>(row, column, vector => vector.DenseValues().ToArray()),
        var t when t == typeof(ScoreMaps) => Of<ScoreMaps>(row, column, maps => maps),
        var t when t == typeof(LabelMap) => Of<LabelMap>(row, column, labels => labels),
        var t when t == typeof(ReadOnlyMemory<char>) => Of<ReadOnlyMemory<char>>(row, column, text => text.ToString()),
        var t when t == typeof(float) => Of<float>(row, column, number => number),
        var t => throw new NotSupportedException($"Column '{column.Name}' holds {t}.")
    };

    /// <summary>Sizes and contents of a value: equal bytes mean equal values.</summary>
    internal static byte[] Bytes(object value) => value switch
    {
        RgbImage image => [.. Sizes(image.Height, image.Width), .. image.Pixels],
        LabelMap labels => [.. Sizes(labels.Height, labels.Width), .. labels.Labels],
        ScoreMaps maps => [.. Sizes(maps.Classes, maps.Height, maps.Width), .. MemoryMarshal.AsBytes(maps.Scores)],
        float[] vector => [.. Sizes(vector.Length), .. MemoryMarshal.AsBytes<float>(vector)],
        string text => System.Text.Encoding.UTF8.GetBytes(text),
        float number => BitConverter.GetBytes(number),
        _ => throw new NotSupportedException($"No bytes of a {value.GetType()}.")
    };

    private static ReadOnlySpan<byte> Sizes(params int[] sizes) => MemoryMarshal.AsBytes<int>(sizes);

    private static Func<object> Of<T>(DataViewRow row, DataViewSchema.Column column, Func<T, object> convert)
    {
        var getter = row.GetGetter<T>(column);
        return () =>
        {
            T value = default!;
            getter(ref value);
            return convert(value);
        };
    }
}
