using System.Runtime.Intrinsics;

namespace MLNetWsss.Imaging;

/// <summary>
/// Gaussian filtering of N values by d features in time linear in N: values are splatted on the corners of the simplices around their
/// features, blurred along d+1 axes, and sliced back (Adams, Baek and Davis, "Fast high-dimensional filtering using the permutohedral
/// lattice", 2010).
/// </summary>
/// <remarks>
/// Points come in groups of eight; vertices are numbered from 1, and vertex 0 stands for every vertex that does not exist: its value is
/// always 0. The points are cut into <see cref="Parts"/> parts that splat side by side: a part owns the vertices that it meets first, and
/// has slots of its own for the others, which are added in the order of the parts. Sums are therefore the same to the bit for any number of
/// threads.
/// </remarks>
internal sealed unsafe class PermutohedralLattice
{
    /// <summary>Parts of the points; fixed, because the order of additions follows it.</summary>
    public const int Parts = 8;

    private readonly PermutohedralLatticeBuilder _builder;

    public PermutohedralLattice() => _builder = new PermutohedralLatticeBuilder(this);

    /// <summary>d, dimensions of the features.</summary>
    public int Dimensions { get; internal set; }

    /// <summary>Points N.</summary>
    public int Points { get; internal set; }

    /// <summary>Groups of eight points, the last one padded with points of weight zero.</summary>
    public int Groups => (Points + PermutohedralLatticeSimplex.Width - 1) / PermutohedralLatticeSimplex.Width;

    /// <summary>Vertices M.</summary>
    public int Vertices { get; internal set; }

    /// <summary>[groups][d+1][8] the vertices around every point.</summary>
    public int* VertexOf { get; internal set; }

    /// <summary>[groups][d+1][8] the points' barycentric weights.</summary>
    public float* WeightOf { get; internal set; }

    /// <summary>[N] z = 1/sqrt(K 1 + 1e-20).</summary>
    public float* Normalization { get; internal set; }

    /// <summary>
    /// [groups][d+1][8] where points are splatted: the vertex, or behind the vertices the part's slot for another part's vertex.
    /// </summary>
    public int* SplatTo { get; internal set; }

    /// <summary>Values that a splat needs room for: vertex 0, the vertices, the slots.</summary>
    public long Slots => Vertices + 1L + FirstSlot[Parts];

    /// <summary>[parts+1] the first vertex of every part.</summary>
    internal int[] FirstVertex { get; } = new int[Parts + 1];

    /// <summary>[parts+1] how many slots lie before every part's.</summary>
    internal int[] FirstSlot { get; } = new int[Parts + 1];

    /// <summary>Vertices with slots, and the first slot of each; slots count from 1.</summary>
    internal List<(int Vertex, int Slot)> Shared { get; } = [];

    /// <summary>The next slot of the same vertex, 0 behind the last.</summary>
    internal int* NextSlot { get; set; }

    /// <summary>[d+1] for every axis the vertices in rows of neighbours, each row closed by a 0.</summary>
    internal int*[] Chains { get; } = new int*[PermutohedralLatticeSimplex.MaxDimensions + 1];

    /// <summary>[d+1] the lengths of <see cref="Chains"/>.</summary>
    internal int[] ChainLength { get; } = new int[PermutohedralLatticeSimplex.MaxDimensions + 1];

    /// <summary>
    /// The constant 1/(1 + 2^-d) of the slicing step: it makes up for the mass that the blur (1/2, 1, 1/2) adds along d+1 axes of a plane
    /// (the scaling of the published implementations of Adams et al. 2010).
    /// </summary>
    public float SliceScale => 1f / (1 + MathF.Pow(2, -Dimensions));

    /// <summary>
    /// Builds the lattice for N points and normalises it symmetrically: what is filtered afterwards is z K z with z = 1/sqrt(K 1 + 1e-20).
    /// </summary>
    /// <param name="features">[d][groups x 8] features, already divided by their standard deviations.</param>
    /// <param name="maxima">[d] upper bounds of the features; the lower bounds are 0.</param>
    /// <param name="points">N.</param>
    /// <param name="team">Threads to use.</param>
    /// <exception cref="ArgumentException">The features span more cells than a key can number.</exception>
    public void Build(float* features, ReadOnlySpan<float> maxima, int points, WorkerTeam team) =>
        _builder.Build(features, maxima, points, team);

    /// <summary>
    /// Adds weight x z x value of the points of one part to the vertices that the part owns, and to its slots for the vertices of others.
    /// Values are all 1 where <paramref name="pointValues"/> is null. <see cref="Reduce"/> has to follow.
    /// </summary>
    public void Splat<TLanes, TVector>(int part, float* pointValues, float* values)
        where TLanes : ILanes<TVector>
    {
        Clear(values + (nint)FirstVertex[part] * TLanes.Count, (FirstVertex[part + 1] - FirstVertex[part]) * TLanes.Count);
        Clear(values + (nint)(Vertices + 1 + FirstSlot[part]) * TLanes.Count, (FirstSlot[part + 1] - FirstSlot[part]) * TLanes.Count);
        var corners = Dimensions + 1;
        var (begin, end) = WorkerTeam.Part(Groups, part, Parts);
        var one = 1f;
        for (var group = begin; group < end; group++)
        {
            var to = SplatTo + (nint)group * corners * 8;
            var weights = WeightOf + (nint)group * corners * 8;
            for (var lane = 0; lane < 8; lane++)
            {
                var point = (nint)group * 8 + lane;
                var value = pointValues == null && TLanes.Count == 1 ? TLanes.Load(&one)
                    : TLanes.MultiplyAdd(Normalization[point], TLanes.Load(pointValues + point * TLanes.Count), TLanes.Zero);
                for (var corner = 0; corner < corners; corner++)
                {
                    var at = values + (nint)to[corner * 8 + lane] * TLanes.Count;
                    TLanes.Store(TLanes.MultiplyAdd(weights[corner * 8 + lane], value, TLanes.Load(at)), at);
                }
            }
        }

        static void Clear(float* from, int count) => new Span<float>(from, count).Clear();
    }

