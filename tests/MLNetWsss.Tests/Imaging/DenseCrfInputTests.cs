using MLNetWsss.Imaging;
using Xunit;
using static MLNetWsss.Tests.Imaging.DenseCrfExamples;

namespace MLNetWsss.Tests.Imaging;

public sealed class DenseCrfInputTests
{
    // The worked examples have six digits.
    private const float WorkedTolerance = 1e-5f;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    [InlineData(1, 100)]
    [InlineData(100, 1)]
    [InlineData(3, 3)]
    public void Tiny_images_give_finite_beliefs(int height, int width)
    {
        foreach (var labels in new[] { 2, 3, 9 })
        {
            var (image, maps) = SmoothExample(height, width, labels, seed: 13);
            var refined = new DenseCrf(new() { Threads = 2 }).Refine(image, maps);
            foreach (var score in refined.Scores)
                Assert.InRange(score, 0f, 1f);
        }
    }

    [Fact]
    public void A_single_pixel_hears_only_itself()
    {
        // K~ of one pixel is exactly 1, on the lattice too: one update adds 3 + 10 times its own belief; odds .6/.4 become .6/.4 exp(13 x
        // .2).
        var refined = new DenseCrf(DenseCrfOptions.Psa with { Iterations = 1 })
            .Refine(new RgbImage(1, 1, [9, 9, 9]), new ScoreMaps(2, 1, 1, [0.4f, 0.6f]));
        var odds = 1.5 * Math.Exp(2.6);
        Assert.Equal(odds / (1 + odds), refined.Scores[1], WorkedTolerance);
    }

    [Fact]
    public void One_label_is_certain_everywhere()
    {
        var image = new RgbImage(2, 3, new byte[18]);
        Assert.All(new DenseCrf().Refine(image, Constant(1, 2, 3, 0.1f)).Scores.ToArray(), q => Assert.Equal(1f, q));
        Assert.All(new DenseCrf().RefineToLabels(image, Constant(1, 2, 3, 0.1f)).Labels.ToArray(), label => Assert.Equal(0, label));
        Assert.Equal(new byte[6], new DenseCrf().RefineLabels(image, new LabelMap(2, 3, new byte[6]), 1).Labels.ToArray());
    }

    [Fact]
    public void All_zero_maps_count_as_uniform()
    {
        var (image, _) = SmoothExample(14, 18, 2, seed: 14);
        foreach (var labels in new[] { 2, 5 })
        {
            foreach (var score in new DenseCrf().Refine(image, Constant(labels, 14, 18, 0)).Scores)
                Assert.Equal(1f / labels, score, 1e-4f);
        }
    }

