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
    }
}
