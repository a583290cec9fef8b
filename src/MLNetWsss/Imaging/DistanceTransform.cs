using System.Buffers;

namespace MLNetWsss.Imaging;

/// <summary>Distances from every pixel to the nearest pixel of a set, in time proportional to the number of pixels.</summary>
public static class DistanceTransform
{
    /// <summary>What every pixel holds when the set is empty.</summary>
    public const int Unreached = int.MaxValue;

    /// <summary>
    /// [HxW] -> [HxW] squared Euclidean distances in whole pixels, exact: columns first, then along every row the lower envelope of the
    /// columns' parabolas (Meijster, Roerdink and Hesselink, "A general algorithm for computing distance transforms in linear time",
    /// 2000).
    /// </summary>
    /// <param name="set">Whether a pixel belongs to the set; such pixels get 0.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="squared">[HxW] the result; <see cref="Unreached"/> everywhere if the set is empty.</param>
    /// <exception cref="ArgumentException">A span does not hold height x width values.</exception>
    public static void SquaredEuclidean(ReadOnlySpan<bool> set, int height, int width, Span<int> squared)
    {
        CheckLengths(set, height, width, squared);
        // Longer than any distance in the image, yet small enough for its square's envelope to be computed in 64 bits.
        var far = height + width;
        DownColumns(set, width, far, squared);
        var rented = ArrayPool<int>.Shared.Rent(3 * width);
        Span<int> column = rented.AsSpan(0, width), vertex = rented.AsSpan(width, width), start = rented.AsSpan(2 * width, width);
        for (var y = 0; y < height; y++)
        {
            var row = squared.Slice(y * width, width);
            row.CopyTo(column);
            AlongRow(column, vertex, start, far, row);
        }
        ArrayPool<int>.Shared.Return(rented);
    }

    /// <summary>
    /// [HxW] -> [HxW] chessboard distances in pixels: the number of erosions with a 3x3 square that a pixel outside the set survives,
    /// plus 1.
    /// </summary>
    /// <param name="set">Whether a pixel belongs to the set; such pixels get 0.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="borderIsSet">Whether the world beyond the image's border counts as part of the set.</param>
    /// <param name="distances">[HxW] the result; <see cref="Unreached"/> everywhere if the set is empty and the border no part of
    /// it.</param>
    /// <exception cref="ArgumentException">A span does not hold height x width values.</exception>
    public static void Chessboard(ReadOnlySpan<bool> set, int height, int width, bool borderIsSet, Span<int> distances)
    {
        CheckLengths(set, height, width, distances);
        var far = height + width;
        for (var i = 0; i < set.Length; i++)
            distances[i] = set[i] ? 0 : far;
        var outside = borderIsSet ? 0 : far;
        var rented = ArrayPool<int>.Shared.Rent(width);
        var beyond = rented.AsSpan(0, width);
        beyond.Fill(outside);
        // Two sweeps suffice: a shortest chessboard path can be ordered so that all its forward steps come first (Rosenfeld and Pfaltz
        // 1966).
        for (var y = 0; y < height; y++)
        {
            var row = distances.Slice(y * width, width);
            StepFrom(y == 0 ? beyond : distances.Slice((y - 1) * width, width), outside, row);
            for (int x = 0, before = outside; x < row.Length; x++)
                row[x] = before = Math.Min(row[x], before + 1);
        }
        for (var y = height - 1; y >= 0; y--)
        {
            var row = distances.Slice(y * width, width);
            StepFrom(y == height - 1 ? beyond : distances.Slice((y + 1) * width, width), outside, row);
            for (int x = row.Length - 1, before = outside; x >= 0; x--)
                row[x] = before = Math.Min(row[x], before + 1);
        }
        ArrayPool<int>.Shared.Return(rented);
        foreach (ref var distance in distances)
            distance = distance >= far ? Unreached : distance;
    }

    /// <summary>Shortens a row's distances by way of the three neighbours in the row beside it.</summary>
    private static void StepFrom(ReadOnlySpan<int> neighbours, int outside, Span<int> row)
    {
        int before = outside, here = neighbours[0];
        for (var x = 0; x < row.Length; x++)
        {
            var after = x + 1 < neighbours.Length ? neighbours[x + 1] : outside;
            row[x] = Math.Min(row[x], 1 + Math.Min(before, Math.Min(here, after)));
            (before, here) = (here, after);
        }
    }

    /// <summary>For every pixel the distance to the set within its own column, at most <paramref name="far"/>.</summary>
    private static void DownColumns(ReadOnlySpan<bool> set, int width, int far, Span<int> distances)
    {
        for (var i = 0; i < set.Length; i++)
            distances[i] = set[i] ? 0 : i < width ? far : Math.Min(far, distances[i - width] + 1);
        for (var i = set.Length - width - 1; i >= 0; i--)
            distances[i] = Math.Min(distances[i], distances[i + width] + 1);
    }

    /// <summary>min over u of (x - u)^2 + column[u]^2 for every x; far columns hold no part of the set.</summary>
    private static void AlongRow(ReadOnlySpan<int> column, Span<int> vertex, Span<int> start, int far, Span<int> squared)
    {
        var count = 0;
        for (var u = 0; u < column.Length; u++)
        {
            if (column[u] >= far)
                continue;
            // Parabolas that the new one undercuts already where they begin are no part of the envelope.
            while (count > 0 && Height(column, start[count - 1], vertex[count - 1]) > Height(column, start[count - 1], u))
                count--;
            var from = count == 0 ? 0 : Crossing(column, vertex[count - 1], u) + 1;
            if (from >= column.Length)
                continue;
            (vertex[count], start[count]) = (u, (int)from);
            count++;
        }
        if (count == 0)
        {
            squared.Fill(Unreached);
            return;
        }
        for (var x = squared.Length - 1; x >= 0; x--)
        {
            squared[x] = (int)Height(column, x, vertex[count - 1]);
            if (x == start[count - 1])
                count--;
        }
    }

    private static long Height(ReadOnlySpan<int> column, int x, int u) => (long)(x - u) * (x - u) + (long)column[u] * column[u];

    /// <summary>The last x where the parabola of u is still at most that of the later v.</summary>
    private static long Crossing(ReadOnlySpan<int> column, int u, int v) =>
        ((long)v * v - (long)u * u + (long)column[v] * column[v] - (long)column[u] * column[u]) / (2L * (v - u));

    private static void CheckLengths(ReadOnlySpan<bool> set, int height, int width, Span<int> output)
    {
        PixelGrid.CheckSize(height, width);
        PixelGrid.CheckLength(output.Length, (long)height * width, "distances");
        if (set.Length != output.Length)
            throw new ArgumentException(
                $"The set needs {output.Length} entries for {height} x {width} pixels, but holds {set.Length}.", nameof(set));
    }
}
