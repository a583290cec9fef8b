using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.PairwiseAffinity;

/// <summary>What the network says about two pixels.</summary>
public enum AffinityMode
{
    /// <summary>exp(-mean |difference of features|): AffinityNet of PSA (Ahn and Kwak, CVPR 2018).</summary>
    Psa,

    /// <summary>1 - the highest probability of a border between them, with a field of displacements as a second task: IRN (Ahn, Cho and
    /// Kwak, CVPR 2019).</summary>
    Irn
}

/// <summary>Options of <see cref="PairwiseAffinityEstimator"/>. The defaults suit a laptop CPU and pretrained weights.</summary>
public sealed record PairwiseAffinityOptions : TrainingOptions
{
    /// <summary>The defaults, which differ from other stages' in length, crop and the head's learning rate.</summary>
    public PairwiseAffinityOptions()
    {
        Epochs = 3;
        HeadLearningRate = 1e-3;
        Augmentation = new() { Mode = CropMode.ScaleCrop, ScaleMin = 0.5, ScaleMax = 1 };
    }

    /// <summary>Column with the maps to learn from and to refine, in [0, 1].</summary>
    public string CamColumn { get; init; } = "Cam";

    /// <summary>Column with the tags; where it is present only tagged classes are labelled.</summary>
    public string TagsColumn { get; init; } = "Tags";

    /// <summary>Written: the refined maps, K x ceil(H / WalkStride) x ceil(W / WalkStride) in [0, 1]. By default they take the place of the
    /// maps that were read.</summary>
    public string RefinedColumn { get; init; } = "Cam";

    /// <summary>Likeness of features or borders between pixels.</summary>
    public AffinityMode Mode { get; init; } = AffinityMode.Psa;

    /// <summary>What stands on the backbone, and on which grid.</summary>
    public AffinityHeadOptions Head { get; init; } = new();

    /// <summary>Which pixels are sure enough to learn from.</summary>
    public ReliableLabelsOptions Labels { get; init; } = new();

    /// <summary>Pairs of the training grid are closer than this many steps, 2 to 16 (PSA: 5; IRN: 10).</summary>
    public int TrainingRadius { get; init; } = 5;

    /// <summary>Longer side of the network's input in pixels at prediction, >= 16.</summary>
    public int LongSide { get; init; } = 385;

    /// <summary>Whether the network also sees the mirrored photo.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>The walk along the learnt affinities.</summary>
    public RandomWalkOptions RandomWalk { get; init; } = new();

    /// <summary>Photo pixels a step of the walk's grid, 1 to 64 (IRN: 4; PSA: 8).</summary>
    public int WalkStride { get; init; } = 4;

    /// <summary>The walk's neighbours are closer than this many steps of its grid, 2 to 16 (PSA and IRN: 5).</summary>
    public int WalkRadius { get; init; } = 5;

    /// <summary>
    /// Multiplies the learnt affinity by likeness of colour, exp(-|dI|^2 / (2 deviation^2)) with this deviation in levels of 0..255, so
    /// that walks stop at edges which the network's grid is too coarse to see; above 0, or null for the learnt affinity alone, as both
    /// papers have it.
    /// </summary>
    public double? ColorDeviation { get; init; } = 24;

    /// <summary>
    /// The background's score before the walk is (1 - max)^p with this p > 0, walks along, and the refined maps are the classes' shares
    /// of the sum, so that 0.5 parts one class from the background (PSA). Null walks the classes alone, times 1 - border in
    /// <see cref="AffinityMode.Irn"/>, and divides them by the photo's highest score (IRN).
    /// </summary>
    public double? BackgroundPower { get; init; } = 2;