    [Fact]
    public void Two_hundred_and_fifty_five_labels_are_the_limit()
    {
        var image = new RgbImage(1, 2, new byte[6]);
        var maps = Constant(255, 1, 2, 0);
        var scores = maps.Scores.ToArray();
        scores[254 * 2] = scores[100 * 2 + 1] = 1;
        Assert.Equal([254, 100],
            new DenseCrf(new() { Iterations = 0 }).RefineToLabels(image, new ScoreMaps(255, 1, 2, scores)).Labels.ToArray());
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new DenseCrf().Refine(image, Constant(256, 1, 2, 0)));
        Assert.Contains("1..255", error.Message);
    }

    [Fact]
    public void Bad_input_is_named()
    {
        var image = new RgbImage(2, 3, new byte[18]);
        var crf = new DenseCrf();
        var maps = Constant(2, 2, 3, 0.5f);
        Assert.Contains("3 x 2", Assert.Throws<ArgumentException>(() => crf.Refine(image, Constant(2, 3, 2, 0.5f))).Message);
        Assert.Contains("Resize", Assert.Throws<ArgumentException>(() => crf.RefineLabels(image, new LabelMap(2, 2, new byte[4]))).Message);
        for (var i = 0; i < 12; i++)
        {
            var scores = maps.Scores.ToArray();
            scores[i] = float.NaN;
            Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => crf.Refine(image, new ScoreMaps(2, 2, 3, scores))).Message);
        }
        Assert.Contains("label 7", Assert.Throws<ArgumentException>(
            () => crf.RefineLabels(image, new LabelMap(2, 3, [0, 1, 7, 0, 0, 255]), 3)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => crf.RefineLabels(image, new LabelMap(2, 3, new byte[6]), 256));
        Assert.Throws<ArgumentException>(() => crf.RefineSaliency(image, maps));
        Assert.Throws<ArgumentException>(() => crf.Refine(new byte[17], 2, 3, new float[12], 2, new float[12]));
        Assert.Throws<ArgumentException>(() => crf.Refine(new byte[18], 2, 3, new float[11], 2, new float[12]));
        Assert.Throws<ArgumentException>(() => crf.Refine(new byte[18], 2, 3, new float[12], 2, new float[11]));
        Assert.Throws<ArgumentOutOfRangeException>(() => crf.Refine([], 0, 3, [], 2, []));
        Assert.Contains("9 costs", Assert.Throws<ArgumentException>(
            () => new DenseCrf(new() { Compatibility = new float[9] }).Refine(image, maps)).Message);
        Assert.Contains("4096", Assert.Throws<ArgumentException>(() => new DenseCrf(new() { Filter = DenseCrfFilter.Exact })
            .Refine(new RgbImage(64, 65, new byte[64 * 65 * 3]), Constant(2, 64, 65, 0.5f))).Message);
    }

    [Fact]
    public void Deviations_too_small_for_the_lattice_are_refused_and_small_ones_work()
    {
        var (image, maps) = SmoothExample(20, 20, 3, seed: 15);
        Assert.Contains("Raise", Assert.Throws<ArgumentException>(
            () => new DenseCrf(new() { ColorDeviation = 1e-4f }).Refine(image, maps)).Message);
        // Every pixel alone in its cell hears only itself: labels stay.
        var crf = new DenseCrf(new() { GaussianWeight = 0, BilateralDeviation = 0.5f, ColorDeviation = 0.5f });
        var unchanged = new DenseCrf(new() { Iterations = 0 }).RefineToLabels(image, maps);
        Assert.Equal(unchanged.Labels.ToArray(), crf.RefineToLabels(image, maps).Labels.ToArray());
    }

    [Fact]
    public void Settings_out_of_range_are_named()
    {
        (DenseCrfOptions Options, string Name)[] bad =
        [
            (new() { GaussianDeviation = 0 }, "GaussianDeviation"), (new() { BilateralDeviation = -1 }, "BilateralDeviation"),
            (new() { ColorDeviation = float.NaN }, "ColorDeviation"), (new() { GaussianWeight = -0.1f }, "GaussianWeight"),
            (new() { BilateralWeight = float.PositiveInfinity }, "BilateralWeight"), (new() { Iterations = -1 }, "Iterations"),
            (new() { LabelConfidence = 1 }, "LabelConfidence"), (new() { LabelConfidence = 0 }, "LabelConfidence"),
            (new() { MinProbability = 0 }, "MinProbability"), (new() { Threads = 65 }, "Threads"),
            (new() { Filter = (DenseCrfFilter)7 }, "Filter"),
        ];
        foreach (var (options, name) in bad)
            Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => new DenseCrf(options)).ParamName);
        Assert.Contains("K x K", Assert.Throws<ArgumentException>(() => new DenseCrf(new() { Compatibility = new float[5] })).Message);
        Assert.Contains("finite", Assert.Throws<ArgumentException>(
            () => new DenseCrf(new() { Compatibility = [0, float.NaN, 1, 0] })).Message);
    }

    [Fact]
    public void Presets_hold_the_published_values()
    {
        (DenseCrfOptions Options, float Sxy, float W, float Bxy, float Brgb, float Bw, int Iterations)[] table =
        [
            (DenseCrfOptions.Psa, 3, 3, 80, 13, 10, 10), (DenseCrfOptions.IrnLabels, 3, 3, 50, 5, 10, 10),
            (DenseCrfOptions.DeepLab, 1, 3, 67, 3, 4, 10), (DenseCrfOptions.SeamRetrain, 3, 3, 32, 13, 10, 1),
            (DenseCrfOptions.AuxSegNet, 4, 3, 83, 5, 3, 10), (DenseCrfOptions.AuxSegNetSaliency, 3, 3, 60, 5, 5, 1),
        ];
        foreach (var (o, sxy, w, bxy, brgb, bw, iterations) in table)
        {
            o.Validate();
            Assert.Equal((sxy, w, bxy, brgb, bw, iterations),
                (o.GaussianDeviation, o.GaussianWeight, o.BilateralDeviation, o.ColorDeviation, o.BilateralWeight, o.Iterations));
        }
        Assert.Equal(0.7f, DenseCrfOptions.IrnLabels.LabelConfidence);
        Assert.Equal(DenseCrfOptions.Psa, new DenseCrfOptions());
    }
}
