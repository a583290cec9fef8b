using Microsoft.ML;
using MLNetWsss.Backbones;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.PseudoLabels;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests.PseudoLabels;

/// <summary>Random walk, pixel-adaptive refinement and dense CRF as options of the labels, alone and together.</summary>
public sealed class RefinementTests
{
    private static readonly MLContext Ml = new(seed: 1);

    private static readonly PseudoLabelsOptions Plain = new() { UncertainMargin = 0, ConflictMargin = 0, CrfConfidence = 0 };

    private static readonly PseudoLabelsOptions All = Plain with { RandomWalk = new(), Pamr = new(), DenseCrf = new() };

    [Fact]
    public void A_walk_with_defaults_fills_an_object_up_to_the_edge_of_its_colour()
    {
        // 64 x 64, the left half of one colour; the map sees a stripe in its middle.
        var (image, maps) = Halves(64, x => x is >= 8 and < 16 ? 0.9f : 0.05f);
        Assert.Equal(0, new PseudoLabeler(Plain).Label(maps, null, image)[32, 24]);
        foreach (var rule in Enum.GetValues<BackgroundRule>().Where(r => r != BackgroundRule.Power))
        {
            var walked = new PseudoLabeler(Plain with { RandomWalk = new(), Background = rule, Threshold = 0.5 }).Label(maps, null, image);
            // Shrinking the photo blurs the two columns of the grid that touch the edge, 28 to 35.
            Assert.Equal((1, 1, 0, 0), (walked[32, 4], walked[32, 24], walked[32, 38], walked[32, 60]));
        }
    }

    [Fact]
    public void With_the_power_rule_the_background_walks_along()
    {
        // Two pixels of one colour and one step: T is 1/2 everywhere. Scores (0.8, 0) and backgrounds (0.2, 1) become 0.4 and 0.6.
        var image = new RgbImage(1, 2, [9, 9, 9, 9, 9, 9]);
        var maps = new ScoreMaps(1, 1, 2, [0.8f, 0]);
        var options = Plain with { Background = BackgroundRule.Power, Power = 1, WalkStride = 1 };
        Assert.Equal([1, 0], Label(options));
        Assert.Equal([0, 0], Label(options with { RandomWalk = new() { Squarings = 0 } }));
        // A threshold meets the walked scores over their maximum, (0.4, 0.4) / 0.4, instead.
        Assert.Equal([1, 1], Label(options with { RandomWalk = new() { Squarings = 0 }, Background = BackgroundRule.Threshold, Threshold = 0.9 }));

        byte[] Label(PseudoLabelsOptions o) => new PseudoLabeler(o).Label(maps, null, image).Labels.ToArray();
    }

    [Fact]
    public void Nothing_walks_between_unlike_colours()
    {
        var image = new RgbImage(1, 2, [0, 0, 0, 255, 255, 255]);
        var maps = new ScoreMaps(1, 1, 2, [0.8f, 0]);
        Assert.Equal([1, 0], new PseudoLabeler(Plain with { RandomWalk = new(), WalkStride = 1 }).Label(maps, null, image).Labels.ToArray());
    }

    [Fact]
    public void The_walk_comes_before_the_crf()
    {
        var (image, maps) = Halves(32, x => x is >= 4 and < 10 ? 0.9f : 0.1f);
        var options = Plain with { RandomWalk = new() { Squarings = 4 }, DenseCrf = new() { Iterations = 2 } };
        var affinity = RandomWalkAffinity.FromColor(image.Resize(8, 8), (float)options.WalkColorDeviation);
        var walked = new RandomWalk(options.RandomWalk).Propagate(maps.Resize(8, 8), affinity);
        float top = walked.Scores.ToArray().Max();
        var scaled = new ScoreMaps(1, 8, 8, [.. walked.Scores.ToArray().Select(s => s / top)]);
        var byHand = new PseudoLabeler(options with { RandomWalk = null }).Label(scaled, null, image);
        Assert.Equal(byHand.Labels.ToArray(), new PseudoLabeler(options).Label(maps, null, image).Labels.ToArray());
    }

    [Fact]
    public void Pixel_adaptive_refinement_moves_labels_to_the_photos_edge()
    {
        var (image, maps) = Halves(32, x => x < 10 ? 0.9f : 0.1f);
        var options = Plain with { Background = BackgroundRule.Power, Power = 1, PamrStride = 1 };
        Assert.Equal(0, new PseudoLabeler(options).Label(maps, null, image)[16, 13]);
        var refined = new PseudoLabeler(options with { Pamr = new() }).Label(maps, null, image);
        Assert.Equal((1, 1, 0), (refined[16, 2], refined[16, 13], refined[16, 18]));
    }

    [Fact]
    public void A_photo_of_one_pixel_is_labelled()
    {
        var image = new RgbImage(1, 1, [1, 2, 3]);
        foreach (var rule in Enum.GetValues<BackgroundRule>().Where(r => r != BackgroundRule.Otsu))
            Assert.Equal(1, new PseudoLabeler(All with { Background = rule }).Label(new ScoreMaps(1, 1, 1, [0.9f]), null, image)[0, 0]);
    }

