using MLNetWsss.Backbones;
using MLNetWsss.Pipeline;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.GroupRefinement;

/// <summary>What the network makes of M groups of G images, N = M G.</summary>
/// <param name="Before">[N,K] logits before the graph.</param>
/// <param name="Behind">[N,K] logits behind it.</param>
/// <param name="MapsBefore">[N,K,h,w] class maps before the graph, as the graph starts from them.</param>
/// <param name="MapsBehind">[N,K,h,w] class maps behind it.</param>
public sealed record GroupOutput(Tensor Before, Tensor Behind, Tensor MapsBefore, Tensor MapsBehind);

/// <summary>
/// A classifier whose maps are refined by a graph over a group of images, trained in one (Li et al., AAAI 2021). Without the graph it is
/// the classifier of class activation maps.
/// </summary>
public sealed class GroupRefinementNetwork : Module<Tensor, Tensor>, IStageNetwork, IFoldable
{
    /// <summary>Deviation of the classifier's initial weights: small, so that training begins near probability 1/2.</summary>
    private const double InitialDeviation = 0.01;

    /// <summary>
    /// A map whose peak is below this, in logits, is not stretched to 1: peaks of present classes are around 28 on photos, and those of
    /// absent ones hardly above 8.
    /// </summary>
    private const double LeastPeak = 10;

    /// <summary>Weight of a position whose refined map is 0, against 1 where it is 1: a class that no map shows is read from all of the photo.</summary>
    private const double LeastAttention = 0.1;

    private readonly GroupRefinementOptions _options;
    private readonly Generator _generator;
    private readonly Conv2dLayer classifier;
    private readonly GroupGraph graph;
    private readonly Conv2dLayer? enter, leave;

