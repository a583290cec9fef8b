using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MLNetWsss.Pipeline;

/// <summary>
/// Rows of computed columns in a file that only grows: a header that says what made them, then the rows one after the other, each closed by
/// a SHA-256. So a kill at any moment costs the row that was being written, a damaged row is noticed, and columns of another model are
/// never taken for this one's.
/// </summary>
/// <remarks>
/// Layout, little-endian: "WSSSROWS", length of the header, header (UTF-8), SHA-256 of all that; then a row: length of the payload (4),
/// fingerprint of what the row was computed from (8), payload, SHA-256 of all that.
/// </remarks>
internal sealed class ColumnFile : IDisposable
{
    private const int Prefix = sizeof(int) + sizeof(ulong), MaxHeader = 1 << 20;

    private readonly string _path;
    private readonly RowCodec _codec;
    private readonly List<(long Offset, int Length)> _rows = [];
    private readonly List<ulong> _inputs = [];
    private FileStream? _file;
    private long _end;

    private ColumnFile(string path, RowCodec codec) => (_path, _codec) = (path, codec);

    private static ReadOnlySpan<byte> Magic => "WSSSROWS"u8;

    /// <summary>Whole rows in the file.</summary>
    internal int Count => _rows.Count;

    /// <summary>Fingerprint of what a row was computed from.</summary>
    internal ulong InputOf(int row) => _inputs[row];

    /// <summary>Opens a file to read the rows that it has, which many processes may do at once; null where there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maker">What computes the columns, as text to compare and to show.</param>
    /// <param name="codec">The columns.</param>
    /// <exception cref="InvalidOperationException">The file keeps what something else has computed.</exception>
    /// <exception cref="IOException">Another process is adding to the file.</exception>
    internal static ColumnFile? Find(string path, string maker, RowCodec codec)
    {
        if (!File.Exists(path))
            return null;
        var opened = new ColumnFile(path, codec) { _file = OpenToRead(path) };
        try
        {
            if (opened.ReadRows(Header(maker, codec)))
                return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
        opened.Dispose();
        return null;
    }

    /// <summary>Opens or begins a file to add rows, alone; what a kill or damage left behind its last whole row is cut off.</summary>
    /// <inheritdoc cref="Find"/>
    internal static ColumnFile Extend(string path, string maker, RowCodec codec)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var opened = new ColumnFile(path, codec)
        {
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)
        };
        try
        {
            string header = Header(maker, codec);
            if (!opened.ReadRows(header))
                opened.Begin(header);
            opened._file.SetLength(opened._end);
            opened._file.Position = opened._end;
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    // Others may add to the file or replace it meanwhile: the rows that are known stay where they are.
    private static FileStream OpenToRead(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private static string Header(string maker, RowCodec codec) =>
        $"{maker} for {string.Join(", ", codec.Columns.Select(c => $"{c.Name} ({c.Kind})"))}";

    /// <summary>Reads header and rows. False where not even the header is whole.</summary>
    private bool ReadRows(string wanted)
    {
        var file = _file!;
        if (ReadHeader(file) is not { } found)
            return file.Length <= MaxHeader ? false : throw new InvalidOperationException(
                $"'{_path}' is damaged, or no file of computed columns. Delete it to compute them anew, or name another folder.");
        if (found != wanted)
            throw new InvalidOperationException($"'{_path}' keeps columns that something else has computed. Expected: {wanted}. Found: " +
                $"{found}. Delete the file to compute them anew, or name another folder.");
        _end = file.Position;
        while (ReadRow(file))
            _end = file.Position;
        return true;
    }

    private void Begin(string wanted)
    {
        byte[] text = Encoding.UTF8.GetBytes(wanted);
        byte[] header = [.. Magic, .. BitConverter.GetBytes(text.Length), .. text];
        _file!.SetLength(0);
        _file.Write([.. header, .. SHA256.HashData(header)]);
        _file.Flush();
        _end = _file.Position;
    }

    /// <summary>The header's text, or null where the file ends before it is whole.</summary>
    private static string? ReadHeader(FileStream file)
    {
        var start = new byte[Magic.Length + sizeof(int)];
        if (file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !start.AsSpan().StartsWith(Magic))
            return null;
        int length = BinaryPrimitives.ReadInt32LittleEndian(start.AsSpan(Magic.Length));
        if (length < 0 || length > MaxHeader || length > file.Length - file.Position - SHA256.HashSizeInBytes)
            return null;
        byte[] text = new byte[length], digest = new byte[SHA256.HashSizeInBytes];
        file.ReadExactly(text);
        file.ReadExactly(digest);
        return SHA256.HashData([.. start, .. text]).AsSpan().SequenceEqual(digest) ? Encoding.UTF8.GetString(text) : null;
    }

    private bool ReadRow(FileStream file)
    {
        var prefix = new byte[Prefix];
        if (file.ReadAtLeast(prefix, Prefix, throwOnEndOfStream: false) < Prefix)
            return false;
        int length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
        if (length < 0 || length > file.Length - file.Position - SHA256.HashSizeInBytes)
            return false;
        long offset = file.Position;
        byte[] payload = new byte[length], digest = new byte[SHA256.HashSizeInBytes];
        file.ReadExactly(payload);
        file.ReadExactly(digest);
        if (!Digest(prefix, payload).AsSpan().SequenceEqual(digest))
            return false;
        _rows.Add((offset, length));
        _inputs.Add(BinaryPrimitives.ReadUInt64LittleEndian(prefix.AsSpan(sizeof(int))));
        return true;
    }

    /// <summary>Forgets the rows from <paramref name="count"/> on.</summary>
    internal void Truncate(int count)
    {
        if (count >= Count)
            return;
        _file!.SetLength(_rows[count].Offset - Prefix);
        _file.Position = _file.Length;
        _rows.RemoveRange(count, Count - count);
        _inputs.RemoveRange(count, _inputs.Count - count);
    }

    /// <summary>Adds a row behind the others and hands it to the system, where a kill of this process cannot reach it.</summary>
    /// <exception cref="IOException">The disk is full; the rows before are kept.</exception>
    internal void Append(StageRow row, ulong input)
    {
        var (prefix, payload) = (new byte[Prefix], new byte[_codec.Size(row)]);
        BinaryPrimitives.WriteInt32LittleEndian(prefix, payload.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(prefix.AsSpan(sizeof(int)), input);
        _codec.Encode(row, payload);
        long offset = _file!.Position;
        try
        {
            _file.Write(prefix);
            _file.Write(payload);
            _file.Write(Digest(prefix, payload));
            _file.Flush();
        }
        catch (IOException e)
        {
            throw new IOException($"Row {Count} ({payload.Length >> 10} KB) cannot be added to '{_path}': {e.Message} The rows before it are " +
                "kept. Free space there and run again, or name a folder on another disk.", e);
        }
        _rows.Add((offset + Prefix, payload.Length));
        _inputs.Add(input);
    }

    private static byte[] Digest(byte[] prefix, byte[] payload)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(prefix);
        digest.AppendData(payload);
        return digest.GetHashAndReset();
    }

    /// <summary>The first rows of the file, to be read in any order. This object lets go of the file.</summary>
    internal SampleStore ToStore(int count)
    {
        Dispose();
        return SampleStore.Over(OpenToRead(_path), _codec, _rows.Take(count));
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }
}
