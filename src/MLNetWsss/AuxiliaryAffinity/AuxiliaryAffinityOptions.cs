using System.Text.Json.Serialization;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.AuxiliaryAffinity;

/// <summary>Options of <see cref="AuxiliaryAffinityEstimator"/>. The defaults suit a laptop CPU and pretrained weights.</summary>
public sealed record AuxiliaryAffinityOptions : TrainingOptions
{
    /// <summary>The defaults, which differ from other stages' in epochs (of each round), crop and the head's learning rate.</summary>
    public AuxiliaryAffinityOptions()
    {
        Epochs = 4;
        HeadLearningRate = 1e-3;
        Augmentation = new() { Mode = CropMode.ScaleCrop, ScaleMin = 0.5, ScaleMax = 1 };
    }

    /// <summary>Column with one number a class: 1 where the class is somewhere in the photo, 0 where not.</summary>
    public string TagsColumn { get; init; } = "Tags";

    /// <summary>
    /// Column with a saliency map in [0, 1] (or 0 to 255) of any size, from any detector; where the data have none the built-in detector
    /// makes it. Score maps, or a vector with the dimensions [h,w] or [1,1,h,w], as <c>ApplyOnnxModel</c> writes it.
    /// </summary>
    public string SaliencyColumn { get; init; } = "Saliency";

    /// <summary>
    /// Column with class maps in [0, 1] to make the first labels from, such as <c>ClassActivation</c>'s "Cam"; null trains the network's
    /// own classifier for <see cref="ClassifierEpochs"/> first.
    /// </summary>
    public string? SeedsColumn { get; init; }

    /// <summary>
    /// Whether it is the maps in <see cref="SeedsColumn"/> that the affinity spreads at every update, and for <see cref="CamColumn"/> where
    /// the data have them; false spreads the network's own, as the authors do. Default true: maps of several scales are better ones.
    /// </summary>
    public bool KeepSeeds { get; init; } = true;

    /// <summary>
    /// How much the strongest of a photo's seeds counts in its given saliency, in [0, 1]; the rest is the column's or the detector's.
    /// Default 0. With 1 no saliency is looked for: right for seeds that have been refined along edges, which say more than a detector that
    /// knows no classes.
    /// </summary>
    public double SeedSaliency { get; init; }

    /// <summary>Written: the class maps, spread along the affinity, K x h x w in [0, 1].</summary>
    public string CamColumn { get; init; } = "Cam";

    /// <summary>Written: the mean of the network's and the given saliency, drawn along the photo's edges, 1 x H x W in [0, 1].</summary>
    public string RefinedSaliencyColumn { get; init; } = "RefinedSaliency";

    /// <summary>Written: the pseudo label that the label update makes of both, 0 background, 1 … K, 255 where they disagree.</summary>
    public string MaskColumn { get; init; } = "Mask";

    /// <summary>Written: the segmentation, at the photo's size.</summary>
    public string PredictionColumn { get; init; } = "Prediction";

    /// <summary>What stands on the backbone.</summary>
    public AuxiliaryHeadOptions Head { get; init; } = new();

    /// <summary>Passes over the data that the classifier trains alone, >= 1; none where <see cref="SeedsColumn"/> is given.</summary>
    public int ClassifierEpochs { get; init; } = 5;

    /// <summary>
    /// Rounds of "train all tasks, update the labels", each of <c>Epochs</c> passes, 1 to 100. Default 3, where the authors' results stop
    /// rising (Xu et al., section 4.4).
    /// </summary>
    public int Rounds { get; init; } = 3;

    /// <summary>Training ends early where an update changes less than this share of all labels, in [0, 1); 0 never does.</summary>
    public double MinChange { get; init; } = 0.01;

    /// <summary>Weight of the tags' loss, >= 0; 0 leaves the task out.</summary>
    public double ClassificationWeight { get; init; } = 1;

    /// <summary>Weight of both saliency losses, >= 0; 0 leaves the task out, which a cross-task affinity cannot.</summary>
    public double SaliencyWeight { get; init; } = 1;

    /// <summary>Weight of both segmentation losses, above 0.</summary>
    public double SegmentationWeight { get; init; } = 1;

    /// <summary>
    /// Class maps above this speak for an object, in [0, 1). Default 0.4: maps of photos that an affinity has spread are wide, and a lower
    /// threshold leaves a broad rim of 255 that nothing is learnt from. The authors' code has 0.2.
    /// </summary>
    public double CamThreshold { get; init; } = 0.4;

