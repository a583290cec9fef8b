using MLNetWsss.Imaging;
using MLNetWsss.PairwiseAffinity;

namespace MLNetWsss.Tests.PairwiseAffinity;

public sealed class AffinityWalkTests
{
    private static readonly PairwiseAffinityOptions Borders =
        new() { Mode = AffinityMode.Irn, ColorDeviation = null, BackgroundPower = null, RandomWalk = RandomWalkOptions.Irn };

    private static readonly RgbImage Flat = new(6, 9, new byte[6 * 9 * 3]);

    [Fact]
    public void Nothing_crosses_a_wall_and_what_lies_on_it_is_lost()
    {
        var refined = new AffinityWalk(Borders).Refine(LeftEdge(), null, Flat, new ScoreMaps(1, 6, 9, Map(x => x == 4 ? 1 : 0)));
        for (int y = 0; y < 6; y++)
            for (int x = 0; x < 9; x++)
                Assert.True(x < 4 ? refined[0, y, x] > 0.9f : refined[0, y, x] == 0, $"{refined[0, y, x]} at {x}");
    }

    [Fact]
    public void Without_borders_the_score_spreads_over_all_of_the_photo()
    {
        var refined = new AffinityWalk(Borders).Refine(LeftEdge(), null, Flat, new ScoreMaps(1, 6, 9, new float[54]));
        Assert.All(refined.Scores.ToArray(), score => Assert.InRange(score, 0.9f, 1));
    }

    [Fact]
    public void Shares_of_class_and_background_walk_between_like_features_only()
    {
        var options = new PairwiseAffinityOptions { ColorDeviation = null, BackgroundPower = 1 };
        // The left edge is seen as object with 1, the rest not at all; features differ by 9 between columns 4 and 5.
        var refined = new AffinityWalk(options).Refine(LeftEdge(), null, Flat, new ScoreMaps(1, 6, 9, Map(x => x < 5 ? 0 : 9)));
        // On the left one column of five is object and the walk levels it; on the right all is background.
        Assert.InRange(refined[0, 3, 4], 0.1f, 0.3f);
        Assert.InRange(refined[0, 3, 8], 0, 1e-6f);
    }

    [Fact]
    public void Colour_stops_what_features_do_not()
    {
        var pixels = new byte[54 * 3];
        for (int i = 0; i < 54; i++)
            pixels.AsSpan(i * 3, 3).Fill((byte)(i % 9 < 5 ? 200 : 20));
        var seen = new ScoreMaps(1, 6, 9, new float[54]);
        var refined = new AffinityWalk(Borders with { ColorDeviation = 30 }).Refine(LeftEdge(), null, new RgbImage(6, 9, pixels), seen);
        Assert.True(refined[0, 3, 4] > 0.9f);
        Assert.InRange(refined[0, 3, 5], 0, 1e-6f);
    }

    [Fact]
    public void Maps_of_untagged_and_of_empty_classes_stay_zero()
    {
        var maps = new ScoreMaps(3, 1, 1, [0.9f, 0.8f, 0]);
        var refined = new AffinityWalk(new()).Refine(maps, [0, 1, 1], Flat, new ScoreMaps(4, 6, 9, new float[4 * 54]));
        Assert.Equal((3, 6, 9), (refined.Classes, refined.Height, refined.Width));
        Assert.False(refined.Class(0).ContainsAnyExcept(0));
        Assert.False(refined.Class(2).ContainsAnyExcept(0));
        Assert.All(refined.Class(1).ToArray(), score => Assert.InRange(score, 0.9f, 1)); // 0.8 against 0.2^2.
    }

    [Fact]
    public void A_grid_of_one_pixel_keeps_its_score()
    {
        var refined = new AffinityWalk(new()).Refine(new ScoreMaps(1, 1, 1, [0.8f]), null, new RgbImage(1, 1, [1, 2, 3]), new ScoreMaps(2, 1, 1, [1, 2]));
        Assert.Equal(0.8f / 0.84f, refined[0, 0, 0], 1e-4f);
    }

    [Fact]
    public void Affinities_of_other_grids_are_not_multiplied()
    {
        var small = RandomWalkAffinity.FromBorders(new float[6], 2, 3);
        Assert.Contains("2 x 3", Assert.Throws<ArgumentException>(() => small.Times(RandomWalkAffinity.FromBorders(new float[9], 3, 3))).Message);
        Assert.Throws<ArgumentException>(() => small.Times(RandomWalkAffinity.FromBorders(new float[6], 2, 3, new(3))));
        Assert.Equal(0.25f, RandomWalkAffinity.FromBorders([0.5f, 0.5f], 1, 2).Times(RandomWalkAffinity.FromBorders([0, 0.5f], 1, 2)).Plane(0)[0]);
    }

    private static ScoreMaps LeftEdge() => new(1, 6, 9, Map(x => x == 0 ? 1 : 0));

    private static float[] Map(Func<int, float> score) => [.. Enumerable.Range(0, 54).Select(i => score(i % 9))];
}
