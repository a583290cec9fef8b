using MLNetWsss.Backbones;
using MLNetWsss.Pipeline;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.ClassActivation;

/// <summary>
/// A classifier of image tags whose evidence can be seen: one map per class from a 1x1 convolution without bias, and its mean as the
/// class's logit (Zhou et al. 2016). Averaging maps or averaging features first is the same, since both steps are linear.
/// </summary>
public sealed class ClassActivationNetwork : Module<Tensor, Tensor>, IStageNetwork, IFoldable
{
    /// <summary>
    /// Deviation of the classifier's initial weights: small, so that training begins near probability 1/2 for every class.
    /// </summary>
    private const double InitialDeviation = 0.01;

    private readonly Conv2dLayer classifier;
    private readonly PixelCorrelation? pcm;
    private readonly SeamOptions? _seam;

    /// <summary>
    /// A network with random weights from the generator, or the backbone's pretrained ones where its options name a file.
    /// </summary>
    /// <param name="options">The backbone.</param>
    /// <param name="classes">K, the number of tags, at least 1.</param>
    /// <param name="generator">Source of random weights, on the CPU; the process-wide generator is not touched.</param>
    /// <param name="seam">Not null adds a pixel correlation module.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidDataException">The weights file is damaged or does not fit.</exception>
    public ClassActivationNetwork(BackboneOptions options, int classes, Generator generator, SeamOptions? seam = null)
        : base(nameof(ClassActivationNetwork))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        Classes = classes;
        backbone = Backbone.Create(options, generator);
        var channels = backbone.Channels[^1];
        classifier = new Conv2dLayer(channels, classes, 1, generator, gain: InitialDeviation * Math.Sqrt(channels));
        register_module("backbone", backbone);
        register_module("classifier", classifier);
        _seam = seam;
        if (seam is not null)
            register_module("pcm", pcm = new PixelCorrelation(backbone.Channels[1], backbone.Channels[2], generator));
    }

    /// <summary>K, the number of tags.</summary>
    public int Classes { get; }

    /// <summary>The feature extractor.</summary>
    public Backbone backbone { get; }

    /// <inheritdoc/>
    public bool Folded => backbone.Folded;

    /// <inheritdoc/>
    public void FoldBatchNorm() => backbone.FoldBatchNorm();

    /// <summary>The parameters behind the backbone, which learn faster than the pretrained ones.</summary>
    public IEnumerable<Parameter> HeadParameters => classifier.parameters().Concat(pcm?.parameters() ?? []);

    /// <summary>[N,3,H,W] normalised colours -> [N,K] logits, float32.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return FeatureMaps.GlobalAverage(Maps(input)).MoveToOuterDisposeScope();
    }

    /// <summary>[N,3,H,W] -> [N,K,h,w] maps, float32, neither rectified nor normalised; h = ceil(H / output stride).</summary>
    public Tensor Maps(Tensor input)
    {
        using var scope = NewDisposeScope();
        return MapsOf(Features(input)).MoveToOuterDisposeScope();
    }

    /// <summary>[N,3,H,W] -> [N,K] logits and [N,K,h,w] maps, float32, from one pass.</summary>
    public (Tensor Logits, Tensor Maps) LogitsAndMaps(Tensor input)
    {
        using var scope = NewDisposeScope();
        var maps = Maps(input);
        return (FeatureMaps.GlobalAverage(maps).MoveToOuterDisposeScope(), maps.MoveToOuterDisposeScope());
    }

    /// <summary>
    /// [N,3,H,W], [N,K] ones where a class is in the image -> [N,K,h,w] maps, and [N,K+1,h',w'] scores refined by pixel correlation with
    /// the background first and h' = ceil(H / <see cref="SeamOptions.CorrelationStride"/>); both float32, from one pass.
    /// </summary>
    /// <exception cref="InvalidOperationException">The network was made without <see cref="SeamOptions"/>.</exception>
    public (Tensor Maps, Tensor Refined) MapsAndRefined(Tensor input, Tensor present)
    {
        if (_seam is null || pcm is null)
            throw new InvalidOperationException($"This network has no pixel correlation module. Make it with {nameof(SeamOptions)}.");
        using var scope = NewDisposeScope();
        var features = backbone.call(input);
        var maps = MapsOf(features[^1]);
        long stride = _seam.CorrelationStride;
        long height = (input.shape[2] - 1) / stride + 1, width = (input.shape[3] - 1) / stride + 1;
        var scores = PixelCorrelation.Scores(FeatureMaps.Resize(maps, height, width), present);
        var refined = pcm.Refine(scores, input, features[1], features[2]);
        return (maps.MoveToOuterDisposeScope(), refined.MoveToOuterDisposeScope());
    }

    /// <summary>[N,3,H,W] -> [N,C,h,w] features before the classifier, for methods that ask for gradients there (Grad-CAM).</summary>
    public Tensor Features(Tensor input) => backbone.LastFeatures(input);

    /// <summary>[N,C,h,w] features -> [N,K,h,w] maps, float32.</summary>
    public Tensor MapsOf(Tensor features)
    {
        using var scope = NewDisposeScope();
        return classifier.call(features).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
