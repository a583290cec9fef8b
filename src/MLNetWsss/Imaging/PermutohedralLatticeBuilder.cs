using System.Runtime.Intrinsics;

namespace MLNetWsss.Imaging;

/// <summary>Builds a <see cref="PermutohedralLattice"/>; keeps its memory for the next image.</summary>
/// <remarks>
/// The points are cut into a fixed number of parts. Each part numbers the vertices around its points in a small table of its own, so that
/// parts are built side by side; the tables are then joined. Nothing depends on the number of threads.
/// </remarks>
internal sealed unsafe class PermutohedralLatticeBuilder
{
    private const int Width = PermutohedralLatticeSimplex.Width;
    private const int Parts = PermutohedralLattice.Parts;
    private const int MaxCorners = PermutohedralLatticeSimplex.MaxDimensions + 1;

    private const int CandidateBlock = 512;

    // Rounding, the simplex and a blur step each move a coordinate by at most d+1.
    private const int KeyMargin = 4;

    private readonly PermutohedralLattice _lattice;
    private readonly PermutohedralLatticeNormalizer _normalizer;
    private readonly PinnedBuffer<int> _vertexOf = new();
    private readonly PinnedBuffer<int> _splatTo = new();
    private readonly PinnedBuffer<float> _weightOf = new();
    private readonly PinnedBuffer<float> _normalization = new();
    private readonly PinnedBuffer<int> _lastSlot = new();
    private readonly PinnedBuffer<int> _nextSlot = new();
    private readonly PinnedBuffer<int>[] _next = Buffers<int>(MaxCorners);
    private readonly PinnedBuffer<bool>[] _hasPrevious = Buffers<bool>(MaxCorners);
    private readonly PinnedBuffer<int>[] _chains = Buffers<int>(MaxCorners);
    private readonly PermutohedralLatticeKeys[] _tables = new PermutohedralLatticeKeys[Parts];
    private readonly PinnedBuffer<Entry>[] _entries = Buffers<Entry>(Parts);
    private readonly long[] _steps = new long[MaxCorners];
    private readonly long[] _strides = new long[MaxCorners];
    private float* _features;
    private long _origin;

    public PermutohedralLatticeBuilder(PermutohedralLattice lattice)
    {
        _lattice = lattice;
        _normalizer = new PermutohedralLatticeNormalizer(lattice);
        for (var part = 0; part < Parts; part++)
            _tables[part] = new PermutohedralLatticeKeys();
    }

    public void Build(float* features, ReadOnlySpan<float> maxima, int points, WorkerTeam team)
    {
        _lattice.Dimensions = maxima.Length;
        _lattice.Points = points;
        _features = features;
        NumberKeys(maxima);
        var corners = (long)(maxima.Length + 1) * _lattice.Groups * Width;
        _lattice.VertexOf = _vertexOf.Reserve(corners);
        _lattice.SplatTo = _splatTo.Reserve(corners);
        _lattice.WeightOf = _weightOf.Reserve(corners);
        _lattice.Normalization = _normalization.Reserve((long)_lattice.Groups * Width);
        team.Run(Parts, Locate);
        JoinTables();
        team.Run(Parts, Renumber);
        team.Run(maxima.Length + 1, LinkChains);
        _normalizer.Normalize(team);
    }

    private static PinnedBuffer<T>[] Buffers<T>(int count)
        where T : unmanaged =>
        [.. Enumerable.Range(0, count).Select(static _ => new PinnedBuffer<T>())];

