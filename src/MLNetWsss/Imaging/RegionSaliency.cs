using System.Numerics;

namespace MLNetWsss.Imaging;

/// <summary>Saliency of superpixels by boundary connectivity, contrast, barrier distance and one linear system.</summary>
internal static class RegionSaliency
{
    // Zhu et al., CVPR 2014: deviation of boundary connectivity (4.1), smoothness floor mu (4.2); the background's weight is their code's.
    private const double ConnectivityDeviation = 1, SmoothnessFloor = 0.1, BackgroundWeight = 5;

    /// <summary>[R] saliency of each region, 0 to 1.</summary>
    internal static float[] Of(SuperpixelGraph graph, SaliencyOptions options)
    {
        if (graph.Count < 2)
            return new float[graph.Count];
        var background = Background(graph, options);
        var contrast = Contrast(graph, background, options);
        var barriers = graph.Barriers();
        SaliencyDetector.Stretch(contrast);
        SaliencyDetector.Stretch(barriers);
        var share = (float)options.BarrierShare;
        var foreground = new float[graph.Count];
        for (var r = 0; r < graph.Count; r++)
        {
            var middle = options.CenterDeviation == 0 ? 1
                : (float)Math.Exp(-graph.SquaredDistanceFromMiddle(r) / (2 * options.CenterDeviation * options.CenterDeviation));
            foreground[r] = middle * (contrast[r] + share * (barriers[r] - contrast[r]));
        }
        SaliencyDetector.Stretch(foreground);
        var saliency = Optimised(graph, background, foreground, options);
        SaliencyDetector.Stretch(saliency);
        return saliency;
    }

    /// <summary>
    /// [R] probability of being background from boundary connectivity: the length along the border of a region's surface over the square
    /// root of the surface's area, both in soft counts of regions (equations 3 to 6).
    /// </summary>
    internal static float[] Background(SuperpixelGraph graph, SaliencyOptions options)
    {
        var geodesics = graph.Geodesics(Noise(graph));
        var scale = -1 / (2 * options.ColorDeviation * options.ColorDeviation);
        var background = new float[graph.Count];
        for (var r = 0; r < graph.Count; r++)
        {
            double area = 0, length = 0;
            for (var other = 0; other < graph.Count; other++)
            {
                double distance = geodesics[r * graph.Count + other], alike = Math.Exp(scale * distance * distance);
                area += alike;
                length += graph.Border[other] ? alike : 0;
            }
            var connectivity = length / Math.Sqrt(area);
            background[r] = (float)(1 - Math.Exp(-connectivity * connectivity / (2 * ConnectivityDeviation * ConnectivityDeviation)));
        }
        return background;
    }

    /// <summary>Mean distance of a region to its most similar neighbour: what an even surface's texture amounts to.</summary>
    private static float Noise(SuperpixelGraph graph)
    {
        var sum = 0f;
        for (var r = 0; r < graph.Count; r++)
            sum += graph.Neighbors[r].Min(n => graph.ColorDistance(r, n));
        return sum / graph.Count;
    }

    /// <summary>[R] colour distances to the other regions, near ones and likely background first (equation 8).</summary>
    private static float[] Contrast(SuperpixelGraph graph, float[] background, SaliencyOptions options)
    {
        var scale = (float)(-1 / (2 * options.SpatialDeviation * options.SpatialDeviation));
        var contrast = new float[graph.Count];
        for (var r = 0; r < graph.Count; r++)
            for (var other = 0; other < graph.Count; other++)
                contrast[r] += graph.ColorDistance(r, other) * MathF.Exp(scale * graph.SquaredDistance(r, other)) * background[other];
        return contrast;
    }

    /// <summary>
    /// [R] the s that minimises sum b s^2 + sum f (s - 1)^2 + sum w (s_i - s_j)^2 with background b, foreground f and smoothness w between
    /// neighbours and neighbours' neighbours (equation 9): a symmetric positive definite linear system.
    /// </summary>
    private static float[] Optimised(SuperpixelGraph graph, float[] background, float[] foreground, SaliencyOptions options)
    {
        var count = graph.Count;
        var matrix = new double[count * count];
        var right = new double[count];
        var scale = -1 / (2 * options.ColorDeviation * options.ColorDeviation);
        for (var r = 0; r < count; r++)
        {
            var near = graph.Neighbors[r].SelectMany(n => graph.Neighbors[n].Append(n)).Distinct();
            foreach (var other in near.Where(n => n > r))
            {
                double distance = graph.ColorDistance(r, other), weight = Math.Exp(scale * distance * distance) + SmoothnessFloor;
                matrix[r * count + r] += weight;
                matrix[other * count + other] += weight;
                matrix[other * count + r] -= weight;
            }
            matrix[r * count + r] += BackgroundWeight * background[r] + foreground[r] + 1e-9;
            right[r] = foreground[r];
        }
        Solve(matrix, right, count);
        return [.. right.Select(s => (float)s)];
    }

    /// <summary>
    /// Cholesky's decomposition of the lower triangle in place, then both substitutions: the solution replaces the right side.
    /// </summary>
    private static void Solve(double[] matrix, double[] right, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var row = matrix.AsSpan(i * count, count);
            for (var j = 0; j <= i; j++)
            {
                var other = matrix.AsSpan(j * count, count);
                var sum = row[j] - Dot(row[..j], other);
                row[j] = i == j ? Math.Sqrt(sum) : sum / other[j];
            }
            right[i] = (right[i] - Dot(row[..i], right)) / row[i];
        }
        for (var i = count - 1; i >= 0; i--)
        {
            right[i] /= matrix[i * count + i];
            for (var j = 0; j < i; j++)
                right[j] -= matrix[i * count + j] * right[i];
        }
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sums = Vector<double>.Zero;
        var i = 0;
        for (; i + Vector<double>.Count <= a.Length; i += Vector<double>.Count)
            sums += new Vector<double>(a[i..]) * new Vector<double>(b[i..]);
        var sum = Vector.Sum(sums);
        for (; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
