using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNetWsss.Backbones;

/// <summary>Group normalisation that begins as PyTorch's does.</summary>
internal static class GroupNorms
{
    /// <summary>
    /// [N,C,h,w] -> the same shape; scale 1, shift 0. TorchSharp 0.107 leaves both of a new layer uninitialised: whatever the memory held.
    /// </summary>
    /// <param name="groups">Groups of channels that are normalised together.</param>
    /// <param name="channels">C, a multiple of the groups.</param>
    internal static GroupNorm Create(int groups, int channels)
    {
        var norm = nn.GroupNorm(groups, channels);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        norm.weight.fill_(1);
        norm.bias.fill_(0);
        return norm;
    }
}