    // Mixed-radix keys: a step along an axis of the lattice is then the addition of a constant.
    private void NumberKeys(ReadOnlySpan<float> maxima)
    {
        var d = maxima.Length;
        double remaining = long.MaxValue;
        var stride = 1L;
        var strides = 0L;
        _origin = 0;
        for (var i = 0; i < d; i++)
        {
            // Coordinate i is the sum of the scaled features from i on, minus i times the scaled feature before them.
            var low = i == 0 ? 0 : -i * PermutohedralLatticeSimplex.Scale(d, i - 1) * (double)maxima[i - 1];
            var high = 0.0;
            for (var k = i; k < d; k++)
                high += PermutohedralLatticeSimplex.Scale(d, k) * (double)maxima[k];
            var first = Math.Floor(low) - KeyMargin * (d + 1);
            var size = Math.Ceiling(high) + KeyMargin * (d + 1) - first + 1;
            remaining /= size;
            if (!(remaining >= 1))
                throw new ArgumentException(
                    "The standard deviations are too small for the image: it spans more lattice cells than 2^63. " +
                    "Raise the position or colour deviations.");
            _strides[i] = stride;
            strides += stride;
            _origin -= (long)first * stride;
            stride *= (long)size;
        }
        for (var axis = 0; axis <= d; axis++)
            _steps[axis] = axis < d ? strides - (d + 1) * _strides[axis] : strides;
    }

    private void Locate(int part)
    {
        var table = _tables[part];
        table.Clear();
        var corners = _lattice.Dimensions + 1;
        var scratch = stackalloc Vector256<float>[6 * MaxCorners];
        var simplex = new PermutohedralLatticeSimplex(_lattice.Dimensions, scratch);
        var keys = stackalloc long[MaxCorners * Width];
        var (begin, end) = WorkerTeam.Part(_lattice.Groups, part, Parts);
        for (var group = begin; group < end; group++)
        {
            simplex.Locate(_features + (nint)group * Width, (nint)_lattice.Groups * Width);
            var at = (nint)group * corners * Width;
            // The lanes behind the last point repeat it, without weight.
            var lanes = Math.Min(Width, _lattice.Points - group * Width);
            for (var lane = 0; lane < Width; lane++)
                Corners(simplex, Math.Min(lane, lanes - 1), keys + lane * corners, _lattice.WeightOf + at + lane);
            for (var i = 0; i < corners * Width; i++)
                table.Prefetch(keys[i]);
            AddGroup(table, keys, _lattice.VertexOf + at, corners);
            for (var i = 0; i < corners * Width && lanes < Width; i++)
                _lattice.WeightOf[at + i] = i % Width < lanes ? _lattice.WeightOf[at + i] : 0;
        }
    }

    // The keys of a simplex and its barycentric weights: corner k+1 lies one lattice step from corner k, along the axis whose offset is
    // the (d-k)-th in descending order (Adams et al. 2010, section 3.2); weights are differences of successive offsets (page 10).
    private void Corners(in PermutohedralLatticeSimplex simplex, int lane, long* keys, float* weights)
    {
        var d = _lattice.Dimensions;
        var axes = stackalloc int[MaxCorners];
        var sorted = stackalloc float[MaxCorners];
        var key = _origin;
        for (var i = 0; i <= d; i++)
        {
            var rank = simplex.Rank[i * Width + lane];
            axes[rank] = i;
            sorted[rank] = simplex.Offset[i * Width + lane];
            key += (long)simplex.Corner[i * Width + lane] * _strides[i];
        }
        weights[0] = sorted[d] + (1 - sorted[0]);
        keys[0] = key;
        for (var corner = 1; corner <= d; corner++)
        {
            weights[corner * Width] = sorted[d - corner] - sorted[d - corner + 1];
            key += _steps[axes[d - corner + 1]];
            keys[corner] = key;
        }
    }

    // Neighbouring pixels often share corners of their simplices; equal keys in the same place need no look-up.
    private static void AddGroup(PermutohedralLatticeKeys table, long* keys, int* vertices, int corners)
    {
        for (var lane = 0; lane < Width; lane++)
        {
            for (var corner = 0; corner < corners; corner++)
            {
                var i = corner * Width + lane;
                vertices[i] = lane > 0 && keys[lane * corners + corner] == keys[(lane - 1) * corners + corner]
                    ? vertices[i - 1]
                    : table.Add(keys[lane * corners + corner]);
            }
        }
    }

