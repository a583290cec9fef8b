namespace MLNetWsss.Imaging;

/// <summary>The taps of a triangle (bilinear) filter along one axis, whose support widens with the reduction: Pillow's
/// convention.</summary>
/// <remarks>Output i is centred at start + (i + 1/2) scale in source units; a source sample j, centred at j + 1/2, weighs
/// 1 - |j + 1/2 - centre| / max(scale, 1), and the weights of one output add up to 1.</remarks>
internal sealed class TriangleFilter
{
    private readonly int[] _first;
    private readonly int[] _count;
    private readonly float[] _weights;
    private readonly int _taps;

    private TriangleFilter(int length, int taps)
    {
        _first = new int[length];
        _count = new int[length];
        _weights = new float[length * taps];
        _taps = taps;
        Begin = int.MaxValue;
    }

    /// <summary>The number of output positions.</summary>
    public int Length => _first.Length;

    /// <summary>The first source index that any output reads.</summary>
    public int Begin { get; private set; }

    /// <summary>One past the last source index that any output reads.</summary>
    public int End { get; private set; }

    /// <summary>The first source index that output <paramref name="i"/> reads.</summary>
    public int First(int i) => _first[i];

    /// <summary>The weights of the source indices from <see cref="First"/> on.</summary>
    public ReadOnlySpan<float> Weights(int i) => _weights.AsSpan(i * _taps, _count[i]);

    /// <summary>The taps for <paramref name="length"/> outputs spread over <paramref name="extent"/> source units from
    /// <paramref name="start"/>, in reverse order if mirrored. Every output centre must lie within the source.</summary>
    public static TriangleFilter Create(int source, double start, double extent, int length, bool mirrored = false)
    {
        var scale = extent / length;
        var support = Math.Max(scale, 1);
        var filter = new TriangleFilter(length, (int)Math.Ceiling(support) * 2 + 1);
        for (var i = 0; i < length; i++)
            filter.Place(mirrored ? length - 1 - i : i, start + (i + 0.5) * scale, support, source);
        return filter;
    }

    private void Place(int i, double centre, double support, int source)
    {
        var first = Math.Clamp((int)Math.Floor(centre - support + 0.5), 0, source - 1);
        var end = Math.Clamp((int)Math.Floor(centre + support + 0.5), first + 1, source);
        var weights = _weights.AsSpan(i * _taps, end - first);
        var sum = 0.0;
        for (var j = 0; j < weights.Length; j++)
        {
            weights[j] = (float)Math.Max(0, 1 - Math.Abs(first + j + 0.5 - centre) / support);
            sum += weights[j];
        }
        for (var j = 0; j < weights.Length; j++)
            weights[j] = (float)(weights[j] / sum);
        (_first[i], _count[i]) = (first, weights.Length);
        Begin = Math.Min(Begin, first);
        End = Math.Max(End, end);
    }
}
