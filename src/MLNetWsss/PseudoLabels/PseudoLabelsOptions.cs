using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.PseudoLabels;

/// <summary>How the background gets a score to compete with the classes' maps.</summary>
public enum BackgroundRule
{
    /// <summary>One score everywhere: <see cref="PseudoLabelsOptions.Threshold"/>.</summary>
    Threshold,

    /// <summary>(1 - max)^<see cref="PseudoLabelsOptions.Power"/>, where max is the pixel's highest class score (PSA, Ahn and Kwak, CVPR 2018,
    /// section 3.2).</summary>
    Power,

    /// <summary>A threshold an image, chosen by Otsu's criterion (IEEE Trans. SMC 1979) over its maximum map: needs no ground truth.</summary>
    Otsu
}

/// <summary>Options of <see cref="PseudoLabelsEstimator"/>.</summary>
public sealed record PseudoLabelsOptions : StageOptions
{
    /// <summary>Column with the maps, in [0, 1].</summary>
    public string CamColumn { get; init; } = "Cam";

    /// <summary>Column with the tags; where it is present only tagged classes are labelled.</summary>
    public string TagsColumn { get; init; } = "Tags";

    /// <summary>Written: the masks, 0 background, 1 … K classes, 255 ignore, at the photo's size where photos are present.</summary>
    public string MaskColumn { get; init; } = "Mask";

    /// <summary>How the background is scored.</summary>
    public BackgroundRule Background { get; init; } = BackgroundRule.Threshold;

    /// <summary>Background score of <see cref="BackgroundRule.Threshold"/>, in [0, 1]. Lower finds more of each object and more of its
    /// surroundings.</summary>
    public double Threshold { get; init; } = 0.3;

    /// <summary>
    /// Exponent of <see cref="BackgroundRule.Power"/>, > 0: higher leaves less background. PSA uses 4 to 32. Multi-scale maps of a
    /// MobileNetV2 gave the best masks at 2 to 2.5 (see the stage's README); a dense CRF then takes away again what is too much.
    /// </summary>
    public double Power { get; init; } = 2.5;

    /// <summary>Pixels whose best class is within this of the background score are ignored, in [0, 1).</summary>
    public double UncertainMargin { get; init; } = 0.05;

    /// <summary>Pixels whose two best classes are within this of each other, and both above the background, are ignored, in [0, 1).</summary>
    public double ConflictMargin { get; init; } = 0.05;

    /// <summary>Refinement by colour: a dense conditional random field after the scores; null leaves it out. Needs the photos.</summary>
    public DenseCrfOptions? DenseCrf { get; init; }

    /// <summary>With <see cref="DenseCrf"/>: pixels whose best label has less than this probability are ignored, in [0, 1].</summary>
    public double CrfConfidence { get; init; } = 0.6;

    internal override void Validate()
    {
        base.Validate();
        RequireName(CamColumn);
        RequireName(TagsColumn);
        RequireName(MaskColumn);
        DenseCrf?.Validate();
        Require(Enum.IsDefined(Background), Background, "Threshold, Power or Otsu");
        Require(Threshold is >= 0 and <= 1, Threshold, "a score from 0 to 1");
        Require(Power > 0 && double.IsFinite(Power), Power, "a positive exponent, often 1 to 4");
        Require(UncertainMargin is >= 0 and < 1, UncertainMargin, "0 or more and below 1");
        Require(ConflictMargin is >= 0 and < 1, ConflictMargin, "0 or more and below 1");
        Require(CrfConfidence is >= 0 and <= 1, CrfConfidence, "a probability");
    }
}
