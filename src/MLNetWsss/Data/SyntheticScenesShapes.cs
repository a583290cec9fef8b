namespace MLNetWsss.Data;

/// <summary>
/// A similarity from the coordinates of a thing to pixels: scale, then rotate, then move. One unit is <see cref="Scale"/> pixels.
/// Y points down, as rows do.
/// </summary>
internal readonly struct SceneFrame(float x, float y, float scale, float turns)
{
    public readonly float X = x, Y = y, Scale = scale, Turns = turns;
    public readonly float Cos = SceneNoise.Cosine(turns), Sin = SceneNoise.Sine(turns);

    /// <summary>Pixel position of a point of this frame.</summary>
    public (float X, float Y) ToPixels(float x, float y) =>
        (X + Scale * (Cos * x - Sin * y), Y + Scale * (Sin * x + Cos * y));

    /// <summary>Where a pixel lies in this frame.</summary>
    public (float X, float Y) FromPixels(float px, float py)
    {
        float dx = (px - X) / Scale, dy = (py - Y) / Scale;
        return (Cos * dx + Sin * dy, Cos * dy - Sin * dx);
    }

    /// <summary>A smaller frame inside this one, its position given in this one's units.</summary>
    public SceneFrame Inner(float x, float y, float scale, float turns)
    {
        var (px, py) = ToPixels(x, y);
        return new(px, py, Scale * scale, Turns + turns);
    }
}

/// <summary>The outlines that everything in a scene is put together from.</summary>
internal enum SceneOutline
{
    Ellipse,
    Capsule,
    Box,
    Triangle,
    Leaf,
    Smile,
}

/// <summary>
/// An outline with a place, a turn and two measures, as a signed distance: negative inside, in the units of its frame.
/// </summary>
internal readonly struct SceneShape
{
    private const float BoxRounding = 0.25f;
    private readonly SceneOutline _outline;
    private readonly float _cos, _sin;

    private SceneShape(SceneOutline outline, float x, float y, float a, float b, float turns)
    {
        (_outline, X, Y, A, B) = (outline, x, y, a, b);
        (_cos, _sin) = (SceneNoise.Cosine(turns), SceneNoise.Sine(turns));
    }

    /// <summary>Centre and measures.</summary>
    public float X { get; }

    /// <inheritdoc cref="X"/>
    public float Y { get; }

    /// <inheritdoc cref="X"/>
    public float A { get; }

    /// <inheritdoc cref="X"/>
    public float B { get; }

    /// <summary>No point of the shape is farther than this from its centre.</summary>
    public float Reach => _outline switch
    {
        SceneOutline.Ellipse or SceneOutline.Leaf => MathF.Max(A, B),
        SceneOutline.Box or SceneOutline.Triangle => MathF.Sqrt(A * A + B * B),
        _ => A + B,
    };

    public static SceneShape Circle(float x, float y, float radius) => new(SceneOutline.Ellipse, x, y, radius, radius, 0);

    public static SceneShape Ellipse(float x, float y, float rx, float ry, float turns = 0) =>
        new(SceneOutline.Ellipse, x, y, rx, ry, turns);

    /// <summary>A line of the given half length, rounded off with the given radius, along x before the turn.</summary>
    public static SceneShape Capsule(float x, float y, float half, float radius, float turns = 0) =>
        new(SceneOutline.Capsule, x, y, half, radius, turns);

    public static SceneShape Box(float x, float y, float halfWidth, float halfHeight, float turns = 0) =>
        new(SceneOutline.Box, x, y, halfWidth, halfHeight, turns);

    /// <summary>Isosceles, the tip up before the turn.</summary>
    public static SceneShape Triangle(float x, float y, float halfWidth, float halfHeight, float turns = 0) =>
        new(SceneOutline.Triangle, x, y, halfWidth, halfHeight, turns);

    /// <summary>What two circles have in common: pointed at both ends, its length along x before the turn.</summary>
    public static SceneShape Leaf(float x, float y, float halfLength, float halfWidth, float turns = 0) =>
        new(SceneOutline.Leaf, x, y, halfLength, halfWidth, turns);

    /// <summary>The lower part of a ring with the given radius and half thickness.</summary>
    public static SceneShape Smile(float x, float y, float radius, float halfThickness) =>
        new(SceneOutline.Smile, x, y, radius, halfThickness, 0);

    /// <summary>Where a point of the frame lies seen from the shape: centred and turned back.</summary>
    public (float X, float Y) Local(float x, float y)
    {
        float dx = x - X, dy = y - Y;
        return (_cos * dx + _sin * dy, _cos * dy - _sin * dx);
    }

    /// <summary>Signed distance of a point, exact on the outline and to first order near it.</summary>
    public float Distance(float x, float y)
    {
        (x, y) = Local(x, y);
        switch (_outline)
        {
            case SceneOutline.Ellipse:
                return EllipseDistance(x, y);
            case SceneOutline.Capsule:
                float along = x - Math.Clamp(x, -A, A);
                return MathF.Sqrt(along * along + y * y) - B;
            case SceneOutline.Box:
                float rounding = BoxRounding * MathF.Min(A, B);
                float qx = MathF.Abs(x) - A + rounding, qy = MathF.Abs(y) - B + rounding;
                float ox = MathF.Max(qx, 0), oy = MathF.Max(qy, 0);
                return MathF.Sqrt(ox * ox + oy * oy) + MathF.Min(MathF.Max(qx, qy), 0) - rounding;
            case SceneOutline.Triangle:
                float side = (2 * B * MathF.Abs(x) - A * (y + B)) / MathF.Sqrt(4 * B * B + A * A);
                return MathF.Max(y - B, side);
            case SceneOutline.Leaf:
                float radius = (A * A + B * B) / (2 * B);
                float offset = MathF.Abs(y) + radius - B;
                return MathF.Sqrt(x * x + offset * offset) - radius;
            default:
                return MathF.Max(MathF.Abs(MathF.Sqrt(x * x + y * y) - A) - B, 0.45f * A - y);
        }
    }

    /// <summary>
    /// (f - 1) / |grad f| with f = |(x/A, y/B)|: the first-order distance to an implicit curve
    /// (Taubin, "Estimation of planar curves ...", PAMI 1991). At the centre, where the gradient has no
    /// direction, minus the smaller radius.
    /// </summary>
    private float EllipseDistance(float x, float y)
    {
        float nx = x / A, ny = y / B;
        float f = MathF.Sqrt(nx * nx + ny * ny);
        float gx = nx / A, gy = ny / B;
        float gradient = MathF.Sqrt(gx * gx + gy * gy);
        return gradient < 1e-6f ? -MathF.Min(A, B) : (f - 1) * f / gradient;
    }
}
