using MLNetWsss.Backbones;
using MLNetWsss.Pipeline;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Segmentation;

/// <summary>
/// Class scores per pixel, shaped like DeepLabV3+ (Chen et al. 2018): parallel dilated convolutions over the last features and their
/// global mean see context, a skip from the stride-4 features restores outlines.
/// </summary>
public sealed class SegmentationNetwork : Module<Tensor, Tensor>, IStageNetwork, IFoldable
{
    /// <summary>Deviation of the classifier's initial weights: small, so that training begins near equal scores.</summary>
    private const double InitialDeviation = 0.01;

    private readonly DilatedPyramid pyramid;
    private readonly ConvBlock? skip;
    private readonly SpatialBlock? refine;
    private readonly Conv2dLayer classifier;

    /// <summary>
    /// A network with random weights from the generator, or the backbone's pretrained ones where its options name a file.
    /// </summary>
    /// <param name="options">The backbone.</param>
    /// <param name="head">The head.</param>
    /// <param name="classes">K, the number of labels with background, at least 2.</param>
    /// <param name="generator">
    /// Source of random weights and, while training, of dropout's masks; on the CPU. Keep it as long as the network trains.
    /// The process-wide generator is not touched.
    /// </param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidDataException">The weights file is damaged or does not fit.</exception>
    public SegmentationNetwork(BackboneOptions options, SegmentationHeadOptions head, int classes, Generator generator)
        : base(nameof(SegmentationNetwork))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        ArgumentNullException.ThrowIfNull(head);
        head.Validate();
        Classes = classes;
        backbone = Backbone.Create(options, generator);
        var channels = head.Channels;
        register_module("backbone", backbone);
        register_module("pyramid", pyramid = new DilatedPyramid(backbone.Channels[^1], head, generator));
        if (head.SkipChannels > 0)
        {
            register_module("skip", skip = new ConvBlock(backbone.Channels[0], head.SkipChannels, 1, generator));
            register_module("refine", refine = new SpatialBlock(channels + head.SkipChannels, channels, 1, head.Separable, generator));
        }
        classifier = new Conv2dLayer(channels, classes, 1, generator, hasBias: true, gain: InitialDeviation * Math.Sqrt(channels));
        register_module("classifier", classifier);
        foreach (var part in Head)
            ChannelsLast.Apply(part);
    }

    /// <summary>K, the number of labels with background.</summary>
    public int Classes { get; }

    /// <summary>The feature extractor.</summary>
    public Backbone backbone { get; }

    /// <summary>Input pixels per step of the output: 4 with a skip, else the backbone's output stride.</summary>
    public int Stride => skip is null ? backbone.Strides[^1] : backbone.Strides[0];

    /// <inheritdoc/>
    public bool Folded => backbone.Folded && HeadUnits.All(unit => unit.Norm.Folded);

    private IEnumerable<Module> Head => new Module?[] { pyramid, skip, refine, classifier }.OfType<Module>();

    private IEnumerable<ConvUnit> HeadUnits => Head.OfType<IConvUnits>().SelectMany(part => part.Units);

    /// <inheritdoc/>
    public void FoldBatchNorm()
    {
        backbone.FoldBatchNorm();
        foreach (var unit in HeadUnits)
            unit.Fold();
    }

    /// <summary>The head's parameters, which learn faster than the pretrained ones.</summary>
    public IEnumerable<Parameter> HeadParameters => Head.SelectMany(part => part.parameters());

    /// <summary>
    /// [N,3,H,W] normalised colours -> [N,K,h,w] logits, float32, at <see cref="Stride"/>; the caller resizes them to the image.
    /// </summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var features = backbone.call(input);
        var context = pyramid.call(features[^1]);
        if (skip is not null && refine is not null)
        {
            var detail = skip.call(features[0]);
            var upsampled = FeatureMaps.Resize(context, detail.shape[2], detail.shape[3]);
            context = refine.call(cat([upsampled, detail], 1));
        }
        return classifier.call(context).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
