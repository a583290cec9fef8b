using System.Buffers.Binary;
using Microsoft.ML.Data;

namespace Standins.Tests.Images;

public sealed class CorruptImageTests
{
    private static readonly byte[] Png = PngFile.Create(64, 64, 8, PngFile.Rgb, Noise(64 * 64 * 3));
    private static readonly byte[] Bmp = BmpFile.Create(16, 16, 24, Noise(16 * 16 * 3));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(20)]
    [InlineData(33)]
    public void A_png_without_pixels_is_refused(int length) =>
        Assert.Throws<ArgumentException>(() => Load(Png[..length]));

    [Fact]
    public void Half_an_image_has_its_first_rows()
    {
        using var whole = Load(Png);
        using var half = Load(Png[..(Png.Length / 2)]);
        const int quarter = 64 * 16 * 4;

        Assert.Equal(whole.Pixels[..quarter].ToArray(), half.Pixels[..quarter].ToArray());
        Assert.All(half.Pixels[(3 * quarter)..].ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_header_that_claims_too_many_pixels_allocates_nothing()
    {
        byte[] huge = [.. Png];
        BinaryPrimitives.WriteInt32BigEndian(huge.AsSpan(16), 60_000);
        BinaryPrimitives.WriteInt32BigEndian(huge.AsSpan(20), 60_000);
        long before = GC.GetAllocatedBytesForCurrentThread();

        var error = Assert.Throws<ArgumentException>(() => Load(huge));
        Assert.Contains("60000 x 60000", error.Message);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public void A_size_that_the_file_could_not_hold_is_refused_below_the_limit_too()
    {
        // 8,000 x 8,000 are 64 million pixels, less than the limit; 12 kB of deflated bytes cannot make them.
        byte[] huge = [.. Png[..400]];
        BinaryPrimitives.WriteInt32BigEndian(huge.AsSpan(16), 8_000);
        BinaryPrimitives.WriteInt32BigEndian(huge.AsSpan(20), 8_000);
        Assert.Throws<ArgumentException>(() => Load(huge));
    }

    [Theory]
    [InlineData("GIF89a", "GIF")]
    [InlineData("RIFF0000WEBP", "WebP")]
    public void Formats_of_the_real_library_name_the_package(string start, string format)
    {
        byte[] file = [.. System.Text.Encoding.ASCII.GetBytes(start), .. new byte[64]];
        var error = Assert.Throws<NotSupportedException>(() => Load(file));
        Assert.Contains(format, error.Message);
        Assert.Contains("Microsoft.ML.ImageAnalytics", error.Message);
    }

    [Fact]
    public void What_is_no_image_is_refused_with_the_source_named()
    {
        Assert.Throws<ArgumentException>(() => Load([]));
        Assert.Throws<ArgumentException>(() => Load(Noise(500)));
        Assert.Throws<ArgumentNullException>(() => MLImage.CreateFromStream(null));
        Assert.Throws<ArgumentNullException>(() => MLImage.CreateFromFile(null));
        var error = Assert.Throws<ArgumentException>(() => MLImage.CreateFromFile("no/such/image.png"));
        Assert.Contains("no/such/image.png", error.Message);
        Assert.Throws<ArgumentException>(() => MLImage.CreateFromFile(Path.GetTempPath()));
    }

    [Fact]
    public void Random_damage_never_does_worse_than_an_argument_exception()
    {
        byte[][] seeds = [Png, Bmp, PngFile.CreateInterlaced(20, 20, Noise(400)), Jpeg(),
            BmpFile.Create(9, 7, 8, Noise(200), Noise(1024), BmpFile.Rle8), BmpFile.Create(9, 7, 4, Noise(200), Noise(64), BmpFile.Rle4)];
        var random = new Random(5);
        int decoded = 0, refused = 0;
        for (int round = 0; round < 400; round++)
        {
            foreach (byte[] seed in seeds)
            {
                byte[] damaged = [.. seed[..(random.Next(3) == 0 ? random.Next(seed.Length) : seed.Length)]];
                // Most damage to where the headers are.
                for (int k = random.Next(1, 8); k > 0 && damaged.Length > 0; k--)
                    damaged[random.Next(random.Next(2) == 0 ? Math.Min(200, damaged.Length) : damaged.Length)] = (byte)random.Next(256);
                switch (Record.Exception(() => Load(damaged).Dispose()))
                {
                    case null: decoded++; break;
                    case ArgumentException or NotSupportedException: refused++; break;
                    case var other: Assert.Fail($"{other}"); break;
                }
            }
        }
        Assert.True(decoded > 100 && refused > 100, $"{decoded} decoded and {refused} refused: the damage tests nothing");
    }

    [Fact]
    public void An_undamaged_image_decodes_right_after_a_damaged_one()
    {
        byte[] jpeg = Jpeg();
        using var expected = Load(jpeg);
        for (int i = 0; i < 20; i++)
        {
            Record.Exception(() => Load(jpeg[..(100 + 20 * i)]).Dispose());
            using var again = Load(jpeg);
            Assert.Equal(expected.Pixels.ToArray(), again.Pixels.ToArray());
        }
    }

    private static byte[] Noise(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Jpeg()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.jpg");
        try
        {
            using var image = Load(Png);
            image.Save(path);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static MLImage Load(byte[] file) => MLImage.CreateFromStream(new MemoryStream(file));
}
