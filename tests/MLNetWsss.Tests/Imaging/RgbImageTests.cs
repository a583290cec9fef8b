using MLNetWsss.Imaging;
using Xunit;

namespace MLNetWsss.Tests.Imaging;

public sealed class RgbImageTests
{
    // Resize rounds to a byte, so it may be half a level off; the rest allows for the rounding of float sums of values up to 255.
    private const double LevelTolerance = 0.5 + 1e-3;

    [Fact]
    public void Halving_a_row_weighs_three_neighbours_as_Pillow_does()
    {
        var row = Grey(1, 4, (_, x) => 70 * x);

        var half = row.Resize(1, 2);

        // Scale 2 gives support 2. Output 0 is centred at 1, so samples 0, 1, 2 weigh 0.75, 0.75, 0.25: (3*0 + 3*70 + 140) / 7 = 50.
        // Output 1 mirrors it: (70 + 3*140 + 3*210) / 7 = 160.
        Assert.Equal([50, 50, 50, 160, 160, 160], half.Pixels.ToArray());
    }

    [Fact]
    public void Doubling_a_row_interpolates_between_pixel_centres()
    {
        var row = Grey(1, 2, (_, x) => 100 * x);

        Assert.Equal([0, 25, 75, 100], Reds(row.Resize(1, 4)));
    }

    [Theory]
    [InlineData(37, 53, 11, 29)]
    [InlineData(9, 7, 30, 41)]
    [InlineData(40, 3, 13, 1)]
    [InlineData(5, 64, 5, 17)]
    public void Resize_agrees_with_the_filter_summed_directly(int height, int width, int newHeight, int newWidth)
    {
        var image = Noise(height, width, seed: 3);

        var resized = image.Resize(newHeight, newWidth);

        for (var y = 0; y < newHeight; y++)
        {
            for (var x = 0; x < newWidth; x++)
            {
                var (r, g, b) = Direct(image, y, newHeight, x, newWidth);
                Assert.InRange(resized[y, x].R - r, -LevelTolerance, LevelTolerance);
                Assert.InRange(resized[y, x].G - g, -LevelTolerance, LevelTolerance);
                Assert.InRange(resized[y, x].B - b, -LevelTolerance, LevelTolerance);
            }
        }
    }

    [Fact]
    public void A_constant_image_keeps_its_colour_at_every_size()
    {
        var image = Grey(23, 31, (_, _) => 255);

        foreach (var (height, width) in new[] { (1, 1), (7, 100), (64, 5) })
            Assert.All(image.Resize(height, width).Pixels.ToArray(), value => Assert.Equal(255, value));
    }

    [Fact]
    public void Resize_to_the_same_size_is_the_same_image()
    {
        var image = Noise(4, 5, seed: 1);

        Assert.Same(image, image.Resize(4, 5));
    }

    [Fact]
    public void Flipping_mirrors_pixels_and_keeps_their_channels()
    {
        var image = new RgbImage(1, 2, [1, 2, 3, 4, 5, 6]);

        Assert.Equal([4, 5, 6, 1, 2, 3], image.FlipHorizontal().Pixels.ToArray());
    }

    [Fact]
    public void An_array_of_the_wrong_length_is_refused_with_both_lengths()
    {
        var error = Assert.Throws<ArgumentException>(() => new RgbImage(2, 3, new byte[17]));

        Assert.Contains("18", error.Message);
        Assert.Contains("17", error.Message);
    }

    [Fact]
    public void Sizes_and_positions_outside_are_refused()
    {
        var image = Noise(2, 2, seed: 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => new RgbImage(0, 3, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => image.Resize(3, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => image[2, 0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => image[0, -1]);
    }

    internal static RgbImage Noise(int height, int width, int seed)
    {
        var pixels = new byte[height * width * 3];
        new Random(seed).NextBytes(pixels);
        return new RgbImage(height, width, pixels);
    }

    internal static RgbImage Grey(int height, int width, Func<int, int, int> level)
    {
        var pixels = new byte[height * width * 3];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)level(i / 3 / width, i / 3 % width);
        return new RgbImage(height, width, pixels);
    }

    private static int[] Reds(RgbImage image) => [.. Enumerable.Range(0, image.Width).Select(x => (int)image[0, x].R)];

    private static (double R, double G, double B) Direct(RgbImage image, int y, int newHeight, int x, int newWidth)
    {
        double r = 0, g = 0, b = 0, sum = 0;
        for (var v = 0; v < image.Height; v++)
        {
            for (var u = 0; u < image.Width; u++)
            {
                var weight = Triangle(v, y, image.Height, newHeight) * Triangle(u, x, image.Width, newWidth);
                var color = image[v, u];
                (r, g, b, sum) = (r + weight * color.R, g + weight * color.G, b + weight * color.B, sum + weight);
            }
        }
        return (r / sum, g / sum, b / sum);
    }

    private static double Triangle(int source, int output, int from, int to)
    {
        var scale = (double)from / to;
        return Math.Max(0, 1 - Math.Abs(source + 0.5 - (output + 0.5) * scale) / Math.Max(1, scale));
    }
}
