using MLNetWsss.AuxiliaryAffinity;
using MLNetWsss.Imaging;

namespace MLNetWsss.Tests.AuxiliaryAffinity;

public sealed class LabelUpdateTests
{
    /// <summary>Half a step of 254.</summary>
    private const float LevelRounding = 0.5f / 254;

    /// <summary>The lattice's sums in float32.</summary>
    private const float CrfRounding = 1e-3f;

    /// <summary>One division in float32.</summary>
    private const float ScaleRounding = 1e-6f;

    private static readonly LabelUpdate Update = new(new() { CamThreshold = 0.2, CalibrateSaliency = false });

    private static bool All(int k) => true;

    [Theory]
    [InlineData(0.3f, 0.1f, 2)] // Both speak for an object: the strongest class.
    [InlineData(0.3f, 0.0f, 255)]
    [InlineData(0.1f, 0.1f, 255)]
    [InlineData(0.1f, 0.0f, 0)]
    [InlineData(0.2f, 0.0f, 0)] // A threshold itself is not above it.
    [InlineData(0.3f, 0.06f, 255)]
    public void The_rule_is_the_sheets_truth_table(float map, float saliency, byte label)
    {
        // Class 2's map is the stronger one.
        var maps = new ScoreMaps(2, 1, 1, [map / 2, map]);
        Assert.Equal(label, Update.Label(maps, new ScoreMaps(1, 1, 1, [saliency]))[0, 0]);
    }

    [Fact]
    public void Maps_smaller_than_the_photo_are_resized_to_it()
    {
        var label = Update.Label(new ScoreMaps(1, 1, 2, [0, 1]), new ScoreMaps(1, 2, 4, [1, 1, 1, 1, 1, 1, 1, 1]));
        Assert.Equal([255, 1, 1, 1], label.Labels[..4].ToArray());
    }

    [Fact]
    public void Maps_of_absent_classes_stay_zero_and_the_others_reach_one()
    {
        var cam = Update.Cam(new ScoreMaps(2, 1, 2, [2, 4, 8, 1]), k => k == 0, spread: false);
        Assert.All(cam.Scores.ToArray().Zip([2 / 4.00001f, 4 / 4.00001f, 0, 0]), p => Assert.Equal(p.Second, p.First, ScaleRounding));
    }

    [Fact]
    public void Of_spread_maps_what_is_everywhere_is_taken_off()
    {
        var cam = Update.Cam(new ScoreMaps(1, 1, 3, [2, 4, 3]), _ => true, spread: true);
        Assert.All(cam.Scores.ToArray().Zip([0, 2 / 2.00001f, 1 / 2.00001f]), p => Assert.Equal(p.Second, p.First, ScaleRounding));
        // Without an affinity nothing has been spread.
        var plain = new LabelUpdate(new() { Head = new() { Affinity = AffinityKind.None } });
        Assert.True(plain.Cam(new ScoreMaps(1, 1, 3, [2, 4, 3]), _ => true, spread: true)[0, 0, 0] > 0.4f);
    }

    [Fact]
    public void An_even_image_of_half_saliency_stays_at_one_half()
    {
        var image = new RgbImage(20, 30, Enumerable.Repeat((byte)90, 20 * 30 * 3).ToArray());
        var half = new ScoreMaps(1, 20, 30, Enumerable.Repeat(0.5f, 600).ToArray());
        Assert.All(Update.Saliency(image, half, half).Scores.ToArray(), s => Assert.Equal(0.5f, s, CrfRounding));
    }

    [Fact]
    public void Calibrated_saliency_has_its_threshold_at_one_half()
    {
        var update = new LabelUpdate(new() { SaliencyThreshold = 0.25 });
        var calibrated = update.Calibrated(new ScoreMaps(1, 1, 4, [0, 0.25f, 0.5f, 1]));
        Assert.All(calibrated.Scores.ToArray().Zip([0, 0.5f, 0.75f, 1]), p => Assert.Equal(p.Second, p.First, ScaleRounding));
        var given = new ScoreMaps(1, 1, 2, [0, 0.2f]);
        Assert.Same(given, new LabelUpdate(new() { CalibrateSaliency = false }).Calibrated(given));
        Assert.Same(given, new LabelUpdate(new() { SaliencyThreshold = 0 }).Calibrated(given));
    }

    [Fact]
    public void An_object_of_soft_saliency_survives_the_update_if_it_is_calibrated()
    {
        // A bright square of saliency 0.4 on dark ground, which the network sees as it is given.
        const int Side = 24;
        bool Inside(int i) => i / Side is >= 8 and < 16 && i % Side is >= 8 and < 16;
        var image = new RgbImage(Side, Side, [.. Enumerable.Range(0, Side * Side).SelectMany(i => Enumerable.Repeat((byte)(Inside(i) ? 220 : 30), 3))]);
        var soft = new ScoreMaps(1, Side, Side, [.. Enumerable.Range(0, Side * Side).Select(i => Inside(i) ? 0.4f : 0.02f)]);
        var everywhere = new ScoreMaps(1, Side, Side, [.. Enumerable.Repeat(1f, Side * Side)]);
        byte Middle(bool calibrate)
        {
            var update = new LabelUpdate(new() { SaliencyThreshold = 0.3, CalibrateSaliency = calibrate });
            var given = update.Given(image, soft, null, All, () => "").Map;
            return update.Label(everywhere, update.Saliency(image, given, given))[12, 12];
        }
        Assert.Equal(1, Middle(true));
        Assert.Equal(LabelMap.Ignore, Middle(false));
    }

