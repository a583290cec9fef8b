using MLNetWsss.Backbones;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.GroupRefinement;

/// <summary>
/// The graph over a group: every image is a node, and in each round it hears from all others by co-attention and updates its state.
/// </summary>
public sealed class GroupGraph : Module
{
    /// <summary>Deviation of the aggregation's initial weights.</summary>
    private const double InitialDeviation = 0.01;

    /// <summary>The gate begins at 1/2; the aggregation makes up for it.</summary>
    private const double GateMakeUp = 2;

    private const int ConcatPartners = 2;

    private readonly GroupRefinementOptions _options;
    private readonly CoAttention attention;
    private readonly Conv2dLayer aggregate;
    private readonly ConvGru update;

    /// <param name="options">Rounds, aggregation, dropout and memory.</param>
    /// <param name="channels">S, channels of a state.</param>
    /// <param name="keyChannels">D, channels of the compared features; null compares states.</param>
    /// <param name="generator">Source of the initial weights, on the CPU.</param>
    public GroupGraph(GroupRefinementOptions options, int channels, int? keyChannels, Generator generator) : base(nameof(GroupGraph))
    {
        _options = options;
        bool concat = options.Aggregation == GroupAggregation.ConcatReference, listening = !options.ReferenceCompatible;
        register_module("attention", attention = new CoAttention(channels, keyChannels, options.Temperature, generator));
        int inputs = concat ? ConcatPartners * channels : channels;
        aggregate = new Conv2dLayer(inputs, channels, 3, generator, hasBias: true, gain: InitialDeviation * Math.Sqrt(9 * inputs));
        register_module("aggregate", aggregate);
        register_module("update", update = new ConvGru(channels, listening, generator));
        if (listening)
            InitialWeights.AddIdentity(aggregate, GateMakeUp);
    }

    /// <summary>
    /// The parameters that begin at random: all where the authors' code is followed, the attention's where states are compared; none where the
    /// graph begins as plain averaging.
    /// </summary>
    internal IEnumerable<Parameter> NewParameters => _options.ReferenceCompatible ? parameters()
        : _options.Affinity == AffinitySource.State ? attention.parameters() : [];

    /// <summary>
    /// The states of a group's G nodes, [M,S,h,w] each, M groups side by side -> the states after all rounds. Nodes may differ in h and w.
    /// </summary>
    /// <param name="states">One tensor a node; a single node hears nothing.</param>
    /// <param name="keys">[M,D,h,w] a node to compare positions by; null where the states are compared.</param>
    /// <param name="dropout">Draws for the graph dropout layer; null leaves it out.</param>
    public Tensor[] Refine(IReadOnlyList<Tensor> states, IReadOnlyList<Tensor>? keys, Generator? dropout)
    {
        using var scope = NewDisposeScope();
        Tensor[] current = [.. states.Select(s => s.alias())];
        (Tensor[] Asks, Tensor[] Offers)? fixedKeys = keys is null ? null : Projected(keys);
        var kept = keys is null ? null : new Dictionary<(int, int), Tensor>();
        for (int round = 0; round < _options.Rounds; round++)
        {
            using var one = NewDisposeScope();
            var (asks, offers) = fixedKeys ?? Projected(current);
            Tensor[] values = [.. current.Select(s => s.flatten(2).transpose(1, 2))];
            Tensor[] next = [.. Enumerable.Range(0, current.Length).Select(i => Updated(i, current, asks, offers, values, kept, dropout))];
            foreach (var state in next)
                state.MoveToOuterDisposeScope();
            foreach (var state in current)
                if (!is_grad_enabled())
                    state.Dispose();
            current = next;
        }
        return [.. current.Select(s => s.MoveToOuterDisposeScope())];
    }

    private (Tensor[] Asks, Tensor[] Offers) Projected(IReadOnlyList<Tensor> keys) =>
        ([.. keys.Select(attention.Asks)], [.. keys.Select(attention.Offers)]);

    private Tensor Updated(int node, Tensor[] states, Tensor[] asks, Tensor[] offers, Tensor[] values,
        Dictionary<(int, int), Tensor>? kept, Generator? dropout)
    {
        using var scope = NewDisposeScope();
        var state = states[node];
        long[] shape = state.shape;
        var messages = new List<Tensor>();
        for (int other = 0; other < states.Length; other++)
            if (other != node)
            {
                var attended = Attended(node, other, asks[node], offers[other], values[other], PairBytes(asks, offers), kept);
                messages.Add(attention.Gated(attended.transpose(1, 2).reshape(shape)));
            }
        var updated = update.call(Aggregated(messages, state), state);
        if (dropout is not null)
            updated = GraphDropout.Apply(updated, _options.DropRate, _options.DropThreshold, dropout);
        return updated.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Attention that is compared by features is the same in every round: it is kept where all of it fits into the budget, or where training
    /// needs it for the gradient anyway, and else computed anew, some positions at a time.
    /// </summary>
    private Tensor Attended(int node, int other, Tensor asks, Tensor offers, Tensor values, long allPairs,
        Dictionary<(int, int), Tensor>? kept)
    {
        long positions = asks.shape[1], chunk = _options.AttentionChunk, budget = (long)_options.AttentionBudgetMB << 20;
        bool whole = allPairs <= budget || is_grad_enabled();
        if (chunk == 0)
            // Similarities and their softmax are alive at once.
            chunk = whole ? positions : Math.Clamp(budget / (2 * sizeof(float) * asks.shape[0] * offers.shape[2]), 1, positions);
        if (kept is null || !whole || chunk < positions)
            return CoAttention.Attended(asks, offers, values, chunk);
        if (!kept.TryGetValue((node, other), out var weights))
        {
            kept[(node, other)] = weights = CoAttention.Attention(asks, offers);
            // Out of the node's, the round's and into the graph's own scope.
            weights.MoveToOuterDisposeScope().MoveToOuterDisposeScope();
        }
        return weights.bmm(values);
    }

    private static long PairBytes(Tensor[] asks, Tensor[] offers)
    {
        long positions = offers.Sum(o => o.shape[2]), own = offers.Sum(o => o.shape[2] * o.shape[2]);
        return sizeof(float) * asks[0].shape[0] * (positions * positions - own);
    }

    /// <summary>Messages, [M,S,h,w] each -> one, [M,S,h,w]; zeros without partners.</summary>
    private Tensor Aggregated(List<Tensor> messages, Tensor state)
    {
        if (messages.Count == 0)
            return zeros_like(state);
        if (_options.Aggregation == GroupAggregation.Mean)
            return aggregate.call(messages.Count == 1 ? messages[0] : stack(messages).mean([0L]));
        while (messages.Count < ConcatPartners)
            messages.Add(zeros_like(state));
        return aggregate.call(cat(messages, 1));
    }
}
