using System.Globalization;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.LabelImages;

/// <summary>Options of <see cref="LabelImagesEstimator"/>.</summary>
public sealed record LabelImagesOptions : StageOptions
{
    /// <summary>Column with the masks.</summary>
    public string LabelsColumn { get; init; } = "Prediction";

    /// <summary>Written: the masks as coloured images.</summary>
    public string OutputColumn { get; init; } = "PredictionImage";

    /// <summary>Written if not null: the masks as vectors of H x W numbers, row by row, for trainers and tools that take vectors.</summary>
    public string? VectorColumn { get; init; }

    /// <summary>Colours of labels 0, 1, … as "#rrggbb"; null takes VOC's, which has one for each of the 256 labels.</summary>
    public IReadOnlyList<string>? Colors { get; init; }

    /// <summary>1 shows the colours alone; less lays them over the photo, which must then be there. In (0, 1].</summary>
    public float Opacity { get; init; } = 1;

    /// <summary>The colours as a palette.</summary>
    internal Palette Palette => Colors is null ? Palette.Voc : Palette.FromColors([.. Colors.Select(c => Parse(c)!.Value)]);

    internal override void Validate()
    {
        base.Validate();
        RequireName(LabelsColumn);
        RequireName(OutputColumn);
        if (VectorColumn is not null)
            RequireName(VectorColumn);
        Require(Opacity is > 0 and <= 1, Opacity, "above 0 and at most 1");
        Require(Colors is null or { Count: >= 1 and <= 256 } && Colors?.All(c => Parse(c) is not null) != false,
            Colors is null ? null : string.Join(", ", Colors), "1 to 256 colours such as \"#80ff00\"", nameof(Colors));
    }

    private static (byte R, byte G, byte B)? Parse(string? color) => color is ['#', _, _, _, _, _, _]
        && int.TryParse(color.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int rgb)
            ? ((byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb) : null;
}
