using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Data;

/// <summary>Which channels of an image stand where in a vector of its pixels.</summary>
/// <param name="Channels">Channels in the vector's order: 0 alpha, 1 red, 2 green, 3 blue.</param>
/// <param name="Interleaved">Pixel after pixel with all its channels; otherwise channel after channel with all its pixels.</param>
/// <param name="Offset">Subtracted from a pixel's value on the way into the vector.</param>
/// <param name="Scale">Multiplies what is left then.</param>
internal sealed record PixelVector(int[] Channels, bool Interleaved, float Offset, float Scale)
{
    private const int Alpha = 0, Red = 1, Green = 2, Blue = 3;

    public static PixelVector Create(ImagePixelExtractingEstimator.ColorBits colors, ImagePixelExtractingEstimator.ColorsOrder order,
        bool interleaved, float offset, float scale)
    {
        int[] all = order switch
        {
            ImagePixelExtractingEstimator.ColorsOrder.ARGB => [Alpha, Red, Green, Blue],
            ImagePixelExtractingEstimator.ColorsOrder.ARBG => [Alpha, Red, Blue, Green],
            ImagePixelExtractingEstimator.ColorsOrder.ABRG => [Alpha, Blue, Red, Green],
            ImagePixelExtractingEstimator.ColorsOrder.ABGR => [Alpha, Blue, Green, Red],
            ImagePixelExtractingEstimator.ColorsOrder.AGRB => [Alpha, Green, Red, Blue],
            ImagePixelExtractingEstimator.ColorsOrder.AGBR => [Alpha, Green, Blue, Red],
            _ => throw new ArgumentOutOfRangeException(nameof(order), $"Expected one of the six orders of colours, found {order}."),
        };
        // The bits of ColorBits stand in the order of the channels' numbers.
        int[] chosen = [.. all.Where(channel => ((int)colors >> channel & 1) != 0)];
        if (chosen.Length == 0 || ((int)colors & ~(int)ImagePixelExtractingEstimator.ColorBits.All) != 0)
            throw new ArgumentOutOfRangeException(nameof(colors), $"Expected some of Alpha, Red, Green and Blue, found {colors}.");
        return new PixelVector(chosen, interleaved, offset, scale);
    }

    /// <summary>As <see cref="Create"/>, for values that come from a model file.</summary>
    public static PixelVector Load(IHost host, ImagePixelExtractingEstimator.ColorBits colors,
        ImagePixelExtractingEstimator.ColorsOrder order, bool interleaved, float offset, float scale)
    {
        try
        {
            return Create(colors, order, interleaved, offset, scale);
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw host.Process(new FormatException($"The model is damaged: {error.Message}", error));
        }
    }

    /// <summary>The vector's type: height x width x channels when interleaved, else channels x height x width.</summary>
    public VectorDataViewType TypeOf(PrimitiveDataViewType item, int height, int width) => Interleaved
        ? new VectorDataViewType(item, height, width, Channels.Length)
        : new VectorDataViewType(item, Channels.Length, height, width);

    /// <summary>Writes an image's pixels into a vector of height x width x channels items.</summary>
    public void Extract<T>(MLImage image, Span<T> vector, Func<float, T> convert)
    {
        T[] converted = [.. Enumerable.Range(0, 256).Select(value => convert((value - Offset) * Scale))];
        ReadOnlySpan<byte> pixels = image.Pixels;
        int count = pixels.Length / MLImage.BytesPerPixel;
        for (int c = 0; c < Channels.Length; c++)
        {
            (int at, int step) = Place(c, count);
            for (int from = ByteOf(Channels[c], image.PixelFormat); from < pixels.Length; from += MLImage.BytesPerPixel, at += step)
                vector[at] = converted[pixels[from]];
        }
    }

    /// <summary>
    /// An image from a vector as this describes it, where <see cref="Scale"/> multiplies the vector's values and <see cref="Offset"/> is
    /// subtracted then; channels that the vector lacks take the given values (alpha, red, green, blue).
    /// </summary>
    public MLImage Assemble(ReadOnlySpan<float> vector, int width, int height, byte[] absent)
    {
        int count = width * height;
        var pixels = new byte[count * MLImage.BytesPerPixel];
        for (int channel = 0; channel <= Blue; channel++)
        {
            int c = Array.IndexOf(Channels, channel);
            (int at, int step) = c >= 0 ? Place(c, count) : default;
            for (int to = ByteOf(channel, MLPixelFormat.Bgra32); to < pixels.Length; to += MLImage.BytesPerPixel, at += step)
                pixels[to] = c >= 0 ? (byte)Math.Clamp(MathF.Round(vector[at] * Scale - Offset), 0, 255) : absent[channel];
        }
        return new MLImage(width, height, MLPixelFormat.Bgra32, pixels);
    }

    private (int First, int Step) Place(int c, int pixels) => Interleaved ? (c, Channels.Length) : (c * pixels, 1);

    private static int ByteOf(int channel, MLPixelFormat format) => channel switch
    {
        Alpha => 3,
        Green => 1,
        Red => format == MLPixelFormat.Bgra32 ? 2 : 0,
        _ => format == MLPixelFormat.Bgra32 ? 0 : 2,
    };
}
