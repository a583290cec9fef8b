using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using MLNetWsss.Imaging;

namespace MLNetWsss.Data;

/// <summary>Scenes as files, in the layout of PASCAL VOC plus a table of tags.</summary>
public static class SyntheticScenesFolder
{
    /// <summary>
    /// Writes scenes 0 to train - 1 as the split "train" and the next ones as "val": <c>Images/0000.png</c> (8-bit RGB),
    /// <c>SegmentationClass/0000.png</c> (palette images in VOC's colours), <c>ImageSets/Segmentation/train.txt</c> and <c>val.txt</c>, and
    /// <c>labels.csv</c> with the columns id, split and one of 0 or 1 per class. Files of the same names are replaced.
    /// </summary>
    /// <param name="folder">Made if missing.</param>
    /// <param name="train">Number of scenes to train on, at least 0.</param>
    /// <param name="val">Number of scenes to evaluate on, at least 0.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, or an option out of its range.</exception>
    public static void Write(string folder, int train, int val, SyntheticSceneOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentOutOfRangeException.ThrowIfNegative(train);
        ArgumentOutOfRangeException.ThrowIfNegative(val);
        options ??= new();
        options.Validate();
        string images = Directory.CreateDirectory(Path.Combine(folder, "Images")).FullName;
        string masks = Directory.CreateDirectory(Path.Combine(folder, "SegmentationClass")).FullName;
        string sets = Directory.CreateDirectory(Path.Combine(folder, "ImageSets", "Segmentation")).FullName;
        var table = new StringBuilder("id,split");
        foreach (var name in SyntheticScenes.ClassNames.Take(options.Classes))
            table.Append(',').Append(name);
        table.Append('\n');
        for (int index = 0; index < train + val; index++)
        {
            var scene = SyntheticScenes.Generate(index, options);
            string id = Id(index), file = id + ".png";
            File.WriteAllBytes(Path.Combine(images, file), EncodePng(scene.Image));
            IndexedPng.Write(Path.Combine(masks, file), scene.Mask.Labels, scene.Mask.Width, scene.Mask.Height, Palette.Voc);
            table.Append(id).Append(index < train ? ",train" : ",val");
            foreach (float tag in scene.TagVector(options.Classes))
                table.Append(tag > 0 ? ",1" : ",0");
            table.Append('\n');
        }
        File.WriteAllText(Path.Combine(folder, "labels.csv"), table.ToString());
        File.WriteAllText(Path.Combine(sets, "train.txt"), Lines(0, train));
        File.WriteAllText(Path.Combine(sets, "val.txt"), Lines(train, val));
    }

    private static string Id(int index) => index.ToString("D4", CultureInfo.InvariantCulture);

    private static string Lines(int first, int count) =>
        string.Concat(Enumerable.Range(first, count).Select(index => Id(index) + "\n"));

    /// <summary>An 8-bit RGB PNG (W3C PNG specification, third edition).</summary>
    internal static byte[] EncodePng(RgbImage image)
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], image.Height);
        (header[8], header[9]) = (8, 2);
        WriteChunk(png, "IHDR"u8, header);
        using var data = new MemoryStream();
        using (var deflate = new ZLibStream(data, CompressionLevel.SmallestSize, leaveOpen: true))
            WriteRows(deflate, image);
        WriteChunk(png, "IDAT"u8, data.ToArray());
        WriteChunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    /// <summary>
    /// Per row the filter whose bytes, read as signed numbers, have the smallest sum of magnitudes (the heuristic of PNG 12.7).
    /// </summary>
    private static void WriteRows(Stream stream, RgbImage image)
    {
        int stride = 3 * image.Width;
        byte[] above = new byte[stride], best = new byte[stride], trial = new byte[stride];
        for (int row = 0; row < image.Height; row++)
        {
            var line = image.Pixels.Slice(row * stride, stride);
            int bestFilter = 0, bestCost = int.MaxValue;
            for (int filter = 0; filter <= 4; filter++)
            {
                int cost = Filter(filter, line, above, trial);
                if (cost >= bestCost)
                    continue;
                (bestFilter, bestCost) = (filter, cost);
                (best, trial) = (trial, best);
            }
            stream.WriteByte((byte)bestFilter);
            stream.Write(best);
            line.CopyTo(above);
        }
    }

    private static int Filter(int filter, ReadOnlySpan<byte> line, ReadOnlySpan<byte> above, Span<byte> filtered)
    {
        int cost = 0;
        for (int i = 0; i < line.Length; i++)
        {
            int left = i >= 3 ? line[i - 3] : 0, up = above[i], corner = i >= 3 ? above[i - 3] : 0;
            int guess = filter switch
            {
                0 => 0,
                1 => left,
                2 => up,
                3 => (left + up) / 2,
                _ => Paeth(left, up, corner),
            };
            filtered[i] = (byte)(line[i] - guess);
            cost += Math.Abs((int)(sbyte)filtered[i]);
        }
        return cost;
    }

    private static int Paeth(int left, int up, int corner)
    {
        int guess = left + up - corner;
        int toLeft = Math.Abs(guess - left), toUp = Math.Abs(guess - up), toCorner = Math.Abs(guess - corner);
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }

    private static void WriteChunk(Stream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        png.Write(number);
        png.Write(type);
        png.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), content));
        png.Write(number);
    }

    /// <summary>The cyclic redundancy check of PNG 5.5, bit by bit: the chunks are small.</summary>
    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return crc;
    }
}
