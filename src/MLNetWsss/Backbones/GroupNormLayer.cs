using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Backbones;

/// <summary>
/// Each group of channels of each image is brought to mean 0 and variance 1, then scaled and shifted (Wu and He 2018). Parameter names are
/// PyTorch's: weight, bias [C].
/// </summary>
/// <remarks>TorchSharp 0.107 leaves the parameters of its own layer as the memory held them.</remarks>
internal sealed class GroupNormLayer : Module<Tensor, Tensor>
{
    private Parameter weight;
    private Parameter bias;
    private readonly long _groups;

    /// <summary>A layer that begins with scale 1 and shift 0.</summary>
    /// <param name="groups">Groups of channels that are normalised together.</param>
    /// <param name="channels">C, a multiple of the groups.</param>
    internal GroupNormLayer(int groups, int channels) : base(nameof(GroupNormLayer))
    {
        _groups = groups;
        register_parameter("weight", weight = InitialWeights.Constant(channels, 1));
        register_parameter("bias", bias = InitialWeights.Constant(channels, 0));
    }

    /// <summary>[N,C,h,w] -> the same shape.</summary>
    public override Tensor forward(Tensor input) => functional.group_norm(input, _groups, weight, bias);
}
