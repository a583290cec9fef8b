using System.Runtime.Intrinsics;

namespace MLNetWsss.Imaging;

/// <summary>
/// The two Gaussian kernels on permutohedral lattices. The smoothness lattice depends on the size alone and serves again while that stays.
/// </summary>
internal sealed unsafe class DenseCrfLatticePairwise : DenseCrfPairwise
{
    private readonly Kernel _gaussian = new(2);
    private readonly Kernel _bilateral = new(5);
    private readonly List<Kernel> _active = [];
    private readonly PinnedBuffer<float> _features = new();
    private readonly Action<int> _splat;
    private readonly Action<int> _reduce;
    private readonly Action<int> _blur;
    private (int Height, int Width, float Deviation) _gaussianOf;
    private DenseCrfLayout _layout;
    private float* _beliefs;
    private int _axis;
    private int _chunks;

    public DenseCrfLatticePairwise()
    {
        _splat = Splat;
        _reduce = Reduce;
        _blur = Blur;
    }

    public override void Prepare(DenseCrfOptions options, byte* rgb, int height, int width, WorkerTeam team)
    {
        _active.Clear();
        _chunks = team.Chunks;
        var pixels = height * width;
        if (options.GaussianWeight > 0)
        {
            _gaussian.Weight = options.GaussianWeight;
            _active.Add(_gaussian);
            var wanted = (height, width, options.GaussianDeviation);
            if (_gaussianOf != wanted)
            {
                _gaussianOf = default;
                BuildGaussian(height, width, options.GaussianDeviation, team);
                _gaussianOf = wanted;
            }
        }
        if (options.BilateralWeight > 0)
        {
            _bilateral.Weight = options.BilateralWeight;
            _active.Add(_bilateral);
            BuildBilateral(options, rgb, height, width, team);
        }
    }

    public override void Collect(in DenseCrfLayout layout, float* beliefs, WorkerTeam team)
    {
        if (_active.Count == 0)
            return;
        _layout = layout;
        _beliefs = beliefs;
        foreach (var kernel in _active)
            kernel.Reserve(layout);
        team.Run(PermutohedralLattice.Parts, _splat);
        team.Run(_chunks, _reduce);
        for (_axis = 0; _axis <= _active[^1].Lattice.Dimensions; _axis++)
            team.Run(_chunks, _blur);
    }

    public override void Messages(in DenseCrfLayout layout, int block, float* output, int begin, int end)
    {
        if (_active.Count == 0)
            new Span<float>(output, (end - begin) * 8 * layout.Lanes).Clear();
        for (var i = 0; i < _active.Count; i++)
        {
            var kernel = _active[i];
            var values = kernel.Values + block * (nint)kernel.BlockSize;
            if (layout.Lanes == 1)
                kernel.Lattice.SliceScalars(values, output, kernel.Weight, i > 0, begin, end);
            else if (layout.Lanes == 4)
                kernel.Lattice.Slice<QuadLanes, Vector128<float>>(values, output, kernel.Weight, i > 0, begin, end);
            else
                kernel.Lattice.Slice<OctetLanes, Vector256<float>>(values, output, kernel.Weight, i > 0, begin, end);
        }
    }

    private void Splat(int part)
    {
        foreach (var kernel in _active)
        {
            for (var block = 0; block < _layout.Blocks; block++)
            {
                var from = _beliefs + block * (nint)_layout.BlockSize;
                var to = kernel.Values + block * (nint)kernel.BlockSize;
                if (_layout.Lanes == 1)
                    kernel.Lattice.Splat<ScalarLane, float>(part, from, to);
                else if (_layout.Lanes == 4)
                    kernel.Lattice.Splat<QuadLanes, Vector128<float>>(part, from, to);
                else
                    kernel.Lattice.Splat<OctetLanes, Vector256<float>>(part, from, to);
            }
        }
    }

    private void Reduce(int chunk)
    {
        foreach (var kernel in _active)
        {
            for (var block = 0; block < _layout.Blocks; block++)
            {
                var values = kernel.Values + block * (nint)kernel.BlockSize;
                if (_layout.Lanes == 1)
                    kernel.Lattice.Reduce<ScalarLane, float>(values, chunk, _chunks);
                else if (_layout.Lanes == 4)
                    kernel.Lattice.Reduce<QuadLanes, Vector128<float>>(values, chunk, _chunks);
                else
                    kernel.Lattice.Reduce<OctetLanes, Vector256<float>>(values, chunk, _chunks);
            }
        }
    }

