namespace MLNetWsss.Imaging;

/// <summary>Settings of <see cref="Superpixels.Slic"/>.</summary>
public sealed record SuperpixelOptions
{
    /// <summary>Regions wanted, at least 1; about so many come out. Default 250.</summary>
    public int Count { get; init; } = 250;

    /// <summary>
    /// Weight m of the distance in the image against the distance in L*a*b* colour, above 0: large ones make regions square, small ones let
    /// them follow weak edges. Default 20; the source advises 1 to 40.
    /// </summary>
    public double Compactness { get; init; } = 20;

    /// <summary>Rounds of assignment and update, at least 1. Default 8; the source finds 10 enough for most images.</summary>
    public int Iterations { get; init; } = 8;

    /// <summary>Throws if a setting is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The message names the setting, its value and the remedy.</exception>
    public void Validate()
    {
        if (Count < 1)
            throw Invalid(nameof(Count), Count, "at least 1 region, often 100 to 500");
        if (!(Compactness > 0) || !double.IsFinite(Compactness))
            throw Invalid(nameof(Compactness), Compactness, "above 0, often 10 to 40");
        if (Iterations < 1)
            throw Invalid(nameof(Iterations), Iterations, "at least 1, often 10");
    }

    private static ArgumentOutOfRangeException Invalid(string setting, object value, string remedy) =>
        new(setting, value, $"{nameof(SuperpixelOptions)}.{setting} is {value}. Set it to {remedy}.");
}

/// <summary>
/// An image divided into small connected regions of similar colour: simple linear iterative clustering (Achanta et al., "SLIC superpixels
/// compared to state-of-the-art superpixel methods", TPAMI 2012, algorithm 1). Deterministic.
/// </summary>
public sealed class Superpixels
{
    private readonly int[] _regions;

    private Superpixels(int height, int width, int count, int[] regions)
    {
        (Height, Width, Count) = (height, width, count);
        _regions = regions;
    }

    /// <summary>Rows of the image.</summary>
    public int Height { get; }

    /// <summary>Columns of the image.</summary>
    public int Width { get; }

    /// <summary>R, the number of regions.</summary>
    public int Count { get; }

    /// <summary>[HxW] each pixel's region, 0 to R - 1; every region has at least one pixel and is connected over pixels' sides.</summary>
    public ReadOnlySpan<int> Regions => _regions;

