using System.Buffers.Binary;
using System.IO.Compression;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.Data;

/// <summary>
/// Class-index masks as PNG files: the pixel values themselves are the labels, so a palette is never looked up and grey levels are
/// never stretched. (A general image decoder turns both into colours and loses the indices.) Format: W3C PNG specification, third edition.
/// </summary>
/// <remarks>
/// Reads palette and greyscale images of 1, 2, 4 or 8 bits a pixel, interlaced or not. Checksums are verified, and nothing is
/// allocated that the file is too short to fill.
/// </remarks>
internal static partial class IndexedPng
{
    private const int HeaderLength = 13;
    private const int ChunkOverhead = 12; // PNG 5.3: length, type and checksum of four bytes each.
    private const byte Greyscale = 0;
    private const byte Truecolour = 2;
    private const byte Indexed = 3;
    private const byte GreyscaleAlpha = 4;
    private const byte TruecolourAlpha = 6;

    // RFC 1951: the longest match is 258 bytes, the shortest code for it two bits. No Deflate stream expands further.
    private const int MostExpansion = 1032;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Labels of the mask in a file: H x W bytes, row by row from the top.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or is no palette or greyscale PNG of at most 8 bits.</exception>
    public static (byte[] Labels, int Width, int Height) Read(string path) => Decode(File.ReadAllBytes(path), path);

    /// <summary>Labels of the mask in <paramref name="png"/>: H x W bytes, row by row from the top.</summary>
    /// <param name="png">A whole PNG file.</param>
    /// <param name="name">What errors call the image, usually its path.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged, or are no palette or greyscale PNG of at most 8 bits.</exception>
    public static (byte[] Labels, int Width, int Height) Decode(ReadOnlySpan<byte> png, string name)
    {
        Header header = ReadChunks(png, name, out byte[] compressed);
        Pass[] passes = header.Interlaced ? Adam7 : Progressive;
        long expected = 0;
        foreach (Pass pass in passes)
            expected += pass.Rows(header.Height) * FilteredStride(pass.Columns(header.Width), header.BitDepth);
        long most = (long)compressed.Length * MostExpansion;
        if (expected > most || (long)header.Width * header.Height > Array.MaxLength || expected > Array.MaxLength)
            throw Damaged(name, $"its header declares {header.Width}x{header.Height} pixels of {header.BitDepth} bits, " +
                $"but its {compressed.Length} bytes of pixel data hold at most {most} bytes");
        byte[] filtered = Inflate(compressed, (int)expected, name);

        var labels = new byte[header.Width * header.Height];
        int at = 0;
        foreach (Pass pass in passes)
        {
            int columns = pass.Columns(header.Width), rows = pass.Rows(header.Height);
            if (columns == 0 || rows == 0) continue;
            int length = rows * (int)FilteredStride(columns, header.BitDepth);
            Span<byte> part = filtered.AsSpan(at, length);
            Unfilter(part, rows, name);
            Unpack(part, header, pass, labels);
            at += length;
        }
        return (labels, header.Width, header.Height);
    }

    /// <summary>Writes a mask as an 8-bit palette PNG.</summary>
    /// <inheritdoc cref="Encode"/>
    public static void Write(string path, ReadOnlySpan<byte> labels, int width, int height, Palette palette) =>
        File.WriteAllBytes(path, Encode(labels, width, height, palette));