    /// <summary>
    /// PSA's recipe as far as this network goes, with momentum as its paper writes it: ResNet-38 at stride 8, labels of backgrounds
    /// (1 - max)^4 and ^32, SGD at 0.1 (1e-2 here, as there is momentum), 8 epochs, crops of 448, walks at stride 8 with the background's
    /// power 16.
    /// </summary>
    public static PairwiseAffinityOptions Psa { get; } = new()
    {
        Backbone = new() { Architecture = "resnet38", OutputStride = 8, FreezeBatchNorm = true },
        Head = new() { TapChannels = [64, 64, 128, 256], Channels = 448, Stride = 8 },
        Labels = new() { ForegroundPower = 4, BackgroundPower = 32, RandomWalk = null, Stride = 1 },
        Augmentation = new() { CropSize = 448, Mode = CropMode.ScaleCrop, ScaleMin = 0.7, ScaleMax = 1.3, ColorJitter = 0.3 },
        Optimizer = OptimizerKind.Sgd, LearningRate = 0.01, HeadLearningRate = 0.1, WeightDecay = 5e-4, BatchSize = 8, Epochs = 8,
        WarmupSteps = 0, MaxSide = 1024, LongSide = 500, Flip = false, WalkStride = 8, ColorDeviation = null, BackgroundPower = 16
    };

    /// <summary>
    /// IRN's recipe with momentum as its paper writes it: ResNet-50 at stride 16, borders at stride 4, pairs within 10 steps, crops of 512,
    /// 3 epochs, walks with power 10, classes alone.
    /// </summary>
    public static PairwiseAffinityOptions Irn { get; } = new()
    {
        Mode = AffinityMode.Irn,
        Backbone = new() { Architecture = "resnet50", FreezeBatchNorm = true, FrozenStages = 4 },
        Head = new() { TapChannels = [32, 32, 32, 32], DisplacementChannels = 256, Stride = 4 },
        Labels = new() { Thresholds = true, DenseCrf = DenseCrfOptions.IrnLabels, RandomWalk = null, Stride = 1 },
        Augmentation = new() { CropSize = 512, Mode = CropMode.ScaleCrop, ScaleMin = 0.5, ScaleMax = 1.5, ColorJitter = 0 },
        Optimizer = OptimizerKind.Sgd, LearningRate = 0.01, HeadLearningRate = 0.01, WeightDecay = 1e-4, BatchSize = 32, Epochs = 3,
        WarmupSteps = 0, MaxSide = 1024, TrainingRadius = 10, LongSide = 500, RandomWalk = RandomWalkOptions.Irn,
        ColorDeviation = null, BackgroundPower = null
    };

    /// <summary>
    /// <see cref="Psa"/> as its repository in truth trains. PSA, IRN and their descendants hand the optimizer their weight decay in the
    /// position of the momentum: momentum is the weight decay, and the 0.9 that they name is but the schedule's power. The learning rate of
    /// 0.1, ten times that for the head, was tuned for that.
    /// </summary>
    public static PairwiseAffinityOptions ReferenceCompatible { get; } = Psa with { Momentum = 5e-4, LearningRate = 0.1, HeadLearningRate = 1 };

    /// <summary><see cref="Irn"/> as its repository in truth trains; see <see cref="ReferenceCompatible"/>.</summary>
    public static PairwiseAffinityOptions IrnReferenceCompatible { get; } = Irn with { Momentum = 1e-4, LearningRate = 0.1, HeadLearningRate = 0.1 };

    internal override void Validate()
    {
        base.Validate();
        ArgumentNullException.ThrowIfNull(Head);
        ArgumentNullException.ThrowIfNull(Labels);
        ArgumentNullException.ThrowIfNull(RandomWalk);
        Head.Validate();
        Labels.Validate();
        RandomWalk.Validate();
        RequireName(CamColumn);
        RequireName(TagsColumn);
        RequireName(RefinedColumn);
        Require(Enum.IsDefined(Mode), Mode, "Psa or Irn");
        Require(TrainingRadius is >= 2 and <= RandomWalkNeighborhood.MaxRadius, TrainingRadius, $"2 to {RandomWalkNeighborhood.MaxRadius} steps");
        Require(LongSide >= 16, LongSide, "at least 16 pixels");
        Require(WalkStride is >= 1 and <= 64, WalkStride, "1 to 64 pixels");
        Require(WalkRadius is >= 2 and <= RandomWalkNeighborhood.MaxRadius, WalkRadius, $"2 to {RandomWalkNeighborhood.MaxRadius} steps");
        Require(ColorDeviation is null || (ColorDeviation > 0 && double.IsFinite(ColorDeviation.Value)), ColorDeviation,
            "a positive number of levels, often 20 to 60, or null");
        Require(BackgroundPower is null || (BackgroundPower > 0 && double.IsFinite(BackgroundPower.Value)), BackgroundPower,
            "a positive exponent, often 1 to 4, or null");
    }
}
