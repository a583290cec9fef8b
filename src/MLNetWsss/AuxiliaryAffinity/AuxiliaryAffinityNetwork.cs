using MLNetWsss.Backbones;
using MLNetWsss.Pipeline;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.AuxiliaryAffinity;

/// <summary>What the network says of N images.</summary>
/// <param name="Tags">[N,K] logits of the classes.</param>
/// <param name="Maps">[N,K,h,w] class maps, rectified, not normalised.</param>
/// <param name="SpreadMaps">
/// [N,K,h,w] the same, or the maps that were given in their place, spread along the affinity; as they are without one.
/// </param>
/// <param name="Segmentation">[N,K+1,h,w] logits.</param>
/// <param name="RefinedSegmentation">[N,K+1,h,w] the same spread along the affinity, or null without one.</param>
/// <param name="Saliency">[N,1,h,w] logits, or null without the task.</param>
/// <param name="RefinedSaliency">[N,1,h,w] the same spread along the mixed affinity, or null.</param>
public sealed record AuxiliaryOutputs(Tensor Tags, Tensor Maps, Tensor SpreadMaps, Tensor Segmentation, Tensor? RefinedSegmentation,
    Tensor? Saliency, Tensor? RefinedSaliency)
{
    /// <summary>The best there is of the segmentation: [N,K+1,h,w] logits.</summary>
    public Tensor BestSegmentation => RefinedSegmentation ?? Segmentation;

    /// <summary>The best there is of the saliency: [N,1,h,w] logits, or null.</summary>
    public Tensor? BestSaliency => RefinedSaliency ?? Saliency;

    internal IEnumerable<Tensor> All =>
        new[] { Tags, Maps, SpreadMaps, Segmentation, RefinedSegmentation, Saliency, RefinedSaliency }.OfType<Tensor>();
}

/// <summary>
/// Image classification, saliency detection and segmentation on one backbone, and an affinity learned from the features of the last two
/// that refines both and spreads the class maps (AuxSegNet, Xu et al., ICCV 2021).
/// </summary>
public sealed class AuxiliaryAffinityNetwork : Module<Tensor, AuxiliaryOutputs>, IStageNetwork
{
    /// <summary>Deviation of the classifier's initial weights: training begins near probability 1/2 for every class.</summary>
    private const double InitialDeviation = 0.01;

    private readonly AuxiliaryHeadOptions _options;
    private readonly SeededDropout dropout;
    private readonly Conv2dLayer classifier;
    private readonly Conv2dLayer? reduce;
    private readonly AuxiliaryBranch segmentation;
    private readonly AuxiliaryBranch? saliency;
    private readonly CrossTaskAffinity? fusion;

