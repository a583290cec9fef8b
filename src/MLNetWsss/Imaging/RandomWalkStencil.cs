using System.Runtime.Intrinsics;

namespace MLNetWsss.Imaging;

/// <summary>
/// The transition matrix of a random walk as offset planes: neighbours are read by shifting whole rows, eight pixels at a time, without an
/// index. Rows lie between margins of zeros, so that no step has to look for the border.
/// </summary>
internal sealed unsafe class RandomWalkStencil
{
    // How often a walk that may end early looks at the change of the scores.
    private const int CheckEvery = 8;

    private readonly PinnedBuffer<float> _planeBuffer = new();
    private readonly PinnedBuffer<float> _inverseBuffer = new();
    private readonly PinnedBuffer<float> _fromBuffer = new();
    private readonly PinnedBuffer<float> _toBuffer = new();
    private readonly Action<int> _raise;
    private readonly Action<int> _invert;
    private readonly Action<int> _step;
    private readonly Action<int> _compare;
    private RandomWalkAffinity? _affinity;
    private nint[] _shifts = [];
    private float[] _change = [];
    private float* _planes;
    private float* _inverse;
    private float* _from;
    private float* _to;
    private nint _planeSize;
    private float _beta;
    private int _margin;
    private int _pitch;
    private int _classes;
    private int _chunks;

    public RandomWalkStencil()
    {
        _raise = Raise;
        _invert = Invert;
        _step = Step;
        _compare = Compare;
    }

    /// <summary>Memory of a walk.</summary>
    public static long BytesFor(RandomWalkAffinity affinity, int classes) =>
        sizeof(float) * PlaneSize(affinity) * (affinity.Neighborhood.Offsets.Length + 2L * classes + 1);

    /// <summary>Raises the affinities to the power beta and sums up the columns.</summary>
    public void Prepare(RandomWalkAffinity affinity, float beta, int classes, WorkerTeam team)
    {
        _affinity = affinity;
        _beta = beta;
        _classes = classes;
        _chunks = team.Chunks;
        _margin = Margin(affinity);
        _pitch = Pitch(affinity);
        _planeSize = (nint)PlaneSize(affinity);
        var offsets = affinity.Neighborhood.Offsets;
        _planes = _planeBuffer.Reserve(_planeSize * offsets.Length);
        _inverse = _inverseBuffer.Reserve(_planeSize);
        _from = _fromBuffer.Reserve(_planeSize * classes);
        _to = _toBuffer.Reserve(_planeSize * classes);
        _shifts = new nint[offsets.Length];
        for (var k = 0; k < offsets.Length; k++)
            _shifts[k] = offsets[k].Y * _pitch + offsets[k].X;
        _change = new float[_chunks];
        team.Run(offsets.Length, _raise);
        Clear(_inverse, _planeSize);
        team.Run(_chunks, _invert);
    }

    /// <summary>
    /// Applies the transition matrix <paramref name="steps"/> times, or until nothing changes by more than the tolerance.
    /// </summary>
    public int Walk(ReadOnlySpan<float> scores, int steps, float tolerance, Span<float> walked, WorkerTeam team)
    {
        var (height, width) = (_affinity!.Height, _affinity.Width);
        Clear(_from, _planeSize * _classes);
        Clear(_to, _planeSize * _classes);
        for (var row = 0; row < _classes * height; row++)
            scores.Slice(row * width, width).CopyTo(new Span<float>(_from + RowOf(row), width));
        var largest = tolerance * LargestScore(scores);
        var made = 0;
        while (made < steps)
        {
            team.Run(_chunks, _step);
            made++;
            var swap = _from;
            _from = _to;
            _to = swap;
            if (tolerance > 0 && made % CheckEvery == 0 && LargestChange(team) <= largest)
                break;
        }
        for (var row = 0; row < _classes * height; row++)
            new ReadOnlySpan<float>(_from + RowOf(row), width).CopyTo(walked.Slice(row * width, width));
        return made;
    }

    private static int Margin(RandomWalkAffinity affinity) => (affinity.Neighborhood.Radius + 7) / 8 * 8;

    // The right margin of a row is the left margin of the next one.
    private static int Pitch(RandomWalkAffinity affinity) => (affinity.Width + 7) / 8 * 8 + Margin(affinity);

    private static long PlaneSize(RandomWalkAffinity affinity) =>
        (affinity.Height + 2L * affinity.Neighborhood.Radius) * Pitch(affinity);

    private static void Clear(float* from, nint count)
    {
        for (; count > 0; count -= 1 << 20, from += 1 << 20)
            new Span<float>(from, (int)Math.Min(count, 1 << 20)).Clear();
    }

    private nint RowOf(int row) =>
        row / _affinity!.Height * _planeSize + (nint)(row % _affinity.Height + _affinity.Neighborhood.Radius) * _pitch + _margin;

    // Places whose partner lies outside stay 0, and so does everything in the margins.
    private void Raise(int offset)
    {
        var affinity = _affinity!;
        var plane = _planes + offset * _planeSize;
        Clear(plane, _planeSize);
        for (var y = 0; y < affinity.Height; y++)
        {
            var (begin, end) = affinity.Neighborhood.Sources(y, affinity.Neighborhood.Offsets[offset], affinity.Height, affinity.Width);
            var from = affinity.Plane(offset)[(y * affinity.Width + begin)..(y * affinity.Width + end)];
            Raise(from, new Span<float>(plane + RowOf(y) + begin, end - begin), _beta);
        }
    }

