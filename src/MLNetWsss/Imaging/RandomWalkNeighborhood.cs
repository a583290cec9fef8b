namespace MLNetWsss.Imaging;

/// <summary>Which pairs at the border of the grid a <see cref="RandomWalkNeighborhood"/> joins.</summary>
public enum RandomWalkBorder
{
    /// <summary>Every pair whose two pixels lie in the grid (IRN, which pads its edge map).</summary>
    Complete,

    /// <summary>
    /// Only pairs whose first pixel keeps radius - 1 pixels from the left, right and bottom border (PSA, which crops instead of padding):
    /// pixels at the border have fewer neighbours.
    /// </summary>
    Interior,
}

/// <summary>
/// The neighbours of a pixel within a disc: half of the offsets, as each stands for itself and its mirror image.
/// Radius 5 has 34 of them, hence 68 neighbours and the pixel itself (PSA, Ahn and Kwak 2018; IRN, Ahn, Cho and Kwak 2019).
/// </summary>
public sealed class RandomWalkNeighborhood
{
    /// <summary>The largest radius.</summary>
    public const int MaxRadius = 16;

    private readonly (int Y, int X)[] _offsets;

    /// <param name="radius">Neighbours are closer than this many pixels; 2..16. The references use 5.</param>
    /// <param name="border">What happens at the border.</param>
    /// <exception cref="ArgumentOutOfRangeException">The radius is out of its range.</exception>
    public RandomWalkNeighborhood(int radius = 5, RandomWalkBorder border = RandomWalkBorder.Complete)
    {
        if (radius is < 2 or > MaxRadius)
            throw new ArgumentOutOfRangeException(nameof(radius), radius, $"The radius must be within 2..{MaxRadius}, but is {radius}.");
        if (!Enum.IsDefined(border))
            throw new ArgumentOutOfRangeException(nameof(border), border, "The border must be Complete or Interior.");
        Radius = radius;
        Border = border;
        var offsets = new List<(int Y, int X)>();
        for (var y = 0; y < radius; y++)
        {
            for (var x = y == 0 ? 1 : 1 - radius; x < radius; x++)
            {
                if (y * y + x * x < radius * radius)
                    offsets.Add((y, x));
            }
        }
        _offsets = [.. offsets];
    }

    /// <summary>Neighbours are closer than this, in pixels.</summary>
    public int Radius { get; }

    /// <summary>What happens at the border.</summary>
    public RandomWalkBorder Border { get; }

    /// <summary>The offsets in the order of the planes: (0, 1) .. (0, radius - 1), then row by row below.</summary>
    public ReadOnlySpan<(int Y, int X)> Offsets => _offsets;

    /// <summary>First and last column + 1 of row <paramref name="y"/> from which an offset leads to a pixel that counts.</summary>
    internal (int Begin, int End) Sources(int y, (int Y, int X) offset, int height, int width)
    {
        var margin = Radius - 1;
        var bottom = Border == RandomWalkBorder.Interior ? height - margin : height - offset.Y;
        if (y >= bottom)
            return (0, 0);
        var (begin, end) = Border == RandomWalkBorder.Interior
            ? (margin, width - margin)
            : (Math.Max(0, -offset.X), Math.Min(width, width - offset.X));
        return begin < end ? (begin, end) : (0, 0);
    }
}
