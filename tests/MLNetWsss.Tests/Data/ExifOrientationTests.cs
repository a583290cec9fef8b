using System.Buffers.Binary;
using MLNetWsss.Data;
using Xunit;

namespace MLNetWsss.Tests.Data;

public sealed class ExifOrientationTests
{
    private const ushort ImageWidth = 0x0100;
    private const ushort Orientation = 0x0112;
    private const ushort Short = 3;

    public static TheoryData<int, bool> Orientations()
    {
        var cases = new TheoryData<int, bool>();
        for (int orientation = 1; orientation <= 8; orientation++)
        {
            cases.Add(orientation, true);
            cases.Add(orientation, false);
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Orientations))]
    public void The_tag_is_read_in_both_byte_orders(int orientation, bool little)
    {
        byte[] tiff = Tiff(little, (ImageWidth, Short, 500), (Orientation, Short, (ushort)orientation));
        Assert.Equal(orientation, ExifOrientation.Read(Jpeg(Exif(tiff))));
    }

    [Fact]
    public void Segments_and_fill_bytes_before_it_are_passed_over()
    {
        byte[] jfif = Segment(0xE0, "JFIF\0"u8, new byte[9]), xmp = Segment(0xE1, "http://ns.adobe.com/xap/1.0/\0"u8, new byte[40]);
        Assert.Equal(6, ExifOrientation.Read(Jpeg(jfif, [0xFF, 0xFF], xmp, Exif(Tiff(true, (Orientation, Short, 6))))));
    }

    [Fact]
    public void Without_the_tag_the_picture_is_upright()
    {
        Assert.Equal(1, ExifOrientation.Read(Jpeg(Segment(0xE0, "JFIF\0"u8, new byte[9]))));
        Assert.Equal(1, ExifOrientation.Read(Jpeg(Exif(Tiff(true, (ImageWidth, Short, 8))))));
        Assert.Equal(1, ExifOrientation.Read([]));
        Assert.Equal(1, ExifOrientation.Read("\x89PNG\r\n"u8));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(ushort.MaxValue)]
    public void Values_outside_1_to_8_mean_upright(ushort value)
    {
        Assert.Equal(1, ExifOrientation.Read(Jpeg(Exif(Tiff(false, (Orientation, Short, value))))));
    }

    [Fact]
    public void Values_of_another_type_mean_upright()
    {
        const ushort Ascii = 2;
        Assert.Equal(1, ExifOrientation.Read(Jpeg(Exif(Tiff(true, (Orientation, Ascii, 6))))));
    }

    [Fact]
    public void Nothing_after_the_start_of_the_pixel_data_is_looked_at()
    {
        byte[] scan = Segment(0xDA, [], new byte[6]);
        Assert.Equal(1, ExifOrientation.Read(Jpeg(scan, Exif(Tiff(true, (Orientation, Short, 6))))));
    }

    [Fact]
    public void A_directory_outside_the_block_means_upright()
    {
        byte[] tiff = Tiff(true, (Orientation, Short, 6));
        foreach (uint offset in (uint[])[(uint)tiff.Length - 1, (uint)tiff.Length, int.MaxValue, uint.MaxValue])
        {
            BinaryPrimitives.WriteUInt32LittleEndian(tiff.AsSpan(4), offset);
            Assert.Equal(1, ExifOrientation.Read(Jpeg(Exif(tiff))));
        }
    }

    [Fact]
    public void Damaged_bytes_never_throw()
    {
        byte[] whole = Jpeg(Segment(0xE0, "JFIF\0"u8, new byte[9]), Exif(Tiff(false, (ImageWidth, Short, 500), (Orientation, Short, 6))));
        for (int length = 0; length <= whole.Length; length++) Assert.InRange(ExifOrientation.Read(whole.AsSpan(0, length)), 1, 8);
        var random = new Random(11);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] damaged = [.. whole];
            for (int k = random.Next(1, 5); k > 0; k--) damaged[random.Next(2, damaged.Length)] = (byte)random.Next(256);
            Assert.InRange(ExifOrientation.Read(damaged), 1, 8);
        }
    }

    private static byte[] Jpeg(params byte[][] segments) => [0xFF, 0xD8, .. segments.SelectMany(s => s), 0xFF, 0xD9];

    private static byte[] Exif(byte[] tiff) => Segment(0xE1, "Exif\0\0"u8, tiff);

    private static byte[] Segment(byte marker, ReadOnlySpan<byte> name, byte[] content)
    {
        int length = 2 + name.Length + content.Length;
        return [0xFF, marker, (byte)(length >> 8), (byte)length, .. name, .. content];
    }

    /// <summary>A TIFF header, then one directory of 12-byte entries: tag, type, count 1, value (TIFF 6.0, section 2).</summary>
    private static byte[] Tiff(bool little, params (ushort Tag, ushort Type, ushort Value)[] entries)
    {
        var tiff = new List<byte>(little ? "II*\0"u8.ToArray() : "MM\0*"u8.ToArray());
        Number(8, 4);
        Number((uint)entries.Length, 2);
        foreach ((ushort tag, ushort type, ushort value) in entries)
        {
            Number(tag, 2);
            Number(type, 2);
            Number(1, 4);
            Number(value, 2);
            Number(0, 2);
        }
        Number(0, 4);
        return [.. tiff];

        void Number(uint value, int bytes)
        {
            for (int i = 0; i < bytes; i++) tiff.Add((byte)(value >> 8 * (little ? i : bytes - 1 - i)));
        }
    }
}
