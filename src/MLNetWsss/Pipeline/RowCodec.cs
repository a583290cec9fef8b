using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using MLNetWsss.Imaging;

namespace MLNetWsss.Pipeline;

/// <summary>
/// Rows of known columns as bytes, to wait in a file: two sizes and the payload a column, in the columns' order. What is read back is
/// trusted, so whoever keeps rows beyond the process checks them by a digest first.
/// </summary>
internal sealed class RowCodec(IReadOnlyList<StageColumn> columns)
{
    private const int Sizes = 2 * sizeof(int);

    internal IReadOnlyList<StageColumn> Columns { get; } = columns;

    /// <summary>Bytes that a row takes.</summary>
    internal long Size(StageRow row) => Columns.Sum(c => (long)Sizes + Payload(row.Get<object>(c)));

    /// <summary>Writes a row into a span of its <see cref="Size"/>.</summary>
    internal void Encode(StageRow row, Span<byte> bytes)
    {
        foreach (var column in Columns)
        {
            object value = row.Get<object>(column);
            var (height, width) = SizesOf(value);
            BinaryPrimitives.WriteInt32LittleEndian(bytes, height);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[sizeof(int)..], width);
            var payload = bytes.Slice(Sizes, Payload(value));
            if (value is ScoreMaps maps)
            {
                BinaryPrimitives.WriteInt32LittleEndian(payload, maps.Classes);
                payload = payload[sizeof(int)..];
            }
            Bytes(value).CopyTo(payload);
            bytes = bytes[(Sizes + Payload(value))..];
        }
    }

    /// <summary>The row that <see cref="Encode"/> wrote.</summary>
    internal StageRow Decode(ReadOnlySpan<byte> bytes)
    {
        var row = new StageRow();
        foreach (var column in Columns)
        {
            int height = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            int width = BinaryPrimitives.ReadInt32LittleEndian(bytes[sizeof(int)..]);
            bytes = bytes[Sizes..];
            object value;
            switch (column.Kind)
            {
                case ColumnKind.Image:
                    value = new RgbImage(height, width, bytes[..(height * width * 3)].ToArray());
                    break;
                case ColumnKind.Labels:
                    value = new LabelMap(height, width, bytes[..(height * width)].ToArray());
                    break;
                case ColumnKind.Vector or ColumnKind.Numbers:
                    value = MemoryMarshal.Cast<byte, float>(bytes[..(width * sizeof(float))]).ToArray();
                    break;
                default:
                    int classes = BinaryPrimitives.ReadInt32LittleEndian(bytes);
                    var scores = MemoryMarshal.Cast<byte, float>(bytes.Slice(sizeof(int), classes * height * width * sizeof(float)));
                    value = new ScoreMaps(classes, height, width, scores.ToArray());
                    break;
            }
            row.Set(column, value);
            bytes = bytes[Payload(value)..];
        }
        return row;
    }

    /// <summary>
    /// A number that two different rows practically never share, made at the speed of memory: CRC-32C of every value, mixed with its sizes.
    /// It notices other data; it is no protection against data forged to match.
    /// </summary>
    internal ulong Fingerprint(StageRow row) => Columns.Aggregate(0UL, (sum, column) => Fingerprint(sum, row.Get<object>(column)));

    /// <summary>The fingerprint of one more value on top of others'.</summary>
    internal static ulong Fingerprint(ulong sum, object value)
    {
        var (height, width) = SizesOf(value);
        return Randomness.Mix((long)sum, ((long)height << 32) + width, Crc(Bytes(value)));
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (byte b in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, b);
        return crc;
    }

    private static int Payload(object value) => Bytes(value).Length + (value is ScoreMaps ? sizeof(int) : 0);

    private static (int Height, int Width) SizesOf(object value) => value switch
    {
        RgbImage image => (image.Height, image.Width),
        LabelMap labels => (labels.Height, labels.Width),
        ScoreMaps maps => (maps.Height, maps.Width),
        float[] vector => (1, vector.Length),
        string text => (1, text.Length),
        _ => throw Unknown(value)
    };

    private static ReadOnlySpan<byte> Bytes(object value) => value switch
    {
        RgbImage image => image.Pixels,
        LabelMap labels => labels.Labels,
        ScoreMaps maps => MemoryMarshal.AsBytes(maps.Scores),
        float[] vector => MemoryMarshal.AsBytes<float>(vector),
        string text => MemoryMarshal.AsBytes(text.AsSpan()),
        _ => throw Unknown(value)
    };

    private static NotSupportedException Unknown(object value) =>
        new($"A row cannot keep a {value.GetType()}; expected an image, a vector, maps or a mask.");
}
