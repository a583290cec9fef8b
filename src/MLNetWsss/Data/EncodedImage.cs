using System.Buffers.Binary;
using MLNetWsss.Pipeline;

namespace MLNetWsss.Data;

/// <summary>
/// What an image file says of itself, and whether it is all there. Image decoders take a file that was cut off for a picture whose lower
/// part is empty, and training on it goes wrong without a word; so the file's structure is walked to its end before anything is decoded.
/// Formats: ITU-T T.81, annex B (JPEG); W3C PNG specification, third edition, section 5; Microsoft's BITMAPFILEHEADER and its successors.
/// </summary>
internal static class EncodedImage
{
    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Walks a file from its first byte to its end marker; pixels are not decoded.</summary>
    /// <exception cref="FormatException">It is empty, no JPEG, PNG or BMP, cut off or damaged; the message says which.</exception>
    internal static void RequireWhole(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty)
            throw new FormatException("The file is empty.");
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            RequireWholeJpeg(file);
        else if (file.StartsWith(PngSignature))
            RequireWholePng(file);
        else if (file.StartsWith("BM"u8))
            RequireWholeBmp(file);
        else
            throw new FormatException(
                $"It begins with the bytes {Convert.ToHexString(file[..Math.Min(4, file.Length)])}, which no JPEG, PNG or BMP does.");
    }

    /// <summary>From marker to marker: a frame with a size, at least one scan, and the end marker after the last.</summary>
    private static void RequireWholeJpeg(ReadOnlySpan<byte> file)
    {
        const byte EndOfImage = 0xD9, StartOfScan = 0xDA, Temporary = 0x01, Stuffed = 0x00;
        bool frame = false, scan = false;
        int at = 2;
        while (true)
        {
            // Between markers lie the scans' packed pixels, in which FF is always followed by 00 or by a restart marker.
            int next = file[at..].IndexOf((byte)0xFF);
            at = next < 0 ? file.Length : at + next;
            while (at < file.Length && file[at] == 0xFF)
                at++;
            if (at >= file.Length)
                throw CutOff(file, scan ? "inside its pixel data, before its end marker" : "before its pixel data");
            byte marker = file[at++];
            if (marker is Stuffed or Temporary or >= 0xD0 and <= 0xD8)
                continue;
            if (marker == EndOfImage)
                break;
            int length = file.Length - at >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(file[at..]) : 2;
            if (length < 2)
                throw new FormatException($"It is damaged: its segment {marker:X2} at byte {at - 2} declares {length} bytes.");
            if (length > file.Length - at)
                throw CutOff(file, $"inside its segment {marker:X2}, of which {length} bytes are declared");
            // Frames of every coding: C0 to CF without C4 (Huffman tables), C8 (reserved) and CC (arithmetic tables).
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                if (length < 8 || BinaryPrimitives.ReadUInt16BigEndian(file[(at + 3)..]) == 0
                    || BinaryPrimitives.ReadUInt16BigEndian(file[(at + 5)..]) == 0)
                    throw new FormatException("It is damaged: its frame header declares no size.");
                frame = true;
            }
            scan |= marker == StartOfScan;
            at += length;
        }
        if (!frame || !scan)
            throw new FormatException($"It is damaged: it has no {(frame ? "pixel data" : "frame header")} before its end marker.");
    }

    /// <summary>From chunk to chunk with their checksums: a header first, pixel data, and the end chunk.</summary>
    private static void RequireWholePng(ReadOnlySpan<byte> file)
    {
        const int Overhead = 12; // length, type and checksum of four bytes each
        bool data = false;
        for (int at = PngSignature.Length; ;)
        {
            var rest = file[at..];
            if (rest.Length < Overhead)
                throw CutOff(file, "before its end chunk");
            uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            var type = rest.Slice(4, 4);
            if (length > rest.Length - Overhead)
                throw CutOff(file, $"inside the chunk at byte {at}, of which {length} bytes are declared");
            if (BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + (int)length)..]) != Crc32.Of(rest.Slice(4, 4 + (int)length)))
                throw new FormatException($"It is damaged: the checksum of its chunk at byte {at} does not match.");
            if (at == PngSignature.Length && !type.SequenceEqual("IHDR"u8))
                throw new FormatException("It is damaged: its first chunk is not the header.");
            data |= type.SequenceEqual("IDAT"u8);
            if (type.SequenceEqual("IEND"u8))
                break;
            at += Overhead + (int)length;
        }
        if (!data)
            throw new FormatException("It is damaged: it has no pixel data before its end chunk.");
    }

    /// <summary>A BMP has no end marker: its headers say how many bytes of pixels there must be, and where.</summary>
    private static void RequireWholeBmp(ReadOnlySpan<byte> file)
    {
        const int CoreHeader = 12, InfoHeader = 40, FirstHeader = 14;
        const uint Uncompressed = 0, BitFields = 3, AlphaBitFields = 6;
        if (file.Length < FirstHeader + CoreHeader)
            throw CutOff(file, "inside its headers");
        uint pixels = BinaryPrimitives.ReadUInt32LittleEndian(file[10..]), header = BinaryPrimitives.ReadUInt32LittleEndian(file[14..]);
        bool core = header == CoreHeader;
        if (!core && (header < InfoHeader || header > file.Length - FirstHeader))
            throw CutOff(file, $"inside its headers, of which {header} bytes are declared");
        var info = file[FirstHeader..];
        long width = core ? BinaryPrimitives.ReadUInt16LittleEndian(info[4..]) : BinaryPrimitives.ReadInt32LittleEndian(info[4..]);
        // A negative height says that the top row comes first.
        long height = core
            ? BinaryPrimitives.ReadUInt16LittleEndian(info[6..]) : Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(info[8..]));
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(info[(core ? 10 : 14)..]);
        uint compression = core ? Uncompressed : BinaryPrimitives.ReadUInt32LittleEndian(info[16..]);
        if (width <= 0 || height <= 0)
            throw new FormatException($"It is damaged: its header declares {width} x {height} pixels.");
        // Rows are padded to four bytes. Run lengths are as long as the header says, which may be less than the decoder needs.
        long needed = compression is Uncompressed or BitFields or AlphaBitFields
            ? (width * bits + 31) / 32 * 4 * height
            : BinaryPrimitives.ReadUInt32LittleEndian(info[20..]);
        if (pixels > file.Length || needed > file.Length - pixels)
            throw CutOff(file, $"inside its pixel data: {needed} bytes from byte {pixels} on are declared");
    }

    private static FormatException CutOff(ReadOnlySpan<byte> file, string where) =>
        new($"It is cut off: it ends after {file.Length} bytes, {where}.");
}
