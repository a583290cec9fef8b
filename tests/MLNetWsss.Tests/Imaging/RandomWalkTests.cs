using MLNetWsss.Imaging;
using Xunit;
using static MLNetWsss.Tests.Imaging.RandomWalkExamples;

namespace MLNetWsss.Tests.Imaging;

public sealed class RandomWalkTests
{
    // Float32 sums of 69 products a step; the dense form is computed in float64.
    private const double DenseTolerance = 1e-5;

    [Fact]
    public void Radius_five_has_34_offsets()
    {
        var offsets = new RandomWalkNeighborhood().Offsets.ToArray();
        Assert.Equal(34, offsets.Length);
        Assert.Equal(34, offsets.Distinct().Count());
        Assert.All(offsets, o => Assert.True(o.Y > 0 || (o.Y == 0 && o.X > 0)));
        // (3, 4) lies at distance 5, which is no longer inside.
        Assert.DoesNotContain((3, 4), offsets);
        Assert.Contains((3, 3), offsets);
    }

    [Fact]
    public void A_chain_of_three_walks_as_computed_by_hand()
    {
        // a01 = .9, a12 = .1, beta 2: B = [[1,.81,0],[.81,1,.01],[0,.01,1]], column sums 1.81, 1.82, 1.01;
        // (1,0,0) T = (1/1.81, .81/1.82, 0) = (.552486,.445055,0); times T again: (.504409,.490422,.004406).
        var neighborhood = new RandomWalkNeighborhood(2);
        var planes = new float[neighborhood.Offsets.Length * 3];
        (planes[0], planes[1]) = (0.9f, 0.1f);
        var affinity = new RandomWalkAffinity(neighborhood, 1, 3, planes);
        var walk = new RandomWalk(new() { Beta = 2, Squarings = 1 });

        var walked = walk.Propagate(new ScoreMaps(1, 1, 3, [1, 0, 0]), affinity);

        float[] expected = [0.504409f, 0.490422f, 0.004406f];
        for (var i = 0; i < 3; i++)
            Assert.Equal(expected[i], walked.Scores[i], 1e-6f);
    }

    [Theory]
    [InlineData(7, 9, 5, 8, 1, 0, RandomWalkBorder.Complete)]
    [InlineData(7, 9, 5, 8, 2, 3, RandomWalkBorder.Complete)]
    [InlineData(13, 11, 5, 10, 3, 4, RandomWalkBorder.Interior)]
    [InlineData(5, 17, 3, 2.5, 4, 5, RandomWalkBorder.Complete)]
    [InlineData(9, 8, 2, 1, 5, 2, RandomWalkBorder.Interior)]
    [InlineData(3, 3, 9, 3, 1, 8, RandomWalkBorder.Complete)]
    [InlineData(1, 20, 4, 70, 2, 1, RandomWalkBorder.Complete)]
    public void The_stencil_equals_the_dense_matrix(
        int height, int width, int radius, double beta, int classes, int squarings, RandomWalkBorder border)
    {
        var affinity = RandomAffinity(new RandomWalkNeighborhood(radius, border), height, width, seed: 3);
        var scores = RandomScores(classes, height, width, seed: 4);
        var walk = new RandomWalk(new() { Beta = (float)beta, Squarings = squarings });

        var walked = walk.Propagate(scores, affinity);

        var dense = DenseWalk(Transition(affinity, beta), scores, squarings);
        for (var i = 0; i < dense.Length; i++)
            Assert.Equal(dense[i], walked.Scores[i], DenseTolerance);
    }

    [Fact]
    public void Columns_sum_to_one_so_that_constant_scores_stay()
    {
        var affinity = RandomAffinity(new RandomWalkNeighborhood(), 17, 14, seed: 5);
        var ones = new ScoreMaps(3, 17, 14, Enumerable.Repeat(1f, 3 * 17 * 14).ToArray());

        var walked = new RandomWalk().Propagate(ones, affinity);

        // 256 steps, each of which may lose or win a few roundings of 6e-8.
        foreach (var score in walked.Scores)
            Assert.Equal(1f, score, 1e-4f);
    }

    [Fact]
    public void Mass_weighted_by_total_affinity_is_conserved()
    {
        const int Height = 12, Width = 15;
        var affinity = RandomAffinity(new RandomWalkNeighborhood(), Height, Width, seed: 6);
        var scores = RandomScores(1, Height, Width, seed: 7);

        var walked = new RandomWalk(new() { Beta = 4, Squarings = 6 }).Propagate(scores, affinity);

        var degrees = Degrees(Powers(affinity, 4));
        var before = degrees.Select((degree, i) => degree * scores.Scores[i]).Sum();
        var after = degrees.Select((degree, i) => degree * walked.Scores[i]).Sum();
        Assert.Equal(1, after / before, 1e-5);
    }

