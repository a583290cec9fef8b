namespace MLNetWsss.ClassActivation;

/// <summary>
/// How a photo is changed to show more of its objects (AdvCAM, Lee et al., CVPR 2021, section 3; constants of the authors' code). The price
/// is time: each class of a photo takes <see cref="Iterations"/> passes forward and back at each scale.
/// </summary>
public sealed record AdvCamOptions
{
    /// <summary>
    /// T, maps that are summed, 1 to 200: the photo's own and those of T - 1 changed photos. Scales below 1 take half as many, counted
    /// double. 27 in the authors' code; most of the gain comes with the first ten.
    /// </summary>
    public int Iterations { get; init; } = 27;

    /// <summary>
    /// How far the pixel with the largest gradient moves in one iteration, in (0, 1], in standard deviations of ImageNet's colours: 0.08 is
    /// 1.8 % of the way from black to white, whatever the network's own normalisation.
    /// </summary>
    public double StepSize { get; init; } = 0.08;

    /// <summary>
    /// Weight, >= 0, of the change of the map where it is above <see cref="Threshold"/>: what is found already shall stay as it is, so that
    /// what is found besides has a chance. The change is a mean over positions, as logits are; the authors' code sums it, which with their
    /// 7 holds a map of 22 x 17 positions 374 times as tightly.
    /// </summary>
    public double Regularization { get; init; } = 7;

    /// <summary>Share of a map's maximum, in [0, 1], above which <see cref="Regularization"/> holds it.</summary>
    public double Threshold { get; init; } = 0.5;
}
