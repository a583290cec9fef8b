namespace Standins.Tests.Images;

/// <summary>BMP files byte by byte, after Microsoft's BITMAPFILEHEADER, BITMAPCOREHEADER and BITMAPINFOHEADER.</summary>
internal static class BmpFile
{
    public const int Plain = 0, Rle8 = 1, Rle4 = 2, BitFields = 3;

    /// <param name="rows">The pixels as the file has them: rows from bottom to top (from top to bottom if the height is negative), each of
    /// whole 4 bytes.</param>
    /// <param name="table">Palette of blue, green, red, 0, or the masks of red, green and blue.</param>
    public static byte[] Create(int width, int height, int bits, byte[] rows, byte[] table = null, int compression = Plain)
    {
        table ??= [];
        var file = new MemoryStream();
        var writer = new BinaryWriter(file);
        writer.Write("BM"u8);
        writer.Write(54 + table.Length + rows.Length);
        writer.Write(0);
        writer.Write(54 + table.Length);
        writer.Write(40);
        writer.Write(width);
        writer.Write(height);
        writer.Write((short)1);
        writer.Write((short)bits);
        writer.Write(compression);
        writer.Write(rows.Length);
        writer.Write(0L);
        writer.Write(bits <= 8 ? table.Length / 4 : 0);
        writer.Write(0);
        writer.Write(table);
        writer.Write(rows);
        return file.ToArray();
    }

    /// <summary>A file of the oldest kind: 24 bits and 16-bit sizes.</summary>
    public static byte[] CreateCore(short width, short height, byte[] rows)
    {
        var file = new MemoryStream();
        var writer = new BinaryWriter(file);
        writer.Write("BM"u8);
        writer.Write(26 + rows.Length);
        writer.Write(0);
        writer.Write(26);
        writer.Write(12);
        writer.Write(width);
        writer.Write(height);
        writer.Write((short)1);
        writer.Write((short)24);
        writer.Write(rows);
        return file.ToArray();
    }
}
