namespace MLNetWsss.Imaging;

/// <summary>One image's saliency.</summary>
/// <param name="Map">[1xHxW] how much each pixel belongs to what stands out, in [0, 1]; all zero where nothing does.</param>
/// <param name="Reason">Why nothing stands out, or null.</param>
public sealed record SaliencyResult(ScoreMaps Map, string? Reason);

/// <summary>
/// Finds what stands out in an image, without any training: regions that differ from their surroundings and are not part of what fills the
/// image's border.
/// </summary>
/// <remarks>
/// On superpixels of several sizes: (1) boundary connectivity tells how much a region's surface lies along the image's border (Zhu, Liang,
/// Wei and Sun, "Saliency optimization from robust background detection", CVPR 2014, equations 3 to 6); (2) contrast weighted by it (7, 8)
/// and the minimum barrier distance from the border (Zhang et al., "Minimum barrier salient object detection at 80 FPS", ICCV 2015) speak
/// for objects; (3) a quadratic cost over the regions balances the two with smoothness (Zhu et al., equation 9); (4) the mean over the
/// scales is drawn along the image's edges by a two-label dense CRF. Any number of threads may use one instance at once.
/// </remarks>
public sealed class SaliencyDetector
{
    /// <summary>Images with a side below this show no surroundings to stand out from.</summary>
    public const int SmallestSide = 8;

    // Below this span of L*, a* and b* an image is one surface: a just noticeable difference is about 2.3.
    private const float SmallestContrast = 2;

    private readonly SaliencyOptions _options;
    private readonly DenseCrf? _crf;

    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public SaliencyDetector(SaliencyOptions? options = null)
    {
        _options = options ?? new();
        _options.Validate();
        _crf = _options.Sharpening is { } crf ? new(crf) : null;
    }

    /// <summary>[HxW] colours -> [1xHxW] saliency in [0, 1], or a reason why there is none.</summary>
    public SaliencyResult Detect(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (Math.Min(image.Height, image.Width) < SmallestSide)
            return Nothing(image, $"The image is {image.Height} x {image.Width}: below {SmallestSide} pixels a side there are no " +
                "surroundings to stand out from.");
        var small = Shrunk(image);
        var lab = LabColor.Of(small);
        if (Span(lab) < SmallestContrast)
            return Nothing(image, "The image has one colour all over: nothing stands out.");
        var map = new float[small.Height * small.Width];
        foreach (var count in _options.Scales)
            AddScale(lab, small, count, map);
        Stretch(map);
        if (_crf is not null)
            Sharpen(small, map);
        return new(new ScoreMaps(1, small.Height, small.Width, map).Resize(image.Height, image.Width), null);
    }

    private static SaliencyResult Nothing(RgbImage image, string reason) =>
        new(new ScoreMaps(1, image.Height, image.Width, new float[image.Height * image.Width]), reason);

    private RgbImage Shrunk(RgbImage image)
    {
        var scale = (double)_options.LongSide / Math.Max(image.Height, image.Width);
        return scale >= 1 ? image
            : image.Resize(Math.Max(1, (int)Math.Round(image.Height * scale)), Math.Max(1, (int)Math.Round(image.Width * scale)));
    }

    /// <summary>The largest span of the three channels.</summary>
    private static float Span(float[] lab)
    {
        Span<float> low = [float.MaxValue, float.MaxValue, float.MaxValue], high = [float.MinValue, float.MinValue, float.MinValue];
        for (var i = 0; i < lab.Length; i++)
            (low[i % 3], high[i % 3]) = (Math.Min(low[i % 3], lab[i]), Math.Max(high[i % 3], lab[i]));
        return Math.Max(high[0] - low[0], Math.Max(high[1] - low[1], high[2] - low[2]));
    }

    private void AddScale(float[] lab, RgbImage image, int count, float[] map)
    {
        var superpixels = Superpixels.OfLab(lab, image.Height, image.Width, new() { Count = count });
        var saliency = RegionSaliency.Of(new SuperpixelGraph(lab, superpixels), _options);
        for (var i = 0; i < map.Length; i++)
            map[i] += saliency[superpixels.Regions[i]];
    }

    private void Sharpen(RgbImage image, float[] map)
    {
        var sharp = new float[map.Length];
        _crf!.RefineSaliency(image.Pixels, image.Height, image.Width, map, sharp);
        var share = (float)_options.SharpenedShare;
        for (var i = 0; i < map.Length; i++)
            map[i] += share * (sharp[i] - map[i]);
    }

    /// <summary>Linearly to 0 … 1; a constant map becomes zero.</summary>
    internal static void Stretch(Span<float> map)
    {
        var (low, high) = (float.MaxValue, float.MinValue);
        foreach (var value in map)
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        var scale = high > low ? 1 / (high - low) : 0;
        for (var i = 0; i < map.Length; i++)
            map[i] = (map[i] - low) * scale;
    }
}
