namespace MLNetWsss.Imaging;

/// <summary>One score map per class: K x h x w floats, class by class, rows from top to bottom. Immutable by convention.</summary>
/// <remarks>The maps hold foreground classes: map k speaks for label k + 1, unless a stage documents a background map of its own.</remarks>
/// <param name="classes">K, at least 1.</param>
/// <param name="height">Rows, at least 1.</param>
/// <param name="width">Columns, at least 1.</param>
/// <param name="scores">classes x height x width values. The maps own the array from here on; the caller must not write to it
/// again.</param>
/// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
/// <exception cref="ArgumentException">The array's length is not classes x height x width.</exception>
public sealed class ScoreMaps(int classes, int height, int width, float[] scores)
{
    private readonly float[] _scores = PixelGrid.Checked(scores, "Score maps", classes, height, width, 1);

    /// <summary>K, the number of maps.</summary>
    public int Classes { get; } = classes;

    /// <summary>Rows of every map.</summary>
    public int Height { get; } = height;

    /// <summary>Columns of every map.</summary>
    public int Width { get; } = width;

    /// <summary>[Kxhxw] all scores.</summary>
    public ReadOnlySpan<float> Scores => _scores;

    /// <summary>[hxw] the map of class <paramref name="k"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public ReadOnlySpan<float> Class(int k)
    {
        if ((uint)k >= (uint)Classes)
            throw new ArgumentOutOfRangeException(nameof(k), k, $"There are {Classes} maps, numbered from 0.");
        return _scores.AsSpan(k * Height * Width, Height * Width);
    }

    /// <summary>One score.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The class does not exist or the position lies outside the maps.</exception>
    public float this[int k, int y, int x]
    {
        get
        {
            PixelGrid.CheckPosition(y, x, Height, Width);
            return Class(k)[y * Width + x];
        }
    }

    /// <summary>
    /// [Kxhxw] -> [K x height x width], bilinear between half-pixel centres and without antialiasing: what PyTorch calls
    /// <c>interpolate(mode: bilinear, align_corners: false)</c>.
    /// </summary>
    /// <returns>The same instance if the size is already right.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive.</exception>
    public ScoreMaps Resize(int height, int width)
    {
        PixelGrid.CheckSize(height, width);
        if (height == Height && width == Width)
            return this;
        var resized = new float[Classes * height * width];
        var rows = BilinearAxis.Resize(Height, height);
        var columns = BilinearAxis.Resize(Width, width);
        for (var k = 0; k < Classes; k++)
            BilinearAxis.Sample(Class(k), Width, rows, columns, resized.AsSpan(k * height * width, height * width));
        return new ScoreMaps(Classes, height, width, resized);
    }

    /// <summary>Mirrors every map left and right.</summary>
    public ScoreMaps FlipHorizontal()
    {
        var flipped = (float[])_scores.Clone();
        for (var row = 0; row < Classes * Height; row++)
            flipped.AsSpan(row * Width, Width).Reverse();
        return new ScoreMaps(Classes, Height, Width, flipped);
    }

    /// <summary>Shows one map in colour, from dark blue (zero and below) over cyan and yellow to dark red (the map's own
    /// maximum).</summary>
    /// <param name="k">The class.</param>
    /// <param name="over">An image to paint on, whose size the result takes; none for the bare map in its own size.</param>
    /// <param name="opacity">0 shows the image alone, 1 the colours alone.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class, or the opacity is not within 0..1.</exception>
    public RgbImage Heatmap(int k, RgbImage? over = null, float opacity = 0.5f)
    {
        PixelGrid.CheckOpacity(opacity);
        var map = new ScoreMaps(1, Height, Width, Class(k).ToArray());
        if (over is not null)
            map = map.Resize(over.Height, over.Width);
        var maximum = 0f;
        foreach (var score in map.Scores)
            maximum = Math.Max(maximum, score);
        var pixels = over is null ? new byte[map.Scores.Length * 3] : over.Pixels.ToArray();
        var strength = over is null ? 1f : opacity;
        for (int i = 0, j = 0; j < pixels.Length; i++, j += 3)
        {
            var (r, g, b) = HeatColor(maximum > 0 ? Math.Max(0, map.Scores[i] / maximum) : 0);
            pixels[j] = LabelMap.Blend(pixels[j], r, strength);
            pixels[j + 1] = LabelMap.Blend(pixels[j + 1], g, strength);
            pixels[j + 2] = LabelMap.Blend(pixels[j + 2], b, strength);
        }
        return new RgbImage(map.Height, map.Width, pixels);
    }

    // Three shifted trapezoids, one a channel: blue is widest around 1/4, green around 1/2, red around 3/4.
    private static (byte R, byte G, byte B) HeatColor(float heat)
    {
        return (Trapezoid(heat - 0.75f), Trapezoid(heat - 0.5f), Trapezoid(heat - 0.25f));

        static byte Trapezoid(float distance) => (byte)(255 * Math.Clamp(1.5f - 4 * Math.Abs(distance), 0, 1) + 0.5f);
    }
}
