namespace MLNetWsss.Data;

/// <summary>
/// The scenes' own source of random numbers: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
/// It is written out here, because a data set that is named by a seed must not change when a runtime changes its generator.
/// </summary>
internal sealed class SceneRandom
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;
    private ulong _state;

    private SceneRandom(ulong state) => _state = state;

    /// <summary>The numbers of one scene, which depend on nothing but the two arguments.</summary>
    public static SceneRandom For(int seed, int index) => new(Mix(((ulong)(uint)seed << 32) | (uint)index));

    /// <summary>
    /// An independent stream for one concern. It is derived from the scene and not from the numbers drawn so far,
    /// so that a change of one concern (more clutter, say) leaves the others as they are.
    /// </summary>
    public SceneRandom Fork(int concern) => new(Mix(_state ^ Mix((ulong)(uint)concern + GoldenGamma)));

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        _state += GoldenGamma;
        return Mix(_state);
    }

    /// <summary>A seed for <see cref="SceneNoise"/>.</summary>
    public uint NextSeed() => (uint)(NextBits() >> 32);

    /// <summary>Uniform in [low, high); 24 random bits, the precision of a float.</summary>
    public float Range(float low, float high) => low + (high - low) * ((NextBits() >> 40) * (1f / (1 << 24)));

    /// <summary>Uniform in 0 .. count - 1. The remainder's bias is below 2^-56 for the counts used here.</summary>
    public int Below(int count) => (int)(NextBits() % (ulong)count);

    /// <summary>True with the given probability.</summary>
    public bool Chance(double probability) => (NextBits() >> 11) * (1.0 / (1UL << 53)) < probability;

    /// <summary>One of the given values, all equally likely.</summary>
    public T Pick<T>(ReadOnlySpan<T> values) => values[Below(values.Length)];

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

/// <summary>
/// Smooth noise and waves from IEEE additions, multiplications and floors alone: sine and power of the platform's C library
/// round differently from one system to the next, and a scene has to be the same bytes everywhere.
/// </summary>
internal static class SceneNoise
{
    /// <summary>A number in [0, 1) for a lattice point; the finaliser is that of MurmurHash3 (Appleby, public domain).</summary>
    public static float Hash(int x, int y, uint seed)
    {
        unchecked
        {
            uint h = seed ^ ((uint)x * 0x9E3779B1u) ^ ((((uint)y << 16) | ((uint)y >> 16)) * 0x85EBCA77u);
            h = (h ^ (h >> 16)) * 0x85EBCA6Bu;
            h = (h ^ (h >> 13)) * 0xC2B2AE35u;
            return ((h ^ (h >> 16)) >> 8) * (1f / (1 << 24));
        }
    }

    /// <summary>Value noise in [0, 1) that varies over a distance of about one.</summary>
    public static float Value(float x, float y, uint seed)
    {
        float fx = MathF.Floor(x), fy = MathF.Floor(y);
        int ix = (int)fx, iy = (int)fy;
        float u = Smooth(x - fx), v = Smooth(y - fy);
        float top = Mix(Hash(ix, iy, seed), Hash(ix + 1, iy, seed), u);
        float bottom = Mix(Hash(ix, iy + 1, seed), Hash(ix + 1, iy + 1, seed), u);
        return Mix(top, bottom, v);
    }

    /// <summary>Fractal sum of value noise, in [0, 1): every octave doubles the frequency and halves the weight.</summary>
    public static float Fractal(float x, float y, uint seed, int octaves)
    {
        float sum = 0, weight = 0.5f, total = 0;
        for (int octave = 0; octave < octaves; octave++)
        {
            sum += weight * Value(x, y, seed + (uint)octave * 101u);
            total += weight;
            weight *= 0.5f;
            // The shift keeps the lattices of the octaves from meeting in one visible corner.
            (x, y) = (2 * x + 17.3f, 2 * y - 9.1f);
        }
        return sum / total;
    }

    /// <summary>
    /// Sine of an angle in turns, to about 0.001: the parabola 16 t (1/2 - |t|) for t in [-1/2, 1/2],
    /// bent towards the sine by one step p + 0.225 (p |p| - p) (Capens, "Fast and accurate sine/cosine", 2006).
    /// </summary>
    public static float Sine(float turns)
    {
        float t = turns - MathF.Floor(turns + 0.5f);
        float p = 16 * t * (0.5f - MathF.Abs(t));
        return p + 0.225f * (p * MathF.Abs(p) - p);
    }

    /// <summary>Cosine of an angle in turns; see <see cref="Sine"/>.</summary>
    public static float Cosine(float turns) => Sine(turns + 0.25f);

    /// <summary>Linear blend: a at 0, b at 1.</summary>
    public static float Mix(float a, float b, float t) => a + (b - a) * t;

    /// <summary>The cubic step 3t^2 - 2t^3.</summary>
    public static float Smooth(float t) => t * t * (3 - 2 * t);

    /// <summary>0 below from, 1 above to, smooth between; from may exceed to, which turns the step round.</summary>
    public static float Step(float from, float to, float x) => Smooth(Math.Clamp((x - from) / (to - from), 0f, 1f));
}
