using MLNetWsss.Imaging;
using MLNetWsss.PseudoLabels;

namespace MLNetWsss.Tests.PseudoLabels;

public sealed class PseudoLabelerTests
{
    private static readonly PseudoLabelsOptions Plain = new() { UncertainMargin = 0, ConflictMargin = 0 };

    [Fact]
    public void A_fixed_threshold_parts_objects_from_background()
    {
        // Threshold 0.3: the best of the two maps is 0.9 (class 1), 0.31 (class 2), 0.29 (none), 0 (none).
        var labels = Label(Plain, [0.9f, 0.1f, 0.29f, 0], [0.2f, 0.31f, 0.28f, 0]);
        Assert.Equal([1, 2, 0, 0], labels);
    }

    [Fact]
    public void The_power_rule_scores_background_by_what_the_classes_leave()
    {
        // (1 - max)^2: 0.9 against 0.01, 0.5 against 0.25, 0.39 against 0.3721, 0.38 against 0.3844.
        var options = Plain with { Background = BackgroundRule.Power, Power = 2 };
        Assert.Equal([1, 1, 1, 0], Label(options, [0.9f, 0.5f, 0.39f, 0.38f]));
        // (1 - max)^1: a half is a tie, and ties are background.
        Assert.Equal([1, 1, 0, 0], Label(options with { Power = 1 }, [0.9f, 0.51f, 0.5f, 0.38f]));
    }

    [Fact]
    public void Otsus_rule_finds_the_gap_of_each_image()
    {
        // Two clusters around 0.1 and 0.25, all below the default threshold of 0.3.
        float[] map = [0.1f, 0.12f, 0.09f, 0.25f, 0.26f, 0.1f];
        Assert.Equal([0, 0, 0, 1, 1, 0], Label(Plain with { Background = BackgroundRule.Otsu }, map));
        Assert.Equal([0, 0, 0, 0, 0, 0], Label(Plain, map));
    }

    [Fact]
    public void Pixels_near_the_background_score_are_ignored()
    {
        // Threshold 0.3, margin 0.05: ignored are 0.26 … 0.34.
        var options = Plain with { UncertainMargin = 0.05 };
        Assert.Equal([0, 255, 255, 1], Label(options, [0.24f, 0.26f, 0.34f, 0.36f]));
    }

    [Fact]
    public void Pixels_that_two_classes_claim_are_ignored()
    {
        // Margin 0.1. Two within it and both above 0.3; two apart; two within it, the second below 0.3; equal.
        var options = Plain with { ConflictMargin = 0.1 };
        Assert.Equal([255, 1, 1, 255], Label(options, [0.8f, 0.8f, 0.35f, 0.7f], [0.75f, 0.6f, 0.28f, 0.7f]));
        Assert.Equal([1, 1, 1], Label(Plain, [0.8f, 0.8f, 0.35f], [0.75f, 0.6f, 0.28f]));
    }

    [Fact]
    public void Only_tagged_classes_are_labelled()
    {
        var maps = Maps([0.9f, 0.1f], [0.1f, 0.9f], [0.2f, 0.2f]);
        Assert.Equal([1, 2], new PseudoLabeler(Plain).Label(maps, null, null).Labels.ToArray());
        Assert.Equal([0, 2], new PseudoLabeler(Plain).Label(maps, [0, 1, 0], null).Labels.ToArray());
        Assert.Equal([0, 0], new PseudoLabeler(Plain).Label(maps, [0, 0, 0], null).Labels.ToArray());
    }

    [Fact]
    public void An_untagged_class_neither_conflicts_nor_moves_otsus_threshold()
    {
        // Class 2 would tie with class 1, and its 0.9 would be Otsu's foreground.
        var options = Plain with { ConflictMargin = 0.1, Background = BackgroundRule.Otsu };
        var maps = Maps([0.1f, 0.1f, 0.25f, 0.25f], [0.1f, 0.9f, 0.25f, 0.25f]);
        Assert.Equal([0, 0, 1, 1], new PseudoLabeler(options).Label(maps, [1, 0], null).Labels.ToArray());
    }

    [Fact]
    public void Maps_of_nothing_are_background()
    {
        foreach (var rule in Enum.GetValues<BackgroundRule>())
            Assert.Equal([0, 0], Label(new() { Background = rule }, [0f, 0f], [0f, 0f]));
    }

    [Fact]
    public void The_mask_has_the_photos_size_and_without_a_photo_the_maps()
    {
        var maps = new ScoreMaps(1, 2, 2, [1, 0, 1, 0]);
        var image = new RgbImage(8, 6, new byte[8 * 6 * 3]);
        var mask = new PseudoLabeler(Plain).Label(maps, null, image);
        Assert.Equal((8, 6), (mask.Height, mask.Width));
        Assert.Equal((1, 0), (mask[4, 0], mask[4, 5]));
        var small = new PseudoLabeler(Plain).Label(maps, null, null);
        Assert.Equal((2, 2), (small.Height, small.Width));
    }

    [Fact]
    public void The_crf_moves_labels_to_the_photos_edge()
    {
        // The left half of the photo is one colour and the map covers all but two of its columns.
        const int Side = 16;
        var pixels = new byte[Side * Side * 3];
        var scores = new float[Side * Side];
        for (int i = 0; i < Side * Side; i++)
        {
            pixels.AsSpan(i * 3, 3).Fill((byte)(i % Side < 8 ? 220 : 20));
            scores[i] = i % Side < 6 ? 0.9f : i % Side < 8 ? 0.25f : 0.05f;
        }
        var maps = new ScoreMaps(1, Side, Side, scores);
        var image = new RgbImage(Side, Side, pixels);
        var plain = new PseudoLabeler(Plain).Label(maps, null, image);
        var refined = new PseudoLabeler(Plain with { DenseCrf = new(), CrfConfidence = 0.5 }).Label(maps, null, image);
        Assert.Equal((1, 0), (plain[8, 5], plain[8, 7]));
        Assert.Equal((1, 0), (refined[8, 7], refined[8, 8]));
        // With a confidence that nothing reaches everything is left open.
        var unsure = new PseudoLabeler(Plain with { DenseCrf = new() { Iterations = 0 }, CrfConfidence = 1 }).Label(maps, null, image);
        Assert.All(unsure.Labels.ToArray(), label => Assert.Equal(255, label));
    }

    [Fact]
    public void The_last_class_is_labelled_by_its_own_number_when_others_are_empty()
    {
        var maps = new ScoreMaps(4, 1, 2, [0, 0, 0, 0, 0, 0, 0.9f, 0]);
        Assert.Equal([4, 0], new PseudoLabeler(Plain).Label(maps, null, null).Labels.ToArray());
        var image = new RgbImage(1, 2, [200, 200, 200, 10, 10, 10]);
        Assert.Equal(4, new PseudoLabeler(Plain with { DenseCrf = new() { Iterations = 1 }, CrfConfidence = 0 })
            .Label(maps, null, image)[0, 0]);
    }

    private static ScoreMaps Maps(params float[][] classes) => new(classes.Length, 1, classes[0].Length, [.. classes.SelectMany(c => c)]);

    private static byte[] Label(PseudoLabelsOptions options, params float[][] classes) =>
        new PseudoLabeler(options).Label(Maps(classes), null, null).Labels.ToArray();
}
