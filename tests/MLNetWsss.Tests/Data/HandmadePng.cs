using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace MLNetWsss.Tests.Data;

/// <summary>PNG files written from the specification, a second time and apart from the code under test.</summary>
internal static class HandmadePng
{
    internal const byte Greyscale = 0;
    internal const byte Truecolour = 2;
    internal const byte Indexed = 3;

    // PNG 8.2: the pass in which each pixel of an 8 x 8 tile is sent, written out as the specification draws it.
    private static readonly int[,] PassOfPixel =
    {
        { 1, 6, 4, 6, 2, 6, 4, 6 },
        { 7, 7, 7, 7, 7, 7, 7, 7 },
        { 5, 6, 5, 6, 5, 6, 5, 6 },
        { 7, 7, 7, 7, 7, 7, 7, 7 },
        { 3, 6, 4, 6, 3, 6, 4, 6 },
        { 7, 7, 7, 7, 7, 7, 7, 7 },
        { 5, 6, 5, 6, 5, 6, 5, 6 },
        { 7, 7, 7, 7, 7, 7, 7, 7 },
    };

    internal static byte[] Labels(int width, int height, int depth)
    {
        var random = new Random(width * 1000 + height * 10 + depth);
        var labels = new byte[width * height];
        for (int i = 0; i < labels.Length; i++) labels[i] = (byte)random.Next(1 << depth);
        return labels;
    }

    /// <summary>Rows of packed samples, row y filtered by method y modulo 5 (PNG 9.2, from the sender's side).</summary>
    internal static byte[] Filter(byte[] labels, int width, int depth)
    {
        var raw = new List<byte>();
        byte[] above = new byte[(width * depth + 7) / 8];
        for (int y = 0; y < labels.Length / width; y++)
        {
            var row = new byte[above.Length];
            for (int x = 0; x < width; x++) row[x * depth / 8] |= (byte)(labels[y * width + x] << 8 - depth - x * depth % 8);
            raw.Add((byte)(y % 5));
            for (int i = 0; i < row.Length; i++)
            {
                int left = i > 0 ? row[i - 1] : 0, up = above[i], corner = i > 0 ? above[i - 1] : 0;
                int prediction = (y % 5) switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, corner), _ => 0 };
                raw.Add((byte)(row[i] - prediction));
            }
            above = row;
        }
        return [.. raw];
    }

    /// <summary>Whichever of the three is nearest to left + up - corner; on ties the earlier one.</summary>
    private static int Paeth(int left, int up, int corner) =>
        ((int[])[left, up, corner]).MinBy(value => Math.Abs(left + up - corner - value));

    internal static byte[] Interlace(byte[] labels, int width, int height, int depth)
    {
        var raw = new List<byte>();
        for (int pass = 1; pass <= 7; pass++)
        {
            int[] pixels = [.. Enumerable.Range(0, width * height).Where(i => PassOfPixel[i / width % 8, i % width % 8] == pass)];
            if (pixels.Length == 0) continue;
            int rows = pixels.Select(i => i / width).Distinct().Count();
            raw.AddRange(Filter([.. pixels.Select(i => labels[i])], pixels.Length / rows, depth));
        }
        return [.. raw];
    }

    internal static byte[] Png(int width, int height, int depth, byte colour, bool interlaced, byte[] raw, int bytesAChunk = int.MaxValue)
    {
        (string, byte[])[] data = [.. Zlib(raw).Chunk(bytesAChunk).Select(part => ("IDAT", part))];
        (string, byte[])[] palette = colour == Indexed ? [("PLTE", new byte[3 << depth])] : [];
        return Assemble([Header(width, height, depth, colour, interlaced), .. palette, .. data]);
    }

    internal static (string, byte[]) Header(int width, int height, int depth, byte colour, bool interlaced)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)depth, colour, interlaced ? (byte)1 : (byte)0);
        return ("IHDR", header);
    }

    internal static byte[] Zlib(byte[] raw)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal)) zlib.Write(raw);
        return packed.ToArray();
    }

    internal static byte[] Assemble(params (string Type, byte[] Content)[] chunks)
    {
        var png = new List<byte>([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        foreach ((string type, byte[] content) in chunks.Append(("IEND", [])))
        {
            byte[] body = [.. Encoding.ASCII.GetBytes(type), .. content], number = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
            png.AddRange(number);
            png.AddRange(body);
            BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
            png.AddRange(number);
        }
        return [.. png];
    }

    /// <summary>CRC-32 by long division, bit by bit; "IEND" gives AE426082, the bytes that end every PNG.</summary>
    private static uint Crc(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
            for (int bit = 0; bit < 8; bit++)
                crc = ((crc ^ value >> bit) & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        return ~crc;
    }
}
