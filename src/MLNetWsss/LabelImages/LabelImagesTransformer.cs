using Microsoft.ML.Runtime;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.LabelImages;

/// <summary>Writes each mask as a coloured image, alone or over its photo, and as a vector where one is asked for.</summary>
public sealed class LabelImagesTransformer : StageTransformer, ILoadableStage<LabelImagesTransformer>
{
    private readonly LabelImagesOptions _options;
    private readonly Palette _palette;

    internal LabelImagesTransformer(IHostEnvironment environment, LabelImagesOptions options)
        : base(environment, options, LabelImagesEstimator.ColumnsOf(options), []) => (_options, _palette) = (options, options.Palette);

    private protected override void Map(IReadOnlyList<StageRow> rows, IReadOnlySet<StageColumn> wanted)
    {
        foreach (var row in rows)
        {
            var labels = row.Get<LabelMap>(Columns.Reads[0]);
            if (wanted.Contains(Columns.Writes[0]))
                row.Set(Columns.Writes[0], _options.Opacity < 1
                    ? labels.Overlay(row.Get<RgbImage>(Columns.Reads[1]), _palette, _options.Opacity)
                    : labels.Colorize(_palette));
            if (Columns.Writes.Count > 1)
                row.Set(Columns.Writes[1], labels.ToVector());
        }
    }

    static LabelImagesTransformer ILoadableStage<LabelImagesTransformer>.Load(IHostEnvironment environment, StageArchive archive) =>
        Load(environment, archive);

    internal static new LabelImagesTransformer Load(IHostEnvironment environment, StageArchive archive) =>
        new(environment, archive.Options<LabelImagesOptions>());
}
