using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.Segmentation;

/// <summary>Options of <see cref="SegmentationEstimator"/>. The defaults suit a laptop CPU and pretrained weights.</summary>
public sealed record SegmentationOptions : TrainingOptions
{
    /// <summary>
    /// The defaults, which differ from other stages' in the crop and the head's learning rate. The crop suits pseudo labels; for true masks
    /// <c>Augmentation = new() { AreaMin = 0.5 }</c> was better.
    /// </summary>
    public SegmentationOptions()
    {
        Epochs = 10;
        HeadLearningRate = 1e-3;
        Augmentation = new() { Mode = CropMode.ScaleCrop, ScaleMin = 0.5, ScaleMax = 1 };
    }

    /// <summary>Column with the masks to learn from: 0 background, 1 … K classes, 255 teaches nothing.</summary>
    public string MaskColumn { get; init; } = "Mask";

    /// <summary>Written: the predicted mask, at the photo's size.</summary>
    public string PredictionColumn { get; init; } = "Prediction";

    /// <summary>Written: the probabilities behind it, (K + 1) x ceil(H / 4) x ceil(W / 4), background first.</summary>
    public string ScoresColumn { get; init; } = "Scores";

    /// <summary>What stands on the backbone.</summary>
    public SegmentationHeadOptions Head { get; init; } = new();

    /// <summary>Weights each class by the inverse of its share of labelled pixels, at most 10 : 1. For data where small classes drown.</summary>
    public bool BalanceClasses { get; init; }

    /// <summary>Image sizes at which the network predicts, as factors of <see cref="LongSide"/>; 1 to 8 of them, each in (0, 4].
    /// { 0.75, 1.25 } takes twice as long as { 1 }: on photos of animals it gained 1.9 points of mIoU for a network that learnt from true
    /// masks, 0.2 to 1.1 for those that learnt from pseudo labels.</summary>
    public IReadOnlyList<double> Scales { get; init; } = [1];

    /// <summary>Whether each scale is also run mirrored.</summary>
    public bool Flip { get; init; }

    /// <summary>Longer side in pixels at scale 1, >= 16. About 1.5 times the training crop, so that objects have the size they had in training.</summary>
    public int LongSide { get; init; } = 385;

    /// <summary>Refinement of the prediction by colour: a dense conditional random field; null leaves it out.</summary>
    public DenseCrfOptions? DenseCrf { get; init; }

    /// <summary>
    /// DeepLab-v2's recipe (Chen et al., TPAMI 2018, section 4.1) as far as this network goes: ResNet-101 at stride 8, SGD at 2.5e-4 with ten
    /// times that for the head, crops of 321 at scales 0.5 to 1.5. Point the backbone at ImageNet weights and use a GPU.
    /// </summary>
    public static SegmentationOptions Paper { get; } = new()
    {
        Backbone = new() { Architecture = "resnet101", OutputStride = 8, FreezeBatchNorm = true },
        Augmentation = new() { CropSize = 321, Mode = CropMode.ScaleCrop, ScaleMin = 0.5, ScaleMax = 1.5, ColorJitter = 0 },
        Head = new() { Dilations = [6, 12, 18, 24] },
        Optimizer = OptimizerKind.Sgd, LearningRate = 2.5e-4, HeadLearningRate = 2.5e-3, WeightDecay = 5e-4, BatchSize = 10, Epochs = 20,
        Scales = [0.5, 0.75, 1], Flip = true, LongSide = 513
    };

    /// <summary>These options of training, with those of prediction taken from <paramref name="other"/>.</summary>
    internal SegmentationOptions Predicting(SegmentationOptions other) => this with
    {
        ImageColumn = other.ImageColumn, PredictionColumn = other.PredictionColumn, ScoresColumn = other.ScoresColumn,
        PredictionBatch = other.PredictionBatch, Threads = other.Threads, Precision = other.Precision, Scales = other.Scales,
        Flip = other.Flip, LongSide = other.LongSide, DenseCrf = other.DenseCrf
    };

    internal override void Validate()
    {
        base.Validate();
        ArgumentNullException.ThrowIfNull(Head);
        Head.Validate();
        DenseCrf?.Validate();
        RequireName(MaskColumn);
        RequireName(PredictionColumn);
        RequireName(ScoresColumn);
        Require(Scales is { Count: >= 1 and <= 8 } && Scales.All(s => s is > 0 and <= 4),
            Scales is null ? "null" : string.Join(", ", Scales), "1 to 8 factors in (0, 4]", nameof(Scales));
        Require(LongSide >= 16, LongSide, "at least 16 pixels");
    }
}
