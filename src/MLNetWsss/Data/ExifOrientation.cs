using System.Buffers.Binary;

namespace MLNetWsss.Data;

/// <summary>
/// How a camera was held, as a JPEG's EXIF block records it. Image decoders hand out the pixels as stored; masks and boxes that were
/// drawn on the upright picture then lie elsewhere. Format: JEITA CP-3451 (Exif), 4.5 and 4.6; TIFF 6.0, section 2.
/// </summary>
internal static class ExifOrientation
{
    /// <summary>The stored rows are the picture's rows from the top, their pixels run from the left.</summary>
    public const int Upright = 1;

    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte App1 = 0xE1;
    private const ushort OrientationTag = 0x0112;
    private const ushort ShortType = 3;
    private const int EntryLength = 12;

    /// <summary>
    /// The orientation 1 to 8 that a JPEG's EXIF block names; 1 (upright) where there is none, or where the bytes are no JPEG or are
    /// damaged. Never throws, and looks no further than the start of the pixel data.
    /// </summary>
    /// <param name="jpeg">A JPEG file, or its beginning: EXIF stands within the first 64 KiB or so.</param>
    public static int Read(ReadOnlySpan<byte> jpeg)
    {
        if (jpeg.Length < 2 || jpeg[0] != 0xFF || jpeg[1] != StartOfImage) return Upright;
        ReadOnlySpan<byte> rest = jpeg[2..];
        while (rest.Length >= 4 && rest[0] == 0xFF)
        {
            byte marker = rest[1];
            if (marker == 0xFF)
            {
                // Any number of fill bytes may stand before a marker.
                rest = rest[1..];
                continue;
            }
            if (marker is StartOfScan or EndOfImage) break;
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (length < 2 || length > rest.Length - 2) break;
            ReadOnlySpan<byte> content = rest.Slice(4, length - 2);
            if (marker == App1 && content.StartsWith("Exif\0\0"u8)) return FromTiff(content[6..]);
            rest = rest[(2 + length)..];
        }
        return Upright;
    }

    private static int FromTiff(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8) return Upright;
        bool little = tiff.StartsWith("II*\0"u8);
        if (!little && !tiff.StartsWith("MM\0*"u8)) return Upright;
        uint directory = little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2) return Upright;
        ReadOnlySpan<byte> entries = tiff[(int)directory..];
        int count = Short(entries, little);
        entries = entries[2..];
        for (; count > 0 && entries.Length >= EntryLength; count--, entries = entries[EntryLength..])
        {
            if (Short(entries, little) != OrientationTag) continue;
            // A short fills the first two of the entry's four value bytes, in either byte order.
            int value = Short(entries[2..], little) == ShortType ? Short(entries[8..], little) : Upright;
            return value is >= 1 and <= 8 ? value : Upright;
        }
        return Upright;
    }

    private static ushort Short(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
