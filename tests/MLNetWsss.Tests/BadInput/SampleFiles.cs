using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using MLNetWsss.Pipeline;

namespace MLNetWsss.Tests.BadInput;

/// <summary>Image files of every kind, as bytes: the real ones are few pixels large, and each can be cut or changed.</summary>
internal static class SampleFiles
{
    internal const byte Grey = 0, Colour = 2, Indexed = 3, GreyAlpha = 4, ColourAlpha = 6;

    /// <summary>
    /// 16 x 16 grey levels in four quarters: 0, 80, 160, 240. Written with TurboJPEG's tjCompress2 at quality 90, one component.
    /// </summary>
    internal static byte[] GreyJpeg { get; } = Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAAQ" +
        "ABABAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2Jy" +
        "ggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJ" +
        "ytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/APyqr7Vr7Vr7Wr//2Q==");

    /// <summary>
    /// 16 x 16 in the printing colours: white, red, green and half-dark blue quarters. Written with TurboJPEG's tjCompress2 from CMYK pixels
    /// at quality 90, which stores inverted ink and Adobe's marker, as printing software does.
    /// </summary>
    internal static byte[] CmykJpeg { get; } = Convert.FromBase64String(
        "/9j/7gAOQWRvYmUAZAAAAAAC/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBETFBUVFQwPFxgWFBgSFBUU/9sAQwEDBAQF" +
        "BAUJBQUJFA0LDRQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU/8AAFAgAEAAQBAERAAIRAQMRAQQRAP/EAB8AAAEFAQEB" +
        "AQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2" +
        "Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn" +
        "6Onq8fLz9PX29/j5+v/EAB8BAAMBAQEBAQEBAQEAAAAAAAABAgMEBQYHCAkKC//EALURAAIBAgQEAwQHBQQEAAECdwABAgMRBAUhMQYSQVEHYXETIjKBCBRCkaGxwQkj" +
        "M1LwFWJy0QoWJDThJfEXGBkaJicoKSo1Njc4OTpDREVGR0hJSlNUVVZXWFlaY2RlZmdoaWpzdHV2d3h5eoKDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5" +
        "usLDxMXGx8jJytLT1NXW19jZ2uLj5OXm5+jp6vLz9PX29/j5+v/aAA4EAQACEQMRBAAAPwD8qqAP1Tr93a/cz/KoK+Oq/bT/AKcgr9Qq/wCco/ho/Kyv/9k=");

    /// <summary>A JPEG with a block that says how the camera was held (TIFF 6.0, section 2: one entry, tag 274, a short).</summary>
    internal static byte[] WithOrientation(byte[] jpeg, byte orientation)
    {
        byte[] tiff = [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0];
        byte[] block = [.. "Exif\0\0"u8, .. tiff];
        return [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(block.Length + 2), .. block, .. jpeg[2..]];
    }

    /// <summary>A PNG of any kind.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="depth">Bits a sample.</param>
    /// <param name="kind">The colour type.</param>
    /// <param name="rows">The rows' bytes one after the other, without filter bytes.</param>
    /// <param name="more">Chunks before the pixels, such as a palette.</param>
    internal static byte[] Png(int width, int height, byte depth, byte kind, byte[] rows, params (string Type, byte[] Content)[] more)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (depth, kind);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest))
            foreach (byte[] row in rows.Chunk(rows.Length / height))
                zlib.Write([0, .. row]);
        return [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, .. Chunk("IHDR", header), .. more.SelectMany(m => Chunk(m.Type, m.Content)),
            .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", [])];
    }

    /// <summary>A photo-like PNG: a gradient in colour.</summary>
    internal static byte[] ColourPng(int width, int height) => Png(width, height, 8, Colour, [.. Enumerable.Range(0, width * height)
        .SelectMany(i => new[] { (byte)(i % width * 255 / width), (byte)(i / width * 255 / height), (byte)(i % 7 * 30) })]);

    /// <summary>A mask whose labels are all the same but for the first.</summary>
    internal static byte[] MaskPng(int width, int height, byte label, byte first = 0)
    {
        var labels = new byte[width * height];
        Array.Fill(labels, label);
        labels[0] = first;
        return Png(width, height, 8, Indexed, labels, ("PLTE", new byte[768]));
    }

    /// <summary>An uncompressed 24-bit BMP, bottom row first, rows padded to four bytes.</summary>
    internal static byte[] Bmp(int width, int height, byte red, byte green, byte blue)
    {
        byte[] row = [.. Enumerable.Repeat<byte[]>([blue, green, red], width).SelectMany(p => p), .. new byte[(4 - width * 3 % 4) % 4]];
        byte[] pixels = [.. Enumerable.Repeat(row, height).SelectMany(r => r)];
        var headers = new byte[54];
        "BM"u8.CopyTo(headers);
        BinaryPrimitives.WriteInt32LittleEndian(headers.AsSpan(2), 54 + pixels.Length);
        BinaryPrimitives.WriteInt32LittleEndian(headers.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(headers.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(headers.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(headers.AsSpan(22), height);
        (headers[26], headers[28]) = (1, 24);
        return [.. headers, .. pixels];
    }

    internal static byte[] Chunk(string type, byte[] content)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. content], number = new byte[4], sum = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(sum, Crc32.Of(body));
        return [.. number, .. body, .. sum];
    }
}
