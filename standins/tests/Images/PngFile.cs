using System.Buffers.Binary;
using System.IO.Compression;

namespace Standins.Tests.Images;

/// <summary>PNG files byte by byte, after the PNG specification (third edition), without the codec under test.</summary>
internal static class PngFile
{
    public const int Grey = 0, Rgb = 2, Palette = 3, GreyAlpha = 4, Rgba = 6;

    /// <summary>Row and column where each pass of Adam7 begins, and its steps (section 8.2).</summary>
    private static readonly (int Y, int X, int Down, int Across)[] Adam7 =
        [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)];

    /// <summary>A file of packed rows, none of them filtered.</summary>
    public static byte[] Create(int width, int height, int depth, int colour, byte[] rows, byte[] palette = null,
        byte[] transparency = null)
    {
        int stride = rows.Length / height;
        var scanlines = Enumerable.Range(0, height).SelectMany(y => rows.Skip(y * stride).Take(stride).Prepend((byte)0));
        return Join(width, height, depth, colour, interlaced: false, [.. scanlines], palette, transparency);
    }

    /// <summary>An interlaced file of 8-bit grey pixels.</summary>
    public static byte[] CreateInterlaced(int width, int height, byte[] grey)
    {
        var scanlines = new List<byte>();
        foreach (var (firstY, firstX, down, across) in Adam7)
        {
            for (int y = firstY; y < height && firstX < width; y += down)
            {
                scanlines.Add(0);
                for (int x = firstX; x < width; x += across)
                    scanlines.Add(grey[y * width + x]);
            }
        }
        return Join(width, height, 8, Grey, interlaced: true, [.. scanlines], null, null);
    }

    private static byte[] Join(int width, int height, int depth, int colour, bool interlaced, byte[] scanlines, byte[] palette,
        byte[] transparency)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = (byte)depth;
        header[9] = (byte)colour;
        header[12] = (byte)(interlaced ? 1 : 0);
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(scanlines);
        return
        [
            0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR"u8, header),
            .. palette is null ? [] : Chunk("PLTE"u8, palette), .. transparency is null ? [] : Chunk("tRNS"u8, transparency),
            .. Chunk("IDAT"u8, packed.ToArray()), .. Chunk("IEND"u8, []),
        ];
    }

    public static byte[] Chunk(ReadOnlySpan<byte> type, byte[] content)
    {
        byte[] chunk = new byte[content.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        type.CopyTo(chunk.AsSpan(4));
        content.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(content.Length + 8), Crc(chunk.AsSpan(4, content.Length + 4)));
        return chunk;
    }

    // Annex D: the reflected polynomial 0xEDB88320, all ones before and after.
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        }
        return ~crc;
    }
}
