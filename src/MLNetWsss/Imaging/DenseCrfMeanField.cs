using System.Runtime.Intrinsics;

namespace MLNetWsss.Imaging;

/// <summary>
/// Mean-field inference: Q = softmax(-U), then as often as wished Q = softmax(-U - compatibility x messages(Q)), all pixels at once
/// (Kraehenbuehl and Koltun 2011, algorithm 1). One instance serves one image after the other and keeps its memory.
/// </summary>
internal sealed unsafe class DenseCrfMeanField
{
    // Messages of one stretch of pixels stay in the first-level cache: 16 KB.
    private const int ScratchValues = 4096;

    private readonly DenseCrfLatticePairwise _lattice = new();
    private readonly PinnedBuffer<float> _logits = new();
    private readonly PinnedBuffer<float> _beliefs = new();
    private readonly PinnedBuffer<float> _ones = new();
    private readonly Action<int> _writeLogits;
    private readonly Action<int> _update;
    private readonly Action<int> _subtractConstant;
    private DenseCrfPairwise _pairwise;
    private DenseCrfUnary? _unary;
    private DenseCrfLayout _layout;
    private float[]? _costs;
    private float _gain;
    private float _constantCost;
    private bool _connected;
    private bool _keepLogits;
    private int _chunks;

    public DenseCrfMeanField()
    {
        _pairwise = _lattice;
        _writeLogits = WriteLogits;
        _update = Update;
        _subtractConstant = SubtractConstant;
    }

    /// <summary>How the beliefs lie in memory.</summary>
    public DenseCrfLayout Layout => _layout;

    /// <summary>After <see cref="Infer"/>: the probabilities, or the log-odds of label 1 if there are two labels.</summary>
    public float* Beliefs => _beliefs.Pointer;

    private int StretchGroups => Math.Max(1, ScratchValues / (8 * _layout.Lanes * _layout.Blocks));

    public void Infer(DenseCrfOptions options, DenseCrfUnary unary, int labels, byte* rgb, int height, int width, WorkerTeam team)
    {
        _layout = new DenseCrfLayout(labels, height * width);
        _unary = unary;
        _chunks = team.Chunks;
        _logits.Reserve(_layout.Size);
        _beliefs.Reserve(_layout.Size);
        _pairwise = options.Filter == DenseCrfFilter.Exact ? new DenseCrfExactPairwise() : _lattice;
        if (options.Iterations > 0)
            _pairwise.Prepare(options, rgb, height, width, team);
        team.Run(_chunks, _writeLogits);
        ReadCosts(options, labels);
        _connected = false;
        _keepLogits = labels == 2 && options.Iterations == 0;
        team.Run(_chunks, _update);
        if (labels == 2 && options.Iterations > 0)
            PrepareTwoLabels(team);
        for (var iteration = 1; iteration <= options.Iterations; iteration++)
        {
            _connected = true;
            _keepLogits = labels == 2 && iteration == options.Iterations;
            _pairwise.Collect(_layout, _beliefs.Pointer, team);
            team.Run(_chunks, _update);
        }
    }

    private void ReadCosts(DenseCrfOptions options, int labels)
    {
        _costs = null;
        (_constantCost, _gain) = (1, 2);
        if (options.Compatibility is not { } given)
            return;
        var stride = _layout.Lanes * _layout.Blocks;
        float Cost(int k, int l) => (given[k * labels + l] + given[l * labels + k]) / 2;
        if (labels == 2)
        {
            // Log-odds of label 1: U0 - U1 - (c10 - c00) F0 - (c11 - c01) F1 with F0 = Z - F1.
            _constantCost = Cost(1, 0) - Cost(0, 0);
            _gain = _constantCost - (Cost(1, 1) - Cost(0, 1));
            return;
        }
        _costs = new float[labels * stride];
        for (var from = 0; from < labels; from++)
        {
            for (var to = 0; to < labels; to++)
                _costs[from * stride + to] = Cost(to, from);
        }
    }

    // Two labels share Z = messages of Q = 1; it is the same in every iteration and goes into the unaries.
    private void PrepareTwoLabels(WorkerTeam team)
    {
        var ones = _ones.Reserve(_layout.Size);
        new Span<float>(ones, (int)_layout.Size).Fill(1);
        _pairwise.Collect(_layout, ones, team);
        team.Run(_chunks, _subtractConstant);
    }

