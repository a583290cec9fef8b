using System.Runtime.Intrinsics;

namespace MLNetWsss.Imaging;

/// <summary>
/// Finds the lattice simplex around feature vectors, eight vectors at a time (Adams, Baek and Davis 2010, sections 3.1 and 3.2).
/// </summary>
/// <remarks>
/// Everything is float32 in a fixed order and without fused multiply-add: a feature on the border of two simplices must fall on the same
/// side on every machine, and on the side where common single-precision implementations put it.
/// </remarks>
internal unsafe ref struct PermutohedralLatticeSimplex
{
    /// <summary>Feature vectors that are handled at once.</summary>
    public const int Width = 8;

    /// <summary>The most feature dimensions.</summary>
    public const int MaxDimensions = 7;

    private readonly int _d;
    private readonly Vector256<float>* _scale;
    private readonly Vector256<float>* _elevated;
    private readonly Vector256<float>* _corner;
    private readonly Vector256<float>* _rank;
    private readonly Vector256<float>* _offset;

    /// <summary>[d+1][8] coordinates of the nearest point whose coordinates are multiples of d+1.</summary>
    public float* Corner => (float*)_corner;

    /// <summary>[d+1][8] place of each coordinate's offset from the corner in descending order, 0..d.</summary>
    public int* Rank { get; }

    /// <summary>[d+1][8] offsets from the corner divided by d+1.</summary>
    public float* Offset => (float*)_offset;

    /// <param name="d">Dimensions of the feature vectors.</param>
    /// <param name="scratch">6 (MaxDimensions + 1) vectors of memory.</param>
    public PermutohedralLatticeSimplex(int d, Vector256<float>* scratch)
    {
        _d = d;
        _scale = scratch;
        _elevated = scratch + (MaxDimensions + 1);
        _corner = _elevated + (MaxDimensions + 1);
        _rank = _corner + (MaxDimensions + 1);
        _offset = _rank + (MaxDimensions + 1);
        Rank = (int*)(_offset + (MaxDimensions + 1));
        for (var i = 0; i < d; i++)
            _scale[i] = Vector256.Create(Scale(d, i));
    }

    /// <summary>
    /// What feature i is multiplied by before it is embedded: the blur along the d+1 axes then has standard deviation 1 in feature space,
    /// sqrt(2/3) (d+1) / sqrt((i+1)(i+2)) (Adams et al. 2010, pages 5 and 6).
    /// </summary>
    public static float Scale(int d, int i)
    {
        var deviation = (float)(Math.Sqrt(2.0 / 3.0) * (d + 1));
        return (float)(1.0 / Math.Sqrt((i + 2) * (i + 1)) * deviation);
    }

    /// <summary>Locates features[k * plane .. + 8] for all dimensions k.</summary>
    public void Locate(float* features, nint plane)
    {
        Elevate(features, plane);
        var sum = RoundToCorner();
        RankOffsets();
        ReturnToPlane(sum);
    }

    // y = E f: the embedding into the plane of d+1 coordinates that sum to zero (Adams et al. 2010, page 5).
    private readonly void Elevate(float* features, nint plane)
    {
        var sum = Vector256<float>.Zero;
        for (var j = _d; j > 0; j--)
        {
            var scaled = Vector256.Load(features + (j - 1) * plane) * _scale[j - 1];
            _elevated[j] = sum - Vector256.Create((float)j) * scaled;
            sum += scaled;
        }
        _elevated[0] = sum;
    }

    private readonly Vector256<float> RoundToCorner()
    {
        var inverse = Vector256.Create(1f / (_d + 1));
        var size = Vector256.Create((float)(_d + 1));
        var sum = Vector256<float>.Zero;
        for (var i = 0; i <= _d; i++)
        {
            var rounded = Vector256.Round(inverse * _elevated[i]);
            _corner[i] = rounded * size;
            sum += rounded;
        }
        return sum;
    }

    private readonly void RankOffsets()
    {
        var one = Vector256<float>.One;
        for (var i = 0; i <= _d; i++)
        {
            _rank[i] = Vector256<float>.Zero;
            _offset[i] = _elevated[i] - _corner[i];
        }
        for (var i = 0; i < _d; i++)
        {
            var offset = _offset[i];
            var rank = _rank[i];
            for (var j = i + 1; j <= _d; j++)
            {
                var smaller = Vector256.LessThan(offset, _offset[j]).AsSingle() & one;
                rank += smaller;
                _rank[j] += one - smaller;
            }
            _rank[i] = rank;
        }
    }

    // A corner whose coordinates do not sum to zero lies off the plane: the coordinates that were rounded furthest give way.
    private readonly void ReturnToPlane(Vector256<float> sum)
    {
        var inverse = Vector256.Create(1f / (_d + 1));
        var size = Vector256.Create((float)(_d + 1));
        for (var i = 0; i <= _d; i++)
        {
            var rank = _rank[i] + sum;
            var shift = (Vector256.LessThan(rank, Vector256<float>.Zero).AsSingle() & size)
                - (Vector256.GreaterThanOrEqual(rank, size).AsSingle() & size);
            _corner[i] += shift;
            _offset[i] = (_elevated[i] - _corner[i]) * inverse;
            Vector256.ConvertToInt32(rank + shift).Store(Rank + i * Width);
        }
    }
}
