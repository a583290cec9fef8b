using Microsoft.ML.Data;
using MLNetWsss.Imaging;

namespace MLNetWsss.Pipeline;

/// <summary>Between ML.NET's <see cref="MLImage"/> (four bytes a pixel) and <see cref="RgbImage"/> (three).</summary>
public static class Images
{
    /// <summary>
    /// Copies the pixels of an image. What is transparent shows white, as on a page: decoders hand out colours multiplied by alpha, and
    /// without a ground behind them a cut-out object would stand before black. An image that is transparent everywhere has no alpha that
    /// means anything (four bytes a pixel, the fourth unused), and its colours are taken as they are.
    /// </summary>
    /// <exception cref="NotSupportedException">The image's pixel format is neither BGRA nor RGBA.</exception>
    public static RgbImage ToRgb(this MLImage image)
    {
        var (red, blue) = image.PixelFormat switch
        {
            MLPixelFormat.Bgra32 => (2, 0),
            MLPixelFormat.Rgba32 => (0, 2),
            _ => throw new NotSupportedException(
                $"Image '{image.Tag}' has pixel format {image.PixelFormat}; expected Bgra32 or Rgba32. Decode it with MLImage.CreateFromFile or CreateFromStream.")
        };
        var source = image.Pixels;
        var pixels = new byte[checked(image.Width * image.Height * 3)];
        int least = 255, most = 0;
        for (int i = 0, j = 0; j < pixels.Length; i += 4, j += 3)
        {
            pixels[j] = source[i + red];
            pixels[j + 1] = source[i + 1];
            pixels[j + 2] = source[i + blue];
            least = Math.Min(least, source[i + 3]);
            most = Math.Max(most, source[i + 3]);
        }
        if (least < 255 && most > 0)
            for (int i = 0; i < pixels.Length; i++)
                // Colour times alpha over white: c + (1 - alpha) in units of 255.
                pixels[i] = (byte)Math.Min(255, pixels[i] + 255 - source[i / 3 * 4 + 3]);
        return new RgbImage(image.Height, image.Width, pixels);
    }

    /// <summary>Makes an opaque <see cref="MLImage"/> of the same pixels.</summary>
    public static MLImage ToMLImage(this RgbImage image)
    {
        var source = image.Pixels;
        var pixels = new byte[image.Width * image.Height * 4];
        for (int i = 0, j = 0; i < source.Length; i += 3, j += 4)
        {
            pixels[j] = source[i + 2];
            pixels[j + 1] = source[i + 1];
            pixels[j + 2] = source[i];
            pixels[j + 3] = 255;
        }
        return MLImage.CreateFromPixels(image.Width, image.Height, MLPixelFormat.Bgra32, pixels);
    }
}