    private void SubtractConstant(int chunk)
    {
        var scratch = stackalloc float[ScratchValues];
        var (begin, end) = WorkerTeam.Part(_layout.Groups, chunk, _chunks);
        for (var group = begin; group < end; group += StretchGroups)
        {
            var groups = Math.Min(StretchGroups, end - group);
            _pairwise.Messages(_layout, 0, scratch, group, group + groups);
            var logits = _logits.Pointer + group * 8;
            for (var i = 0; i < groups * 8; i++)
                logits[i] -= _constantCost * scratch[i];
        }
    }

    private void Update(int chunk)
    {
        var scratch = stackalloc float[ScratchValues];
        var (begin, end) = WorkerTeam.Part(_layout.Groups, chunk, _chunks);
        for (var group = begin; group < end; group += StretchGroups)
        {
            var groups = Math.Min(StretchGroups, end - group);
            var size = groups * 8 * _layout.Lanes;
            for (var block = 0; block < _layout.Blocks; block++)
            {
                if (_connected)
                    _pairwise.Messages(_layout, block, scratch + block * size, group, group + groups);
                else
                    new Span<float>(scratch + block * size, size).Clear();
            }
            var at = (nint)group * 8 * _layout.Lanes;
            if (_layout.Labels == 2)
            {
                UpdateTwoLabels(_logits.Pointer + at, scratch, _beliefs.Pointer + at, groups);
                continue;
            }
            if (_costs is not null)
                ApplyCosts(scratch, groups);
            DenseCrfSoftmax.Apply(_layout, _logits.Pointer + at, scratch, _beliefs.Pointer + at, groups);
        }
    }

    private void UpdateTwoLabels(float* logits, float* messages, float* beliefs, int groups)
    {
        var gain = Vector256.Create(_gain);
        for (var i = 0; i < groups * 8; i += 8)
        {
            var odds = Vector256.MultiplyAddEstimate(gain, Vector256.Load(messages + i), Vector256.Load(logits + i));
            (_keepLogits ? odds : DenseCrfSoftmax.Sigmoid(odds)).Store(beliefs + i);
        }
    }

    // messages -> -compatibility x messages, pixel by pixel; Potts needs none of this, as a constant per pixel does not change a softmax.
    private void ApplyCosts(float* messages, int groups)
    {
        var (labels, lanes, blocks) = (_layout.Labels, _layout.Lanes, _layout.Blocks);
        var old = stackalloc float[256];
        fixed (float* costs = _costs)
        {
            for (var pixel = 0; pixel < groups * 8; pixel++)
            {
                for (var label = 0; label < labels; label++)
                    old[label] = messages[label / lanes * groups * 8 * lanes + pixel * lanes + label % lanes];
                for (var four = 0; four < blocks * lanes; four += 4)
                {
                    var sum = Vector128<float>.Zero;
                    for (var label = 0; label < labels; label++)
                        sum -= Vector128.Load(costs + label * blocks * lanes + four) * old[label];
                    sum.Store(messages + four / lanes * groups * 8 * lanes + pixel * lanes + four % lanes);
                }
            }
        }
    }

    private void WriteLogits(int chunk)
    {
        var labels = _layout.Labels;
        var eights = stackalloc float[256 * 8];
        var (begin, end) = WorkerTeam.Part(_layout.Groups, chunk, _chunks);
        for (var group = begin; group < end; group++)
        {
            var count = Math.Min(8, _layout.Pixels - group * 8);
            for (var label = 0; label < labels; label++)
                _unary!.Logits(label, group * 8, count).Store(eights + label * 8);
            if (labels == 2)
                (Vector256.Load(eights + 8) - Vector256.Load(eights)).Store(_logits.Pointer + group * 8);
            else
                Transpose(eights, group);
        }
    }

    private void Transpose(float* eights, int group)
    {
        for (var block = 0; block < _layout.Blocks; block++)
        {
            var to = _logits.Pointer + block * (nint)_layout.BlockSize + (nint)group * 8 * _layout.Lanes;
            for (var pixel = 0; pixel < 8; pixel++)
            {
                for (var lane = 0; lane < _layout.Lanes; lane++)
                {
                    var label = block * _layout.Lanes + lane;
                    to[pixel * _layout.Lanes + lane] = label < _layout.Labels ? eights[label * 8 + pixel] : DenseCrfSoftmax.NoLabel;
                }
            }
        }
    }
}
