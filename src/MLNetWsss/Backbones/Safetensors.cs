using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace MLNetWsss.Backbones;

/// <summary>
/// Reads and writes the safetensors format: 8 bytes little-endian header length, a JSON header {name: {dtype, shape, data_offsets}}, raw
/// data. Nothing in such a file can be executed, and nothing is allocated before the header has been checked against the length of the
/// stream.
/// </summary>
public static class Safetensors
{
    /// <summary>The format's own limit on the header, in bytes.</summary>
    private const long MaxHeaderLength = 100_000_000;

    /// <summary>Data begins at a multiple of this many bytes, so that readers may map it into memory.</summary>
    private const int Alignment = 8;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <exception cref="InvalidDataException">The file is damaged; the message says where.</exception>
    public static SafetensorsFile Read(string path)
    {
        using var stream = File.OpenRead(path);
        try
        {
            return Read(stream);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"'{path}': {e.Message}", e);
        }
    }

    /// <summary>Reads a stream from its position to its end.</summary>
    /// <param name="stream">If it cannot seek, and so does not know its own length, it is buffered in memory first.</param>
    /// <exception cref="InvalidDataException">The content is damaged; the message says where.</exception>
    public static SafetensorsFile Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.CanSeek)
            return ReadSeekable(stream);
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        buffer.Position = 0;
        return ReadSeekable(buffer);
    }

    /// <summary>Writes a file; it appears under its name only once it is complete.</summary>
    /// <param name="path">Path of the file, replaced if it exists.</param>
    /// <param name="tensors">Tensors by unique name, of any device and memory order.</param>
    /// <param name="metadata">Notes about the file, or null.</param>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var partial = $"{path}.{Guid.NewGuid():N}.partial";
        try
        {
            using (var stream = File.Create(partial))
                Write(stream, tensors, metadata);
            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Writes a stream. The same tensors and notes give the same bytes, whatever their order.</summary>
    /// <param name="stream">Where to write; it need not seek.</param>
    /// <param name="tensors">Tensors by unique name, of any device and memory order.</param>
    /// <param name="metadata">Notes about the file, or null.</param>
    /// <exception cref="NotSupportedException">The format has no name for a tensor's type.</exception>
    public static void Write(
        Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        // Wide types first, as the format's authors do: then every tensor is aligned to its own element.
        var ordered = tensors
            .OrderByDescending(t => SafetensorsHeader.ElementSize(t.Value.dtype)).ThenBy(t => t.Key, StringComparer.Ordinal).ToArray();
        var header = SafetensorsHeader.Encode(ordered, metadata, Alignment);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var (_, tensor) in ordered)
        {
            if (tensor.numel() == 0)
                continue;
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            stream.Write(tensor.detach().cpu().contiguous().bytes);
        }
    }

    private static SafetensorsFile ReadSeekable(Stream stream)
    {
        if (!BitConverter.IsLittleEndian)
            throw new NotSupportedException("Safetensors data is little-endian and this machine is not. Use a little-endian machine.");
        var remaining = stream.Length - stream.Position;
        if (remaining < sizeof(ulong))
            throw new InvalidDataException(
                $"Expected 8 bytes of header length, found {remaining} bytes. This is not a safetensors file, or it is cut off.");
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        stream.ReadExactly(length);
        remaining -= sizeof(ulong);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(length);
        if (headerLength > (ulong)Math.Min(remaining, MaxHeaderLength))
            throw new InvalidDataException(
                $"The header claims {headerLength} bytes, but {remaining} follow and {MaxHeaderLength} are allowed. " +
                "This is not a safetensors file, or it is cut off.");
        var json = new byte[headerLength];
        stream.ReadExactly(json);
        SafetensorsHeader header;
        try
        {
            header = SafetensorsHeader.Decode(json, remaining - json.Length);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or OverflowException)
        {
            throw new InvalidDataException($"The header is not what the format asks for: {e.Message}", e);
        }
        return ReadData(stream, header);
    }

    private static SafetensorsFile ReadData(Stream stream, SafetensorsHeader header)
    {
        var tensors = new Dictionary<string, Tensor>();
        try
        {
            using var _ = no_grad();
            foreach (var entry in header.Entries)
            {
                var tensor = empty(entry.Shape, entry.Type);
                tensor.DetachFromDisposeScope();
                tensors.Add(entry.Name, tensor);
                if (entry.Length > 0)
                    stream.ReadExactly(tensor.bytes);
            }
            return new SafetensorsFile(tensors, header.Metadata);
        }
        catch
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
            throw;
        }
    }
}