    /// <summary>
    /// Saliency above this speaks for an object, in [0, 1). Default 0.06 (the authors' code), best for the built-in detector on photos too;
    /// with <see cref="SeedSaliency"/> 1 it is where seeds meet the background: 0.4 for those of <c>PairwiseAffinity</c>.
    /// </summary>
    public double SaliencyThreshold { get; init; } = 0.06;

    /// <summary>The built-in saliency detector, for data without a saliency column.</summary>
    public SaliencyOptions Detector { get; init; } = new();

    /// <summary>The two-label dense CRF of the saliency's update; null leaves it out.</summary>
    public DenseCrfOptions? SaliencyCrf { get; init; } = DenseCrfOptions.AuxSegNetSaliency;

    /// <summary>
    /// Whether given saliency is calibrated once: its odds divided by the threshold's, so that <see cref="SaliencyThreshold"/> becomes one
    /// half, where the field and a blurred prediction have their border too. Default true; without it soft maps lose their objects a little
    /// more at every update, or with a low threshold grow.
    /// </summary>
    public bool CalibrateSaliency { get; init; } = true;

    /// <summary>
    /// Whether what a crop shows beyond the photo is taught as background that is not salient, as the authors' code does. Default false:
    /// it teaches nothing.
    /// </summary>
    public bool PaddingIsBackground { get; init; }

    /// <summary>Image sizes at which the network predicts, as factors of <see cref="LongSide"/>; 1 to 8 of them, each in (0, 4].</summary>
    public IReadOnlyList<double> Scales { get; init; } = [1];

    /// <summary>Whether each scale is also run mirrored.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>Longer side in pixels at scale 1, >= 16. About 1.5 times the training crop.</summary>
    public int LongSide { get; init; } = 385;

    /// <summary>Refinement of the prediction by colour: a dense conditional random field; null leaves it out.</summary>
    public DenseCrfOptions? DenseCrf { get; init; }

    /// <summary>Where a photo comes without tags, classes with at least this probability count as present; in [0, 1].</summary>
    public double PredictedTagThreshold { get; init; } = 0.5;

    /// <summary>Told after the first labels and after each update; labels can be looked at from there.</summary>
    [JsonIgnore]
    public IProgress<AuxiliaryRound>? RoundProgress { get; init; }

    /// <summary>
    /// The paper's recipe (Xu et al., ICCV 2021, section 4.1): ResNet-38 at stride 8, crops of 321, SGD at 1e-3 (ten times that for new
    /// layers, from the code), batch 4, 15 epochs of classification, then four rounds of 10. Point the backbone at ImageNet weights and
    /// bring saliency maps of a trained detector.
    /// </summary>
    public static AuxiliaryAffinityOptions Paper { get; } = new()
    {
        Backbone = new() { Architecture = "resnet38", OutputStride = 8, FreezeBatchNorm = true },
        Head = new() { Dilations = [6, 12, 18], Reduced = 0, ScaledFusion = false, Temperature = null },
        Augmentation = new() { CropSize = 321, Mode = CropMode.ScaleCrop, ScaleMin = 0.7, ScaleMax = 1.3, ColorJitter = 0.3 },
        Optimizer = OptimizerKind.Sgd, LearningRate = 1e-3, HeadLearningRate = 1e-2, Momentum = 0.9, WeightDecay = 5e-4,
        WarmupSteps = 0, BatchSize = 4, ClassifierEpochs = 15, Epochs = 10, Rounds = 4, MinChange = 0, CamThreshold = 0.2,
        CalibrateSaliency = false,
        Scales = [0.5, 0.75, 1, 1.25, 1.5], LongSide = 500, DenseCrf = DenseCrfOptions.AuxSegNet
    };

    /// <summary>
    /// What the authors' released code runs: <see cref="Paper"/> with its learning rate, 15 epochs a round, no colour jitter, padding taught
    /// as background, one scale, no final CRF, and an optimizer whose momentum is in truth the weight decay of 1e-5 and whose weight decay
    /// is none.
    /// </summary>
    public static AuxiliaryAffinityOptions ReferenceCompatible { get; } = Paper with
    {
        LearningRate = 7e-4, HeadLearningRate = 7e-3, Momentum = 1e-5, WeightDecay = 0, Epochs = 15, PaddingIsBackground = true,
        Augmentation = Paper.Augmentation with { ColorJitter = 0 }, Scales = [1], Flip = false, DenseCrf = null
    };