    [Fact]
    public void Photos_a_thousand_times_as_long_as_high_are_labelled()
    {
        var image = new RgbImage(2, 2000, new byte[2 * 2000 * 3]);
        var mask = new PseudoLabeler(All).Label(new ScoreMaps(1, 1, 500, [.. Enumerable.Repeat(0.9f, 500)]), null, image);
        Assert.All(mask.Labels.ToArray(), label => Assert.Equal(1, label));
    }

    [Fact]
    public void Maps_of_nothing_stay_background_however_refined()
    {
        var image = new RgbImage(8, 8, new byte[8 * 8 * 3]);
        Assert.All(new PseudoLabeler(All).Label(new ScoreMaps(2, 4, 4, new float[32]), null, image).Labels.ToArray(), l => Assert.Equal(0, l));
    }

    [Fact]
    public void Maps_of_any_size_are_stretched_over_the_photo()
    {
        var (image, _) = Halves(32, _ => 0);
        foreach (int side in new[] { 1, 3, 32, 100 })
        {
            var maps = new ScoreMaps(1, side, side, [.. Enumerable.Repeat(0.9f, side * side)]);
            var mask = new PseudoLabeler(All).Label(maps, null, image);
            Assert.Equal((32, 32), (mask.Height, mask.Width));
            Assert.All(mask.Labels.ToArray(), label => Assert.Equal(1, label));
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Maps_that_are_not_finite_are_refused(float score)
    {
        var maps = new ScoreMaps(1, 1, 2, [0.5f, score]);
        var error = Assert.Throws<InvalidOperationException>(() => new PseudoLabeler(All).Label(maps, null, null));
        Assert.Contains("'Cam'", error.Message);
        Assert.Contains("finite", error.Message);
    }

    [Fact]
    public void More_classes_than_labels_hold_are_refused()
    {
        Assert.Equal(254, new PseudoLabeler(Plain).Label(OneHot(254), null, null)[0, 0]);
        var error = Assert.Throws<InvalidOperationException>(() => new PseudoLabeler(Plain).Label(OneHot(255), null, null));
        Assert.Contains("at most 254", error.Message);

        static ScoreMaps OneHot(int classes) => new(classes, 1, 1, [.. Enumerable.Range(1, classes).Select(k => k == classes ? 0.9f : 0)]);
    }

    public static TheoryData<string, PseudoLabelsOptions> BadOptions => new()
    {
        { "Beta", new() { RandomWalk = new() { Beta = -1 } } },
        { "Squarings", new() { RandomWalk = new() { Squarings = -1 } } },
        { "WalkStride", new() { WalkStride = -4 } },
        { "WalkRadius", new() { WalkRadius = -5 } },
        { "WalkColorDeviation", new() { WalkColorDeviation = -10 } },
        { "Iterations", new() { Pamr = new() { Iterations = -10 } } },
        { "PamrStride", new() { PamrStride = 0 } }
    };

    [Theory, MemberData(nameof(BadOptions))]
    public void Negative_settings_are_refused_by_name(string option, PseudoLabelsOptions options) =>
        Assert.Contains(option, Assert.ThrowsAny<ArgumentException>(() => Ml.Transforms.Wsss.PseudoLabels(options)).Message);

    [Fact]
    public void A_refined_data_set_is_resumed_image_by_image_and_tells_its_progress()
    {
        using var folder = new ScratchFolder();
        var reads = new List<string>();
        var options = All with { PredictionBatch = 1 };
        IDataView Masks()
        {
            var data = TinyScenes.View(5, onRead: reads.Add);
            return Ml.Transforms.Wsss.PseudoLabels(options).Fit(data).Transform(data);
        }
        string expected = string.Join(' ', RowDigest.Of(Masks(), ["Mask"]));
        var told = new List<int>();
        using var cancel = new CancellationTokenSource();
        var progress = new Told(rows =>
        {
            told.Add(rows);
            if (rows == 3)
                cancel.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() =>
            Ml.Transforms.Wsss.Precompute(Masks(), ["Mask"], progress: progress, folder: folder.Path, cancellation: cancel.Token));
        Assert.Equal([1, 2, 3], told);
        using var rest = (IDisposable)Ml.Transforms.Wsss.Precompute(Masks(), ["Mask"], progress: progress, folder: folder.Path);
        Assert.Equal([1, 2, 3, 4, 5], told);
        Assert.Equal(expected, string.Join(' ', RowDigest.Of((IDataView)rest, ["Mask"])));
    }

    private sealed class Told(Action<int> tell) : IProgress<int>
    {
        public void Report(int value) => tell(value);
    }

    /// <summary>A photo whose left half is of one colour, and a map that depends on the column.</summary>
    private static (RgbImage Image, ScoreMaps Maps) Halves(int side, Func<int, float> score)
    {
        var pixels = new byte[side * side * 3];
        var scores = new float[side * side];
        for (int i = 0; i < scores.Length; i++)
        {
            pixels.AsSpan(i * 3, 3).Fill((byte)(i % side < side / 2 ? 220 : 20));
            scores[i] = score(i % side);
        }
        return (new(side, side, pixels), new(1, side, side, scores));
    }
}