    [Fact]
    public void Without_affinities_nothing_moves()
    {
        var neighborhood = new RandomWalkNeighborhood();
        var affinity = new RandomWalkAffinity(neighborhood, 6, 7, new float[34 * 6 * 7]);
        var scores = RandomScores(2, 6, 7, seed: 8);

        Assert.Equal(scores.Scores.ToArray(), new RandomWalk().Propagate(scores, affinity).Scores.ToArray());
    }

    [Fact]
    public void What_lies_in_the_planes_beyond_the_grid_does_not_count()
    {
        const int Height = 8, Width = 9;
        var neighborhood = new RandomWalkNeighborhood(4);
        var affinity = RandomAffinity(neighborhood, Height, Width, seed: 9);
        var planes = new float[neighborhood.Offsets.Length * Height * Width];
        for (var k = 0; k < neighborhood.Offsets.Length; k++)
        {
            var (dy, dx) = neighborhood.Offsets[k];
            for (var i = 0; i < Height * Width; i++)
            {
                var inside = i / Width + dy < Height && i % Width + dx >= 0 && i % Width + dx < Width;
                planes[k * Height * Width + i] = inside ? affinity.Plane(k)[i] : 1000;
            }
        }
        var scores = RandomScores(1, Height, Width, seed: 10);
        var walk = new RandomWalk(new() { Squarings = 3 });

        Assert.Equal(walk.Propagate(scores, affinity).Scores.ToArray(),
            walk.Propagate(scores, new RandomWalkAffinity(neighborhood, Height, Width, planes)).Scores.ToArray());
    }

    [Fact]
    public void The_interior_border_leaves_the_corner_without_neighbours()
    {
        var neighborhood = new RandomWalkNeighborhood(3, RandomWalkBorder.Interior);
        var affinity = RandomWalkAffinity.FromColor(Gray(10, 10, (_, _) => 50), 10, neighborhood);
        var scores = RandomScores(1, 10, 10, seed: 11);

        var walked = new RandomWalk().Propagate(scores, affinity);

        // Sources keep 2 pixels from the left: nothing with a non-negative row offset reaches the top left corner.
        Assert.Equal(scores[0, 0, 0], walked[0, 0, 0]);
        Assert.NotEqual(scores[0, 5, 5], walked[0, 5, 5]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Threads_do_not_change_a_bit(int classes)
    {
        var affinity = RandomAffinity(new RandomWalkNeighborhood(), 31, 29, seed: 13);
        var scores = RandomScores(classes, 31, 29, seed: 14);
        float[] Walk(int threads) =>
            new RandomWalk(new() { Threads = threads, Tolerance = 1e-4f }).Propagate(scores, affinity).Scores.ToArray();

        var single = Walk(1);
        Assert.Equal(single, Walk(2));
        Assert.Equal(single, Walk(5));
    }

    [Fact]
    public void One_instance_serves_other_grids_and_other_threads()
    {
        var walk = new RandomWalk(new() { Squarings = 4 });
        var large = (RandomScores(3, 20, 33, seed: 15), RandomAffinity(new RandomWalkNeighborhood(), 20, 33, seed: 16));
        var small = (RandomScores(2, 9, 5, seed: 17), RandomAffinity(new RandomWalkNeighborhood(3), 9, 5, seed: 18));
        var first = walk.Propagate(large.Item1, large.Item2).Scores.ToArray();
        var second = walk.Propagate(small.Item1, small.Item2).Scores.ToArray();
        Parallel.For(0, 8, i =>
        {
            var (scores, affinity) = i % 2 == 0 ? large : small;
            Assert.Equal(i % 2 == 0 ? first : second, walk.Propagate(scores, affinity).Scores.ToArray());
        });
    }

    [Fact]
    public void Only_a_tolerance_ends_a_walk_early()
    {
        var affinity = RandomAffinity(new RandomWalkNeighborhood(), 10, 10, seed: 19);
        var scores = RandomScores(1, 10, 10, seed: 20).Scores.ToArray();
        var full = new float[100];
        var early = new float[100];

        Assert.Equal(256, new RandomWalk(new() { Beta = 1 }).Propagate(scores, 1, affinity, full));
        var steps = new RandomWalk(new() { Beta = 1, Tolerance = 1e-5f }).Propagate(scores, 1, affinity, early);

        Assert.InRange(steps, 8, 200);
        Assert.Equal(0, steps % 8);
        // The walk contracts, so a step below 1e-5 leaves a bounded way to go.
        for (var i = 0; i < full.Length; i++)
            Assert.Equal(full[i], early[i], 1e-3f);
    }

    [Fact]
    public void Output_may_be_the_input()
    {
        var affinity = RandomAffinity(new RandomWalkNeighborhood(), 6, 6, seed: 21);
        var scores = RandomScores(2, 6, 6, seed: 22);
        var expected = new RandomWalk().Propagate(scores, affinity).Scores.ToArray();
        var inPlace = scores.Scores.ToArray();

        new RandomWalk().Propagate(inPlace, 2, affinity, inPlace);

        Assert.Equal(expected, inPlace);
    }
}
