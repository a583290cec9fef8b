namespace MLNetWsss.Imaging;

/// <summary>An 8-bit colour image: HxWx3, rows from top to bottom, red, green and blue interleaved. Immutable by convention.</summary>
/// <param name="height">Rows, at least 1.</param>
/// <param name="width">Columns, at least 1.</param>
/// <param name="pixels">height x width x 3 bytes. The image owns the array from here on; the caller must not write to it again.</param>
/// <exception cref="ArgumentOutOfRangeException">A side is not positive.</exception>
/// <exception cref="ArgumentException">The array's length is not height x width x 3.</exception>
public sealed class RgbImage(int height, int width, byte[] pixels)
{
    private readonly byte[] _pixels = PixelGrid.Checked(pixels, "An RGB image", 1, height, width, 3);

    /// <summary>Rows.</summary>
    public int Height { get; } = height;

    /// <summary>Columns.</summary>
    public int Width { get; } = width;

    /// <summary>[HxWx3] red, green, blue, red, ... in 0..255.</summary>
    public ReadOnlySpan<byte> Pixels => _pixels;

    /// <summary>Red, green and blue of one pixel.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position lies outside the image.</exception>
    public (byte R, byte G, byte B) this[int y, int x]
    {
        get
        {
            PixelGrid.CheckPosition(y, x, Height, Width);
            var i = (y * Width + x) * 3;
            return (_pixels[i], _pixels[i + 1], _pixels[i + 2]);
        }
    }

    /// <summary>
    /// [HxWx3] -> [height x width x 3] with the triangle filter that widens as the image shrinks (antialiased). That is the convention of
    /// Pillow's BILINEAR filter; intermediate values stay in floating point here, so single pixels may differ from Pillow's by one level.
    /// </summary>
    /// <returns>The same instance if the size is already right.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive.</exception>
    public RgbImage Resize(int height, int width)
    {
        PixelGrid.CheckSize(height, width);
        if (height == Height && width == Width)
            return this;
        var resized = new byte[height * width * 3];
        RgbResampler.ResizeToBytes(this, height, width, resized);
        return new RgbImage(height, width, resized);
    }

    /// <summary>Mirrors left and right.</summary>
    public RgbImage FlipHorizontal()
    {
        var flipped = new byte[_pixels.Length];
        for (var y = 0; y < Height; y++)
        {
            var from = _pixels.AsSpan(y * Width * 3, Width * 3);
            var to = flipped.AsSpan(y * Width * 3, Width * 3);
            for (int i = 0, j = to.Length - 3; j >= 0; i += 3, j -= 3)
            {
                to[j] = from[i];
                to[j + 1] = from[i + 1];
                to[j + 2] = from[i + 2];
            }
        }
        return new RgbImage(Height, Width, flipped);
    }
}
