namespace MLNetWsss.Imaging;

/// <summary>Gives a lattice its points' z = 1/sqrt(K 1 + 1e-20), the symmetric normalisation of Kraehenbuehl and Koltun 2011.</summary>
internal sealed unsafe class PermutohedralLatticeNormalizer(PermutohedralLattice lattice)
{
    private readonly PermutohedralLattice _lattice = lattice;
    private readonly PinnedBuffer<float> _ones = new();
    private float* _values;
    private int _axis;
    private int _chunks;

    /// <summary>Filters ones and turns the result into z.</summary>
    public void Normalize(WorkerTeam team)
    {
        _chunks = team.Chunks;
        _values = _ones.Reserve(_lattice.Slots);
        _values[0] = 0;
        team.Run(_chunks, FillNormalization);
        team.Run(PermutohedralLattice.Parts, SplatOnes);
        team.Run(_chunks, ReduceOnes);
        for (_axis = 0; _axis <= _lattice.Dimensions; _axis++)
            team.Run(_chunks, BlurOnes);
        team.Run(_chunks, InvertRoots);
    }

    private void FillNormalization(int chunk)
    {
        var (begin, end) = WorkerTeam.Part(_lattice.Groups, chunk, _chunks);
        new Span<float>(_lattice.Normalization + (nint)begin * 8, (end - begin) * 8).Fill(1);
    }

    private void SplatOnes(int part) => _lattice.Splat<ScalarLane, float>(part, null, _values);

    private void ReduceOnes(int chunk) => _lattice.Reduce<ScalarLane, float>(_values, chunk, _chunks);

    private void BlurOnes(int chunk) => _lattice.Blur<ScalarLane, float>(_axis, _values, chunk, _chunks);

    private void InvertRoots(int chunk)
    {
        var (begin, end) = WorkerTeam.Part(_lattice.Groups, chunk, _chunks);
        var output = _lattice.Normalization + (nint)begin * 8;
        _lattice.SliceScalars(_values, output, 1, add: false, begin, end);
        for (var i = 0; i < (end - begin) * 8; i++)
            output[i] = 1 / MathF.Sqrt(output[i] + 1e-20f);
    }
}
