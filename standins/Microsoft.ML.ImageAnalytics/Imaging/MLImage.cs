namespace Microsoft.ML.Data;

/// <summary>An image in memory: width x height pixels of four bytes, top row first, colours multiplied by alpha.</summary>
public sealed class MLImage : IDisposable
{
    internal const int BytesPerPixel = 4;

    private readonly int _width;
    private readonly int _height;
    private readonly MLPixelFormat _format;
    private byte[] _pixels;
    private string _tag;

    /// <summary>Takes <paramref name="pixels"/> over without a copy.</summary>
    internal MLImage(int width, int height, MLPixelFormat format, byte[] pixels)
    {
        _width = width;
        _height = height;
        _format = format;
        _pixels = pixels;
    }

    public int Width => Alive(_width);

    public int Height => Alive(_height);

    public int BitsPerPixel => Alive(8 * BytesPerPixel);

    public MLPixelFormat PixelFormat => Alive(_format);

    public ReadOnlySpan<byte> Pixels => Alive(_pixels);

    /// <summary>Text of the caller's choice, null at first; images that LoadImages made carry their path.</summary>
    public string Tag
    {
        get => Alive(_tag);
        set => _tag = Alive(value);
    }

    /// <summary>A copy of the pixels without alpha, three bytes each: blue, green, red.</summary>
    public byte[] GetBGRPixels
    {
        get
        {
            ReadOnlySpan<byte> from = Pixels;
            var bgr = new byte[_width * _height * 3];
            (int blue, int red) = _format == MLPixelFormat.Bgra32 ? (0, 2) : (2, 0);
            for (int i = 0, o = 0; o < bgr.Length; i += BytesPerPixel, o += 3)
            {
                bgr[o] = from[i + blue];
                bgr[o + 1] = from[i + 1];
                bgr[o + 2] = from[i + red];
            }
            return bgr;
        }
    }

    /// <exception cref="ArgumentNullException">No stream was given.</exception>
    /// <exception cref="ArgumentException">What the stream holds from its position on is no image.</exception>
    public static MLImage CreateFromStream(Stream imageStream)
    {
        ArgumentNullException.ThrowIfNull(imageStream);
        using var copy = new MemoryStream();
        imageStream.CopyTo(copy);
        return Decode(copy.GetBuffer().AsSpan(0, (int)copy.Length), "the stream", nameof(imageStream));
    }

    /// <exception cref="ArgumentNullException">No path was given.</exception>
    /// <exception cref="ArgumentException">There is no such file, it cannot be read, or it holds no image.</exception>
    public static MLImage CreateFromFile(string imagePath)
    {
        ArgumentNullException.ThrowIfNull(imagePath);
        byte[] encoded;
        try
        {
            encoded = File.ReadAllBytes(imagePath);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ArgumentException(
                $"Expected the path of an image file, found '{imagePath}': {error.Message}", nameof(imagePath), error);
        }
        return Decode(encoded, $"'{imagePath}'", nameof(imagePath));
    }

    /// <exception cref="ArgumentException">A size that is not positive, an unknown format, or not width x height x 4 bytes.</exception>
    public static MLImage CreateFromPixels(int width, int height, MLPixelFormat pixelFormat, ReadOnlySpan<byte> imagePixelData)
    {
        if (pixelFormat is not (MLPixelFormat.Bgra32 or MLPixelFormat.Rgba32))
            throw new ArgumentException($"Expected Bgra32 or Rgba32, found {pixelFormat}.", nameof(pixelFormat));
        if (width <= 0)
            throw new ArgumentException($"Expected a positive width, found {width}.", nameof(width));
        if (height <= 0)
            throw new ArgumentException($"Expected a positive height, found {height}.", nameof(height));
        long bytes = (long)width * height * BytesPerPixel;
        if (bytes != imagePixelData.Length)
            throw new ArgumentException(
                $"Expected {width} x {height} x {BytesPerPixel} = {bytes} bytes, found {imagePixelData.Length}.", nameof(imagePixelData));
        return new MLImage(width, height, pixelFormat, imagePixelData.ToArray());
    }

    /// <summary>Writes a PNG or JPEG file, as the extension says.</summary>
    /// <exception cref="ArgumentException">The extension is neither .png nor .jpg nor .jpeg nor .webp.</exception>
    /// <exception cref="NotSupportedException">The extension is .webp.</exception>
    public void Save(string imagePath)
    {
        ReadOnlySpan<byte> pixels = Pixels;
        ArgumentNullException.ThrowIfNull(imagePath);
        ImageCodec.Save(imagePath, pixels, _width, _height, _format == MLPixelFormat.Bgra32);
    }

    public void Dispose() => _pixels = null;

    private static MLImage Decode(ReadOnlySpan<byte> encoded, string source, string parameter)
    {
        byte[] pixels = ImageCodec.Decode(encoded, source, parameter, out int width, out int height);
        return new MLImage(width, height, MLPixelFormat.Bgra32, pixels);
    }

    private T Alive<T>(T value) => _pixels is not null
        ? value
        : throw new InvalidOperationException("The image has been disposed. Create it anew, or read it before the pipeline disposes it.");
}
