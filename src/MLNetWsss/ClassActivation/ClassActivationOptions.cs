using MLNetWsss.Backbones;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.ClassActivation;

/// <summary>Options of <see cref="ClassActivationEstimator"/>. The defaults suit a laptop CPU and pretrained weights.</summary>
public sealed record ClassActivationOptions : TrainingOptions
{
    /// <summary>Column with one number a class: 1 where the class is somewhere in the photo, 0 where not.</summary>
    public string TagsColumn { get; init; } = "Tags";

    /// <summary>Written: the class activation maps, K x h x w in [0, 1].</summary>
    public string CamColumn { get; init; } = "Cam";

    /// <summary>Written: the classifier's probability of each tag, K numbers in [0, 1].</summary>
    public string ProbabilitiesColumn { get; init; } = "TagProbabilities";

    /// <summary>
    /// Image sizes at which maps are computed and summed, as factors of <see cref="LongSide"/>; 1 to 8 of them, each in (0, 4].
    /// { 0.5, 1, 1.5, 2 } is the custom since PSA (Ahn and Kwak, CVPR 2018); { 1 } takes an eighth of the time and costs some points.
    /// </summary>
    public IReadOnlyList<double> Scales { get; init; } = [0.5, 1, 1.5, 2];

    /// <summary>Whether each scale is also run mirrored.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>Longer side in pixels at scale 1, >= 16: a photo is resized to it before the network. About 1.4 times the training crop.</summary>
    public int LongSide { get; init; } = 353;

    /// <summary>Image pixels a map pixel, >= 1: maps are ceil(H / MapStride) x ceil(W / MapStride).</summary>
    public int MapStride { get; init; } = 4;

    /// <summary>
    /// How maps are read off the trained classifier. Gradients are computed in float32, whatever
    /// <see cref="TrainingOptions.Precision"/> says.
    /// </summary>
    public MapMethod Method { get; init; } = MapMethod.Cam;

    /// <summary>
    /// Of which backbone features <see cref="MapMethod.GradCam"/> and <see cref="MapMethod.GradCamPlusPlus"/> show the evidence, 1 to 4:
    /// those at stride 4, 8, 16 and 32, or at the output stride where that is less. 4 is the last layer, and the only one that
    /// <see cref="MapMethod.Cam"/> has.
    /// </summary>
    public int Layer { get; init; } = LastLayer;

    /// <summary>
    /// Trains with SEAM, whose pixel correlation module then refines the maps (Wang et al., CVPR 2020); null trains on tags alone.
    /// </summary>
    public SeamOptions? Seam { get; init; }

    /// <summary>Trains with Puzzle-CAM (Jo and Yu, ICIP 2021); null trains on tags alone. Prediction is as without.</summary>
    public PuzzleOptions? Puzzle { get; init; }

    /// <summary>
    /// Sums the maps over small changes of the photo that make its objects clearer to the classifier (Lee et al., CVPR 2021); null leaves
    /// photos as they are. Slow: see <see cref="AdvCamOptions"/>.
    /// </summary>
    public AdvCamOptions? AdvCam { get; init; }

    /// <summary>Where a photo comes without tags, classes with at least this probability count as present; in [0, 1].</summary>
    public double PredictedTagThreshold { get; init; } = 0.5;

    /// <summary>
    /// The recipe that IRN trains its classifier with (Ahn et al., CVPR 2019, and its repository): ResNet-50 at stride 16, SGD at 0.1 with ten
    /// times that for the classifier, 5 epochs, crops of 512. Point <see cref="BackboneOptions.Weights"/> at ImageNet weights and use a GPU.
    /// </summary>
    public static ClassActivationOptions Paper { get; } = new()
    {
        Backbone = new() { Architecture = "resnet50", FreezeBatchNorm = true },
        Augmentation = new() { CropSize = 512, Mode = CropMode.ScaleCrop, ScaleMin = 0.64, ScaleMax = 1.28, ColorJitter = 0 },
        Optimizer = OptimizerKind.Sgd, LearningRate = 0.1, HeadLearningRate = 1, WeightDecay = 1e-4, WarmupSteps = 0, LongSide = 500
    };

    private const int LastLayer = 4;

    /// <summary>Whether maps come from gradients.</summary>
    internal bool UsesGradients => Method != MapMethod.Cam || AdvCam is not null;

