using System.Runtime.Intrinsics;

namespace MLNetWsss.Imaging;

/// <summary>How alike neighbouring pixels are: one plane of numbers for every offset of a neighbourhood. Immutable by convention.</summary>
public sealed unsafe class RandomWalkAffinity
{
    private readonly float[] _planes;

    /// <param name="neighborhood">The offsets.</param>
    /// <param name="height">Rows of the grid.</param>
    /// <param name="width">Columns of the grid.</param>
    /// <param name="planes">
    /// [offsets x height x width] the likeness, at least 0, of pixel p and pixel p + offset at place p of the offset's plane; places whose
    /// partner lies outside count for nothing. The object owns the array from here on.
    /// </param>
    /// <exception cref="ArgumentException">The array has another length, or holds a number that is negative, infinite or NaN.</exception>
    public RandomWalkAffinity(RandomWalkNeighborhood neighborhood, int height, int width, float[] planes)
        : this(neighborhood, height, width, planes, trusted: false)
    {
    }

    private RandomWalkAffinity(RandomWalkNeighborhood neighborhood, int height, int width, float[] planes, bool trusted)
    {
        ArgumentNullException.ThrowIfNull(neighborhood);
        _planes = PixelGrid.Checked(planes, "Affinities", neighborhood.Offsets.Length, height, width, 1);
        if (!trusted && planes.AsSpan().ContainsAnyExceptInRange(0, float.MaxValue))
            throw new ArgumentException(
                "An affinity is negative, infinite or NaN. Affinities are finite numbers from 0 on, 1 for equal pixels.", nameof(planes));
        Neighborhood = neighborhood;
        Height = height;
        Width = width;
    }

    /// <summary>The offsets.</summary>
    public RandomWalkNeighborhood Neighborhood { get; }

    /// <summary>Rows of the grid.</summary>
    public int Height { get; }

    /// <summary>Columns of the grid.</summary>
    public int Width { get; }

    /// <summary>[HxW] the likeness of every pixel and its partner at the given offset.</summary>
    public ReadOnlySpan<float> Plane(int offset) => _planes.AsSpan(offset * Height * Width, Height * Width);

    /// <summary>[HxWx3] -> exp(-|dI|^2 / (2 deviation^2)) over red, green and blue.</summary>
    /// <param name="image">The image in the grid's size.</param>
    /// <param name="deviation">Standard deviation over the three channels together, in levels of 0..255.</param>
    /// <param name="neighborhood">The offsets; null for radius 5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is not a positive number.</exception>
    public static RandomWalkAffinity FromColor(RgbImage image, float deviation = 10, RandomWalkNeighborhood? neighborhood = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (!(deviation > 0 && float.IsFinite(deviation)))
            throw new ArgumentOutOfRangeException(
                nameof(deviation), deviation, $"The colour deviation must be a finite number above 0, but is {deviation}.");
        var channels = new float[image.Pixels.Length];
        var pixels = image.Height * image.Width;
        for (var i = 0; i < pixels; i++)
        {
            for (var c = 0; c < 3; c++)
                channels[c * pixels + i] = image.Pixels[i * 3 + c];
        }
        return FromChannels(channels, 3, image.Height, image.Width, neighborhood ?? new(), squares: true, -0.5f / (deviation * deviation));
    }

    /// <summary>[CxHxW] features -> exp(-mean over C of |df|), the likeness that PSA learns.</summary>
    /// <exception cref="ArgumentException">The length is not channels x height x width, or a feature is NaN.</exception>
    public static RandomWalkAffinity FromFeatures(
        ReadOnlySpan<float> features, int channels, int height, int width, RandomWalkNeighborhood? neighborhood = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        PixelGrid.CheckSize(height, width);
        var expected = (long)channels * height * width;
        if (features.Length != expected)
            throw new ArgumentException(
                $"Features of {channels} x {height} x {width} have {expected} values, but {features.Length} were given.", nameof(features));
        if (features.Contains(float.NaN))
            throw new ArgumentException("A feature is NaN. Check the network's output before the walk.", nameof(features));
        return FromChannels(features, channels, height, width, neighborhood ?? new(), squares: false, -1f / channels);
    }

