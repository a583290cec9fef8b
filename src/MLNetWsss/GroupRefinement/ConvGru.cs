using MLNetWsss.Backbones;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.GroupRefinement;

/// <summary>
/// A gated recurrent unit at each position (Cho et al., EMNLP 2014, as 1x1 convolutions): z and r are gates of message and state, and the
/// new state is (1 - z) h + z tanh(W [m, r h]).
/// </summary>
public sealed class ConvGru : Module<Tensor, Tensor, Tensor>
{
    /// <summary>Deviation of the initial weights.</summary>
    private const double InitialDeviation = 0.01;

    private readonly Conv2dLayer update, reset, candidate;

    /// <param name="channels">S, channels of message and state.</param>
    /// <param name="listening">Whether the candidate begins as the tanh of the message; else its weights begin at random.</param>
    /// <param name="generator">Source of the initial weights, on the CPU.</param>
    public ConvGru(int channels, bool listening, Generator generator) : base(nameof(ConvGru))
    {
        double gain = InitialDeviation * Math.Sqrt(2 * channels);
        register_module("update", update = new Conv2dLayer(2 * channels, channels, 1, generator, hasBias: true, gain: gain));
        register_module("reset", reset = new Conv2dLayer(2 * channels, channels, 1, generator, hasBias: true, gain: gain));
        register_module("candidate", candidate = new Conv2dLayer(2 * channels, channels, 1, generator, hasBias: true, gain: gain));
        if (listening)
            InitialWeights.AddIdentity(candidate, 1);
    }

    /// <summary>[M,S,h,w] message and [M,S,h,w] state -> [M,S,h,w] new state.</summary>
    public override Tensor forward(Tensor message, Tensor state)
    {
        using var scope = NewDisposeScope();
        var both = cat([message, state], 1);
        var z = update.call(both).sigmoid();
        var r = reset.call(both).sigmoid();
        var proposed = candidate.call(cat([message, r.mul(state)], 1)).tanh();
        return state.add(z.mul(proposed.sub(state))).MoveToOuterDisposeScope();
    }
}