    private void Blur(int chunk)
    {
        foreach (var kernel in _active)
        {
            if (_axis > kernel.Lattice.Dimensions)
                continue;
            for (var block = 0; block < _layout.Blocks; block++)
            {
                var values = kernel.Values + block * (nint)kernel.BlockSize;
                if (_layout.Lanes == 1)
                    kernel.Lattice.Blur<ScalarLane, float>(_axis, values, chunk, _chunks);
                else if (_layout.Lanes == 4)
                    kernel.Lattice.Blur<QuadLanes, Vector128<float>>(_axis, values, chunk, _chunks);
                else
                    kernel.Lattice.Blur<OctetLanes, Vector256<float>>(_axis, values, chunk, _chunks);
            }
        }
    }

    // Position divided by its deviation, in float32 as pydensecrf computes it; x comes first, as the lattice is not quite symmetric in its
    // axes.
    private void BuildGaussian(int height, int width, float deviation, WorkerTeam team)
    {
        var plane = PlaneOf(height * width);
        var features = _features.Reserve(2 * plane);
        WritePositions(features, plane, height, width, deviation, team);
        _gaussian.Lattice.Build(features, [(width - 1) / deviation, (height - 1) / deviation], height * width, team);
    }

    private void BuildBilateral(DenseCrfOptions options, byte* rgb, int height, int width, WorkerTeam team)
    {
        var plane = PlaneOf(height * width);
        var features = _features.Reserve(5 * plane);
        var deviation = options.BilateralDeviation;
        WritePositions(features, plane, height, width, deviation, team);
        var levels = new float[256];
        for (var level = 0; level < 256; level++)
            levels[level] = level / options.ColorDeviation;
        team.Run(team.Chunks, chunk =>
        {
            var (begin, end) = WorkerTeam.Part(height * width, chunk, team.Chunks);
            for (var i = begin; i < end; i++)
            {
                features[2 * plane + i] = levels[rgb[i * 3L]];
                features[3 * plane + i] = levels[rgb[i * 3L + 1]];
                features[4 * plane + i] = levels[rgb[i * 3L + 2]];
            }
        });
        for (var i = 0; i < 3; i++)
            new Span<float>(features + (2 + i) * plane + height * width, (int)plane - height * width).Clear();
        var color = levels[255];
        _bilateral.Lattice.Build(features, [(width - 1) / deviation, (height - 1) / deviation, color, color, color], height * width, team);
    }

    private static nint PlaneOf(int pixels) => (pixels + 7) / 8 * 8;

    private static void WritePositions(float* features, nint plane, int height, int width, float deviation, WorkerTeam team)
    {
        team.Run(team.Chunks, chunk =>
        {
            var (begin, end) = WorkerTeam.Part(height, chunk, team.Chunks);
            for (var y = begin; y < end; y++)
            {
                var row = features + (nint)y * width;
                for (var x = 0; x < width; x++)
                    row[x] = x / deviation;
                new Span<float>(row + plane, width).Fill(y / deviation);
            }
        });
        for (var i = height * width; i < plane; i++)
            features[i] = features[plane + i] = 0;
    }

    /// <summary>A lattice, its weight, and the values of its vertices.</summary>
    private sealed class Kernel(int dimensions)
    {
        private readonly PinnedBuffer<float> _values = new();

        public PermutohedralLattice Lattice { get; } = new() { Dimensions = dimensions };

        public float Weight { get; set; }

        public float* Values { get; private set; }

        public long BlockSize { get; private set; }

        public void Reserve(in DenseCrfLayout layout)
        {
            BlockSize = Lattice.Slots * layout.Lanes;
            Values = _values.Reserve(BlockSize * layout.Blocks);
            // Vertex 0 stands for vertices that do not exist.
            for (var block = 0; block < layout.Blocks; block++)
                new Span<float>(Values + block * BlockSize, layout.Lanes).Clear();
        }
    }
}