    /// <summary>A mask as the bytes of an 8-bit palette PNG.</summary>
    /// <param name="labels">H x W labels, row by row from the top.</param>
    /// <param name="width">Columns of the mask, at least 1.</param>
    /// <param name="height">Rows of the mask, at least 1.</param>
    /// <param name="palette">The colours in which viewers show the labels.</param>
    /// <exception cref="ArgumentException">The sizes disagree, or the palette has no colour for a label.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> labels, int width, int height, Palette palette)
    {
        if (width <= 0 || height <= 0 || (long)width * height != labels.Length)
            throw new ArgumentException($"Expected width x height labels, found {labels.Length} for {width}x{height}.", nameof(labels));
        using var png = new MemoryStream();
        png.Write(Signature);
        Span<byte> header = stackalloc byte[HeaderLength];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8;
        header[9] = Indexed;
        WriteChunk(png, "IHDR"u8, header);
        WriteChunk(png, "PLTE"u8, Colours(labels, palette));
        WriteChunk(png, "IDAT"u8, Deflate(labels, width));
        WriteChunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static Header ReadChunks(ReadOnlySpan<byte> png, string name, out byte[] compressed)
    {
        if (!png.StartsWith(Signature)) throw Foreign(png, name);
        Header? header = null;
        bool palette = false;
        var data = new MemoryStream();
        int at = Signature.Length;
        while (true)
        {
            ReadOnlySpan<byte> type = NextChunk(png, ref at, name, out ReadOnlySpan<byte> content);
            if (header is null && !type.SequenceEqual("IHDR"u8)) throw Damaged(name, "its first chunk is not the header");
            if (type.SequenceEqual("IHDR"u8))
                header = header is null ? ReadHeader(content, name) : throw Damaged(name, "it has two headers");
            else if (type.SequenceEqual("PLTE"u8)) palette = true;
            else if (type.SequenceEqual("IDAT"u8)) data.Write(content);
            else if (type.SequenceEqual("IEND"u8)) break;
            else if (char.IsAsciiLetterUpper((char)type[0])) throw Damaged(name, $"it needs the unknown chunk '{Printable(type)}'");
        }
        if (header!.Value.ColourType == Indexed && !palette) throw Damaged(name, "it is a palette image without a palette");
        compressed = data.ToArray();
        return header.Value;
    }

    private static ReadOnlySpan<byte> NextChunk(ReadOnlySpan<byte> png, ref int at, string name, out ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> rest = png[at..];
        if (rest.Length < ChunkOverhead) throw Damaged(name, $"it ends after {png.Length} bytes, before its end chunk");
        uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
        ReadOnlySpan<byte> type = rest.Slice(4, 4);
        if (length > rest.Length - ChunkOverhead)
            throw Damaged(name,
                $"its chunk '{Printable(type)}' at byte {at} declares {length} bytes where {rest.Length - ChunkOverhead} are left");
        content = rest.Slice(8, (int)length);
        uint stored = BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + (int)length)..]);
        if (stored != Crc32.Of(rest.Slice(4, 4 + (int)length)))
            throw Damaged(name, $"the checksum of its chunk '{Printable(type)}' at byte {at} does not match");
        at += ChunkOverhead + (int)length;
        return type;
    }

    private static Header ReadHeader(ReadOnlySpan<byte> content, string name)
    {
        if (content.Length != HeaderLength)
            throw Damaged(name, $"its header has {content.Length} bytes where {HeaderLength} are expected");
        uint width = BinaryPrimitives.ReadUInt32BigEndian(content), height = BinaryPrimitives.ReadUInt32BigEndian(content[4..]);
        (byte depth, byte colour) = (content[8], content[9]);
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue)
            throw Damaged(name, $"its header declares {width}x{height} pixels");
        if (content[10] != 0 || content[11] != 0 || content[12] > 1)
            throw Damaged(name, "its header names an unknown compression, filter or interlace method");
        string? found = colour switch
        {
            Truecolour => "an RGB image",
            TruecolourAlpha => "an RGBA image",
            GreyscaleAlpha => "a greyscale image with alpha",
            Greyscale when depth == 16 => "a 16-bit greyscale image",
            Greyscale or Indexed when depth is 1 or 2 or 4 or 8 => null,
            _ => throw Damaged(name, $"its header names colour type {colour} with {depth} bits"),
        };
        return found is null
            ? new Header((int)width, (int)height, depth, colour, content[12] == 1)
            : throw new InvalidDataException($"Mask '{name}' is {found}; expected a palette or greyscale PNG of at most 8 bits whose " +
                "pixel values are class indices. Save the mask with its indices (for example in palette mode), not with its colours.");
    }

    private static byte[] Inflate(byte[] compressed, int expected, string name)
    {
        var filtered = new byte[expected];
        try
        {
            using var inflate = new ZLibStream(new MemoryStream(compressed), CompressionMode.Decompress);
            int read = inflate.ReadAtLeast(filtered, expected, throwOnEndOfStream: false);
            if (read < expected)
                throw Damaged(name, $"its pixel data hold {read} bytes where its header calls for {expected}");
            if (inflate.ReadByte() >= 0)
                throw Damaged(name, $"its pixel data hold more than the {expected} bytes that its header calls for");
        }
        catch (Exception error) when (error is IOException || (error is InvalidDataException && error.Data[nameof(IndexedPng)] is null))
        {
            throw Damaged(name, "its pixel data cannot be decompressed", error);
        }
        return filtered;
    }

    /// <summary>Red, green and blue of label 0, of label 1, and so on up to the highest that the palette or the mask has.</summary>
    private static byte[] Colours(ReadOnlySpan<byte> labels, Palette palette)
    {
        Span<bool> used = stackalloc bool[256];
        foreach (byte label in labels) used[label] = true;
        int count = Math.Max(palette.Count, used.LastIndexOf(true) + 1);
        var colours = new byte[3 * count];
        for (int label = 0; label < count; label++)
        {
            if (label >= palette.Count && !used[label]) continue;
            (colours[3 * label], colours[3 * label + 1], colours[3 * label + 2]) = palette[label];
        }
        return colours;
    }

    private static byte[] Deflate(ReadOnlySpan<byte> labels, int width)
    {
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            // PNG 12.7: indices are not continuous, so the filters that predict from neighbours do not pay. 0 is "none".
            for (int at = 0; at < labels.Length; at += width)
            {
                deflate.WriteByte(0);
                deflate.Write(labels.Slice(at, width));
            }
        }
        return packed.ToArray();
    }

    private static void WriteChunk(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        png.Write(number);
        int start = (int)png.Position;
        png.Write(type);
        png.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(png.GetBuffer().AsSpan(start, (int)png.Position - start)));
        png.Write(number);
    }

    private static InvalidDataException Foreign(ReadOnlySpan<byte> found, string name)
    {
        string what = found.IsEmpty ? "empty"
            : found.StartsWith<byte>([0xFF, 0xD8, 0xFF]) ? "a JPEG, whose compression alters class indices"
            : "no PNG";
        return new InvalidDataException(
            $"Mask '{name}' is {what}; expected a palette or greyscale PNG whose pixel values are class indices.");
    }

    private static InvalidDataException Damaged(string name, string found, Exception? cause = null)
    {
        var error = new InvalidDataException($"Mask '{name}' is damaged: {found}. Restore the file or write it anew.", cause);
        error.Data[nameof(IndexedPng)] = true;
        return error;
    }

    private static string Printable(ReadOnlySpan<byte> type) =>
        string.Create(4, BinaryPrimitives.ReadUInt32BigEndian(type), static (text, value) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                var letter = (char)(value >> (24 - 8 * i) & 0xFF);
                text[i] = char.IsAsciiLetter(letter) ? letter : '?';
            }
        });

    private readonly record struct Header(int Width, int Height, int BitDepth, byte ColourType, bool Interlaced);
}
