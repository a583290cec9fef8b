using System.Text.Json;
using static TorchSharp.torch;

namespace MLNetWsss.Backbones;

/// <summary>The JSON header of a safetensors file: encoded from tensors, decoded with every claim checked.</summary>
internal sealed class SafetensorsHeader
{
    private const string MetadataKey = "__metadata__";

    /// <summary>The format's names of element types, and their sizes in bytes.</summary>
    private static readonly (string Name, ScalarType Type, int Size)[] Types =
    [
        ("F64", ScalarType.Float64, 8), ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4), ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>One tensor: where its bytes lie, counted from the end of the header.</summary>
    internal sealed record Entry(string Name, ScalarType Type, long[] Shape, long Begin, long Length);

    private SafetensorsHeader(IReadOnlyList<Entry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        Entries = entries;
        Metadata = metadata;
    }

    /// <summary>The tensors in the order of their data.</summary>
    internal IReadOnlyList<Entry> Entries { get; }

    internal IReadOnlyDictionary<string, string> Metadata { get; }

    internal static int ElementSize(ScalarType type) => Array.Find(Types, t => t.Type == type) is { Name: not null } found
        ? found.Size
        : throw new NotSupportedException(
            $"The safetensors format has no name for {type}. Convert the tensor to one of {string.Join(", ", Types.Select(t => t.Type))}.");

    /// <summary>The header of tensors that follow each other in the given order, padded with spaces to the alignment.</summary>
    internal static byte[] Encode(
        IReadOnlyList<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata, int alignment)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(MetadataKey);
                foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach (var (name, tensor) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", Array.Find(Types, t => t.Type == tensor.dtype).Name);
                WriteNumbers(json, "shape", tensor.shape);
                WriteNumbers(json, "data_offsets", [offset, offset += tensor.numel() * ElementSize(tensor.dtype)]);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % alignment != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    /// <summary>
    /// Parses a header and checks that names are unique and that the tensors fill the data exactly, without overlap or gap.
    /// </summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataLength">Bytes that follow the header.</param>
    /// <exception cref="InvalidDataException">A claim does not hold.</exception>
    internal static SafetensorsHeader Decode(byte[] json, long dataLength)
    {
        using var document = JsonDocument.Parse(json);
        var metadata = new Dictionary<string, string>();
        var entries = new List<Entry>();
        var names = new HashSet<string>();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (!names.Add(property.Name))
                throw new InvalidDataException($"The header names '{property.Name}' twice. Write the file anew with unique names.");
            if (property.Name != MetadataKey)
            {
                entries.Add(DecodeEntry(property.Name, property.Value));
                continue;
            }
            foreach (var note in property.Value.EnumerateObject())
                metadata[note.Name] = note.Value.GetString()
                    ?? throw new InvalidDataException($"Note '{note.Name}' is null; expected a string. Write the file anew.");
        }
        entries.Sort((a, b) => (a.Begin, a.Length).CompareTo((b.Begin, b.Length)));
        long end = 0;
        foreach (var entry in entries)
        {
            if (entry.Begin != end)
                throw new InvalidDataException(
                    $"The data of '{entry.Name}' begins at {entry.Begin}, but that before it ends at {end}: " +
                    $"the file has {(entry.Begin < end ? "an overlap" : "a gap")}. Write it anew.");
            end += entry.Length;
        }
        return end == dataLength
            ? new SafetensorsHeader(entries, metadata)
            : throw new InvalidDataException(
                $"The header describes {end} bytes of data, but {dataLength} follow it. The file is cut off or has something appended.");
    }

    private static Entry DecodeEntry(string name, JsonElement value)
    {
        var dtype = Property(name, value, "dtype").GetString();
        var (typeName, type, size) = Array.Find(Types, t => t.Name == dtype);
        if (typeName is null)
            throw new InvalidDataException(
                $"Tensor '{name}' has type '{dtype}'; known are {string.Join(", ", Types.Select(t => t.Name))}. Convert it to one.");
        var shape = Property(name, value, "shape").EnumerateArray().Select(d => d.GetInt64()).ToArray();
        var offsets = Property(name, value, "data_offsets").EnumerateArray().Select(o => o.GetInt64()).ToArray();
        if (shape.Any(d => d < 0))
            throw new InvalidDataException($"Tensor '{name}' has shape [{string.Join(",", shape)}]; no side may be negative.");
        // Strides are products of sides, so these must not overflow even where a side of 0 leaves no bytes.
        var length = shape.Aggregate((long)size, (product, side) => checked(product * Math.Max(side, 1)));
        if (shape.Contains(0))
            length = 0;
        if (offsets is not [>= 0, _] || offsets[1] - offsets[0] != length)
            throw new InvalidDataException(
                $"Tensor '{name}' of type {dtype} and shape [{string.Join(",", shape)}] needs {length} bytes, " +
                $"but its offsets are [{string.Join(",", offsets)}]. Write the file anew.");
        return new Entry(name, type, shape, offsets[0], length);
    }

    private static JsonElement Property(string tensor, JsonElement value, string property) => value.TryGetProperty(property, out var found)
        ? found
        : throw new InvalidDataException($"Tensor '{tensor}' has no {property}.");

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
