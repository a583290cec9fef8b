using System.Runtime.Intrinsics;

namespace MLNetWsss.Imaging;

/// <summary>Builds a <see cref="PermutohedralLattice"/>; keeps its memory for the next image.</summary>
/// <remarks>
/// Each chunk of points numbers its vertices in a table of its own; the tables are then joined. Vertex numbers depend on the number of chunks, results do not:
/// lists of points are ordered by point, and neighbours by key.
/// </remarks>
internal sealed unsafe class PermutohedralLatticeBuilder
{
    private const int Width = PermutohedralLatticeSimplex.Width;

    // Rounding, the simplex and a blur step each move a coordinate by at most d+1.
    private const int KeyMargin = 4;

    private readonly PermutohedralLattice _lattice;
    private readonly PinnedBuffer<int> _vertexOf = new();
    private readonly PinnedBuffer<float> _weightOf = new();
    private readonly PinnedBuffer<float> _normalization = new();
    private readonly PinnedBuffer<int> _rowStart = new();
    private readonly PinnedBuffer<int> _rowPoint = new();
    private readonly PinnedBuffer<float> _rowWeight = new();
    private readonly PinnedBuffer<int> _neighbor = new();
    private readonly PinnedBuffer<float> _fromValues = new();
    private readonly PinnedBuffer<float> _toValues = new();
    private readonly List<PermutohedralLatticeKeys> _tables = [];
    private readonly List<PinnedBuffer<Entry>> _entries = [];
    private readonly long[] _steps = new long[PermutohedralLatticeSimplex.MaxDimensions + 1];
    private readonly long[] _strides = new long[PermutohedralLatticeSimplex.MaxDimensions];
    private float* _features;
    private long _origin;
    private float* _from;
    private float* _to;
    private int _axis;
    private int _chunks;
    private int _tableCount;
    private int _firstCount;

    public PermutohedralLatticeBuilder(PermutohedralLattice lattice) => _lattice = lattice;

    public void Build(float* features, ReadOnlySpan<float> maxima, int points, WorkerTeam team)
    {
        _lattice.Dimensions = maxima.Length;
        _lattice.Points = points;
        _features = features;
        NumberKeys(maxima);
        var corners = (long)(maxima.Length + 1) * _lattice.Groups * Width;
        _lattice.VertexOf = _vertexOf.Reserve(corners);
        _lattice.WeightOf = _weightOf.Reserve(corners);
        _tableCount = team.Threads;
        while (_tables.Count < _tableCount)
        {
            _tables.Add(new PermutohedralLatticeKeys());
            _entries.Add(new PinnedBuffer<Entry>());
        }
        team.Run(_tableCount, Locate);
        JoinTables();
        ReserveVertices();
        team.Run(_tableCount, ListPoints);
        _chunks = team.Chunks;
        team.Run(_chunks, ClearNeighbors);
        team.Run(_chunks, FindNeighbors);
        Normalize(team);
    }

