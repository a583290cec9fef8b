using Microsoft.ML.Data;

namespace Standins.Tests.Images;

public sealed class JpegTests
{
    // Two roundings: into the file's luminance and chrominance, and back.
    private const int ColourTolerance = 2;

    // 16 x 8 pixels each, of one colour, at quality 95; written by libjpeg-turbo: grey 100; red 200, green 100, blue 50 in progressive
    // scans; and cyan 200, magenta 100, yellow 50, black 128 as Adobe stores them, inverted.
    private const string Grey =
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCg"
        + "r/wAALCAAIABABAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKB"
        + "kaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpK"
        + "Wmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/APD6K//Z";

    private const string Progressive =
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCg"
        + "r/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/wgARCAAIABADAREAAhEBAxEB"
        + "/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAVAQEBAAAAAAAAAAAAAAAAAAAAB//aAAwDAQACEAMQAAABnldsH//EABQQAQAAAAAAAAAAAAAAAAAAABD/2g"
        + "AIAQEAAQUCP//EABQRAQAAAAAAAAAAAAAAAAAAABD/2gAIAQMBAT8BP//EABQRAQAAAAAAAAAAAAAAAAAAABD/2gAIAQIBAT8BP//EABQQAQAAAAAAAAAA"
        + "AAAAAAAAABD/2gAIAQEABj8CP//EABQQAQAAAAAAAAAAAAAAAAAAABD/2gAIAQEAAT8hP//aAAwDAQACAAMAAAAQA//EABQRAQAAAAAAAAAAAAAAAAAAAB"
        + "D/2gAIAQMBAT8QP//EABQRAQAAAAAAAAAAAAAAAAAAABD/2gAIAQIBAT8QP//EABQQAQAAAAAAAAAAAAAAAAAAABD/2gAIAQEAAT8QP//Z";

    private const string Cmyk =
        "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggLCAkKCgoKCgYICwwLCgwJCgoK/8"
        + "AAFAgACAAQBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNR"
        + "YQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlp"
        + "eYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD9IK8Pr8x6KKKKK//Z";

    [Fact]
    public void Grey_becomes_three_equal_colours() => AssertUniform(Convert.FromBase64String(Grey), 100, 100, 100);

    [Fact]
    public void Progressive_scans_are_put_together() => AssertUniform(Convert.FromBase64String(Progressive), 50, 100, 200);

    // What is stored is the light that each ink lets through: 50 * 128 / 255, 100 * 128 / 255, 200 * 128 / 255.
    [Fact]
    public void Four_inks_become_three_colours() => AssertUniform(Convert.FromBase64String(Cmyk), 25, 50, 100);

    [Fact]
    public void A_saved_photograph_is_nearly_what_it_was()
    {
        // A smooth slope, which quality 100 keeps within a few steps even where chrominance is halved.
        const int width = 40, height = 24, tolerance = 6;
        byte[] pixels = [.. Enumerable.Range(0, width * height)
            .SelectMany(i => new byte[] { (byte)(i % width * 5), (byte)(i / width * 9), 80, 255 })];
        using var image = MLImage.CreateFromPixels(width, height, MLPixelFormat.Bgra32, pixels);
        using var again = MLImage.CreateFromStream(new MemoryStream(Saved(image)));

        Assert.Equal((width, height), (again.Width, again.Height));
        byte[] found = again.Pixels.ToArray();
        Assert.All(found.Zip(pixels), pair => Assert.InRange(pair.First, pair.Second - tolerance, pair.Second + tolerance));
    }

    [Fact]
    public void Red_and_blue_are_not_confused_in_either_pixel_format()
    {
        byte[] red = [.. Enumerable.Repeat(new byte[] { 255, 0, 0, 255 }, 64).SelectMany(pixel => pixel)];
        using var image = MLImage.CreateFromPixels(8, 8, MLPixelFormat.Rgba32, red);
        AssertUniform(Saved(image), 0, 0, 255, width: 8);
    }

    [Fact]
    public void The_orientation_of_the_camera_is_not_applied()
    {
        // An Exif segment (APP1) with one entry, orientation (0x0112) = 6, a quarter turn; little-endian TIFF.
        byte[] exif = [.. "Exif\0\0II*\0\u0008\0\0\0\u0001\0\u0012\u0001\u0003\0\u0001\0\0\0\u0006\0\0\0\0\0\0\0"u8];
        byte[] plain = Convert.FromBase64String(Grey);
        byte[] turned = [.. plain[..2], 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. plain[2..]];
        AssertUniform(turned, 100, 100, 100);
    }

    private static byte[] Saved(MLImage image)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.jpg");
        try
        {
            image.Save(path);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void AssertUniform(byte[] file, int blue, int green, int red, int width = 16)
    {
        using var image = MLImage.CreateFromStream(new MemoryStream(file));
        Assert.Equal((width, 8), (image.Width, image.Height));
        int[] expected = [blue, green, red, 255];
        byte[] pixels = image.Pixels.ToArray();
        Assert.All(pixels.Index(), entry =>
            Assert.InRange(entry.Item, expected[entry.Index % 4] - ColourTolerance, expected[entry.Index % 4] + ColourTolerance));
    }
}
