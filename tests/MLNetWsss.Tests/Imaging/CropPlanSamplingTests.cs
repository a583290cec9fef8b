using System.Buffers;
using MLNetWsss.Imaging;
using Xunit;

namespace MLNetWsss.Tests.Imaging;

/// <summary>What a crop shows.</summary>
public sealed class CropPlanSamplingTests
{
    private const int Height = 40, Width = 56;

    // Sums of a few products of floats in 0..255.
    private const float RoundingTolerance = 1e-3f;

    // The discrete triangle filter is not exact on ramps between whole reductions: it may shift a sample by this many source pixels.
    private const double RampTolerance = 0.12;

    // Colours come out as they went in, 0..255.
    private static readonly Normalization Bytes = new([0, 0, 0], [1 / 255f, 1 / 255f, 1 / 255f]);

    [Fact]
    public void The_same_generator_state_gives_the_same_crop()
    {
        var options = new AugmentationOptions { CropSize = 33 };
        var image = RgbImageTests.Noise(Height, Width, seed: 1);

        var first = Sample(CropPlan.Create(Height, Width, options, new Random(5)), image);
        var second = Sample(CropPlan.Create(Height, Width, options, new Random(5)), image);
        var other = Sample(CropPlan.Create(Height, Width, options, new Random(6)), image);

        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void The_whole_image_at_its_own_size_is_only_normalised()
    {
        var image = RgbImageTests.Noise(17, 17, seed: 2);
        var expected = new float[17 * 17 * 3];
        Normalization.ImageNet.Fill(image, expected);
        var sampled = new float[expected.Length];

        CropPlan.Whole(17, 17, 17).SampleImage(image, Normalization.ImageNet, sampled);

        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], sampled[i], RoundingTolerance);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(61)]
    public void The_whole_image_at_another_size_is_the_resized_image(int size)
    {
        var image = RgbImageTests.Noise(Height, Width, seed: 3);
        var resized = image.Resize(size, size).Pixels;

        var sampled = Sample(CropPlan.Whole(Height, Width, size), image);

        for (var i = 0; i < sampled.Length; i++)
            Assert.Equal(resized[i], sampled[i], 0.5f + RoundingTolerance);
    }

    [Theory]
    [InlineData(CropMode.RandomResizedCrop)]
    [InlineData(CropMode.ScaleCrop)]
    public void Image_labels_and_scores_show_the_same_place(CropMode mode)
    {
        // Red and green tell where a sample was taken: 4 levels a pixel, so that the value at position X is 4 X.
        var image = Ramp();
        var columns = new LabelMap(Height, Width, [.. Enumerable.Range(0, Height * Width).Select(i => (byte)(i % Width))]);
        var rows = new LabelMap(Height, Width, [.. Enumerable.Range(0, Height * Width).Select(i => (byte)(i / Width))]);
        var scores = new ScoreMaps(1, Height / 2, Width / 2,
            [.. Enumerable.Range(0, Height * Width / 4).Select(i => 2f * (i % (Width / 2)) + 1)]);
        var options = new AugmentationOptions { CropSize = 48, Mode = mode, ColorJitter = 0, ScaleMin = 0.6, ScaleMax = 1.7 };
        for (var seed = 0; seed < 30; seed++)
        {
            var plan = CropPlan.Create(Height, Width, options, new Random(seed));
            var colors = Sample(plan, image);
            byte[] x = new byte[48 * 48], y = new byte[48 * 48];
            var scored = new float[48 * 48];
            plan.SampleLabels(columns, x);
            plan.SampleLabels(rows, y);
            plan.SampleScores(scores, scored);
            for (var i = 0; i < x.Length; i++)
                CheckPlace(colors.AsSpan(i * 3, 3), x[i], y[i], scored[i]);
        }
    }

    [Fact]
    public void Mirroring_a_crop_mirrors_image_labels_and_scores()
    {
        var image = RgbImageTests.Noise(Height, Width, seed: 4);
        var labels = new LabelMap(Height, Width, [.. Enumerable.Range(0, Height * Width).Select(i => (byte)(i % 251))]);
        var scores = new ScoreMaps(1, 5, 7, [.. Enumerable.Range(0, 35).Select(i => (float)i)]);
        var options = new AugmentationOptions { CropSize = 31, Mode = CropMode.ScaleCrop, ScaleMax = 0.9, Flip = false };
        var straight = CropPlan.Create(Height, Width, options, new Random(8));
        var mirrored = straight with { Flip = true };
        byte[] from = new byte[31 * 31], to = new byte[31 * 31];
        float[] fromScores = new float[31 * 31], toScores = new float[31 * 31];
        straight.SampleLabels(labels, from);
        mirrored.SampleLabels(labels, to);
        straight.SampleScores(scores, fromScores);
        mirrored.SampleScores(scores, toScores);
        float[] colors = Sample(straight, image), flipped = Sample(mirrored, image);

        for (var i = 0; i < from.Length; i++)
        {
            var mirror = i / 31 * 31 + 30 - i % 31;
            Assert.Equal(from[i], to[mirror]);
            Assert.Equal(fromScores[i], toScores[mirror]);
            Assert.Equal(colors[i * 3 + 1], flipped[mirror * 3 + 1], RoundingTolerance);
        }
    }

    [Fact]
    public void Outside_the_image_colours_and_scores_are_zero_and_labels_ignore()
    {
        var options = new AugmentationOptions { CropSize = 64, Mode = CropMode.ScaleCrop, ScaleMin = 1, ScaleMax = 1 };
        var plan = CropPlan.Create(8, 8, options, new Random(1));
        var labels = new byte[64 * 64];
        var scores = new float[64 * 64];
        plan.SampleLabels(new LabelMap(8, 8, new byte[64]), labels);
        plan.SampleScores(new ScoreMaps(1, 2, 2, [1, 1, 1, 1]), scores);
        var colors = new float[64 * 64 * 3];
        Array.Fill(colors, float.NaN);
        plan.SampleImage(RgbImageTests.Grey(8, 8, (_, _) => 200), Normalization.ImageNet, colors);

        // At scale 1 the 8 x 8 image covers exactly 8 x 8 output centres wherever it lies.
        Assert.Equal(64, labels.Count(label => label == 0));
        Assert.Equal(64 * 64 - 64, labels.Count(label => label == LabelMap.Ignore));
        for (var i = 0; i < labels.Length; i++)
        {
            Assert.Equal(labels[i] == 0 ? 1f : 0f, scores[i]);
            Assert.Equal(labels[i] == 0, colors[i * 3] != 0);
        }
    }

    [Fact]
    public void Colour_jitter_is_brightness_then_contrast_then_saturation()
    {
        // Values in the middle of the range, so that no step clips.
        var noise = RgbImageTests.Noise(13, 13, seed: 9).Pixels.ToArray();
        var image = new RgbImage(13, 13, [.. noise.Select(v => (byte)(90 + v / 6))]);
        var plan = CropPlan.Whole(13, 13, 13) with { Brightness = 1.1f, Contrast = 0.8f, Saturation = 1.3f };

        var sampled = Sample(plan, image);

        var bright = image.Pixels.ToArray().Select(v => v * 1.1).ToArray();
        var mean = Enumerable.Range(0, 169).Average(i => Grey(bright, i));
        var contrasted = bright.Select(v => mean + 0.8 * (v - mean)).ToArray();
        for (var i = 0; i < sampled.Length; i++)
        {
            var grey = Grey(contrasted, i / 3);
            Assert.Equal(grey + 1.3 * (contrasted[i] - grey), sampled[i], RoundingTolerance);
        }
    }

    [Fact]
    public void What_others_left_in_pooled_memory_does_not_reach_the_colours()
    {
        var image = RgbImageTests.Noise(Height, Width, seed: 11);
        var plan = CropPlan.Whole(Height, Width, 24) with { Contrast = 0.5f };
        var clean = Sample(plan, image);
        // Every size of array that the sampling of this image may rent.
        foreach (var length in new[] { 16, 32, 64, 128, 256, 512 })
        {
            float[][] rented = [.. Enumerable.Range(0, 8).Select(_ => ArrayPool<float>.Shared.Rent(length))];
            foreach (var array in rented)
            {
                Array.Fill(array, float.NaN);
                ArrayPool<float>.Shared.Return(array);
            }
        }

        Assert.Equal(clean, Sample(plan, image));
    }

    [Fact]
    public void Jittered_colours_stay_within_the_range_of_colours()
    {
        var plan = CropPlan.Whole(20, 20, 20) with { Brightness = 2, Contrast = 2, Saturation = 2 };

        var sampled = Sample(plan, RgbImageTests.Noise(20, 20, seed: 10));

        Assert.All(sampled, value => Assert.InRange(value, 0, 255 + RoundingTolerance));
        Assert.Contains(sampled, value => value == 0);
    }

    [Fact]
    public void A_single_pixel_crop_and_a_single_pixel_image_work()
    {
        var one = Sample(CropPlan.Whole(1, 1, 3), new RgbImage(1, 1, [10, 20, 30]));
        var mean = Sample(CropPlan.Whole(2, 2, 1), new RgbImage(2, 2, [0, 0, 0, 20, 20, 20, 40, 40, 40, 60, 60, 60]));

        Assert.Equal(20f, one[13], RoundingTolerance);
        Assert.Equal(30f, mean[0], RoundingTolerance);
    }

    [Fact]
    public void A_row_of_another_size_than_planned_is_refused()
    {
        var plan = CropPlan.Whole(10, 20, 5);

        var error = Assert.Throws<ArgumentException>(() => plan.SampleLabels(new LabelMap(20, 10, new byte[200]), new byte[25]));

        Assert.Contains("10 x 20", error.Message);
        Assert.Contains("20 x 10", error.Message);
    }

    private static void CheckPlace(ReadOnlySpan<float> color, byte x, byte y, float score)
    {
        Assert.Equal(x == LabelMap.Ignore, y == LabelMap.Ignore);
        if (x == LabelMap.Ignore)
        {
            Assert.Equal([0, 0, 0], color.ToArray());
            Assert.Equal(0, score);
            return;
        }
        // Within the filter's reach of the border samples lean inwards, by less than a pixel at these scales.
        var atBorder = x < 2 || y < 2 || x >= Width - 2 || y >= Height - 2;
        var tolerance = 0.5 + (atBorder ? 0.5 : RampTolerance);
        Assert.InRange(color[0] / 4 - (x + 0.5), -tolerance, tolerance);
        Assert.InRange(color[1] / 4 - (y + 0.5), -tolerance, tolerance);
        Assert.InRange(score - (x + 0.5), -tolerance, tolerance);
    }

    private static RgbImage Ramp()
    {
        var pixels = new byte[Height * Width * 3];
        for (var i = 0; i < Height * Width; i++)
            (pixels[i * 3], pixels[i * 3 + 1], pixels[i * 3 + 2]) = ((byte)(4 * (i % Width) + 2), (byte)(4 * (i / Width) + 2), 7);
        return new RgbImage(Height, Width, pixels);
    }

    private static float[] Sample(CropPlan plan, RgbImage image)
    {
        var sampled = new float[plan.Size * plan.Size * 3];
        plan.SampleImage(image, Bytes, sampled);
        return sampled;
    }

    private static double Grey(double[] colors, int pixel) =>
        0.299 * colors[pixel * 3] + 0.587 * colors[pixel * 3 + 1] + 0.114 * colors[pixel * 3 + 2];
}