    /// <summary>
    /// A network with random weights from the generator, or the backbone's pretrained ones where its options name a file.
    /// </summary>
    /// <param name="options">The backbone.</param>
    /// <param name="head">What stands on it.</param>
    /// <param name="classes">K, the number of tags, at least 1.</param>
    /// <param name="withSaliency">Whether saliency is a task.</param>
    /// <param name="generator">
    /// Source of random weights and, while training, of dropout's masks; on the CPU. Keep it as long as the network trains.
    /// </param>
    /// <exception cref="ArgumentException">An option is out of range, or a cross-task affinity is asked for without saliency.</exception>
    /// <exception cref="InvalidDataException">The weights file is damaged or does not fit.</exception>
    public AuxiliaryAffinityNetwork(BackboneOptions options, AuxiliaryHeadOptions head, int classes, bool withSaliency, Generator generator)
        : base(nameof(AuxiliaryAffinityNetwork))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentNullException.ThrowIfNull(head);
        head.Validate();
        bool crossTask = head.Affinity == AffinityKind.CrossTask;
        if (crossTask && !withSaliency)
            throw new ArgumentException("A cross-task affinity needs the saliency task. Keep the task, or set Affinity to Segmentation.");
        (_options, Classes) = (head, classes);
        backbone = Backbone.Create(options, generator);
        int channels = backbone.Channels[^1], inputs = head.Reduced > 0 ? head.Reduced : channels;
        dropout = new(head.Dropout, generator);
        classifier = new(channels, classes, 1, generator, gain: InitialDeviation * Math.Sqrt(channels));
        register_module("backbone", backbone);
        register_module("dropout", dropout);
        register_module("classifier", classifier);
        if (head.Reduced > 0)
            register_module("reduce", reduce = new(channels, inputs, 1, generator, hasBias: true));
        int? compared = head.Affinity != AffinityKind.None ? backbone.KeyChannels : null;
        segmentation = new(inputs, classes + 1, head, compared, generator);
        register_module("segmentation", segmentation);
        if (withSaliency)
            register_module("saliency", saliency = new(inputs, 1, head, crossTask ? compared : null, generator));
        if (crossTask)
            register_module("fusion", fusion = new(head.ScaledFusion, generator));
        foreach (var part in Head)
            ChannelsLast.Apply(part);
    }

    /// <summary>K, the number of tags.</summary>
    public int Classes { get; }

    /// <summary>The feature extractor.</summary>
    public Backbone backbone { get; }

    /// <inheritdoc/>
    public bool Folded => backbone.Folded;

    private IEnumerable<Module> Head => new Module?[] { classifier, reduce, segmentation, saliency, fusion }.OfType<Module>();

    /// <inheritdoc/>
    public void FoldBatchNorm() => backbone.FoldBatchNorm();

    /// <summary>The parameters on top of the backbone, which learn faster than the pretrained ones.</summary>
    public IEnumerable<Parameter> HeadParameters => Head.SelectMany(part => part.parameters());

    /// <summary>[N,3,H,W] normalised colours -> [N,K] logits of the tags alone, float32.</summary>
    public Tensor ClassLogits(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Classify(backbone.LastFeatures(input)).MoveToOuterDisposeScope();
    }

    /// <summary>[N,3,H,W] normalised colours -> [N,K,h,w] rectified class maps alone, float32.</summary>
    public Tensor ClassMaps(Tensor input)
    {
        using var scope = NewDisposeScope();
        return MapsOf(backbone.LastFeatures(input)).MoveToOuterDisposeScope();
    }

    /// <summary>[N,3,H,W] normalised colours -> everything, at the backbone's output stride; the caller disposes of the tensors.</summary>
    public override AuxiliaryOutputs forward(Tensor input) => Forward(input, null);

    /// <summary>The same, with [N,K,a,b] class maps of any size to spread in place of the network's own.</summary>
    /// <exception cref="ArgumentException">The maps are of another number of images or classes.</exception>
    public AuxiliaryOutputs Forward(Tensor input, Tensor? maps)
    {
        if (maps is not null && (maps.shape[0] != input.shape[0] || maps.shape[1] != Classes))
            throw new ArgumentException($"The maps are [{string.Join(",", maps.shape)}]. Give [{input.shape[0]},{Classes},h,w], one " +
                "map for each image and class.", nameof(maps));
        using var scope = NewDisposeScope();
        bool compares = _options is { Affinity: not AffinityKind.None, Temperature: not null };
        var (features, compared) = compares ? backbone.LastAndCompared(input) : (backbone.LastFeatures(input), null);
        // Through these, labels that are not sure of their borders could only ask that the backbone blur them.
        var outputs = Heads(features, compared?.detach(), maps);
        foreach (var tensor in outputs.All)
            tensor.MoveToOuterDisposeScope();
        return outputs;
    }

    /// <summary>[N,C,h,w] -> [N,K]. Dropping channels of the mean is what dropping whole channels of the maps would do.</summary>
    private Tensor Classify(Tensor features) =>
        classifier.call(dropout.call(features.mean([2L, 3L], true))).to(ScalarType.Float32).flatten(1);

    private Tensor MapsOf(Tensor features) => classifier.call(features).to(ScalarType.Float32).relu();

    private AuxiliaryOutputs Heads(Tensor features, Tensor? compared, Tensor? given)
    {
        Tensor tags = Classify(features), maps = MapsOf(features);
        var spread = given is null ? maps.detach() : FeatureMaps.Resize(given, features.shape[2], features.shape[3]);
        var inputs = reduce is null ? features : reduce.call(features).relu_();
        var ofSegmentation = segmentation.Features(inputs);
        var ofSaliency = saliency?.Features(inputs);
        if (_options.Affinity == AffinityKind.None)
            return new(tags, maps, spread.alias(), segmentation.Logits(ofSegmentation, null), null,
                saliency?.Logits(ofSaliency!, null), null);

        var affinity = new AffinityRows(segmentation.Projections(ofSegmentation, compared),
            fusion is null ? null : saliency!.Projections(ofSaliency!, compared), fusion, (long)_options.AffinityMemoryMB << 20);
        var scores = segmentation.Logits(ofSegmentation, affinity.SpreadBySegmentation(segmentation.Values(ofSegmentation)));
        var salient = saliency?.Logits(ofSaliency!, fusion is null ? null : affinity.SpreadBySaliency(saliency.Values(ofSaliency!)));
        // The affinity's rows are made once for all that they spread.
        var all = affinity.SpreadMaps(cat(fusion is null ? [scores, spread] : [scores, spread, salient!], 1));
        return new(tags, maps, all.narrow(1, Classes + 1, Classes), scores, all.narrow(1, 0, Classes + 1), salient,
            fusion is null ? null : all.narrow(1, 2 * Classes + 1, 1));
    }
}