    /// <summary>Adds the parts' slots to the vertices they stand for, in the order of the parts.</summary>
    public void Reduce<TLanes, TVector>(float* values, int chunk, int chunks)
        where TLanes : ILanes<TVector>
    {
        var slots = values + (nint)Vertices * TLanes.Count;
        var (begin, end) = WorkerTeam.Part(Shared.Count, chunk, chunks);
        for (var i = begin; i < end; i++)
        {
            var (vertex, slot) = Shared[i];
            var sum = TLanes.Load(values + (nint)vertex * TLanes.Count);
            for (; slot > 0; slot = NextSlot[slot])
                sum = TLanes.MultiplyAdd(1, TLanes.Load(slots + (nint)slot * TLanes.Count), sum);
            TLanes.Store(sum, values + (nint)vertex * TLanes.Count);
        }
    }

    /// <summary>value[v] += (value[next along the axis] + value[previous]) / 2 for one chunk of vertices, in place.</summary>
    /// <remarks>
    /// Vertices lie one behind the other in chains, so a walk along a chain reads and writes each value once; vertices without neighbours
    /// are in no chain.
    /// </remarks>
    public void Blur<TLanes, TVector>(int axis, float* values, int chunk, int chunks)
        where TLanes : ILanes<TVector>
    {
        var chain = Chains[axis];
        var begin = ChainBegin(axis, chunk, chunks);
        var end = ChainBegin(axis, chunk + 1, chunks);
        // What is computed between two chains goes nowhere; the mask that sends it there is cheaper than an unpredictable branch.
        var nowhere = stackalloc float[8];
        var previous = TLanes.Zero;
        var current = TLanes.Zero;
        var place = nowhere;
        for (var i = begin; i < end; i++)
        {
            var vertex = chain[i];
            var following = values + (nint)vertex * TLanes.Count;
            var next = TLanes.Load(following);
            TLanes.Store(TLanes.MultiplyAdd(0.5f, TLanes.MultiplyAdd(1, previous, next), current), place);
            nint isEnd = (vertex - 1) >> 31;
            place = (float*)(((nint)following & ~isEnd) | ((nint)nowhere & isEnd));
            previous = current;
            current = next;
        }
    }

    // Chains end with a 0; a chunk begins behind the first end at or after its share.
    private int ChainBegin(int axis, int chunk, int chunks)
    {
        if (chunk == 0)
            return 0;
        if (chunk == chunks)
            return ChainLength[axis];
        var chain = Chains[axis];
        var i = WorkerTeam.Part(ChainLength[axis], chunk, chunks).Begin;
        while (i < ChainLength[axis] && chain[i] != 0)
            i++;
        return Math.Min(i + 1, ChainLength[axis]);
    }

    /// <summary>Adds (or writes) weight x filtered value for the points of groups begin..end; output starts at group begin.</summary>
    public void Slice<TLanes, TVector>(float* values, float* output, float weight, bool add, int begin, int end)
        where TLanes : ILanes<TVector>
    {
        var corners = Dimensions + 1;
        var scale = weight * SliceScale;
        for (var group = begin; group < end; group++)
        {
            var vertices = VertexOf + (nint)group * corners * 8;
            var weights = WeightOf + (nint)group * corners * 8;
            for (var lane = 0; lane < 8; lane++)
            {
                var sum = TLanes.Zero;
                for (var corner = 0; corner < corners; corner++)
                {
                    sum = TLanes.MultiplyAdd(weights[corner * 8 + lane],
                        TLanes.Load(values + (nint)vertices[corner * 8 + lane] * TLanes.Count), sum);
                }
                var to = output + ((group - begin) * 8 + lane) * TLanes.Count;
                TLanes.Store(TLanes.MultiplyAdd(scale * Normalization[group * 8 + lane], sum, add ? TLanes.Load(to) : TLanes.Zero), to);
            }
        }
    }

    /// <summary><see cref="Slice"/> for one value a point: eight points at once.</summary>
    public void SliceScalars(float* values, float* output, float weight, bool add, int begin, int end)
    {
        var corners = Dimensions + 1;
        var scale = weight * SliceScale;
        for (var group = begin; group < end; group++)
        {
            var vertices = VertexOf + (nint)group * corners * 8;
            var weights = WeightOf + (nint)group * corners * 8;
            var sum = Vector256<float>.Zero;
            for (var corner = 0; corner < corners; corner++)
            {
                sum = Vector256.MultiplyAddEstimate(Vector256.Load(weights + corner * 8),
                    ScalarLane.Gather(values, vertices + corner * 8), sum);
            }
            var to = output + (group - begin) * 8;
            var factor = Vector256.Load(Normalization + group * 8) * scale;
            Vector256.MultiplyAddEstimate(factor, sum, add ? Vector256.Load(to) : Vector256<float>.Zero).Store(to);
        }
    }
}