    /// <summary>
    /// A network with random weights from the generator, or the backbone's pretrained ones where its options name a file.
    /// </summary>
    /// <param name="options">Backbone and graph.</param>
    /// <param name="classes">K, the number of tags, at least 1.</param>
    /// <param name="generator">
    /// Source of random weights and, while training, of the graph dropout layer's draws; on the CPU. Keep it as long as the network trains.
    /// </param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidDataException">The weights file is damaged or does not fit.</exception>
    public GroupRefinementNetwork(GroupRefinementOptions options, int classes, Generator generator) : base(nameof(GroupRefinementNetwork))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        (_options, _generator, Classes) = (options, generator, classes);
        backbone = Backbone.Create(options.Backbone, generator);
        int channels = backbone.Channels[^1];
        classifier = new Conv2dLayer(channels, classes, 1, generator, gain: InitialDeviation * Math.Sqrt(channels));
        register_module("backbone", backbone);
        register_module("classifier", classifier);
        int states = options.NodeState == NodeState.Features ? options.StateChannels : classes;
        graph = new GroupGraph(options, states, options.Affinity == AffinitySource.Backbone ? backbone.KeyChannels : null, generator);
        register_module("graph", graph);
        if (options.NodeState == NodeState.Features)
        {
            register_module("enter", enter = new Conv2dLayer(channels, states, 1, generator, hasBias: true, gain: 1));
            register_module("leave", leave = new Conv2dLayer(states, classes, 1, generator, gain: 1));
        }
    }

    /// <summary>K, the number of tags.</summary>
    public int Classes { get; }

    /// <summary>The feature extractor.</summary>
    public Backbone backbone { get; }

    /// <inheritdoc/>
    public bool Folded => backbone.Folded;

    /// <inheritdoc/>
    public void FoldBatchNorm() => backbone.FoldBatchNorm();

    /// <summary>The classifier's parameters and what begins at random with it, which learn faster than the pretrained ones.</summary>
    public IEnumerable<Parameter> HeadParameters =>
        new Module?[] { classifier, enter, leave }.OfType<Module>().SelectMany(m => m.parameters()).Concat(graph.NewParameters);

    /// <summary>
    /// The backbone's parameters, and the graph's where it begins as the averaging that it should be: at the rate of new layers it forgets
    /// that within an epoch, since maps that cover everything answer for tags as well as maps that cover the object.
    /// </summary>
    public IEnumerable<Parameter> TunedParameters
    {
        get
        {
            var fresh = graph.NewParameters.Select(p => p.Handle).ToHashSet();
            return backbone.parameters().Concat(graph.parameters().Where(p => !fresh.Contains(p.Handle)));
        }
    }

    /// <summary>[N,3,H,W] normalised colours of groups, G images behind G images -> [N,K] logits behind the graph.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Groups(input).Behind.MoveToOuterDisposeScope();
    }

    /// <summary>[N,3,H,W] normalised colours of groups, G images behind G images -> logits and maps before and behind the graph.</summary>
    public GroupOutput Groups(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (maps, keys, states) = Start(input);
        Tensor[] Nodes(Tensor all) => [.. Enumerable.Range(0, _options.GroupSize).Select(g =>
            all.view([-1, _options.GroupSize, .. all.shape[1..]]).select(1, g))];
        bool drops = _options.GraphDropout && (training || _options.ReferenceCompatible);
        var refined = graph.Refine(Nodes(states), keys is null ? null : Nodes(keys), drops ? _generator : null);
        var behind = MapsOf(stack(refined, 1).flatten(0, 1));
        var before = _options.NodeState == NodeState.Features ? maps : states;
        return new(FeatureMaps.GlobalAverage(maps).MoveToOuterDisposeScope(), Read(behind, maps).MoveToOuterDisposeScope(),
            before.MoveToOuterDisposeScope(), behind.MoveToOuterDisposeScope());
    }

    /// <summary>[N,3,H,W] -> [N,K,h,w] maps before the graph, float32, neither rectified nor normalised.</summary>
    public Tensor Maps(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Classified(backbone.LastFeatures(input)).MoveToOuterDisposeScope();
    }

    /// <summary>[N,3,H,W] -> [N,K] logits before the graph.</summary>
    public Tensor Logits(Tensor input)
    {
        using var scope = NewDisposeScope();
        return FeatureMaps.GlobalAverage(Maps(input)).MoveToOuterDisposeScope();
    }

    /// <summary>[N,3,H,W] -> [N,S + D,h,w]: states before the graph and, behind them, what positions are compared by (D = 0 where that is
    /// the states).</summary>
    public Tensor StatesAndKeys(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (_, keys, states) = Start(input);
        return (keys is null ? states.contiguous() : cat([states, keys], 1)).MoveToOuterDisposeScope();
    }

    /// <summary>S, channels of a state.</summary>
    public int StateChannels => _options.NodeState == NodeState.Features ? _options.StateChannels : Classes;

    /// <summary>[1,K,h,w] refined maps of each node of one group, whose sizes may differ.</summary>
    /// <param name="states">[1,S,h,w] a node.</param>
    /// <param name="keys">[1,D,h,w] a node, or null where states are compared.</param>
    /// <param name="dropout">Draws for the graph dropout layer; null leaves it out.</param>
    public Tensor[] Refine(IReadOnlyList<Tensor> states, IReadOnlyList<Tensor>? keys, Generator? dropout)
    {
        using var scope = NewDisposeScope();
        return [.. graph.Refine(states, keys, dropout).Select(state => MapsOf(state).MoveToOuterDisposeScope())];
    }

    private (Tensor Maps, Tensor? Keys, Tensor States) Start(Tensor input)
    {
        Tensor last;
        Tensor? keys = null;
        if (_options.Affinity == AffinitySource.Backbone)
        {
            (last, var compared) = backbone.LastAndCompared(input);
            // Through these, tags could only ask that background resemble objects.
            keys = compared.detach();
        }
        else
            last = backbone.LastFeatures(input);
        var maps = Classified(last);
        var states = enter is not null ? enter.call(last).to(ScalarType.Float32).tanh()
            : _options.ReferenceCompatible ? maps : Stretched(maps);
        return (maps, keys, states);
    }

    private Tensor Classified(Tensor features) => classifier.call(features).to(ScalarType.Float32);

    /// <summary>
    /// [N,K,h,w] -> each map's positive part over its peak: so a photo that is sure of its class does not drown out the others, and tanh is
    /// not saturated. A constant to training: the classifier learns from the weights that the graph gives its maps, but not how to move
    /// those weights, which would feed on itself (higher where high already) and end in an explosion.
    /// </summary>
    private static Tensor Stretched(Tensor maps)
    {
        var positive = maps.detach().relu();
        return positive.div(positive.amax([2L, 3L], true).clamp_min(LeastPeak));
    }

    private Tensor MapsOf(Tensor states) => leave is not null ? leave.call(states) : states.alias();

    /// <summary>
    /// [N,K,h,w] refined maps and the classifier's maps -> [N,K] logits: the mean of the classifier's map, by default weighted by the refined
    /// one. A mean of refined maps, as in the authors' code, is highest where maps cover everything.
    /// </summary>
    private Tensor Read(Tensor refined, Tensor maps)
    {
        if (leave is not null || _options.ReferenceCompatible)
            return FeatureMaps.GlobalAverage(refined);
        var weights = refined.add(LeastAttention);
        return weights.mul(maps).sum([2L, 3L]).div(weights.sum([2L, 3L]));
    }
}
