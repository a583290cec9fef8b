using MLNetWsss.Imaging;
using Xunit;

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

    private static RgbImage Gray(int height, int width, Func<int, int, int> level)
    {
        var pixels = new byte[height * width * 3];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)level(i / 3 / width, i / 3 % width);
        return new RgbImage(height, width, pixels);
    }

    private static ScoreMaps RandomScores(int classes, int height, int width, int seed)
    {
        var random = new Random(seed);
        return new ScoreMaps(classes, height, width, [.. Enumerable.Range(0, classes * height * width).Select(_ => random.NextSingle())]);
    }

    private static RandomWalkAffinity RandomAffinity(RandomWalkNeighborhood neighborhood, int height, int width, int seed)
    {
        var random = new Random(seed);
        var planes = new float[neighborhood.Offsets.Length * height * width];
        for (var i = 0; i < planes.Length; i++)
            planes[i] = random.NextSingle();
        return new RandomWalkAffinity(neighborhood, height, width, planes);
    }

    // The symmetric N x N matrix of affinities to the power beta, with ones on the diagonal.
    private static double[,] Powers(RandomWalkAffinity affinity, double beta)
    {
        var (height, width) = (affinity.Height, affinity.Width);
        var margin = affinity.Neighborhood.Radius - 1;
        var interior = affinity.Neighborhood.Border == RandomWalkBorder.Interior;
        var matrix = new double[height * width, height * width];
        for (var i = 0; i < height * width; i++)
        {
            matrix[i, i] = 1;
            var (y, x) = (i / width, i % width);
            if (interior && (y >= height - margin || x < margin || x >= width - margin))
                continue;
            for (var k = 0; k < affinity.Neighborhood.Offsets.Length; k++)
            {
                var (ty, tx) = (y + affinity.Neighborhood.Offsets[k].Y, x + affinity.Neighborhood.Offsets[k].X);
                if (ty < height && tx >= 0 && tx < width)
                    matrix[i, ty * width + tx] = matrix[ty * width + tx, i] = Math.Pow(affinity.Plane(k)[i], beta);
            }
        }
        return matrix;
    }

    private static double[] Degrees(double[,] matrix)
    {
        var sums = new double[matrix.GetLength(1)];
        for (var i = 0; i < sums.Length; i++)
        {
            for (var j = 0; j < sums.Length; j++)
                sums[j] += matrix[i, j];
        }
        return sums;
    }

    private static double[,] Transition(RandomWalkAffinity affinity, double beta)
    {
        var matrix = Powers(affinity, beta);
        var sums = Degrees(matrix);
        for (var i = 0; i < sums.Length; i++)
        {
            for (var j = 0; j < sums.Length; j++)
                matrix[i, j] /= sums[j];
        }
        return matrix;
    }

    // The references' form: square the dense matrix, then multiply.
    private static double[] DenseWalk(double[,] transition, ScoreMaps scores, int squarings)
    {
        var n = transition.GetLength(0);
        for (var t = 0; t < squarings; t++)
            transition = Product(transition, transition);
        var result = new double[scores.Classes * n];
        for (var k = 0; k < scores.Classes; k++)
        {
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++)
                    result[k * n + j] += scores.Scores[k * n + i] * transition[i, j];
            }
        }
        return result;
    }

    private static double[,] Product(double[,] left, double[,] right)
    {
        var n = left.GetLength(0);
        var product = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < n; k++)
            {
                for (var j = 0; j < n; j++)
                    product[i, j] += left[i, k] * right[k, j];
            }
        }
        return product;
    }
}
