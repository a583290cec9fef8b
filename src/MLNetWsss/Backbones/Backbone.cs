using MLNetWsss.Imaging;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Backbones;

/// <summary>A network whose batch norm can be merged into its convolutions for prediction.</summary>
public interface IFoldable
{
    /// <summary>Whether no batch norm is left.</summary>
    bool Folded { get; }

    /// <summary>
    /// Merges every batch norm into the convolution before it. The output in evaluation mode stays the same up to rounding;
    /// parameters and buffers of batch norm disappear from the state, and biases appear. A second call does nothing.
    /// </summary>
    void FoldBatchNorm();
}

/// <summary>
/// A convolutional feature extractor, [N,3,H,W] normalised colours -> four feature maps. Parameters bear torchvision's names (resnet38:
/// those of PSA's code) and lie channels-last.
/// </summary>
public abstract class Backbone : Module<Tensor, Tensor[]>, IFoldable
{
    /// <summary>The last stages of the four outputs end, undilated, at these strides.</summary>
    private static readonly int[] NominalStrides = [4, 8, 16, 32];

    private protected Backbone(string name, BackboneOptions options) : base(name)
    {
        Options = options;
        Strides = [.. NominalStrides.Select(stride => Math.Min(stride, options.OutputStride))];
    }

    /// <summary>What the backbone was made from.</summary>
    public BackboneOptions Options { get; }

    /// <summary>Channels of the four outputs.</summary>
    public abstract IReadOnlyList<int> Channels { get; }

    /// <summary>Input pixels per step of the four outputs: 4, 8, 16, 32, none above the output stride.</summary>
    public IReadOnlyList<int> Strides { get; }

    /// <summary>How the input's colours are to be scaled.</summary>
    public Normalization Normalization { get; internal set; } = Normalization.ImageNet;

    /// <summary>
    /// The precision of the forward pass: Float32 (default) or BFloat16. The stored weights stay as they are; each layer rounds them for
    /// the occasion, which is differentiable, so that training in bfloat16 keeps float32 master weights.
    /// </summary>
    public ScalarType ComputeType { get; set; } = ScalarType.Float32;

    /// <inheritdoc/>
    public bool Folded => Units.All(unit => unit.Folded);

    /// <summary>The steps of the five resolution stages, which end, undilated, at strides 2, 4, 8, 16 and 32.</summary>
    private protected abstract Func<Tensor, Tensor>[][] Stages { get; }

    /// <summary>All that learns in one of the five stages.</summary>
    private protected abstract IEnumerable<IBackboneUnit> StageUnits(int stage);

    /// <summary>[N,C,h,w] last feature map -> [N,1000] ImageNet logits, or null without a classifier.</summary>
    private protected abstract Tensor? Classification(Tensor features);

    private IEnumerable<IBackboneUnit> Units => Enumerable.Range(0, NominalStrides.Length + 1).SelectMany(StageUnits);

    /// <summary>
    /// Makes a backbone with random weights from the generator, then loads <see cref="BackboneOptions.Weights"/> if there are any, folds
    /// and freezes.
    /// </summary>
    /// <param name="options">Architecture, resolution, weights and what is trained.</param>
    /// <param name="generator">
    /// Source of random weights and, in training, of dropout's masks (resnet38 has dropout), on the CPU; the process-wide generator is not
    /// touched.
    /// </param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidDataException">The weights file is damaged or does not fit; the message lists every key that
    /// differs.</exception>
    public static Backbone Create(BackboneOptions options, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(generator);
        options.Validate();
        Backbone backbone = options.Architecture switch
        {
            "mobilenet_v2" => new MobileNetV2(options, generator),
            "resnet38" => new WideResNet(options, generator),
            _ => new ResNet(options, generator)
        };
        try
        {
            if (options.Weights is { } path)
                PretrainedWeights.LoadInto(backbone, path);
            backbone.Normalization = options.Normalization switch
            {
                InputNormalization.ImageNet => Normalization.ImageNet,
                InputNormalization.HalfHalf => Normalization.HalfHalf,
                _ => backbone.Normalization,
            };
            if (options.FreezeBatchNorm)
                backbone.FoldBatchNorm();
            foreach (var unit in Enumerable.Range(0, options.FrozenStages).SelectMany(backbone.StageUnits))
                unit.Freeze();
            ChannelsLast.Apply(backbone);
            return backbone;
        }
        catch
        {
            backbone.Dispose();
            throw;
        }
    }