    /// <summary>These options of training, with those of prediction taken from <paramref name="other"/>.</summary>
    internal ClassActivationOptions Predicting(ClassActivationOptions other) => this with
    {
        ImageColumn = other.ImageColumn, TagsColumn = other.TagsColumn, CamColumn = other.CamColumn,
        ProbabilitiesColumn = other.ProbabilitiesColumn, PredictionBatch = other.PredictionBatch, Threads = other.Threads,
        Precision = other.Precision, Scales = other.Scales, Flip = other.Flip, LongSide = other.LongSide, MapStride = other.MapStride,
        PredictedTagThreshold = other.PredictedTagThreshold, Method = other.Method, Layer = other.Layer, AdvCam = other.AdvCam
    };

    internal override void Validate()
    {
        base.Validate();
        RequireName(TagsColumn);
        RequireName(CamColumn);
        RequireName(ProbabilitiesColumn);
        Require(Scales is { Count: >= 1 and <= 8 } && Scales.All(s => s is > 0 and <= 4),
            Scales is null ? "null" : string.Join(", ", Scales), "1 to 8 factors in (0, 4]", nameof(Scales));
        Require(LongSide >= 16, LongSide, "at least 16 pixels");
        Require(MapStride >= 1, MapStride, "at least 1 pixel");
        Require(PredictedTagThreshold is >= 0 and <= 1, PredictedTagThreshold, "a probability");
        Require(Enum.IsDefined(Method), Method, string.Join(", ", Enum.GetNames<MapMethod>()));
        Require(Layer is >= 1 and <= LastLayer, Layer, "1 to 4");
        Require(Method != MapMethod.Cam || Layer == LastLayer, Layer, "4 with Method Cam, or another Method, such as GradCam");
        ValidateSeam();
        ValidatePuzzle();
        ValidateAdvCam();
    }

    private void ValidateSeam()
    {
        if (Seam is null)
            return;
        Require(Seam.Scale is >= 0.1 and <= 0.9, Seam.Scale, "a share of the crop's side in [0.1, 0.9], such as 0.3");
        Require(Seam.EquivarianceWeight >= 0 && double.IsFinite(Seam.EquivarianceWeight), Seam.EquivarianceWeight, "0 or more, such as 1");
        Require(Seam.CrossWeight >= 0 && double.IsFinite(Seam.CrossWeight), Seam.CrossWeight, "0 or more, such as 1");
        Require(Seam.HardShare is > 0 and <= 1, Seam.HardShare, "a share in (0, 1], such as 0.2");
        Require(Seam.CorrelationStride is 4 or 8 or 16 or 32, Seam.CorrelationStride, "4, 8, 16 or 32 pixels");
        Require(Puzzle is null, "set", "null with Seam: the two are trainings of their own", nameof(Puzzle));
        Require(Method == MapMethod.Cam, Method, "Cam with Seam, whose maps come from its correlation module");
        Require(AdvCam is null, "set", "null with Seam, whose maps come from its correlation module", nameof(AdvCam));
    }

    private void ValidatePuzzle()
    {
        if (Puzzle is null)
            return;
        Require(Puzzle.Weight >= 0 && double.IsFinite(Puzzle.Weight), Puzzle.Weight, "0 or more, such as 4");
        Require(Puzzle.RisesOver is > 0 and <= 1, Puzzle.RisesOver, "a share of training in (0, 1], such as 0.5");
        // Only there do the features of four quarters, put together, lie where those of the whole do.
        int tile = 2 * Backbone.OutputStride, side = Augmentation.CropSize;
        Require(side - side % 2 is var even && even > 0 && even % tile == 0, side, $"with Puzzle a multiple of {tile} (twice the output " +
            $"stride), or one more, such as {Math.Max(1, side / tile) * tile + 1}", "Augmentation.CropSize");
    }

    private void ValidateAdvCam()
    {
        if (AdvCam is null)
            return;
        Require(AdvCam.Iterations is >= 1 and <= 200, AdvCam.Iterations, "1 to 200");
        Require(AdvCam.StepSize is > 0 and <= 1, AdvCam.StepSize, "a number in (0, 1], such as 0.08");
        Require(AdvCam.Regularization >= 0 && double.IsFinite(AdvCam.Regularization), AdvCam.Regularization, "0 or more, such as 7");
        Require(AdvCam.Threshold is >= 0 and <= 1, AdvCam.Threshold, "a share of a map's maximum in [0, 1]");
        Require(Method == MapMethod.Cam, Method, "Cam with AdvCam, which sums those maps");
    }
}
