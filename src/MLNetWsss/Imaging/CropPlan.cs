namespace MLNetWsss.Imaging;

/// <summary>
/// One random crop, decided once and then applied alike to an image, its labels and its score maps, so that they stay aligned to the pixel:
/// a box in the image's own pixels, possibly reaching beyond it, that is stretched over a square of <see cref="Size"/> x
/// <see cref="Size"/>.
/// </summary>
/// <remarks>An output pixel lies outside when its centre falls outside the image; it is 0 in normalised colours and scores and
/// <see cref="LabelMap.Ignore"/> in labels, never a stretched border.</remarks>
public readonly partial record struct CropPlan
{
    /// <summary>Side of the square output, in pixels.</summary>
    public int Size { get; internal init; }

    /// <summary>Rows of the image the crop is made for.</summary>
    public int ImageHeight { get; internal init; }

    /// <summary>Columns of the image the crop is made for.</summary>
    public int ImageWidth { get; internal init; }

    /// <summary>Upper edge of the source box in image pixels; negative where the crop is padded.</summary>
    public double Top { get; internal init; }

    /// <summary>Left edge of the source box in image pixels; negative where the crop is padded.</summary>
    public double Left { get; internal init; }

    /// <summary>Height of the source box in image pixels.</summary>
    public double BoxHeight { get; internal init; }

    /// <summary>Width of the source box in image pixels.</summary>
    public double BoxWidth { get; internal init; }

    /// <summary>Whether the output is mirrored left and right.</summary>
    public bool Flip { get; internal init; }

    /// <summary>Factor on all colours.</summary>
    public float Brightness { get; internal init; }

    /// <summary>Factor on the distance of colours from the crop's mean grey.</summary>
    public float Contrast { get; internal init; }

    /// <summary>Factor on the distance of colours from their own grey.</summary>
    public float Saturation { get; internal init; }

    /// <summary>Draws a crop. The same state of <paramref name="random"/> gives the same crop, and every crop draws equally many
    /// numbers.</summary>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="options">The distribution to draw from.</param>
    /// <param name="random">A generator of the caller's, seeded.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static CropPlan Create(int height, int width, AugmentationOptions options, Random random)
    {
        PixelGrid.CheckSize(height, width);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        options.Validate();
        var (boxHeight, boxWidth) = options.Mode == CropMode.ScaleCrop
            ? ScaledBox(options, random) : ResizedBox(height, width, options, random);
        return new CropPlan
        {
            Size = options.CropSize,
            ImageHeight = height,
            ImageWidth = width,
            BoxHeight = boxHeight,
            BoxWidth = boxWidth,
            // Positive room moves the box within the image, negative room the image within the box.
            Top = random.NextDouble() * (height - boxHeight),
            Left = random.NextDouble() * (width - boxWidth),
            Flip = random.NextDouble() < 0.5 && options.Flip,
            Brightness = Factor(options, random),
            Contrast = Factor(options, random),
            Saturation = Factor(options, random),
        };
    }

    /// <summary>The whole image stretched over the output, colours as they are: for evaluation and for checks without randomness.</summary>
    public static CropPlan Whole(int height, int width, int size)
    {
        PixelGrid.CheckSize(height, width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        return new CropPlan
        {
            Size = size,
            ImageHeight = height,
            ImageWidth = width,
            BoxHeight = height,
            BoxWidth = width,
            Brightness = 1,
            Contrast = 1,
            Saturation = 1,
        };
    }

    private static (double Height, double Width) ScaledBox(AugmentationOptions options, Random random)
    {
        // Log-uniform, so that halving and doubling are equally likely.
        var scale = options.ScaleMin * Math.Pow(options.ScaleMax / options.ScaleMin, random.NextDouble());
        return (options.CropSize / scale, options.CropSize / scale);
    }

    private static (double Height, double Width) ResizedBox(int height, int width, AugmentationOptions options, Random random)
    {
        var area = (options.AreaMin + random.NextDouble() * (options.AreaMax - options.AreaMin)) * height * width;
        var aspect = Math.Pow(options.AspectRatio, 2 * random.NextDouble() - 1);
        return (Math.Min(height, Math.Sqrt(area / aspect)), Math.Min(width, Math.Sqrt(area * aspect)));
    }

    private static float Factor(AugmentationOptions options, Random random) =>
        (float)(1 + options.ColorJitter * (2 * random.NextDouble() - 1));

    private void CheckImageSize(int height, int width, string what)
    {
        if (height != ImageHeight || width != ImageWidth)
            throw new ArgumentException(
                $"The crop is planned for {ImageHeight} x {ImageWidth} pixels, but the {what} is {height} x {width}. " +
                "Make the plan from the row that it samples, or resize first.");
    }
}