    /// <summary>
    /// [N,3,H,W] -> four maps [N,C,h,w] at <see cref="Strides"/>, with <see cref="Channels"/> and of the type <see cref="ComputeType"/>;
    /// h = ceil(H / stride). The caller disposes of all four.
    /// </summary>
    public override Tensor[] forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = input.dtype == ComputeType ? input : input.to(ComputeType);
        var outputs = new Tensor[NominalStrides.Length];
        for (var stage = 0; stage <= outputs.Length; stage++)
        {
            x = Pass(stage, x);
            if (stage > 0)
                outputs[stage - 1] = x;
        }
        foreach (var output in outputs)
            output.MoveToOuterDisposeScope();
        return outputs;
    }

    private Tensor Pass(int stage, Tensor x)
    {
        // A frozen stage needs no graph, unless someone asks for the gradient of the image itself (as adversarial climbing does).
        using var ungraded = stage < Options.FrozenStages && !x.requires_grad ? no_grad() : null;
        return FeatureMaps.Chain(x, Stages[stage]);
    }

    /// <summary>
    /// [N,3,H,W] -> [N,C,h,w], one of the four maps (1 to 4), running nothing behind it; the caller disposes of it.
    /// </summary>
    internal Tensor FeaturesAt(Tensor input, int layer)
    {
        using var scope = NewDisposeScope();
        var x = input.dtype == ComputeType ? input : input.to(ComputeType);
        return FeatureMaps.Chain(x, Enumerable.Range(0, layer + 1).Select(stage => (Func<Tensor, Tensor>)(y => Pass(stage, y))))
            .MoveToOuterDisposeScope();
    }

    /// <summary>[N,C,h,w] map of <see cref="FeaturesAt"/> -> the last of the four maps: together they are one forward pass.</summary>
    internal Tensor ContinueFrom(Tensor features, int layer)
    {
        using var scope = NewDisposeScope();
        var behind = Enumerable.Range(layer + 1, NominalStrides.Length - layer);
        return FeatureMaps.Chain(features.alias(), behind.Select(stage => (Func<Tensor, Tensor>)(y => Pass(stage, y))))
            .MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Steps of the last stage after which its features are compared; all of them, unless what follows makes them less telling.
    /// </summary>
    private protected virtual int ComparedAfter => Stages[^1].Length;

    /// <summary>Channels of the features after <see cref="ComparedAfter"/> steps of the last stage.</summary>
    private protected virtual int ComparedChannels => Channels[^1];

    /// <summary>D, channels of what <see cref="LastAndCompared"/> gives to compare positions by.</summary>
    public int KeyChannels => Channels[2] + ComparedChannels;

    /// <summary>
    /// [N,3,H,W] -> [N,C,h,w] last features, of the type <see cref="ComputeType"/>, and [N,D,h,w] keys, float32, by which positions of this
    /// and other images can be compared: the features of the two deepest stages, each of length 1 and both over sqrt(2), so that the inner
    /// product of two positions is their mean cosine similarity. The caller disposes of both.
    /// </summary>
    public (Tensor Last, Tensor Keys) LastAndCompared(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = input.dtype == ComputeType ? input : input.to(ComputeType);
        for (var stage = 0; stage < Stages.Length - 1; stage++)
            x = Pass(stage, x);
        var deep = FeatureMaps.Chain(x, Stages[^1].Take(ComparedAfter));
        var last = FeatureMaps.Chain(deep, Stages[^1].Skip(ComparedAfter));
        var middle = FeatureMaps.Resize(x.to(ScalarType.Float32), last.shape[2], last.shape[3]);
        var keys = cat([FeatureMaps.UnitLength(middle), FeatureMaps.UnitLength(deep.to(ScalarType.Float32))], 1).mul(Math.Sqrt(0.5));
        return (last.MoveToOuterDisposeScope(), keys.MoveToOuterDisposeScope());
    }

    /// <summary>[N,3,H,W] -> [N,C,h,w], the last of the four maps alone; the caller disposes of it.</summary>
    public Tensor LastFeatures(Tensor input)
    {
        using var scope = NewDisposeScope();
        return call(input)[^1].MoveToOuterDisposeScope();
    }

    /// <summary>[N,3,H,W] -> [N,1000] logits of the ImageNet classes, float32.</summary>
    /// <exception cref="InvalidOperationException">The backbone was made without a classifier.</exception>
    public Tensor Classify(Tensor input)
    {
        using var scope = NewDisposeScope();
        var logits = Classification(LastFeatures(input)) ?? throw new InvalidOperationException(
            $"This {Options.Architecture} has no ImageNet classifier. Make it with {nameof(Options.Classifier)} = true.");
        return logits.to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void FoldBatchNorm()
    {
        foreach (var unit in Units)
            unit.Fold();
    }
}
