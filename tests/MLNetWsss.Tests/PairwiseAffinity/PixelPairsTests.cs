using MLNetWsss.Imaging;
using MLNetWsss.PairwiseAffinity;
using MLNetWsss.Tests.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Tests.PairwiseAffinity;

public sealed class PixelPairsTests
{
    /// <summary>Float32 of numbers below 10.</summary>
    private const float Rounding = 1e-5f;

    [Fact]
    public void Every_pair_within_the_radius_comes_once()
    {
        using var scope = NewDisposeScope();
        // Radius 2: offsets (0,1), (1,-1), (1,0), (1,1). Of 2 x 3 pixels 4, 2, 3 and 2 have a partner there.
        var grid = arange(6, ScalarType.Float32).view(1, 2, 3);
        var (from, to) = new PixelPairs(2).Ends(grid);
        Assert.Equal([0f, 1, 3, 4, 1, 2, 0, 1, 2, 0, 1], from.ToFloats());
        Assert.Equal([1f, 2, 4, 5, 3, 4, 3, 4, 5, 4, 5], to.ToFloats());
    }

    [Fact]
    public void Alike_features_have_affinity_one_and_others_less()
    {
        using var scope = NewDisposeScope();
        // Features (0, 0) and (1, 3): exp(-(1 + 3) / 2) = e^-2 = 0.135335.
        var features = tensor(new float[] { 0, 1, 0, 3 }, [1, 2, 1, 2]);
        Assert.Equal(0.135335f, Assert.Single(new PixelPairs(2).OfFeatures(features).ToFloats()), Rounding);
        Assert.Equal(1, Assert.Single(new PixelPairs(2).OfFeatures(ones([1, 2, 1, 2])).ToFloats()));
    }

    [Fact]
    public void The_line_between_two_pixels_includes_both_ends()
    {
        using var scope = NewDisposeScope();
        // Pairs (0,1), (1,2) and (0,2) of three pixels in a row, with a border in the middle, at the first and at the last.
        Assert.Equal([0.1f, 0.1f, 0.1f], Pairs([0, 0.9f, 0]));
        Assert.Equal([0.3f, 1, 0.3f], Pairs([0.7f, 0, 0]));
        Assert.Equal([1, 0.4f, 0.4f], Pairs([0, 0, 0.6f]));
        Assert.Equal([1, 1, 1], Pairs([0, 0, 0]));

        static IEnumerable<float> Pairs(float[] borders) =>
            new PixelPairs(3).OfBorders(tensor(borders, [1, 1, 3])).ToFloats().Select(a => MathF.Round(a, 4));
    }

    [Fact]
    public void Affinities_in_training_are_those_of_the_walk()
    {
        using var scope = NewDisposeScope();
        const int Height = 7, Width = 6, Channels = 3;
        var neighborhood = new RandomWalkNeighborhood(4);
        var features = Goldens.FromFormula([1, Channels, Height, Width], position => Goldens.Uniform(1, position));
        AssertSame(RandomWalkAffinity.FromFeatures(features.ToFloats(), Channels, Height, Width, neighborhood),
            new PixelPairs(4).OfFeatures(features).ToFloats());
        var borders = Goldens.FromFormula([1, Height, Width], position => 4 * Goldens.Uniform(2, position) - 2).sigmoid();
        AssertSame(RandomWalkAffinity.FromBorders(borders.ToFloats(), Height, Width, neighborhood),
            new PixelPairs(4).OfBorders(borders).ToFloats());

        void AssertSame(RandomWalkAffinity expected, float[] actual)
        {
            var all = new List<float>();
            for (int k = 0; k < neighborhood.Offsets.Length; k++)
                for (int y = 0; y < Height; y++)
                    for (int x = 0; x < Width; x++)
                    {
                        var (dy, dx) = neighborhood.Offsets[k];
                        if (y + dy < Height && x + dx >= 0 && x + dx < Width)
                            all.Add(expected.Plane(k)[y * Width + x]);
                    }
            Assert.Equal(all.Count, actual.Length);
            for (int i = 0; i < actual.Length; i++)
                Assert.Equal(all[i], actual[i], Rounding);
        }
    }

    [Fact]
    public void A_field_that_points_at_one_place_costs_nothing_there()
    {
        using var scope = NewDisposeScope();
        // D(p) = c - p with c = (1, 2) on a 3 x 4 grid.
        var field = zeros([1, 2, 3, 4]);
        for (int y = 0; y < 3; y++)
            for (int x = 0; x < 4; x++)
            {
                field[0, 0, y, x].fill_(1 - y);
                field[0, 1, y, x].fill_(2 - x);
            }
        var (place, equal) = new PixelPairs(3).OfDisplacements(field);
        Assert.All(place.ToFloats(), value => Assert.Equal(0, value, Rounding));
        // The first pair, (0,0) and (0,1): displacements (1,2) and (1,1) differ by 1.
        Assert.Equal(1, equal.ToFloats()[0], Rounding);
        (place, equal) = new PixelPairs(3).OfDisplacements(ones([1, 2, 3, 4]));
        Assert.All(equal.ToFloats(), value => Assert.Equal(0, value));
        Assert.Equal(1, place.ToFloats()[0], Rounding);
    }

    [Fact]
    public void A_grid_of_one_pixel_has_no_pairs()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(0, new PixelPairs(5).Ends(zeros([1, 1, 1])).From.numel());
        Assert.Equal(0, new PixelPairs(5).OfFeatures(zeros([1, 2, 1, 1])).numel());
        Assert.Equal(0, new PixelPairs(5).OfBorders(zeros([1, 1, 1])).numel());
    }
}
