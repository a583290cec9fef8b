using System.Runtime.InteropServices;
using System.Text;

namespace Microsoft.ML.Data;

/// <summary>Encoded bytes to and from pixels of 4 bytes, through the native codec beside this assembly.</summary>
internal static unsafe partial class ImageCodec
{
    private const string Library = "mlimage_standin";
    private const int MessageCapacity = 256;

    private enum Result
    {
        Decoded = 0,
        Undecodable = 1,
        ForeignFormat = 2,
        Partial = 3,
    }

    /// <summary>
    /// Decodes JPEG, PNG or BMP into B, G, R, A bytes. A truncated image comes back with its missing rows empty where whole rows
    /// could be read, as the real library's decoder does it.
    /// </summary>
    /// <exception cref="ArgumentException">The bytes are no image that can be decoded.</exception>
    /// <exception cref="NotSupportedException">The bytes are an image in a format that only the real library reads.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> encoded, string source, string parameter, out int width, out int height)
    {
        byte* message = stackalloc byte[MessageCapacity];
        message[0] = 0;
        fixed (byte* data = encoded)
        {
            var result = (Result)mlimage_info(data, (nuint)encoded.Length, out width, out height, message, MessageCapacity);
            if (result == Result.ForeignFormat)
                throw new NotSupportedException($"{source} is a {Text(message)} image, which this stand-in does not read. " +
                    "Install the package Microsoft.ML.ImageAnalytics, or convert the image to JPEG or PNG.");
            if (result != Result.Decoded)
                throw new ArgumentException($"Expected a JPEG, PNG or BMP image in {source}; {Text(message)}.", parameter);
            byte[] pixels = GC.AllocateUninitializedArray<byte>(checked(width * height * MLImage.BytesPerPixel));
            fixed (byte* to = pixels)
                result = (Result)mlimage_decode(data, (nuint)encoded.Length, to, width, height, message, MessageCapacity);
            if (result == Result.Undecodable)
                throw new ArgumentException($"The {width}x{height} image in {source} cannot be decoded: {Text(message)}.", parameter);
            return pixels;
        }
    }

    /// <summary>Writes the pixels as the format that the path's extension names.</summary>
    /// <exception cref="ArgumentException">The extension names no format that the real library writes.</exception>
    public static void Save(string path, ReadOnlySpan<byte> pixels, int width, int height, bool blueFirst)
    {
        string extension = Path.GetExtension(path).ToLowerInvariant();
        switch (extension)
        {
            case ".png":
            case ".jpg":
            case ".jpeg":
                File.WriteAllBytes(path, Encode(extension == ".png", pixels, width, height, blueFirst));
                break;
            case ".webp":
                throw new NotSupportedException("This stand-in does not write WebP. Install the package Microsoft.ML.ImageAnalytics, " +
                    "or save as .png or .jpg.");
            default:
                throw new ArgumentException($"Expected a path ending in .png, .jpg, .jpeg or .webp, found '{path}'.", "imagePath");
        }
    }

    private static byte[] Encode(bool asPng, ReadOnlySpan<byte> pixels, int width, int height, bool blueFirst)
    {
        const int JpegQuality = 100;
        byte* message = stackalloc byte[MessageCapacity];
        message[0] = 0;
        byte* encoded = null;
        nuint size = 0;
        int bgr = blueFirst ? 1 : 0;
        try
        {
            fixed (byte* data = pixels)
            {
                int result = asPng
                    ? mlimage_encode_png(data, width, height, bgr, &encoded, &size, message, MessageCapacity)
                    : mlimage_encode_jpeg(data, width, height, bgr, JpegQuality, &encoded, &size, message, MessageCapacity);
                if (result != 0)
                    throw new InvalidOperationException($"The {width}x{height} image could not be encoded: {Text(message)}.");
            }
            return new ReadOnlySpan<byte>(encoded, checked((int)size)).ToArray();
        }
        finally
        {
            mlimage_free(encoded);
        }
    }

    private static string Text(byte* message) => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(message));

    [LibraryImport(Library)]
    private static partial int mlimage_info(byte* data, nuint size, out int width, out int height, byte* text, int capacity);

    [LibraryImport(Library)]
    private static partial int mlimage_decode(byte* data, nuint size, byte* bgra, int width, int height, byte* text, int capacity);

    [LibraryImport(Library)]
    private static partial int mlimage_encode_png(
        byte* pixels, int width, int height, int bgr, byte** encoded, nuint* size, byte* text, int capacity);

    [LibraryImport(Library)]
    private static partial int mlimage_encode_jpeg(
        byte* pixels, int width, int height, int bgr, int quality, byte** encoded, nuint* size, byte* text, int capacity);

    [LibraryImport(Library)]
    private static partial void mlimage_free(byte* encoded);
}
