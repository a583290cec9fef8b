using MLNetWsss.Backbones;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.GroupRefinement;

/// <summary>
/// Pairwise co-attention: each position of an exemplar looks for its like in a query image and takes over what the query has there
/// (Li et al., AAAI 2021; equations in this folder's README).
/// </summary>
public sealed class CoAttention : Module<Tensor, Tensor, Tensor>
{
    /// <summary>Deviation of the authors' initial weights.</summary>
    private const double ReferenceDeviation = 0.01;

    private readonly Conv2dLayer? exemplar, query;
    private Parameter? exemplarScale, queryScale;
    private readonly Conv2dLayer gate;

    /// <param name="channels">S, channels of the states.</param>
    /// <param name="keyChannels">D, channels of the features that are compared; null compares the states, at half their channels.</param>
    /// <param name="temperature">By which the similarity of compared features is divided at first.</param>
    /// <param name="generator">Source of the initial weights, on the CPU.</param>
    public CoAttention(int channels, int? keyChannels, double temperature, Generator generator) : base(nameof(CoAttention))
    {
        if (keyChannels is { } keys)
        {
            // A diagonal metric that begins as the cosine: full projections of so many channels would have to be learnt from tags alone.
            exemplarScale = InitialWeights.Constant(keys, Math.Sqrt(1 / temperature));
            queryScale = InitialWeights.Constant(keys, Math.Sqrt(1 / temperature));
            register_parameter("exemplarScale", exemplarScale);
            register_parameter("queryScale", queryScale);
        }
        else
        {
            int half = Math.Max(1, channels / 2);
            double gain = ReferenceDeviation * Math.Sqrt(channels);
            register_module("exemplar", exemplar = new Conv2dLayer(channels, half, 1, generator, hasBias: true, gain: gain));
            register_module("query", query = new Conv2dLayer(channels, half, 1, generator, hasBias: true, gain: gain));
        }
        register_module("gate", gate = new Conv2dLayer(channels, 1, 1, generator, gain: ReferenceDeviation * Math.Sqrt(channels)));
    }

    /// <summary>[M,D,h,w] -> [M,P,d], what each position of an exemplar asks for; P = h w.</summary>
    public Tensor Asks(Tensor keys)
    {
        using var scope = NewDisposeScope();
        var projected = exemplar is not null ? exemplar.call(keys) : keys.mul(exemplarScale!.view(1, -1, 1, 1));
        return projected.flatten(2).transpose(1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>[M,D,h,w] -> [M,d,P], what each position of a query offers.</summary>
    public Tensor Offers(Tensor keys)
    {
        using var scope = NewDisposeScope();
        var projected = query is not null ? query.call(keys) : keys.mul(queryScale!.view(1, -1, 1, 1));
        return projected.flatten(2).MoveToOuterDisposeScope();
    }

    /// <summary>[M,p,d] and [M,d,P'] -> [M,p,P'] attention: each row sums to 1.</summary>
    public static Tensor Attention(Tensor asks, Tensor offers)
    {
        using var scope = NewDisposeScope();
        return asks.bmm(offers).softmax(2).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// [M,P,d], [M,d,P'] and [M,P',S] query states -> [M,P,S]: each position's mean of the query's states, weighted by attention; computed
    /// for <paramref name="chunk"/> positions at a time.
    /// </summary>
    public static Tensor Attended(Tensor asks, Tensor offers, Tensor values, long chunk)
    {
        long positions = asks.shape[1];
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        for (long first = 0; first < positions; first += chunk)
        {
            using var part = NewDisposeScope();
            var attention = Attention(asks.narrow(1, first, Math.Min(chunk, positions - first)), offers);
            parts.Add(attention.bmm(values).MoveToOuterDisposeScope());
        }
        return (parts.Count == 1 ? parts[0] : cat(parts, 1)).MoveToOuterDisposeScope();
    }

    /// <summary>[M,S,h,w] attended states -> the message: the same times its gate, 0 to 1 at each position.</summary>
    public Tensor Gated(Tensor attended)
    {
        using var scope = NewDisposeScope();
        return attended.mul(gate.call(attended).sigmoid()).MoveToOuterDisposeScope();
    }

    /// <summary>[M,S,h,w] exemplar and [M,S,h',w'] query states -> [M,S,h,w] message, with the states themselves compared.</summary>
    public override Tensor forward(Tensor exemplarState, Tensor queryState)
    {
        using var scope = NewDisposeScope();
        long[] shape = exemplarState.shape;
        var attended = Attended(Asks(exemplarState), Offers(queryState), queryState.flatten(2).transpose(1, 2), shape[2] * shape[3]);
        return Gated(attended.transpose(1, 2).reshape(shape)).MoveToOuterDisposeScope();
    }
}
