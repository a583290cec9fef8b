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
/// <param name="SpreadMaps">[N,K,h,w] the same spread along the affinity; the maps themselves without one.</param>
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
        segmentation = new(inputs, classes + 1, head, head.Affinity != AffinityKind.None, generator);
        register_module("segmentation", segmentation);
        if (withSaliency)
            register_module("saliency", saliency = new(inputs, 1, head, crossTask, generator));
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
    public override AuxiliaryOutputs forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var features = backbone.LastFeatures(input);
        var outputs = Heads(features);
        foreach (var tensor in outputs.All)
            tensor.MoveToOuterDisposeScope();
        return outputs;
    }

    /// <summary>[N,C,h,w] -> [N,K]. Dropping channels of the mean is what dropping whole channels of the maps would do.</summary>
    private Tensor Classify(Tensor features) =>
        classifier.call(dropout.call(features.mean([2L, 3L], true))).to(ScalarType.Float32).flatten(1);

    private Tensor MapsOf(Tensor features) => classifier.call(features).to(ScalarType.Float32).relu();

    private AuxiliaryOutputs Heads(Tensor features)
    {
        Tensor tags = Classify(features), maps = MapsOf(features);
        var inputs = reduce is null ? features : reduce.call(features).relu_();
        var ofSegmentation = segmentation.Features(inputs);
        var ofSaliency = saliency?.Features(inputs);
        if (_options.Affinity == AffinityKind.None)
            return new(tags, maps, maps.alias(), segmentation.Logits(ofSegmentation, null), null,
                saliency?.Logits(ofSaliency!, null), null);

        var affinity = new AffinityRows(segmentation.Projections(ofSegmentation),
            fusion is null ? null : saliency!.Projections(ofSaliency!), fusion, (long)_options.AffinityMemoryMB << 20);
        var scores = segmentation.Logits(ofSegmentation, affinity.SpreadBySegmentation(segmentation.Values(ofSegmentation)));
        var salient = saliency?.Logits(ofSaliency!, fusion is null ? null : affinity.SpreadBySaliency(saliency.Values(ofSaliency!)));
        // The affinity's rows are made once for all that they spread.
        var all = affinity.SpreadMaps(cat(fusion is null ? [scores, maps.detach()] : [scores, maps.detach(), salient!], 1));
        return new(tags, maps, all.narrow(1, Classes + 1, Classes), scores, all.narrow(1, 0, Classes + 1), salient,
            fusion is null ? null : all.narrow(1, 2 * Classes + 1, 1));
    }
}