    /// <summary>[HxW] colours -> about <see cref="SuperpixelOptions.Count"/> regions; fewer where the image has fewer pixels.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public static Superpixels Slic(RgbImage image, SuperpixelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        return OfLab(LabColor.Of(image), image.Height, image.Width, options ?? new());
    }

    /// <summary>[HxWx3] L*a*b* colours -> regions.</summary>
    internal static Superpixels OfLab(float[] lab, int height, int width, SuperpixelOptions options)
    {
        options.Validate();
        var step = Math.Max(1, Math.Sqrt((double)height * width / options.Count));
        var centers = Centers(lab, height, width, step);
        var nearest = new int[height * width];
        var distances = new float[height * width];
        var spatial = (float)(options.Compactness * options.Compactness / (step * step));
        for (var iteration = 0; iteration < options.Iterations; iteration++)
        {
            Assign(lab, height, width, centers, (int)Math.Ceiling(step), spatial, nearest, distances);
            Update(lab, width, nearest, centers);
        }
        var regions = Connected(nearest, height, width, Math.Max(1, (int)(step * step / 4)), out var count);
        return new Superpixels(height, width, count, regions);
    }

    /// <summary>L, a, b, y, x of each centre: a regular grid, each moved to the flattest of the 3x3 pixels around it.</summary>
    private static float[] Centers(float[] lab, int height, int width, double step)
    {
        int rows = Math.Max(1, (int)Math.Round(height / step)), columns = Math.Max(1, (int)Math.Round(width / step));
        var centers = new float[rows * columns * 5];
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns; c++)
            {
                var (y, x) = Flattest(lab, height, width, (int)((r + 0.5) * height / rows), (int)((c + 0.5) * width / columns));
                var center = centers.AsSpan((r * columns + c) * 5, 5);
                lab.AsSpan((y * width + x) * 3, 3).CopyTo(center);
                (center[3], center[4]) = (y, x);
            }
        return centers;
    }

    private static (int Y, int X) Flattest(float[] lab, int height, int width, int y, int x)
    {
        var (best, least) = ((y, x), float.MaxValue);
        for (var v = Math.Max(1, y - 1); v <= Math.Min(height - 2, y + 1); v++)
            for (var u = Math.Max(1, x - 1); u <= Math.Min(width - 2, x + 1); u++)
            {
                var gradient = 0f;
                for (var k = 0; k < 3; k++)
                {
                    var across = lab[(v * width + u + 1) * 3 + k] - lab[(v * width + u - 1) * 3 + k];
                    var down = lab[((v + 1) * width + u) * 3 + k] - lab[((v - 1) * width + u) * 3 + k];
                    gradient += across * across + down * down;
                }
                if (gradient < least)
                    (best, least) = ((v, u), gradient);
            }
        return best;
    }

    /// <summary>Each pixel's nearest centre among those whose window of 2 step x 2 step holds it.</summary>
    private static void Assign(
        float[] lab, int height, int width, float[] centers, int step, float spatial, int[] nearest, float[] distances)
    {
        distances.AsSpan().Fill(float.MaxValue);
        for (var k = 0; k < centers.Length / 5; k++)
        {
            float l = centers[k * 5], a = centers[k * 5 + 1], b = centers[k * 5 + 2], y = centers[k * 5 + 3], x = centers[k * 5 + 4];
            int left = Math.Max(0, (int)x - step), right = Math.Min(width - 1, (int)x + step);
            for (var v = Math.Max(0, (int)y - step); v <= Math.Min(height - 1, (int)y + step); v++)
            {
                var colors = lab.AsSpan((v * width + left) * 3, (right - left + 1) * 3);
                var row = distances.AsSpan(v * width + left, right - left + 1);
                var down = spatial * (v - y) * (v - y);
                for (var u = 0; u < row.Length; u++)
                {
                    float dl = colors[u * 3] - l, da = colors[u * 3 + 1] - a, db = colors[u * 3 + 2] - b, dx = left + u - x;
                    var distance = dl * dl + da * da + db * db + down + spatial * dx * dx;
                    if (distance < row[u])
                        (row[u], nearest[v * width + left + u]) = (distance, k);
                }
            }
        }
    }

    /// <summary>Moves each centre to the mean of its pixels; one without pixels stays.</summary>
    private static void Update(float[] lab, int width, int[] nearest, float[] centers)
    {
        var sums = new double[centers.Length];
        var sizes = new int[centers.Length / 5];
        for (var i = 0; i < nearest.Length; i++)
        {
            var k = nearest[i] * 5;
            sums[k] += lab[i * 3];
            sums[k + 1] += lab[i * 3 + 1];
            sums[k + 2] += lab[i * 3 + 2];
            sums[k + 3] += i / width;
            sums[k + 4] += i % width;
            sizes[nearest[i]]++;
        }
        for (var j = 0; j < sums.Length; j++)
            if (sizes[j / 5] > 0)
                centers[j] = (float)(sums[j] / sizes[j / 5]);
    }

    /// <summary>
    /// Numbers the connected parts of the clusters; a part of fewer than <paramref name="least"/> pixels joins a neighbour numbered before.
    /// </summary>
    private static int[] Connected(int[] clusters, int height, int width, int least, out int count)
    {
        var regions = new int[clusters.Length];
        regions.AsSpan().Fill(-1);
        var part = new List<int>();
        count = 0;
        for (var start = 0; start < clusters.Length; start++)
        {
            if (regions[start] >= 0)
                continue;
            var neighbour = Flood(clusters, regions, height, width, start, count, part);
            if (part.Count < least && neighbour >= 0)
                foreach (var pixel in part)
                    regions[pixel] = neighbour;
            else
                count++;
        }
        return regions;
    }

    /// <summary>Numbers one part, lists its pixels, and returns a region beside it that has its number already, or -1.</summary>
    private static int Flood(int[] clusters, int[] regions, int height, int width, int start, int number, List<int> part)
    {
        part.Clear();
        part.Add(start);
        regions[start] = number;
        var neighbour = -1;
        Span<int> beside = stackalloc int[4];
        for (var next = 0; next < part.Count; next++)
        {
            var (y, x) = (part[next] / width, part[next] % width);
            var found = 0;
            if (y > 0)
                beside[found++] = part[next] - width;
            if (y + 1 < height)
                beside[found++] = part[next] + width;
            if (x > 0)
                beside[found++] = part[next] - 1;
            if (x + 1 < width)
                beside[found++] = part[next] + 1;
            foreach (var pixel in beside[..found])
                if (regions[pixel] < 0 && clusters[pixel] == clusters[start])
                {
                    regions[pixel] = number;
                    part.Add(pixel);
                }
                else if (regions[pixel] >= 0 && regions[pixel] != number)
                    neighbour = regions[pixel];
        }
        return neighbour;
    }
}
