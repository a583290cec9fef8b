using MLNetWsss.Backbones;
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

    /// <summary>
    /// Refinement by colour: scores walk to pixels of like colour before anything else happens to them; null leaves it out. Needs the
    /// photos. With <see cref="BackgroundRule.Power"/> the background walks along, as PSA's does; with the other rules the walked scores are
    /// divided by the photo's highest and meet their threshold then, as IRN's do.
    /// </summary>
    public RandomWalkOptions? RandomWalk { get; init; }

    /// <summary>Photo pixels a step of the walk's grid, 1 to 64 (IRN: 4; PSA: 8).</summary>
    public int WalkStride { get; init; } = 4;

    /// <summary>The walk's neighbours are closer than this many steps of the grid, 2 to 16 (PSA and IRN: 5).</summary>
    public int WalkRadius { get; init; } = 5;

    /// <summary>
    /// Difference of colour, in levels of 0..255, at which the likeness of two pixels has fallen to exp(-1/2); above 0. The walk raises
    /// likeness to its power beta, so with <see cref="RandomWalkOptions.Psa"/>'s 8 this deviation acts as one of 24 / sqrt(8) = 8.5.
    /// </summary>
    public double WalkColorDeviation { get; init; } = 24;

    /// <summary>
    /// Pixel-adaptive refinement by colour, behind the walk and before the dense CRF, for which it can stand in; null leaves it out. Needs
    /// the photos.
    /// </summary>
    public PamrOptions? Pamr { get; init; }

    /// <summary>Photo pixels a pixel that <see cref="Pamr"/> works on, 1 to 64. 2 takes a quarter of the time.</summary>
    public int PamrStride { get; init; } = 2;

    /// <summary>
    /// Refinement by colour: a dense conditional random field over the scores, behind the walk; null leaves it out. Needs the photos.
    /// </summary>
    public DenseCrfOptions? DenseCrf { get; init; }

    /// <summary>With <see cref="DenseCrf"/>: pixels whose best label has less than this probability are ignored, in [0, 1].</summary>
    public double CrfConfidence { get; init; } = 0.6;

    internal override void Validate()
    {
        base.Validate();
        RequireName(CamColumn);
        RequireName(TagsColumn);
        RequireName(MaskColumn);
        RandomWalk?.Validate();
        Pamr?.Validate();
        DenseCrf?.Validate();
        Require(WalkStride is >= 1 and <= 64, WalkStride, "1 to 64 pixels");
        Require(WalkRadius is >= 2 and <= RandomWalkNeighborhood.MaxRadius, WalkRadius, $"2 to {RandomWalkNeighborhood.MaxRadius} steps");
        Require(WalkColorDeviation > 0 && double.IsFinite(WalkColorDeviation), WalkColorDeviation, "a positive number of levels, often 10 to 60");
        Require(PamrStride is >= 1 and <= 64, PamrStride, "1 to 64 pixels");
        Require(Enum.IsDefined(Background), Background, "Threshold, Power or Otsu");
        Require(Threshold is >= 0 and <= 1, Threshold, "a score from 0 to 1");
        Require(Power > 0 && double.IsFinite(Power), Power, "a positive exponent, often 1 to 4");
        Require(UncertainMargin is >= 0 and < 1, UncertainMargin, "0 or more and below 1");
        Require(ConflictMargin is >= 0 and < 1, ConflictMargin, "0 or more and below 1");
        Require(CrfConfidence is >= 0 and <= 1, CrfConfidence, "a probability");
    }
}
