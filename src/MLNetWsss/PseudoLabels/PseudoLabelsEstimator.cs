using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNetWsss.Pipeline;

namespace MLNetWsss.PseudoLabels;

/// <summary>Turns class activation maps into masks to train a segmentation network on. Cam (+ Image, Tags) -> Mask. Learns nothing.</summary>
public sealed class PseudoLabelsEstimator : StageEstimator<PseudoLabelsTransformer>
{
    private readonly PseudoLabelsOptions _options;

    internal PseudoLabelsEstimator(IHostEnvironment environment, PseudoLabelsOptions options)
        : base(environment, options, ColumnsOf(options)) => _options = options;

    internal static StageColumns ColumnsOf(PseudoLabelsOptions options) => new()
    {
        Reads = [new(options.CamColumn, ColumnKind.Maps)],
        Uses = [new(options.ImageColumn, ColumnKind.Image), new(options.TagsColumn, ColumnKind.Vector)],
        Writes = [new(options.MaskColumn, ColumnKind.Labels)]
    };

    private protected override PseudoLabelsTransformer FitChecked(
        IDataView input, IReadOnlyList<(StageColumn, DataViewSchema.Column)> columns, IChannel channel) => new(Host, _options);
}
