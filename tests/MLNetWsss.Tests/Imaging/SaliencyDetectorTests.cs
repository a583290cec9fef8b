using MLNetWsss.Imaging;
using MLNetWsss.Metrics;
using Xunit;

namespace MLNetWsss.Tests.Imaging;

public sealed class SaliencyDetectorTests
{
    /// <summary>Sums of float32 in another order of neighbours.</summary>
    private const float Rounding = 2e-3f;

    [Fact]
    public void A_disc_on_a_flat_ground_is_found_to_its_border()
    {
        var image = SaliencyScenes.Disc(120, 160, 60, 80, 25, out var truth);
        var found = new SaliencyDetector().Detect(image);
        Assert.Null(found.Reason);
        Assert.Equal((1, 120, 160), (found.Map.Classes, found.Map.Height, found.Map.Width));
        Assert.All(found.Map.Scores.ToArray(), s => Assert.InRange(s, 0, 1));
        // A superpixel that holds both sides of the edge is the only error that such a scene allows.
        Assert.True(Score(found.Map, truth).MaxFMeasure > 0.97, $"{Score(found.Map, truth)}");
        Assert.True(Score(found.Map, truth).MeanAbsoluteError < 0.03, $"{Score(found.Map, truth)}");
    }

    [Fact]
    public void A_disc_off_the_middle_is_found()
    {
        var image = SaliencyScenes.Disc(120, 160, 40, 45, 18, out var truth);
        var found = Score(new SaliencyDetector().Detect(image).Map, truth);
        Assert.True(found.MaxFMeasure > 0.97, $"{found}");
    }

    [Fact]
    public void An_object_that_touches_the_border_is_found()
    {
        // A quarter of the circle's outline runs along the image's lower edge: boundary connectivity must not take it for ground.
        var image = SaliencyScenes.Disc(120, 160, 105, 80, 35, out var truth);
        var found = Score(new SaliencyDetector().Detect(image).Map, truth);
        Assert.True(found.MaxFMeasure > 0.95, $"{found}");
    }

    [Fact]
    public void Boundary_connectivity_tells_ground_from_an_object_at_the_border()
    {
        var image = SaliencyScenes.Disc(120, 160, 105, 80, 35, out var truth);
        float[] lab = LabColor.Of(image);
        var superpixels = Superpixels.Slic(image, new() { Count = 200 });
        var graph = new SuperpixelGraph(lab, superpixels);
        float[] background = RegionSaliency.Background(graph, new());
        int At(int y, int x) => superpixels.Regions[y * 160 + x];
        Assert.True(graph.Border[At(119, 80)]);
        Assert.True(background[At(5, 5)] > 0.95f, $"ground {background[At(5, 5)]}");
        Assert.True(background[At(119, 80)] < background[At(5, 5)] - 0.1f, $"object {background[At(119, 80)]}");
        Assert.Equal(background[At(60, 10)], background[At(5, 5)], Rounding);
    }

    [Fact]
    public void Barriers_are_the_least_span_of_values_on_a_path()
    {
        // Squares of 10: a ring of black along the border, in it a ring of white around a middle of grey: any path there crosses white.
        var graph = Rings(0, 255, 128, out int middle, out int ring);
        float white = LabColor.Of(new RgbImage(1, 1, [255, 255, 255]))[0];
        Assert.Equal(white, graph.Barriers()[ring], Rounding);
        Assert.Equal(white, graph.Barriers()[middle], Rounding);
        // The geodesic distance adds up the ways there and back instead: 100 to white and 46 back to grey.
        float grey = LabColor.Of(new RgbImage(1, 1, [128, 128, 128]))[0];
        int border = Array.IndexOf(graph.Border, true);
        Assert.Equal(white + (white - grey), graph.Geodesics(0)[border * graph.Count + middle], Rounding);
    }

    [Fact]
    public void An_image_without_contrast_says_why_it_has_no_saliency()
    {
        var found = new SaliencyDetector().Detect(SaliencyScenes.Flat(64, 64));
        Assert.Contains("one colour", found.Reason);
        Assert.All(found.Map.Scores.ToArray(), s => Assert.Equal(0, s));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 300)]
    public void An_image_too_small_says_so(int height, int width)
    {
        var found = new SaliencyDetector().Detect(SaliencyScenes.Flat(height, width));
        Assert.Contains($"{height} x {width}", found.Reason);
        Assert.Equal((height, width), (found.Map.Height, found.Map.Width));
    }

    [Theory]
    [InlineData(8, 8)]
    [InlineData(9, 400)]
    public void Noise_of_any_shape_gets_finite_values(int height, int width)
    {
        var pixels = new byte[height * width * 3];
        new Random(1).NextBytes(pixels);
        var found = new SaliencyDetector().Detect(new RgbImage(height, width, pixels));
        Assert.All(found.Map.Scores.ToArray(), s => Assert.InRange(s, 0, 1));
    }

    [Fact]
    public void The_same_image_gives_the_same_bits()
    {
        var image = SaliencyScenes.Disc(90, 70, 40, 30, 15, out _);
        var detector = new SaliencyDetector();
        float[] once = detector.Detect(image).Map.Scores.ToArray();
        var again = new float[4][];
        Parallel.For(0, again.Length, i => again[i] = detector.Detect(image).Map.Scores.ToArray());
        Assert.All(again, map => Assert.Equal(once, map));
    }

    [Fact]
    public void Settings_out_of_range_are_named()
    {
        foreach (var (wrong, name) in new (SaliencyOptions, string)[]
        {
            (new() { Scales = [] }, "Scales"), (new() { Scales = [5] }, "Scales"), (new() { LongSide = 3 }, "LongSide"),
            (new() { ColorDeviation = 0 }, "ColorDeviation"), (new() { SpatialDeviation = -1 }, "SpatialDeviation"),
            (new() { BarrierShare = 1.5 }, "BarrierShare"), (new() { CenterDeviation = double.NaN }, "CenterDeviation"),
            (new() { SharpenedShare = 2 }, "SharpenedShare")
        })
            Assert.Contains(name, Assert.ThrowsAny<ArgumentException>(() => new SaliencyDetector(wrong)).Message);
    }

    private static SaliencyMetrics Score(ScoreMaps map, LabelMap truth)
    {
        var score = new SaliencyAccumulator();
        score.Add(map, truth);
        return score.Result();
    }

    /// <summary>7 x 7 squares of three greys in rings of one, one and the rest.</summary>
    private static SuperpixelGraph Rings(byte outer, byte second, byte inner, out int middle, out int ring)
    {
        const int Side = 70;
        var pixels = new byte[Side * Side * 3];
        for (int i = 0; i < Side * Side; i++)
        {
            int y = i / Side / 10, x = i % Side / 10, depth = Math.Min(Math.Min(y, x), Math.Min(6 - y, 6 - x));
            pixels.AsSpan(i * 3, 3).Fill(depth == 0 ? outer : depth == 1 ? second : inner);
        }
        var image = new RgbImage(Side, Side, pixels);
        var superpixels = Superpixels.Slic(image, new() { Count = 49 });
        middle = superpixels.Regions[35 * Side + 35];
        ring = superpixels.Regions[15 * Side + 35];
        return new SuperpixelGraph(LabColor.Of(image), superpixels);
    }
}
