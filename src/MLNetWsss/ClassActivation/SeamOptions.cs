namespace MLNetWsss.ClassActivation;

/// <summary>
/// Training with SEAM (Wang et al., CVPR 2020; constants of the authors' code): maps of a photo and of its smaller copy must agree, and
/// maps refined by a pixel correlation module teach the plain ones.
/// </summary>
public sealed record SeamOptions
{
    /// <summary>Side of the smaller copy as a share of the crop, in [0.1, 0.9].</summary>
    public double Scale { get; init; } = 0.3;

    /// <summary>Weight, >= 0, of the difference between the maps of both copies (equivariant regularization, ER).</summary>
    public double EquivarianceWeight { get; init; } = 1;

    /// <summary>
    /// Weight, >= 0, of the difference between each copy's maps and the other's refined ones (equivariant cross regularization, ECR).
    /// </summary>
    public double CrossWeight { get; init; } = 1;

    /// <summary>Share of the largest differences, in (0, 1], that the cross term averages.</summary>
    public double HardShare { get; init; } = 0.2;

    /// <summary>
    /// Image pixels between pixels that are compared: 4, 8, 16 or 32. The authors' is 8. Work and memory of the comparison grow with the
    /// square of the pixels' number: at 8 a photo of 705 x 529 has 5,963 of them and the table of their likeness takes 142 MB.
    /// </summary>
    public int CorrelationStride { get; init; } = 8;
}