    /// <summary>
    /// For seeds in the column "Cam" that were refined along edges, as <c>GroupRefinement</c> followed by <c>PairwiseAffinity</c> makes them:
    /// they are the saliency as well, and predictions are made at three scales and drawn along colours. The best masks from tags that were
    /// measured with this library (bench/results.md).
    /// </summary>
    public static AuxiliaryAffinityOptions RefinedSeeds { get; } = new()
    {
        SeedsColumn = "Cam", SeedSaliency = 1, SaliencyThreshold = 0.4, SaliencyCrf = null, Epochs = 3,
        Scales = [0.75, 1, 1.25], DenseCrf = DenseCrfOptions.AuxSegNet
    };

    /// <summary>These options of training, with those of prediction taken from <paramref name="other"/>.</summary>
    internal AuxiliaryAffinityOptions Predicting(AuxiliaryAffinityOptions other) => this with
    {
        ImageColumn = other.ImageColumn, TagsColumn = other.TagsColumn, SaliencyColumn = other.SaliencyColumn, CamColumn = other.CamColumn,
        RefinedSaliencyColumn = other.RefinedSaliencyColumn, MaskColumn = other.MaskColumn, PredictionColumn = other.PredictionColumn,
        PredictionBatch = other.PredictionBatch, Threads = other.Threads, Precision = other.Precision, Scales = other.Scales,
        Flip = other.Flip, LongSide = other.LongSide, DenseCrf = other.DenseCrf, PredictedTagThreshold = other.PredictedTagThreshold
    };

    internal override void Validate()
    {
        base.Validate();
        ArgumentNullException.ThrowIfNull(Head);
        ArgumentNullException.ThrowIfNull(Detector);
        Head.Validate();
        Detector.Validate();
        DenseCrf?.Validate();
        SaliencyCrf?.Validate();
        RequireName(TagsColumn);
        RequireName(SaliencyColumn);
        Require(SeedsColumn is null || !string.IsNullOrWhiteSpace(SeedsColumn), SeedsColumn, "null or the name of a column");
        Require(SeedSaliency is >= 0 and <= 1, SeedSaliency, "a share from 0 to 1");
        Require(SeedSaliency == 0 || SeedsColumn is not null, SeedSaliency, "0 without a SeedsColumn, or name the column");
        RequireName(CamColumn);
        RequireName(RefinedSaliencyColumn);
        RequireName(MaskColumn);
        RequireName(PredictionColumn);
        Require(ClassifierEpochs >= 1, ClassifierEpochs, "at least 1 pass over the data");
        Require(Rounds is >= 1 and <= 100, Rounds, "1 to 100 rounds, often 3");
        Require(MinChange is >= 0 and < 1, MinChange, "a share from 0 to below 1, often 0.01");
        Require(ClassificationWeight >= 0 && double.IsFinite(ClassificationWeight), ClassificationWeight,
            "0 to leave the task out, or often 1");
        Require(SaliencyWeight >= 0 && double.IsFinite(SaliencyWeight), SaliencyWeight, "0 to leave the task out, or often 1");
        Require(SaliencyWeight > 0 || Head.Affinity != AffinityKind.CrossTask, SaliencyWeight,
            "above 0 with a cross-task affinity, which is learned from saliency; or set Head.Affinity to Segmentation or None");
        Require(SegmentationWeight > 0 && double.IsFinite(SegmentationWeight), SegmentationWeight, "above 0, often 1");
        Require(CamThreshold is >= 0 and < 1, CamThreshold, "a threshold from 0 to below 1, often 0.4");
        Require(SaliencyThreshold is >= 0 and < 1, SaliencyThreshold, "a threshold from 0 to below 1, often 0.06");
        Require(Scales is { Count: >= 1 and <= 8 } && Scales.All(s => s is > 0 and <= 4),
            Scales is null ? "null" : string.Join(", ", Scales), "1 to 8 factors in (0, 4]", nameof(Scales));
        Require(LongSide >= 16, LongSide, "at least 16 pixels");
        Require(PredictedTagThreshold is >= 0 and <= 1, PredictedTagThreshold, "a probability");
    }
}
