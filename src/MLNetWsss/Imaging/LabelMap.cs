namespace MLNetWsss.Imaging;

/// <summary>One class index per pixel: HxW bytes, rows from top to bottom. Immutable by convention.</summary>
/// <remarks>0 is background, 1..K the foreground classes, 255 "ignore" (unknown or void). PASCAL VOC's own coding of masks.</remarks>
/// <param name="height">Rows, at least 1.</param>
/// <param name="width">Columns, at least 1.</param>
/// <param name="labels">height x width bytes. The map owns the array from here on; the caller must not write to it again.</param>
/// <exception cref="ArgumentOutOfRangeException">A side is not positive.</exception>
/// <exception cref="ArgumentException">The array's length is not height x width.</exception>
public sealed class LabelMap(int height, int width, byte[] labels)
{
    /// <summary>The label of pixels that belong to no foreground class.</summary>
    public const byte Background = 0;

    /// <summary>The label of pixels that neither train nor count.</summary>
    public const byte Ignore = 255;

    private readonly byte[] _labels = PixelGrid.Checked(labels, "A label map", 1, height, width, 1);

    /// <summary>Rows.</summary>
    public int Height { get; } = height;

    /// <summary>Columns.</summary>
    public int Width { get; } = width;

    /// <summary>[HxW] labels.</summary>
    public ReadOnlySpan<byte> Labels => _labels;

    /// <summary>The label of one pixel.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The position lies outside the map.</exception>
    public byte this[int y, int x]
    {
        get
        {
            PixelGrid.CheckPosition(y, x, Height, Width);
            return _labels[y * Width + x];
        }
    }

    /// <summary>[HxW] -> [height x width], each pixel takes the label under its centre (nearest neighbour, half-pixel centres).</summary>
    /// <returns>The same instance if the size is already right.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive.</exception>
    public LabelMap Resize(int height, int width)
    {
        PixelGrid.CheckSize(height, width);
        if (height == Height && width == Width)
            return this;
        var columns = new int[width];
        for (var x = 0; x < width; x++)
            columns[x] = Nearest(x, width, Width);
        var resized = new byte[height * width];
        for (var y = 0; y < height; y++)
        {
            var from = _labels.AsSpan(Nearest(y, height, Height) * Width, Width);
            var to = resized.AsSpan(y * width, width);
            for (var x = 0; x < to.Length; x++)
                to[x] = from[columns[x]];
        }
        return new LabelMap(height, width, resized);
    }

    /// <summary>Mirrors left and right.</summary>
    public LabelMap FlipHorizontal()
    {
        var flipped = (byte[])_labels.Clone();
        for (var y = 0; y < Height; y++)
            flipped.AsSpan(y * Width, Width).Reverse();
        return new LabelMap(Height, Width, flipped);
    }

    /// <summary>[HxW] -> [HxWx3]: each label in its colour.</summary>
    /// <exception cref="ArgumentException">A label other than <see cref="Ignore"/> has no colour in the palette.</exception>
    public RgbImage Colorize(Palette palette)
    {
        ArgumentNullException.ThrowIfNull(palette);
        var pixels = new byte[_labels.Length * 3];
        for (int i = 0, j = 0; i < _labels.Length; i++, j += 3)
            (pixels[j], pixels[j + 1], pixels[j + 2]) = palette[_labels[i]];
        return new RgbImage(Height, Width, pixels);
    }

    /// <summary>Paints the labels' colours over an image; background stays the image itself.</summary>
    /// <param name="image">An image of the map's size.</param>
    /// <param name="palette">A colour for every label that occurs.</param>
    /// <param name="opacity">0 shows the image alone, 1 the colours alone.</param>
    /// <exception cref="ArgumentException">The image has another size, or a label has no colour.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The opacity is not within 0..1.</exception>
    public RgbImage Overlay(RgbImage image, Palette palette, float opacity = 0.6f)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(palette);
        if (image.Height != Height || image.Width != Width)
            throw new ArgumentException(
                $"The image is {image.Height} x {image.Width} but the label map {Height} x {Width}. Resize one of them first.",
                nameof(image));
        PixelGrid.CheckOpacity(opacity);
        var pixels = image.Pixels.ToArray();
        for (int i = 0, j = 0; i < _labels.Length; i++, j += 3)
        {
            if (_labels[i] == Background)
                continue;
            var (r, g, b) = palette[_labels[i]];
            pixels[j] = Blend(pixels[j], r, opacity);
            pixels[j + 1] = Blend(pixels[j + 1], g, opacity);
            pixels[j + 2] = Blend(pixels[j + 2], b, opacity);
        }
        return new RgbImage(Height, Width, pixels);
    }

    /// <summary>[HxW] -> the same labels as numbers, row by row, for trainers that want a plain vector.</summary>
    public float[] ToVector()
    {
        var vector = new float[_labels.Length];
        for (var i = 0; i < vector.Length; i++)
            vector[i] = _labels[i];
        return vector;
    }

    internal static byte Blend(byte below, byte above, float opacity) => (byte)(below + opacity * (above - below) + 0.5f);

    // floor((i + 1/2) * from / to) in whole numbers, so that no rounding can move a label by a pixel.
    private static int Nearest(int index, int to, int from) => (int)((2L * index + 1) * from / (2L * to));
}
