namespace MLNetWsss.Imaging;

/// <summary>The pairwise term of a dense CRF: turns beliefs Q into messages sum over kernels of weight x (z K z Q).</summary>
internal abstract unsafe class DenseCrfPairwise
{
    /// <summary>Readies the kernels for an image.</summary>
    public abstract void Prepare(DenseCrfOptions options, byte* rgb, int height, int width, WorkerTeam team);

    /// <summary>Takes in beliefs in the given layout.</summary>
    public abstract void Collect(in DenseCrfLayout layout, float* beliefs, WorkerTeam team);

    /// <summary>Writes the messages of one block for the pixels of groups begin..end; any thread may ask for any groups.</summary>
    public abstract void Messages(in DenseCrfLayout layout, int block, float* output, int begin, int end);
}
