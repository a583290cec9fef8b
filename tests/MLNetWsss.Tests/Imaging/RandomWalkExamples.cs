using MLNetWsss.Imaging;

namespace MLNetWsss.Tests.Imaging;

/// <summary>Random grids, and the walk as the references compute it: with a dense matrix in float64.</summary>
internal static class RandomWalkExamples
{
    public static RgbImage Gray(int height, int width, Func<int, int, int> level)
    {
        var pixels = new byte[height * width * 3];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)level(i / 3 / width, i / 3 % width);
        return new RgbImage(height, width, pixels);
    }

    public static ScoreMaps RandomScores(int classes, int height, int width, int seed)
    {
        var random = new Random(seed);
        return new ScoreMaps(classes, height, width, [.. Enumerable.Range(0, classes * height * width).Select(_ => random.NextSingle())]);
    }

    public static RandomWalkAffinity RandomAffinity(RandomWalkNeighborhood neighborhood, int height, int width, int seed)
    {
        var random = new Random(seed);
        var planes = new float[neighborhood.Offsets.Length * height * width];
        for (var i = 0; i < planes.Length; i++)
            planes[i] = random.NextSingle();
        return new RandomWalkAffinity(neighborhood, height, width, planes);
    }

    // The symmetric N x N matrix of affinities to the power beta, with ones on the diagonal.
    public static double[,] Powers(RandomWalkAffinity affinity, double beta)
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

    public static double[] Degrees(double[,] matrix)
    {
        var sums = new double[matrix.GetLength(1)];
        for (var i = 0; i < sums.Length; i++)
        {
            for (var j = 0; j < sums.Length; j++)
                sums[j] += matrix[i, j];
        }
        return sums;
    }

    public static double[,] Transition(RandomWalkAffinity affinity, double beta)
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
    public static double[] DenseWalk(double[,] transition, ScoreMaps scores, int squarings)
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

    public static double[,] Product(double[,] left, double[,] right)
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