    /// <summary>
    /// [HxW] probabilities of a border -> 1 - the highest border on the straight line between the two pixels, both ends included (IRN).
    /// </summary>
    /// <exception cref="ArgumentException">The length is not height x width, or a probability is not within 0..1.</exception>
    public static RandomWalkAffinity FromBorders(
        ReadOnlySpan<float> borders, int height, int width, RandomWalkNeighborhood? neighborhood = null)
    {
        PixelGrid.CheckSize(height, width);
        if (borders.Length != (long)height * width)
            throw new ArgumentException(
                $"A border map of {height} x {width} has {(long)height * width} values, but {borders.Length} were given.", nameof(borders));
        if (borders.ContainsAnyExceptInRange(0, 1))
            throw new ArgumentException("A border probability lies outside 0..1. Give the sigmoid of the border logits.", nameof(borders));
        neighborhood ??= new();
        var planes = new float[neighborhood.Offsets.Length * height * width];
        for (var k = 0; k < neighborhood.Offsets.Length; k++)
        {
            var offset = neighborhood.Offsets[k];
            var line = Line(offset);
            for (var y = 0; y < height; y++)
            {
                var (begin, end) = neighborhood.Sources(y, offset, height, width);
                for (var x = begin; x < end; x++)
                {
                    var highest = 0f;
                    foreach (var (dy, dx) in line)
                        highest = Math.Max(highest, borders[(y + dy) * width + x + dx]);
                    planes[(k * height + y) * width + x] = 1 - highest;
                }
            }
        }
        return new RandomWalkAffinity(neighborhood, height, width, planes, trusted: true);
    }

    /// <summary>Both together: the product of two likenesses, pair by pair.</summary>
    /// <exception cref="ArgumentException">The other is of another grid or another neighbourhood.</exception>
    public RandomWalkAffinity Times(RandomWalkAffinity other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if ((Height, Width) != (other.Height, other.Width) || !Neighborhood.Offsets.SequenceEqual(other.Neighborhood.Offsets)
            || Neighborhood.Border != other.Neighborhood.Border)
            throw new ArgumentException(
                $"The affinities are of {Height} x {Width} within radius {Neighborhood.Radius} and of {other.Height} x {other.Width} within " +
                $"{other.Neighborhood.Radius}. Make both on one grid with one neighbourhood.", nameof(other));
        var planes = new float[_planes.Length];
        for (var i = 0; i < planes.Length; i++)
            planes[i] = _planes[i] * other._planes[i];
        return new RandomWalkAffinity(Neighborhood, Height, Width, planes, trusted: true);
    }

    /// <summary>
    /// The pixels of the offset's bounding box that lie closer than 1 to the straight line, both ends included (IRN's path index).
    /// </summary>
    internal static List<(int Y, int X)> Line((int Y, int X) offset)
    {
        var line = new List<(int Y, int X)>();
        var squaredLength = offset.Y * offset.Y + offset.X * offset.X;
        for (var y = 0; y <= offset.Y; y++)
        {
            for (var x = Math.Min(0, offset.X); x <= Math.Max(0, offset.X); x++)
            {
                var cross = offset.Y * x - offset.X * y;
                if (cross * cross < squaredLength)
                    line.Add((y, x));
            }
        }
        return line;
    }

    private static RandomWalkAffinity FromChannels(
        ReadOnlySpan<float> channels, int count, int height, int width, RandomWalkNeighborhood neighborhood, bool squares, float scale)
    {
        var pixels = height * width;
        var planes = new float[neighborhood.Offsets.Length * pixels];
        fixed (float* first = channels, output = planes)
        {
            for (var k = 0; k < neighborhood.Offsets.Length; k++)
            {
                var offset = neighborhood.Offsets[k];
                for (var y = 0; y < height; y++)
                {
                    var (begin, end) = neighborhood.Sources(y, offset, height, width);
                    var here = first + y * width;
                    var there = here + offset.Y * width + offset.X;
                    Compare(here, there, output + k * pixels + y * width, begin, end, count, pixels, squares, scale);
                }
            }
        }
        return new RandomWalkAffinity(neighborhood, height, width, planes, trusted: true);
    }

    private static void Compare(
        float* here, float* there, float* output, int begin, int end, int channels, int pixels, bool squares, float scale)
    {
        var x = begin;
        for (; x + 8 <= end; x += 8)
        {
            var sum = Vector256<float>.Zero;
            for (var c = 0; c < channels; c++)
            {
                var difference = Vector256.Load(here + (nint)c * pixels + x) - Vector256.Load(there + (nint)c * pixels + x);
                sum += squares ? difference * difference : Vector256.Abs(difference);
            }
            DenseCrfSoftmax.Exp(sum * scale).Store(output + x);
        }
        for (; x < end; x++)
        {
            var sum = 0f;
            for (var c = 0; c < channels; c++)
            {
                var difference = here[(nint)c * pixels + x] - there[(nint)c * pixels + x];
                sum += squares ? difference * difference : Math.Abs(difference);
            }
            output[x] = MathF.Exp(sum * scale);
        }
    }
}
