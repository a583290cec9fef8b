using MLNetWsss.Imaging;
using Xunit;

namespace MLNetWsss.Tests.Imaging;

public sealed class SuperpixelsTests
{
    /// <summary>Four printed digits of published values.</summary>
    private const float LabRounding = 0.02f;

    [Theory]
    [InlineData(255, 255, 255, 100, 0, 0)]
    [InlineData(0, 0, 0, 0, 0, 0)]
    // The sRGB primaries under D65, as tables of the colour space list them.
    [InlineData(255, 0, 0, 53.24, 80.09, 67.20)]
    [InlineData(0, 255, 0, 87.73, -86.18, 83.18)]
    [InlineData(0, 0, 255, 32.30, 79.19, -107.86)]
    public void Lab_of_known_colors_is_as_published(int r, int g, int b, double l, double u, double v)
    {
        float[] lab = LabColor.Of(new RgbImage(1, 1, [(byte)r, (byte)g, (byte)b]));
        Assert.Equal((float)l, lab[0], LabRounding);
        Assert.Equal((float)u, lab[1], LabRounding);
        Assert.Equal((float)v, lab[2], LabRounding);
    }

    [Fact]
    public void A_flat_image_falls_into_a_regular_grid()
    {
        // 40 x 60 pixels in 24 regions: a step of 10, 4 x 6 squares.
        var superpixels = Superpixels.Slic(SaliencyScenes.Flat(40, 60), new() { Count = 24 });
        Assert.Equal(24, superpixels.Count);
        Assert.All(Sizes(superpixels), size => Assert.InRange(size, 64, 144));
    }

    [Fact]
    public void Regions_do_not_cross_a_sharp_edge()
    {
        var image = SaliencyScenes.Disc(60, 80, 30, 40, 15, out var truth);
        var superpixels = Superpixels.Slic(image, new() { Count = 60 });
        var inside = new int[superpixels.Count];
        for (int i = 0; i < truth.Labels.Length; i++)
            inside[superpixels.Regions[i]] += truth.Labels[i];
        var sizes = Sizes(superpixels);
        // A part smaller than a quarter of a region may be joined to the wrong side: a handful of pixels on the circle.
        Assert.All(inside.Zip(sizes), pair => Assert.True(pair.First <= 5 || pair.First >= pair.Second - 5, $"{pair}"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_region_is_connected_and_has_a_pixel(int seed)
    {
        var image = Noise(37, 53, seed);
        var superpixels = Superpixels.Slic(image, new() { Count = 40, Compactness = 5 });
        Assert.All(Sizes(superpixels), size => Assert.True(size > 0));
        Assert.Equal(superpixels.Count, Parts(superpixels));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 50)]
    [InlineData(3, 2)]
    public void The_smallest_images_are_divided_too(int height, int width)
    {
        var superpixels = Superpixels.Slic(SaliencyScenes.Flat(height, width), new() { Count = 10 });
        Assert.InRange(superpixels.Count, 1, height * width);
        Assert.Equal(height * width, superpixels.Regions.Length);
    }

    [Fact]
    public void The_same_image_gives_the_same_regions() =>
        Assert.Equal(Superpixels.Slic(Noise(30, 30, 1)).Regions.ToArray(), Superpixels.Slic(Noise(30, 30, 1)).Regions.ToArray());

    [Fact]
    public void Settings_out_of_range_are_named()
    {
        foreach (var (wrong, name) in new (SuperpixelOptions, string)[]
        {
            (new() { Count = 0 }, "Count"), (new() { Compactness = 0 }, "Compactness"), (new() { Iterations = 0 }, "Iterations")
        })
            Assert.Contains(name, Assert.Throws<ArgumentOutOfRangeException>(() => Superpixels.Slic(SaliencyScenes.Flat(8, 8), wrong)).Message);
    }

    private static int[] Sizes(Superpixels superpixels)
    {
        var sizes = new int[superpixels.Count];
        foreach (int region in superpixels.Regions)
            sizes[region]++;
        return sizes;
    }

    private static RgbImage Noise(int height, int width, int seed)
    {
        var pixels = new byte[height * width * 3];
        new Random(seed).NextBytes(pixels);
        return new RgbImage(height, width, pixels);
    }

    /// <summary>Connected parts of equal region number, over the sides of pixels.</summary>
    private static int Parts(Superpixels superpixels)
    {
        int[] regions = superpixels.Regions.ToArray();
        var seen = new bool[regions.Length];
        int parts = 0;
        for (int start = 0; start < regions.Length; start++)
        {
            if (seen[start])
                continue;
            parts++;
            var open = new Stack<int>([start]);
            seen[start] = true;
            while (open.TryPop(out int at))
                foreach (var (dy, dx) in new[] { (0, 1), (0, -1), (1, 0), (-1, 0) })
                {
                    int y = at / superpixels.Width + dy, x = at % superpixels.Width + dx, next = y * superpixels.Width + x;
                    bool inside = y >= 0 && x >= 0 && y < superpixels.Height && x < superpixels.Width;
                    if (inside && !seen[next] && regions[next] == regions[at])
                    {
                        seen[next] = true;
                        open.Push(next);
                    }
                }
        }
        return parts;
    }
}