    // Mixed-radix keys: a step along an axis of the lattice is then the addition of a constant.
    private void NumberKeys(ReadOnlySpan<float> maxima)
    {
        var d = maxima.Length;
        double remaining = long.MaxValue;
        var stride = 1L;
        _origin = 0;
        for (var i = 0; i < d; i++)
        {
            var scaled = PermutohedralLatticeSimplex.Scale(d, i) * (double)maxima[i];
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
                    "The standard deviations are too small for the image: its pixels span more lattice cells than 2^63. Raise the position or colour deviations.");
            _strides[i] = stride;
            _origin -= (long)first * stride;
            stride *= (long)size;
        }
        var sum = _strides.AsSpan(0, d).ToArray().Sum();
        for (var axis = 0; axis <= d; axis++)
            _steps[axis] = axis < d ? sum - (d + 1) * _strides[axis] : sum;
    }

    private void Locate(int chunk)
    {
        var table = _tables[chunk];
        table.Clear();
        var d = _lattice.Dimensions;
        var scratch = stackalloc Vector256<float>[6 * (PermutohedralLatticeSimplex.MaxDimensions + 1)];
        var simplex = new PermutohedralLatticeSimplex(d, scratch);
        var found = stackalloc int[PermutohedralLatticeSimplex.MaxDimensions + 1];
        var axes = stackalloc int[PermutohedralLatticeSimplex.MaxDimensions + 1];
        var sorted = stackalloc float[PermutohedralLatticeSimplex.MaxDimensions + 2];
        var (begin, end) = WorkerTeam.Part(_lattice.Groups, chunk, _tableCount);
        var previousKey = long.MinValue;
        var previousOrder = -1L;
        for (var group = begin; group < end; group++)
        {
            simplex.Locate(_features + (nint)group * Width, (nint)_lattice.Groups * Width);
            var vertices = _lattice.VertexOf + (nint)group * (d + 1) * Width;
            var weights = _lattice.WeightOf + (nint)group * (d + 1) * Width;
            var lanes = Math.Min(Width, _lattice.Points - group * Width);
            for (var lane = 0; lane < lanes; lane++)
            {
                var key = _origin;
                var order = 0L;
                for (var i = 0; i <= d; i++)
                {
                    var rank = simplex.Rank[i * Width + lane];
                    axes[rank] = i;
                    sorted[rank] = simplex.Offset[i * Width + lane];
                    order |= (long)i << (4 * rank);
                    if (i < d)
                        key += (long)simplex.Corner[i * Width + lane] * _strides[i];
                }
                weights[lane] = sorted[d] + (1 - sorted[0]);
                for (var corner = 1; corner <= d; corner++)
                    weights[corner * Width + lane] = sorted[d - corner] - sorted[d - corner + 1];
                // Neighbouring pixels often share their simplex, and with it all d+1 look-ups.
                if (key == previousKey && order == previousOrder)
                    CountAgain(table, found, d);
                else
                    FindCorners(table, found, axes, key, d);
                previousKey = key;
                previousOrder = order;
                for (var corner = 0; corner <= d; corner++)
                    vertices[corner * Width + lane] = found[corner];
            }
            if (lanes < Width)
                Pad(vertices, weights, lanes, d);
        }
    }

    private static void CountAgain(PermutohedralLatticeKeys table, int* found, int d)
    {
        for (var corner = 0; corner <= d; corner++)
            table.Hits[found[corner]]++;
    }

    // Corner k+1 lies one lattice step from corner k, along the axis whose offset is the (d-k)-th in order (Adams et al. 2010, section 3.2).
    private void FindCorners(PermutohedralLatticeKeys table, int* found, int* axes, long key, int d)
    {
        for (var corner = 0; corner <= d; corner++)
        {
            found[corner] = table.Add(key);
            key += _steps[axes[d - corner]];
        }
    }

    private static void Pad(int* vertices, float* weights, int lanes, int d)
    {
        for (var corner = 0; corner <= d; corner++)
        {
            for (var lane = lanes; lane < Width; lane++)
            {
                vertices[corner * Width + lane] = -1;
                weights[corner * Width + lane] = 0;
            }
        }
    }

    // Numbers of all tables in the first one; an entry's Next counts the visits of the chunks before.
    private void JoinTables()
    {
        var all = _tables[0];
        for (var chunk = 0; chunk < _tableCount; chunk++)
        {
            var table = _tables[chunk];
            var entries = _entries[chunk].Reserve(table.Count + 1L);
            if (chunk == 0)
                _firstCount = table.Count;
            for (var i = 0; i < table.Count; i++)
            {
                if (chunk == 0)
                {
                    entries[i] = new Entry { Number = i, Next = 0 };
                    continue;
                }
                // Add counts one visit of its own, which the table's count replaces.
                var number = all.Add(table.Keys[i]);
                entries[i] = new Entry { Number = number, Next = all.Hits[number] - 1 };
                all.Hits[number] += table.Hits[i] - 1;
            }
        }
        _lattice.Vertices = all.Count;
    }

    private void ReserveVertices()
    {
        var all = _tables[0];
        var corners = _lattice.Dimensions + 1;
        var entries = (long)corners * _lattice.Points;
        var start = _lattice.RowStart = _rowStart.Reserve(all.Count + 1L);
        _lattice.RowPoint = _rowPoint.Reserve(entries);
        _lattice.RowWeight = _rowWeight.Reserve(entries);
        _lattice.Normalization = _normalization.Reserve((long)_lattice.Groups * Width);
        _lattice.Neighbor = _neighbor.Reserve(2L * corners * (all.Count + 1));
        _from = _fromValues.Reserve(all.Count + 1L);
        _to = _toValues.Reserve(all.Count + 1L);
        start[0] = 0;
        for (var i = 0; i < all.Count; i++)
            start[i + 1] = start[i] + all.Hits[i];
    }

    // A counting sort: every chunk knows where its first point of each vertex goes, so chunks fill the lists without meeting.
    private void ListPoints(int chunk)
    {
        var entries = _entries[chunk].Pointer;
        var count = chunk == 0 ? _firstCount : _tables[chunk].Count;
        for (var i = 0; i < count; i++)
            entries[i].Next += _lattice.RowStart[entries[i].Number];
        var corners = _lattice.Dimensions + 1;
        var (begin, end) = WorkerTeam.Part(_lattice.Groups, chunk, _tableCount);
        for (var group = begin; group < end; group++)
        {
            var vertices = _lattice.VertexOf + (nint)group * corners * Width;
            var weights = _lattice.WeightOf + (nint)group * corners * Width;
            for (var i = 0; i < corners * Width; i++)
            {
                if (vertices[i] < 0)
                {
                    vertices[i] = 0;
                    continue;
                }
                ref var entry = ref entries[vertices[i]];
                vertices[i] = entry.Number + 1;
                _lattice.RowPoint[entry.Next] = group * Width + i % Width;
                _lattice.RowWeight[entry.Next++] = weights[i];
            }
        }
    }

    private void ClearNeighbors(int chunk)
    {
        var (begin, end) = WorkerTeam.Part(2 * (_lattice.Dimensions + 1), chunk, _chunks);
        var stride = _lattice.Vertices + 1;
        for (var plane = begin; plane < end; plane++)
            new Span<int>(_lattice.Neighbor + (nint)plane * stride, stride).Clear();
    }

    // Whoever finds its next vertex is that vertex's previous one: half the look-ups, and each place is written once.
    private void FindNeighbors(int chunk)
    {
        var table = _tables[0];
        var keys = table.Keys;
        var stride = _lattice.Vertices + 1;
        var (begin, end) = WorkerTeam.Part(_lattice.Vertices, chunk, _chunks);
        for (var axis = 0; axis <= _lattice.Dimensions; axis++)
        {
            var next = _lattice.Neighbor + (nint)axis * 2 * stride;
            var previous = next + stride;
            for (var i = begin; i < end; i++)
            {
                var neighbor = table.Find(keys[i] + _steps[axis]);
                next[i + 1] = neighbor;
                if (neighbor > 0)
                    previous[neighbor] = i + 1;
            }
        }
    }

    // z = 1/sqrt(K 1 + 1e-20) (Kraehenbuehl and Koltun 2011, symmetric normalisation), and z goes into the weights of the splat.
    private void Normalize(WorkerTeam team)
    {
        _from[0] = _to[0] = 0;
        team.Run(_chunks, SumWeights);
        for (_axis = 0; _axis <= _lattice.Dimensions; _axis++)
        {
            team.Run(_chunks, BlurWeights);
            var swap = _from;
            _from = _to;
            _to = swap;
        }
        team.Run(_chunks, InvertRoots);
        team.Run(_chunks, ScaleWeights);
    }

    private void SumWeights(int chunk)
    {
        var end = _lattice.ChunkBegin(chunk + 1, _chunks);
        for (var vertex = _lattice.ChunkBegin(chunk, _chunks); vertex < end; vertex++)
        {
            var sum = 0f;
            for (var i = _lattice.RowStart[vertex - 1]; i < _lattice.RowStart[vertex]; i++)
                sum += _lattice.RowWeight[i];
            _from[vertex] = sum;
        }
    }

    private void BlurWeights(int chunk)
    {
        var (begin, end) = WorkerTeam.Part(_lattice.Vertices, chunk, _chunks);
        _lattice.Blur<ScalarLane, float>(_axis, _from, _to, begin + 1, end + 1);
    }

    private void InvertRoots(int chunk)
    {
        var (begin, end) = WorkerTeam.Part(_lattice.Groups, chunk, _chunks);
        var output = _lattice.Normalization + (nint)begin * Width;
        new Span<float>(output, (end - begin) * Width).Fill(1);
        _lattice.SliceScalars(_from, output, 1, add: false, begin, end);
        for (var i = 0; i < (end - begin) * Width; i++)
            output[i] = 1 / MathF.Sqrt(output[i] + 1e-20f);
    }

    private void ScaleWeights(int chunk)
    {
        var end = _lattice.RowStart[_lattice.ChunkBegin(chunk + 1, _chunks) - 1];
        for (var i = _lattice.RowStart[_lattice.ChunkBegin(chunk, _chunks) - 1]; i < end; i++)
            _lattice.RowWeight[i] *= _lattice.Normalization[_lattice.RowPoint[i]];
    }

    /// <summary>A chunk's own vertex: its number among all vertices, and where its next point goes.</summary>
    private struct Entry
    {
        public int Number;
        public int Next;
    }
}
