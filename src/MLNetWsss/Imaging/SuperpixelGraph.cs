namespace MLNetWsss.Imaging;

/// <summary>
/// Superpixels as the nodes of a graph: their mean colours and places, who touches whom, and who touches the image's border.
/// </summary>
internal sealed class SuperpixelGraph
{
    private readonly float[] _colors;
    private readonly float[] _places;

    internal SuperpixelGraph(float[] lab, Superpixels superpixels)
    {
        Count = superpixels.Count;
        Sizes = new int[Count];
        (_colors, _places) = Means(lab, superpixels, Sizes);
        Border = OnBorder(superpixels);
        Neighbors = Touching(superpixels);
    }

    /// <summary>R, the number of regions.</summary>
    internal int Count { get; }

    /// <summary>[R] pixels of each region.</summary>
    internal int[] Sizes { get; }

    /// <summary>[R] whether a region holds pixels of the image's edge.</summary>
    internal bool[] Border { get; }

    /// <summary>[R] the regions that each region shares a side of a pixel with.</summary>
    internal int[][] Neighbors { get; }

    /// <summary>Distance of two regions' mean colours in L*a*b*.</summary>
    internal float ColorDistance(int a, int b)
    {
        float l = _colors[a * 3] - _colors[b * 3], u = _colors[a * 3 + 1] - _colors[b * 3 + 1], v = _colors[a * 3 + 2] - _colors[b * 3 + 2];
        return MathF.Sqrt(l * l + u * u + v * v);
    }

    /// <summary>L*, a* or b* of a region's mean colour.</summary>
    internal float Color(int region, int channel) => _colors[region * 3 + channel];

    /// <summary>Squared distance of two regions' centres; the image's sides are 1 each.</summary>
    internal float SquaredDistance(int a, int b)
    {
        float y = _places[a * 2] - _places[b * 2], x = _places[a * 2 + 1] - _places[b * 2 + 1];
        return y * y + x * x;
    }

    /// <summary>Squared distance of a region's centre from the image's; the image's sides are 1 each.</summary>
    internal float SquaredDistanceFromMiddle(int region)
    {
        float y = _places[region * 2] - 0.5f, x = _places[region * 2 + 1] - 0.5f;
        return y * y + x * x;
    }

    /// <summary>
    /// [RxR] geodesic distances: the least sum of colour distances over a path from region to region. Steps within the noise of an evenly
    /// coloured surface cost nothing (<paramref name="free"/> is taken off each), and border regions all touch each other.
    /// </summary>
    internal float[] Geodesics(float free)
    {
        var borders = Enumerable.Range(0, Count).Where(r => Border[r]).ToArray();
        var edges = new (int To, float Cost)[Count][];
        for (var r = 0; r < Count; r++)
        {
            var to = Border[r] ? Neighbors[r].Concat(borders).Distinct().Where(n => n != r) : Neighbors[r];
            edges[r] = [.. to.Select(n => (n, Math.Max(0, ColorDistance(r, n) - free)))];
        }
        var all = new float[Count * Count];
        var queue = new PriorityQueue<int, float>();
        for (var from = 0; from < Count; from++)
        {
            var distances = all.AsSpan(from * Count, Count);
            distances.Fill(float.MaxValue);
            distances[from] = 0;
            queue.Enqueue(from, 0);
            while (queue.TryDequeue(out var at, out var distance))
            {
                if (distance > distances[at])
                    continue;
                foreach (var (to, cost) in edges[at])
                    if (distance + cost < distances[to])
                        queue.Enqueue(to, distances[to] = distance + cost);
            }
        }
        return all;
    }

    /// <summary>
    /// [R] minimum barrier distances from the image's border, summed over L*, a* and b*: the least span between the highest and the lowest
    /// value on a path (Zhang et al., ICCV 2015, equation 1), here over regions and in the order of a shortest-path search, which is exact
    /// but for the rare path whose prefix is not the best one.
    /// </summary>
    internal float[] Barriers()
    {
        var sum = new float[Count];
        var best = new float[Count];
        var queue = new PriorityQueue<(int Region, float High, float Low), float>();
        for (var channel = 0; channel < 3; channel++)
        {
            best.AsSpan().Fill(float.MaxValue);
            for (var r = 0; r < Count; r++)
                if (Border[r])
                    queue.Enqueue((r, Color(r, channel), Color(r, channel)), best[r] = 0);
            while (queue.TryDequeue(out var at, out var span))
            {
                if (span > best[at.Region])
                    continue;
                foreach (var to in Neighbors[at.Region])
                {
                    var value = Color(to, channel);
                    var (high, low) = (Math.Max(at.High, value), Math.Min(at.Low, value));
                    if (high - low < best[to])
                        queue.Enqueue((to, high, low), best[to] = high - low);
                }
            }
            for (var r = 0; r < Count; r++)
                sum[r] += best[r];
        }
        return sum;
    }

    private static (float[] Colors, float[] Places) Means(float[] lab, Superpixels superpixels, int[] sizes)
    {
        var (height, width) = (superpixels.Height, superpixels.Width);
        var regions = superpixels.Regions;
        var sums = new double[superpixels.Count * 5];
        for (var i = 0; i < regions.Length; i++)
        {
            var sum = sums.AsSpan(regions[i] * 5, 5);
            for (var k = 0; k < 3; k++)
                sum[k] += lab[i * 3 + k];
            sum[3] += (i / width + 0.5) / height;
            sum[4] += (i % width + 0.5) / width;
            sizes[regions[i]]++;
        }
        var (colors, places) = (new float[superpixels.Count * 3], new float[superpixels.Count * 2]);
        for (var r = 0; r < superpixels.Count; r++)
        {
            for (var k = 0; k < 3; k++)
                colors[r * 3 + k] = (float)(sums[r * 5 + k] / sizes[r]);
            places[r * 2] = (float)(sums[r * 5 + 3] / sizes[r]);
            places[r * 2 + 1] = (float)(sums[r * 5 + 4] / sizes[r]);
        }
        return (colors, places);
    }

    private static bool[] OnBorder(Superpixels superpixels)
    {
        var (height, width) = (superpixels.Height, superpixels.Width);
        var regions = superpixels.Regions;
        var border = new bool[superpixels.Count];
        for (var x = 0; x < width; x++)
            border[regions[x]] = border[regions[(height - 1) * width + x]] = true;
        for (var y = 0; y < height; y++)
            border[regions[y * width]] = border[regions[y * width + width - 1]] = true;
        return border;
    }

    private static int[][] Touching(Superpixels superpixels)
    {
        var (height, width) = (superpixels.Height, superpixels.Width);
        var regions = superpixels.Regions;
        var touching = new SortedSet<int>[superpixels.Count];
        for (var r = 0; r < touching.Length; r++)
            touching[r] = [];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var own = regions[y * width + x];
                if (x + 1 < width && regions[y * width + x + 1] is var right && right != own)
                    Join(own, right);
                if (y + 1 < height && regions[(y + 1) * width + x] is var below && below != own)
                    Join(own, below);
            }
        return [.. touching.Select(t => t.ToArray())];

        void Join(int a, int b)
        {
            touching[a].Add(b);
            touching[b].Add(a);
        }
    }
}