    [Fact]
    public void Seeds_of_other_classes_are_refused_with_the_row()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Update.Checked(new ScoreMaps(1, 1, 2, [0, 1]), 2, () => "Row 3"));
        Assert.StartsWith("Row 3: column", error.Message, StringComparison.Ordinal);
        Assert.Contains("1 maps, expected 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.1f)]
    [InlineData(1.1f)]
    [InlineData(float.NaN)]
    public void Seeds_that_are_no_scores_are_refused_with_the_row(float value)
    {
        var update = new LabelUpdate(new() { SeedsColumn = "Cam" });
        var error = Assert.Throws<InvalidOperationException>(() => update.Checked(new ScoreMaps(1, 1, 2, [0, value]), 1, () => "Row 3"));
        Assert.StartsWith($"Row 3: column 'Cam' holds {value}; expected scores from 0 to 1", error.Message, StringComparison.Ordinal);
        Assert.NotNull(update.Checked(new ScoreMaps(1, 1, 2, [0, 1]), 1, () => "Row 3"));
    }

    [Fact]
    public void Without_a_crf_the_update_is_the_mean()
    {
        var plain = new LabelUpdate(new() { SaliencyCrf = null });
        var image = new RgbImage(1, 2, new byte[6]);
        var mean = plain.Saliency(image, new ScoreMaps(1, 1, 2, [0, 1]), new ScoreMaps(1, 1, 2, [0.5f, 0.5f]));
        Assert.Equal([0.25f, 0.75f], mean.Scores.ToArray());
        var given = new ScoreMaps(1, 1, 2, [0, 1]);
        Assert.Same(given, plain.Saliency(image, given, null));
    }

    [Fact]
    public void A_given_map_of_another_size_is_resized()
    {
        var given = Update.Given(new RgbImage(2, 4, new byte[24]), new ScoreMaps(1, 1, 2, [0, 1]), null, All, () => "Row 3").Map;
        Assert.Equal((2, 4), (given.Height, given.Width));
        Assert.Equal([0, 0.25f, 0.75f, 1], given.Scores[..4].ToArray());
    }

    [Fact]
    public void A_given_map_of_eight_bits_is_rescaled()
    {
        var given = Update.Given(new RgbImage(1, 3, new byte[9]), new ScoreMaps(1, 1, 3, [0, 51, 255]), null, All, () => "Row 3").Map;
        Assert.Equal([0, 0.2f, 1], given.Scores.ToArray());
    }

    [Theory]
    [InlineData(-0.1f)]
    [InlineData(256f)]
    [InlineData(float.NaN)]
    public void A_given_map_of_another_range_is_refused(float value)
    {
        var error = Assert.Throws<InvalidOperationException>(() =>
            Update.Given(new RgbImage(1, 2, new byte[6]), new ScoreMaps(1, 1, 2, [0, value]), null, All, () => "Row 3"));
        Assert.Contains("Row 3", error.Message);
        Assert.Contains("Saliency", error.Message);
        Assert.Contains($"{value}", error.Message);
    }

    [Fact]
    public void Several_maps_are_refused() => Assert.Contains("2 maps", Assert.Throws<InvalidOperationException>(() =>
        Update.Given(new RgbImage(1, 1, new byte[3]), new ScoreMaps(2, 1, 1, [0, 1]), null, All, () => "Row 3")).Message);

    [Fact]
    public void Without_a_given_map_the_built_in_detector_answers_or_says_why_not()
    {
        var flat = Update.Given(new RgbImage(20, 20, new byte[1200]), null, null, All, () => "Row 3");
        Assert.Contains("one colour", flat.Reason);
    }

    [Theory]
    [InlineData(1, 0.8f, 0.2f)]
    [InlineData(0.5, 0.4f, 0.6f)]
    public void Seeds_join_the_saliency_by_the_strongest_of_present_classes(double share, float left, float right)
    {
        var update = new LabelUpdate(new() { SeedsColumn = "Cam", SeedSaliency = share, CalibrateSaliency = false });
        var seeds = new ScoreMaps(3, 1, 2, [0.8f, 0.1f, 0.3f, 0.2f, 1, 1]);
        var (map, reason) = update.Given(new(1, 2, new byte[6]), new(1, 1, 2, [0, 1]), seeds, k => k < 2, () => "Row 3");
        Assert.All(map.Scores.ToArray().Zip([left, right]), p => Assert.Equal(p.Second, p.First, ScaleRounding));
        Assert.Null(reason);
        // Where a photo has none, the column speaks alone.
        Assert.Equal([0f, 1f], update.Given(new(1, 2, new byte[6]), new(1, 1, 2, [0, 1]), null, All, () => "Row 3").Map.Scores.ToArray());
    }

    [Fact]
    public void Seeds_that_are_all_zero_leave_no_saliency_and_say_so()
    {
        var update = new LabelUpdate(new() { SeedsColumn = "Cam", SeedSaliency = 1 });
        var (map, reason) = update.Given(new(1, 2, new byte[6]), null, new(2, 1, 1, [0, 1]), k => k == 0, () => "Row 3");
        Assert.All(map.Scores.ToArray(), s => Assert.Equal(0, s));
        Assert.Contains("'Cam' is 0", reason);
    }

    [Fact]
    public void Saliency_survives_as_labels()
    {
        var saliency = new ScoreMaps(1, 1, 4, [0, 0.1f, 0.5f, 1]);
        Assert.Equal([0, 25, 127, 254], LabelUpdate.Quantised(saliency).Labels.ToArray());
        var back = LabelUpdate.Continuous(LabelUpdate.Quantised(saliency));
        Assert.All(back.Scores.ToArray().Zip(saliency.Scores.ToArray()), pair => Assert.Equal(pair.Second, pair.First, LevelRounding));
    }
}
