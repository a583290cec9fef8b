using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Backbones;

/// <summary>
/// Layers that an input passes one after the other, named 0, 1, 2 ... in the state. Holds one intermediate tensor at a time.
/// </summary>
internal sealed class LayerList : Module<Tensor, Tensor>, IConvUnits
{
    private readonly Module<Tensor, Tensor>[] _layers;

    internal LayerList(IEnumerable<Module<Tensor, Tensor>> layers) : base(nameof(LayerList))
    {
        _layers = [.. layers];
        for (var i = 0; i < _layers.Length; i++)
            register_module($"{i}", _layers[i]);
    }

    internal IReadOnlyList<Module<Tensor, Tensor>> Layers => _layers;

    public IEnumerable<ConvUnit> Units => _layers.OfType<IConvUnits>().SelectMany(layer => layer.Units);

    /// <summary>[N,C,H,W] -> [N,C',H',W'].</summary>
    public override Tensor forward(Tensor input) => FeatureMaps.Chain(input, _layers.Select(layer => (Func<Tensor, Tensor>)layer.call));
}
