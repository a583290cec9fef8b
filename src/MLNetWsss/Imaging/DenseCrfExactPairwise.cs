using System.Runtime.Intrinsics;

namespace MLNetWsss.Imaging;

/// <summary>
/// Both kernels as one N x N matrix of weight x z K z, the sums taken over every pair. K includes the pixel itself, as the lattice does.
/// </summary>
internal sealed unsafe class DenseCrfExactPairwise : DenseCrfPairwise
{
    private readonly PinnedBuffer<float> _matrix = new();
    private readonly PinnedBuffer<float> _kernel = new();
    private readonly PinnedBuffer<float> _copy = new();
    private float* _beliefs;
    private int _pixels;

    public override void Prepare(DenseCrfOptions options, byte* rgb, int height, int width, WorkerTeam team)
    {
        _pixels = height * width;
        var matrix = _matrix.Reserve((long)_pixels * _pixels);
        new Span<float>(matrix, _pixels * _pixels).Clear();
        var pixels = _pixels;
        if (options.GaussianWeight > 0)
            Add(options.GaussianWeight, (i, j) => Distance(i, j, width) / Square(options.GaussianDeviation), team);
        if (options.BilateralWeight > 0)
        {
            Add(options.BilateralWeight, (i, j) =>
            {
                var r = rgb[i * 3] - rgb[j * 3];
                var g = rgb[i * 3 + 1] - rgb[j * 3 + 1];
                var b = rgb[i * 3 + 2] - rgb[j * 3 + 2];
                return Distance(i, j, width) / Square(options.BilateralDeviation)
                    + (r * r + g * g + b * b) / Square(options.ColorDeviation);
            }, team);
        }
    }

    // A copy, because the update overwrites beliefs while messages are still being asked for.
    public override void Collect(in DenseCrfLayout layout, float* beliefs, WorkerTeam team)
    {
        _beliefs = _copy.Reserve(layout.Size);
        Buffer.MemoryCopy(beliefs, _beliefs, layout.Size * sizeof(float), layout.Size * sizeof(float));
    }

    public override void Messages(in DenseCrfLayout layout, int block, float* output, int begin, int end)
    {
        var beliefs = _beliefs + block * (nint)layout.BlockSize;
        if (layout.Lanes == 1)
            Sum<ScalarLane, float>(beliefs, output, begin, end);
        else if (layout.Lanes == 4)
            Sum<QuadLanes, Vector128<float>>(beliefs, output, begin, end);
        else
            Sum<OctetLanes, Vector256<float>>(beliefs, output, begin, end);
    }

    private static double Square(double value) => value * value;

    private static double Distance(int i, int j, int width)
    {
        var y = i / width - j / width;
        var x = i % width - j % width;
        return x * x + y * y;
    }

    private void Sum<TLanes, TVector>(float* beliefs, float* output, int begin, int end)
        where TLanes : ILanes<TVector>
    {
        new Span<float>(output, (end - begin) * 8 * TLanes.Count).Clear();
        for (var i = begin * 8; i < Math.Min(end * 8, _pixels); i++)
        {
            var row = _matrix.Pointer + (nint)i * _pixels;
            var sum = TLanes.Zero;
            for (var j = 0; j < _pixels; j++)
                sum = TLanes.MultiplyAdd(row[j], TLanes.Load(beliefs + j * TLanes.Count), sum);
            TLanes.Store(sum, output + (i - begin * 8) * TLanes.Count);
        }
    }

    private void Add(float weight, Func<int, int, double> squaredDistance, WorkerTeam team)
    {
        var pixels = _pixels;
        var matrix = _matrix.Pointer;
        var kernel = _kernel.Reserve((long)pixels * pixels);
        var z = new double[pixels];
        team.Run(team.Chunks, chunk =>
        {
            var (begin, end) = WorkerTeam.Part(pixels, chunk, team.Chunks);
            for (var i = begin; i < end; i++)
            {
                var sum = 0.0;
                for (var j = 0; j < pixels; j++)
                {
                    var value = Math.Exp(-0.5 * squaredDistance(i, j));
                    kernel[(nint)i * pixels + j] = (float)value;
                    sum += value;
                }
                z[i] = 1 / Math.Sqrt(sum + 1e-20);
            }
        });
        for (var i = 0; i < pixels; i++)
        {
            for (var j = 0; j < pixels; j++)
                matrix[(nint)i * pixels + j] += (float)(weight * z[i] * kernel[(nint)i * pixels + j] * z[j]);
        }
    }
}
