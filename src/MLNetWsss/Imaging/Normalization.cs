namespace MLNetWsss.Imaging;

/// <summary>Shifts and scales colours for a network: (value / 255 - mean) / std, channel by channel.</summary>
public sealed class Normalization
{
    private readonly float[] _mean;
    private readonly float[] _std;
    // [3x256]: 8 bits have few values, and a table keeps the division's exact rounding at the price of a load.
    private readonly float[] _table = new float[3 * 256];

    /// <summary>A normalisation from the statistics of the images that a network was trained on.</summary>
    /// <param name="mean">Mean of red, green and blue, on colours in 0..1.</param>
    /// <param name="std">Standard deviation of red, green and blue, on colours in 0..1; above 0.</param>
    /// <exception cref="ArgumentException">Not three finite values each, or a standard deviation is not positive.</exception>
    public Normalization(float[] mean, float[] std)
    {
        _mean = Checked(mean, nameof(mean), float.NegativeInfinity);
        _std = Checked(std, nameof(std), 0);
        for (var i = 0; i < _table.Length; i++)
            _table[i] = ((i & 255) / 255f - _mean[i >> 8]) / _std[i >> 8];
    }

    /// <summary>Mean (0.485, 0.456, 0.406), deviation (0.229, 0.224, 0.225): the ImageNet statistics that torchvision's weights
    /// expect.</summary>
    public static Normalization ImageNet { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>Mean and deviation 0.5: maps 0..255 to -1..1, as TensorFlow's MobileNet weights and most vision transformers
    /// expect.</summary>
    public static Normalization HalfHalf { get; } = new([0.5f, 0.5f, 0.5f], [0.5f, 0.5f, 0.5f]);

    /// <summary>Mean of red, green and blue, in 0..1.</summary>
    public ReadOnlySpan<float> Mean => _mean;

    /// <summary>Standard deviation of red, green and blue, in 0..1.</summary>
    public ReadOnlySpan<float> Std => _std;

    /// <summary>[HxWx3] bytes -> [HxWx3] normalised floats.</summary>
    /// <exception cref="ArgumentException">The destination does not hold exactly height x width x 3 values.</exception>
    public void Fill(RgbImage image, Span<float> hwc)
    {
        ArgumentNullException.ThrowIfNull(image);
        var pixels = image.Pixels;
        PixelGrid.CheckLength(hwc.Length, pixels.Length, "normalised colours");
        ReadOnlySpan<float> red = _table.AsSpan(0, 256), green = _table.AsSpan(256, 256), blue = _table.AsSpan(512, 256);
        for (var i = 0; i <= hwc.Length - 3 && i <= pixels.Length - 3; i += 3)
        {
            hwc[i] = red[pixels[i]];
            hwc[i + 1] = green[pixels[i + 1]];
            hwc[i + 2] = blue[pixels[i + 2]];
        }
    }

    private static float[] Checked(float[] values, string name, float above)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        if (values.Length != 3 || !Array.TrueForAll(values, v => float.IsFinite(v) && v > above))
            throw new ArgumentException(
                $"Expected three finite values{(above == 0 ? " above 0" : "")} for red, green and blue, " +
                $"found [{string.Join(", ", values)}]. Give them on the scale 0..1.", name);
        return [.. values];
    }
}