    // A vertex belongs to the first part that meets it; every later part gets a slot of its own for it, and the slots of a vertex form a
    // chain.
    private void JoinTables()
    {
        var all = _tables[0];
        var total = _tables.Sum(static table => (long)table.Count);
        all.MakeRoom(total);
        var last = _lastSlot.Reserve(total);
        new Span<int>(last, checked((int)total)).Clear();
        var next = _nextSlot.Reserve(total + 1);
        var shared = _lattice.Shared;
        shared.Clear();
        var slots = 0;
        for (var part = 0; part < Parts; part++)
        {
            var table = _tables[part];
            var count = table.Count;
            var entries = _entries[part].Reserve(count + 1L);
            _lattice.FirstVertex[part] = part == 0 ? 1 : all.Count + 1;
            _lattice.FirstSlot[part] = slots;
            for (var i = 0; i < count; i++)
            {
                if (i + PermutohedralLatticeKeys.PrefetchDistance < count)
                    all.Prefetch(table.Keys[i + PermutohedralLatticeKeys.PrefetchDistance]);
                var number = part == 0 ? i : all.Add(table.Keys[i]);
                entries[i] = new Entry { Vertex = number + 1 };
                if (number + 1 >= _lattice.FirstVertex[part])
                    continue;
                entries[i].Slot = ++slots;
                next[slots] = 0;
                if (last[number] == 0)
                    shared.Add((number + 1, slots));
                else
                    next[last[number]] = slots;
                last[number] = slots;
            }
        }
        all.BuildFilter();
        _lattice.Vertices = all.Count;
        _lattice.FirstVertex[Parts] = all.Count + 1;
        _lattice.FirstSlot[Parts] = slots;
        _lattice.NextSlot = next;
    }

    private void Renumber(int part)
    {
        var entries = _entries[part].Pointer;
        var size = (_lattice.Dimensions + 1) * Width;
        var (begin, end) = WorkerTeam.Part(_lattice.Groups, part, Parts);
        for (var i = (nint)begin * size; i < (nint)end * size; i++)
        {
            var entry = entries[_lattice.VertexOf[i]];
            _lattice.VertexOf[i] = entry.Vertex;
            _lattice.SplatTo[i] = entry.Slot == 0 ? entry.Vertex : _lattice.Vertices + entry.Slot;
        }
    }

    // Along one axis every vertex has at most one next and one previous vertex, so vertices form chains; those without a neighbour are left
    // out.
    private void LinkChains(int axis)
    {
        var table = _tables[0];
        var keys = table.Keys;
        var vertices = _lattice.Vertices;
        var step = _steps[axis];
        var next = _next[axis].Reserve(vertices + 1L);
        var hasPrevious = _hasPrevious[axis].Reserve(vertices + 1L);
        new Span<int>(next, vertices + 1).Clear();
        new Span<bool>(hasPrevious, vertices + 1).Clear();
        // Most look-ups of large lattices find nothing. The filter sorts them out without a branch, and the rest is prefetched.
        var candidates = stackalloc int[CandidateBlock + PermutohedralLatticeKeys.PrefetchDistance];
        for (var begin = 0; begin < vertices; begin += CandidateBlock)
        {
            var count = 0;
            var end = Math.Min(vertices, begin + CandidateBlock);
            for (var i = begin; i < end; i++)
            {
                candidates[count] = i;
                count += table.MayContain(keys[i] + step);
            }
            for (var i = 0; i < count; i++)
            {
                if (i + PermutohedralLatticeKeys.PrefetchDistance < count)
                    table.Prefetch(keys[candidates[i + PermutohedralLatticeKeys.PrefetchDistance]] + step);
                var found = table.Find(keys[candidates[i]] + step);
                next[candidates[i] + 1] = found;
                hasPrevious[found] = true;
            }
        }
        // At worst all chains have two vertices and a 0.
        var chain = _chains[axis].Reserve(vertices * 3L / 2 + 2);
        var length = 0;
        for (var first = 1; first <= vertices; first++)
        {
            if (hasPrevious[first] || next[first] == 0)
                continue;
            for (var vertex = first; vertex != 0; vertex = next[vertex])
                chain[length++] = vertex;
            chain[length++] = 0;
        }
        _lattice.Chains[axis] = chain;
        _lattice.ChainLength[axis] = length;
    }

    /// <summary>What a part's own number stands for: the vertex, and the part's slot for it if another part owns the vertex.</summary>
    private struct Entry
    {
        public int Vertex;
        public int Slot;
    }
}
