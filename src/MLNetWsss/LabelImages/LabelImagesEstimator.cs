using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNetWsss.Pipeline;

namespace MLNetWsss.LabelImages;

/// <summary>Turns masks into images that people can look at, and into vectors. Prediction (+ Image) -> PredictionImage. Learns nothing.</summary>
public sealed class LabelImagesEstimator : StageEstimator<LabelImagesTransformer>
{
    private readonly LabelImagesOptions _options;

    internal LabelImagesEstimator(IHostEnvironment environment, LabelImagesOptions options)
        : base(environment, options, ColumnsOf(options)) => _options = options;

    internal static StageColumns ColumnsOf(LabelImagesOptions options)
    {
        var labels = new StageColumn(options.LabelsColumn, ColumnKind.Labels);
        var image = new StageColumn(options.OutputColumn, ColumnKind.Image);
        return new()
        {
            Reads = options.Opacity < 1 ? [labels, new(options.ImageColumn, ColumnKind.Image)] : [labels],
            Writes = options.VectorColumn is null ? [image] : [image, new(options.VectorColumn, ColumnKind.Numbers)]
        };
    }

    private protected override LabelImagesTransformer FitChecked(
        IDataView input, IReadOnlyList<(StageColumn, DataViewSchema.Column)> columns, IChannel channel) => new(Host, _options);
}
