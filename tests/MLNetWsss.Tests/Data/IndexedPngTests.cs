using System.Buffers.Binary;
using System.Text;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using Xunit;
using static MLNetWsss.Tests.Data.HandmadePng;

namespace MLNetWsss.Tests.Data;

public sealed class IndexedPngTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(64, 48)]
    public void Labels_survive_writing_and_reading(int width, int height)
    {
        byte[] labels = Labels(width, height, 8);
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.png");
        try
        {
            IndexedPng.Write(path, labels, width, height, Palette.Voc);
            var read = IndexedPng.Read(path);
            Assert.Equal((width, height), (read.Width, read.Height));
            Assert.Equal(labels, read.Labels);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public static TheoryData<int, byte, bool> Kinds()
    {
        var kinds = new TheoryData<int, byte, bool>();
        foreach (int depth in (int[])[1, 2, 4, 8])
            foreach (byte colour in (byte[])[Greyscale, Indexed])
                foreach (bool interlaced in (bool[])[false, true])
                    kinds.Add(depth, colour, interlaced);
        return kinds;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_depth_filter_and_interlacing_gives_the_indices_themselves(int depth, byte colour, bool interlaced)
    {
        foreach ((int width, int height) in ((int, int)[])[(1, 1), (2, 1), (1, 5), (5, 3), (8, 8), (9, 10), (33, 17)])
        {
            byte[] labels = Labels(width, height, depth);
            byte[] raw = interlaced ? Interlace(labels, width, height, depth) : Filter(labels, width, depth);
            var read = IndexedPng.Decode(Png(width, height, depth, colour, interlaced, raw), "mask.png");
            Assert.Equal((width, height), (read.Width, read.Height));
            Assert.Equal(labels, read.Labels);
        }
    }

    [Fact]
    public void Two_by_two_pixels_of_one_bit_are_read_from_the_highest_bit_on()
    {
        // Filter 0 and 0b10 in the top bits: labels 1, 0. Filter 2 (up) and 0b11 added to the row above: 0b10 + 0b11 = 0b01 in two bits
        // would carry; as bytes 0x80 + 0xC0 = 0x140, kept modulo 256: 0x40 = 0b01: labels 0, 1.
        var read = IndexedPng.Decode(Png(2, 2, 1, Indexed, false, [0, 0x80, 2, 0xC0]), "mask.png");
        Assert.Equal([1, 0, 0, 1], read.Labels);
    }

    [Fact]
    public void Grey_levels_of_few_bits_are_not_stretched()
    {
        // 4-bit grey 0x0F would be shown as 255; as a label it is 15.
        Assert.Equal([15, 1], IndexedPng.Decode(Png(2, 1, 4, Greyscale, false, [0, 0xF1]), "mask.png").Labels);
    }

    [Fact]
    public void Pixel_data_may_come_in_many_chunks()
    {
        byte[] labels = Labels(20, 20, 8);
        byte[] png = Png(20, 20, 8, Indexed, false, Filter(labels, 20, 8), bytesAChunk: 7);
        Assert.Equal(labels, IndexedPng.Decode(png, "mask.png").Labels);
    }

    [Theory]
    [InlineData(Truecolour, 8, "an RGB image")]
    [InlineData(6, 8, "an RGBA image")]
    [InlineData(4, 8, "a greyscale image with alpha")]
    [InlineData(Greyscale, 16, "a 16-bit greyscale image")]
    public void An_image_of_colours_is_refused_by_name_with_what_to_do(byte colour, int depth, string found)
    {
        var error = Assert.Throws<InvalidDataException>(() =>
            IndexedPng.Decode(Png(1, 1, depth, colour, false, new byte[9]), "cat_mask.png"));
        Assert.Contains("cat_mask.png", error.Message);
        Assert.Contains(found, error.Message);
        Assert.Contains("expected a palette or greyscale PNG", error.Message);
        Assert.Contains("Save the mask with its indices", error.Message);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xD8, 0xFF, 0xE0 }, "JPEG")]
    [InlineData(new byte[] { }, "empty")]
    [InlineData(new byte[] { (byte)'G', (byte)'I', (byte)'F' }, "no PNG")]
    public void What_is_no_PNG_is_refused_by_name(byte[] bytes, string found)
    {
        var error = Assert.Throws<InvalidDataException>(() => IndexedPng.Decode(bytes, "a.jpg"));
        Assert.Contains("a.jpg", error.Message);
        Assert.Contains(found, error.Message);
    }

    [Fact]
    public void Any_flipped_bit_is_noticed()
    {
        byte[] png = IndexedPng.Encode(Labels(6, 5, 8), 6, 5, Palette.Voc);
        for (int bit = 0; bit < png.Length * 8; bit++)
        {
            png[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Throws<InvalidDataException>(() => IndexedPng.Decode(png, "mask.png"));
            png[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [Fact]
    public void Any_missing_end_is_noticed()
    {
        byte[] png = IndexedPng.Encode(Labels(6, 5, 8), 6, 5, Palette.Voc);
        for (int length = 0; length < png.Length; length++)
            Assert.Throws<InvalidDataException>(() => IndexedPng.Decode(png.AsSpan(0, length), "mask.png"));
    }

    [Theory]
    [InlineData(30_000, 30_000)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void A_size_that_the_data_cannot_fill_allocates_nothing(int width, int height)
    {
        const long Slack = 1 << 20; // Bytes: the file's copies, the exception and its text, far below the 900 MB declared at least.
        byte[] png = Png(width, height, 8, Indexed, false, new byte[100]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<InvalidDataException>(() => IndexedPng.Decode(png, "bomb.png"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Slack);
        Assert.Contains($"{width}x{height}", error.Message);
    }

    [Theory]
    [InlineData(8, "8 bytes where its header calls for 9")]
    [InlineData(10, "more than the 9 bytes")]
    public void Pixel_data_must_have_the_declared_size(int bytes, string found)
    {
        // 2 x 3 pixels of 8 bits: three rows of one filter byte and two labels, 9 bytes.
        var error = Assert.Throws<InvalidDataException>(() => IndexedPng.Decode(Png(2, 3, 8, Indexed, false, new byte[bytes]), "mask.png"));
        Assert.Contains(found, error.Message);
    }

    [Fact]
    public void An_unknown_filter_is_refused()
    {
        var error = Assert.Throws<InvalidDataException>(() => IndexedPng.Decode(Png(1, 2, 8, Indexed, false, [0, 0, 5, 0]), "mask.png"));
        Assert.Contains("row 1 uses the unknown filter 5", error.Message);
    }

    [Fact]
    public void Pixel_data_that_are_no_zlib_stream_are_refused()
    {
        byte[] png = Assemble(Header(1, 1, 8, Indexed, false), ("PLTE", new byte[3]), ("IDAT", [1, 2, 3, 4, 5, 6, 7, 8]));
        var error = Assert.Throws<InvalidDataException>(() => IndexedPng.Decode(png, "mask.png"));
        Assert.Contains("cannot be decompressed", error.Message);
        Assert.NotNull(error.InnerException);
    }

    [Fact]
    public void An_unknown_chunk_stops_reading_only_if_it_is_critical()
    {
        byte[] data = Zlib([0, 7]);
        (string, byte[]) header = Header(1, 1, 8, Indexed, false), palette = ("PLTE", new byte[3]);
        Assert.Equal([7], IndexedPng.Decode(Assemble(header, ("teXT", [1, 2]), palette, ("IDAT", data)), "mask.png").Labels);
        byte[] critical = Assemble(header, ("QUAX", []), palette, ("IDAT", data));
        var error = Assert.Throws<InvalidDataException>(() => IndexedPng.Decode(critical, "mask.png"));
        Assert.Contains("'QUAX'", error.Message);
    }

    [Fact]
    public void The_palette_holds_the_colours_of_all_its_labels_and_of_ignored_pixels()
    {
        var palette = Palette.FromColors([(0, 0, 0), (10, 20, 30)]);
        byte[] png = IndexedPng.Encode([1, LabelMap.Ignore], 2, 1, palette);
        // Signature 8, header chunk 25, then the palette's length, type and colours.
        ReadOnlySpan<byte> chunk = png.AsSpan(33);
        Assert.Equal(3 * 256, BinaryPrimitives.ReadInt32BigEndian(chunk));
        Assert.Equal("PLTE", Encoding.ASCII.GetString(chunk.Slice(4, 4)));
        Assert.Equal([10, 20, 30], chunk.Slice(8 + 3, 3).ToArray());
        var (r, g, b) = palette[LabelMap.Ignore];
        Assert.Equal([r, g, b], chunk.Slice(8 + 3 * 255, 3).ToArray());
    }

    [Fact]
    public void A_label_without_a_colour_is_not_written()
    {
        Assert.Throws<ArgumentException>(() => IndexedPng.Encode([0, 2], 2, 1, Palette.FromColors([(0, 0, 0), (1, 1, 1)])));
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(0, 0)]
    [InlineData(-1, -3)]
    public void Labels_must_fill_the_declared_size(int width, int height)
    {
        Assert.Throws<ArgumentException>(() => IndexedPng.Encode([0, 0, 0], width, height, Palette.Voc));
    }
}
