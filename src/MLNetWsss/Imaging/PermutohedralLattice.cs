using System.Runtime.Intrinsics;

namespace MLNetWsss.Imaging;

/// <summary>
/// Gaussian filtering of N values by d features in time linear in N: values are splatted on the corners of the simplices around their features,
/// blurred along d+1 axes, and sliced back (Adams, Baek and Davis, "Fast high-dimensional filtering using the permutohedral lattice", 2010).
/// </summary>
/// <remarks>
/// Points come in groups of eight; vertices are numbered from 1, and vertex 0 stands for every vertex that does not exist: its value is always 0.
/// Splatting gathers instead of scattering (each vertex lists its points), so every vertex belongs to one thread and sums in one order,
/// whatever the number of threads.
/// </remarks>
internal sealed unsafe class PermutohedralLattice
{
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

    /// <summary>[N] z = 1/sqrt(K 1 + 1e-20); the weights of the splat already hold it, the slice multiplies by it.</summary>
    public float* Normalization { get; internal set; }

    /// <summary>[M+1] where each vertex's list of points begins; vertex v owns RowStart[v-1]..RowStart[v].</summary>
    internal int* RowStart { get; set; }

    /// <summary>The points of every vertex, list by list, in ascending order.</summary>
    internal int* RowPoint { get; set; }

    /// <summary>Barycentric weights times z, list by list.</summary>
    internal float* RowWeight { get; set; }

    /// <summary>[d+1][2][M+1] the next and the previous vertex along every axis.</summary>
    internal int* Neighbor { get; set; }

    /// <summary>
    /// The constant 1/(1 + 2^-d) of the slicing step: it makes up for the mass that the blur (1/2, 1, 1/2) adds along d+1 axes of a plane
    /// (the scaling of the published implementations of Adams et al. 2010).
    /// </summary>
    public float SliceScale => 1f / (1 + MathF.Pow(2, -Dimensions));

    /// <summary>Builds the lattice for N points and normalises it symmetrically: what is filtered afterwards is z K z with z = 1/sqrt(K 1 + 1e-20).</summary>
    /// <param name="features">[d][groups x 8] features, already divided by their standard deviations.</param>
    /// <param name="maxima">[d] upper bounds of the features; the lower bounds are 0.</param>
    /// <param name="points">N.</param>
    /// <param name="team">Threads to use.</param>
    /// <exception cref="ArgumentException">The features span more cells than a key can number.</exception>
    public void Build(float* features, ReadOnlySpan<float> maxima, int points, WorkerTeam team) =>
        _builder.Build(features, maxima, points, team);

    /// <summary>First vertex of a chunk whose lists hold about the same number of points as every other chunk's.</summary>
    public int ChunkBegin(int chunk, int chunks)
    {
        if (chunk == 0)
            return 1;
        if (chunk == chunks)
            return Vertices + 1;
        var wanted = (int)((long)RowStart[Vertices] * chunk / chunks);
        var at = new ReadOnlySpan<int>(RowStart, Vertices + 1).BinarySearch(wanted);
        return (at < 0 ? ~at : at) + 1;
    }

    /// <summary>values[v] = sum of weight x point value over the points of vertices begin..end.</summary>
    public void Splat<TLanes, TVector>(float* pointValues, float* values, int begin, int end)
        where TLanes : ILanes<TVector>
    {
        for (var vertex = begin; vertex < end; vertex++)
        {
            var last = RowStart[vertex];
            var i = RowStart[vertex - 1];
            // Two sums hide the latency of the additions; their order is fixed by the list alone.
            var even = TLanes.Zero;
            var odd = TLanes.Zero;
            for (; i + 1 < last; i += 2)
            {
                even = TLanes.MultiplyAdd(RowWeight[i], TLanes.Load(pointValues + (nint)RowPoint[i] * TLanes.Count), even);
                odd = TLanes.MultiplyAdd(RowWeight[i + 1], TLanes.Load(pointValues + (nint)RowPoint[i + 1] * TLanes.Count), odd);
            }
            if (i < last)
                even = TLanes.MultiplyAdd(RowWeight[i], TLanes.Load(pointValues + (nint)RowPoint[i] * TLanes.Count), even);
            TLanes.Store(TLanes.MultiplyAdd(1, odd, even), values + (nint)vertex * TLanes.Count);
        }
    }

    /// <summary>to[v] = from[v] + (from[next] + from[previous]) / 2 for vertices begin..end.</summary>
    public void Blur<TLanes, TVector>(int axis, float* from, float* to, int begin, int end)
        where TLanes : ILanes<TVector>
    {
        var next = Neighbor + (nint)axis * 2 * (Vertices + 1);
        var previous = next + (Vertices + 1);
        var vertex = begin;
        if (TLanes.Count == 1)
        {
            for (; vertex + 8 <= end; vertex += 8)
            {
                var sides = ScalarLane.Gather(from, next + vertex) + ScalarLane.Gather(from, previous + vertex);
                Vector256.MultiplyAddEstimate(Vector256.Create(0.5f), sides, Vector256.Load(from + vertex)).Store(to + vertex);
            }
        }
        for (; vertex < end; vertex++)
        {
            var sides = TLanes.MultiplyAdd(1, TLanes.Load(from + (nint)next[vertex] * TLanes.Count),
                TLanes.Load(from + (nint)previous[vertex] * TLanes.Count));
            TLanes.Store(TLanes.MultiplyAdd(0.5f, sides, TLanes.Load(from + (nint)vertex * TLanes.Count)), to + (nint)vertex * TLanes.Count);
        }
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