    // Whole powers, which both references use, by squaring; the same order of products for vectors and for the rest.
    private static void Raise(ReadOnlySpan<float> from, Span<float> to, float beta)
    {
        if (beta != (int)beta || beta > 64)
        {
            for (var i = 0; i < to.Length; i++)
                to[i] = MathF.Pow(from[i], beta);
            return;
        }
        to.Fill(1);
        Span<float> power = stackalloc float[256];
        for (var begin = 0; begin < to.Length; begin += power.Length)
        {
            var part = to[begin..Math.Min(to.Length, begin + power.Length)];
            from.Slice(begin, part.Length).CopyTo(power);
            for (var exponent = (int)beta; exponent > 0; exponent >>= 1)
            {
                for (var i = 0; i < part.Length; i++)
                {
                    if ((exponent & 1) != 0)
                        part[i] *= power[i];
                    power[i] *= power[i];
                }
            }
        }
    }

    private void Invert(int chunk)
    {
        var (begin, end) = WorkerTeam.Part(_affinity!.Height, chunk, _chunks);
        for (var y = begin; y < end; y++)
        {
            for (var x = 0; x < _affinity.Width; x++)
            {
                var at = RowOf(y) + x;
                var sum = 1f;
                for (var k = 0; k < _shifts.Length; k++)
                    sum += _planes[k * _planeSize + at] + _planes[k * _planeSize + at - _shifts[k]];
                _inverse[at] = 1 / sum;
            }
        }
    }

    private void Step(int chunk)
    {
        var (begin, end) = WorkerTeam.Part(_affinity!.Height, chunk, _chunks);
        fixed (nint* shifts = _shifts)
        {
            for (var y = begin; y < end; y++)
            {
                var first = RowOf(y);
                var last = first + _affinity.Width;
                var k = 0;
                for (; k + 1 < _classes; k += 2)
                    StepTwo(shifts, k * _planeSize, first, last);
                if (k < _classes)
                    StepOne(shifts, k * _planeSize, first, last);
            }
        }
    }

    // Behind the last column the planes and the inverse are 0, hence the new scores as well.
    private void StepTwo(nint* shifts, nint map, nint first, nint last)
    {
        var (offsets, planeSize) = (_shifts.Length, _planeSize);
        for (var at = first; at < last; at += 8)
        {
            var here = _from + map + at;
            var there = here + planeSize;
            var ahead1 = Vector256.Load(here);
            var ahead2 = Vector256.Load(there);
            var behind1 = Vector256<float>.Zero;
            var behind2 = Vector256<float>.Zero;
            var plane = _planes + at;
            for (var k = 0; k < offsets; k++, plane += planeSize)
            {
                var shift = shifts[k];
                var forward = Vector256.Load(plane);
                var backward = Vector256.Load(plane - shift);
                ahead1 = Vector256.MultiplyAddEstimate(forward, Vector256.Load(here + shift), ahead1);
                ahead2 = Vector256.MultiplyAddEstimate(forward, Vector256.Load(there + shift), ahead2);
                behind1 = Vector256.MultiplyAddEstimate(backward, Vector256.Load(here - shift), behind1);
                behind2 = Vector256.MultiplyAddEstimate(backward, Vector256.Load(there - shift), behind2);
            }
            var inverse = Vector256.Load(_inverse + at);
            ((ahead1 + behind1) * inverse).Store(_to + map + at);
            ((ahead2 + behind2) * inverse).Store(_to + map + planeSize + at);
        }
    }

    private void StepOne(nint* shifts, nint map, nint first, nint last)
    {
        var (offsets, planeSize) = (_shifts.Length, _planeSize);
        for (var at = first; at < last; at += 8)
        {
            var here = _from + map + at;
            var ahead = Vector256.Load(here);
            var behind = Vector256<float>.Zero;
            var plane = _planes + at;
            for (var k = 0; k < offsets; k++, plane += planeSize)
            {
                var shift = shifts[k];
                ahead = Vector256.MultiplyAddEstimate(Vector256.Load(plane), Vector256.Load(here + shift), ahead);
                behind = Vector256.MultiplyAddEstimate(Vector256.Load(plane - shift), Vector256.Load(here - shift), behind);
            }
            ((ahead + behind) * Vector256.Load(_inverse + at)).Store(_to + map + at);
        }
    }

    private float LargestChange(WorkerTeam team)
    {
        team.Run(_chunks, _compare);
        return _change.Max();
    }

    private void Compare(int chunk)
    {
        var (begin, end) = WorkerTeam.Part(_classes * _affinity!.Height, chunk, _chunks);
        var largest = 0f;
        for (var row = begin; row < end; row++)
        {
            var at = RowOf(row);
            for (var x = 0; x < _affinity.Width; x++)
                largest = Math.Max(largest, Math.Abs(_from[at + x] - _to[at + x]));
        }
        _change[chunk] = largest;
    }

    private static float LargestScore(ReadOnlySpan<float> scores)
    {
        var largest = 0f;
        foreach (var score in scores)
            largest = Math.Max(largest, Math.Abs(score));
        return largest;
    }
}
