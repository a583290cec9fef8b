namespace MLNetWsss.Backbones;

/// <summary>
/// Trades strides for dilations while a network is built: once the output stride is reached, a stage that would halve the resolution
/// keeps it, and the layers behind its first one look twice as far instead. The first one still sees its input undilated, so that at
/// every second position the dilated network computes exactly what the strided one does (Chen et al. 2017, DeepLab 3.1).
/// </summary>
internal sealed class DilationPlan(int outputStride)
{
    private int _stride = 1;
    private int _dilation = 1;

    /// <summary>Asks for a stride of 1 or 2.</summary>
    /// <returns>Stride and dilation of the first layer, and the dilation of those that follow at the same resolution.</returns>
    internal (int Stride, int Dilation, int Following) Next(int stride)
    {
        var dilation = _dilation;
        if (stride == 1 || _stride < outputStride)
        {
            _stride *= stride;
            return (stride, dilation, dilation);
        }
        _dilation *= stride;
        return (1, dilation, _dilation);
    }
}
