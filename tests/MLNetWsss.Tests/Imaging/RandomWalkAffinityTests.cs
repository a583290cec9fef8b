using MLNetWsss.Imaging;
using Xunit;
using static MLNetWsss.Tests.Imaging.RandomWalkExamples;

namespace MLNetWsss.Tests.Imaging;

public sealed class RandomWalkAffinityTests
{
    [Fact]
    public void No_mass_crosses_a_wall()
    {
        // A border of 1 in column 4 cuts every line between the two sides.
        const int Height = 7, Width = 9;
        var borders = new float[Height * Width];
        for (var y = 0; y < Height; y++)
            borders[y * Width + 4] = 1;
        var scores = new float[Height * Width];
        for (var i = 0; i < scores.Length; i++)
            scores[i] = i % Width < 4 ? 1 : 0;

        var walked = new RandomWalk(RandomWalkOptions.Irn).Propagate(
            new ScoreMaps(1, Height, Width, scores), RandomWalkAffinity.FromBorders(borders, Height, Width));

        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
                Assert.Equal(x < 4 ? 1f : 0f, walked[0, y, x], 1e-4f);
        }
    }

    [Fact]
    public void Without_borders_all_neighbours_are_alike()
    {
        var affinity = RandomWalkAffinity.FromBorders(new float[8 * 8], 8, 8);
        // The offset (0, 1) joins 7 pairs a row, (4, -2) joins 6 pairs in each of 4 rows.
        Assert.Equal(56, affinity.Plane(0).ToArray().Count(a => a == 1));
        var diagonal = Array.IndexOf(affinity.Neighborhood.Offsets.ToArray(), (4, -2));
        Assert.Equal(24, affinity.Plane(diagonal).ToArray().Count(a => a == 1));
        Assert.Equal(40, affinity.Plane(diagonal).ToArray().Count(a => a == 0));
    }

    [Fact]
    public void A_line_holds_both_ends_and_the_pixels_nearer_than_one()
    {
        foreach (var offset in new RandomWalkNeighborhood().Offsets)
        {
            var line = RandomWalkAffinity.Line(offset);
            Assert.Contains((0, 0), line);
            Assert.Contains(offset, line);
        }
        Assert.Equal([(0, 0), (0, 1), (0, 2)], RandomWalkAffinity.Line((0, 2)));
        // To (2, 1): (0,1) lies 2/sqrt 5 = .89 from the line, (1,0) and (1,1) lie .45 away, (2,0) lies .89 away.
        Assert.Equal([(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)], RandomWalkAffinity.Line((2, 1)));
        // To (2, -2): (1,0) lies sqrt 2 / 2 away, (0,-2) lies sqrt 2 away.
        Assert.Equal([(0, -1), (0, 0), (1, -2), (1, -1), (1, 0), (2, -2), (2, -1)], RandomWalkAffinity.Line((2, -2)));
    }

    [Fact]
    public void Colour_affinity_is_a_gaussian_of_the_distance()
    {
        byte[] pixels = [10, 20, 30, 16, 20, 22, 10, 20, 30];
        var affinity = RandomWalkAffinity.FromColor(new RgbImage(1, 3, pixels), 10, new RandomWalkNeighborhood(3));
        // |dI|^2 = 36 + 64 = 100, exp(-100 / 200) = .606531.
        Assert.Equal(0.606531f, affinity.Plane(0)[0], 1e-6f);
        Assert.Equal(0.606531f, affinity.Plane(0)[1], 1e-6f);
        Assert.Equal(1f, affinity.Plane(1)[0]);
        Assert.Equal(0f, affinity.Plane(1)[1]);
    }

    [Fact]
    public void Vectors_and_single_pixels_get_the_same_affinities()
    {
        // 19 columns: two vectors and a rest. The exponential of the vectors is a series of its own; both agree to float32.
        var random = new Random(12);
        var values = new byte[19 * 3];
        random.NextBytes(values);
        var affinity = RandomWalkAffinity.FromColor(new RgbImage(1, 19, values), 100, new RandomWalkNeighborhood(2));
        for (var x = 0; x < 18; x++)
        {
            var squared = Enumerable.Range(0, 3).Sum(c => Math.Pow(values[x * 3 + c] - values[x * 3 + 3 + c], 2));
            Assert.Equal(Math.Exp(-squared / 20000), affinity.Plane(0)[x], 1e-6);
        }
    }

    [Fact]
    public void Feature_affinity_decays_with_the_mean_distance()
    {
        // Channels differ by .5 and 1.5 between the two pixels: exp(-1) = .367879.
        var affinity = RandomWalkAffinity.FromFeatures([0, 0.5f, 2, 0.5f], 2, 1, 2, new RandomWalkNeighborhood(2));
        Assert.Equal(0.367879f, affinity.Plane(0)[0], 1e-6f);
    }

    [Fact]
    public void A_walk_that_needs_too_much_memory_is_refused()
    {
        var affinity = RandomAffinity(new RandomWalkNeighborhood(), 10, 10, seed: 23);
        var walk = new RandomWalk(new() { MemoryLimit = 20_000 });

        var error = Assert.Throws<ArgumentException>(() => walk.Propagate(RandomScores(1, 10, 10, seed: 24), affinity));

        Assert.Contains("raise the limit", error.Message);
    }

    [Fact]
    public void Bad_scores_and_affinities_are_refused()
    {
        var neighborhood = new RandomWalkNeighborhood(2);
        var affinity = RandomAffinity(neighborhood, 3, 3, seed: 25);
        var walk = new RandomWalk();
        Assert.Contains("3 x 4", Assert.Throws<ArgumentException>(() => walk.Propagate(RandomScores(1, 3, 4, seed: 1), affinity)).Message);
        Assert.Throws<ArgumentException>(() => walk.Propagate(new float[8], 1, affinity, new float[8]));
        Assert.Throws<ArgumentException>(() => walk.Propagate(new float[9], 1, affinity, new float[8]));
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(
            () => walk.Propagate(new ScoreMaps(1, 3, 3, [0, 0, float.NaN, 0, 0, 0, 0, 0, 0]), affinity)).Message);
        var planes = new float[neighborhood.Offsets.Length * 9];
        planes[3] = -0.1f;
        Assert.Throws<ArgumentException>(() => new RandomWalkAffinity(neighborhood, 3, 3, planes));
        planes[3] = float.NaN;
        Assert.Throws<ArgumentException>(() => new RandomWalkAffinity(neighborhood, 3, 3, planes));
        Assert.Throws<ArgumentException>(() => new RandomWalkAffinity(neighborhood, 3, 4, planes));
        Assert.Throws<ArgumentException>(() => RandomWalkAffinity.FromBorders([0, 1.5f], 1, 2));
        Assert.Throws<ArgumentException>(() => RandomWalkAffinity.FromFeatures([0, 1, 2], 2, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomWalkAffinity.FromColor(Gray(2, 2, (_, _) => 0), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomWalkNeighborhood(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomWalkNeighborhood(17));
    }

    [Fact]
    public void Settings_out_of_range_are_named()
    {
        (RandomWalkOptions Options, string Name)[] bad =
        [
            (new() { Beta = 0 }, "Beta"), (new() { Beta = float.NaN }, "Beta"), (new() { Squarings = -1 }, "Squarings"),
            (new() { Squarings = 17 }, "Squarings"), (new() { Tolerance = -1 }, "Tolerance"), (new() { MemoryLimit = 0 }, "MemoryLimit"),
            (new() { Threads = -2 }, "Threads"),
        ];
        foreach (var (options, name) in bad)
            Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => new RandomWalk(options)).ParamName);
    }
}
