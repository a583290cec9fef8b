using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.PseudoLabels;

/// <summary>Writes a mask for each row's class activation maps; rows of a batch are worked on in parallel.</summary>
public sealed class PseudoLabelsTransformer : StageTransformer, ILoadableStage<PseudoLabelsTransformer>
{
    private readonly PseudoLabeler _labeler;
    private readonly StageColumn _cam, _image, _tags, _mask;

    internal PseudoLabelsTransformer(IHostEnvironment environment, PseudoLabelsOptions options)
        : base(environment, options, PseudoLabelsEstimator.ColumnsOf(options), [])
    {
        _labeler = new(options, options.Pamr is null ? null : Devices.Choose(Host));
        (_cam, _image, _tags, _mask) = (Columns.Reads[0], Columns.Uses[0], Columns.Uses[1], Columns.Writes[0]);
    }

    /// <summary>The maps carry their classes' names; masks carry the same behind "background".</summary>
    internal override IReadOnlyList<string> ClassNamesFor(DataViewSchema input) => Pipeline.ClassNames.Find(input[_cam.Name]) ?? [];

    private protected override void Map(IReadOnlyList<StageRow> rows, IReadOnlySet<StageColumn> wanted) =>
        Parallel.ForEach(rows, row =>
        {
            var maps = row.Get<ScoreMaps>(_cam);
            var tags = row.Find<float[]>(_tags);
            if (tags is not null && tags.Length != maps.Classes)
                throw new InvalidOperationException($"A row has {tags.Length} tags in '{_tags.Name}' and {maps.Classes} maps in '{_cam.Name}'; " +
                    "expected as many. Both must come from the same list of classes.");
            if (tags is not null && Array.Exists(tags, float.IsNaN))
                throw new InvalidOperationException($"A row's tags in '{_tags.Name}' hold NaN; expected 1 (the class is in the photo) or 0 (it is " +
                    "not). Fill them, or leave the column out.");
            row.Set(_mask, _labeler.Label(maps, tags, row.Find<RgbImage>(_image)));
        });

    static PseudoLabelsTransformer ILoadableStage<PseudoLabelsTransformer>.Load(IHostEnvironment environment, StageArchive archive) =>
        Load(environment, archive);

    internal static new PseudoLabelsTransformer Load(IHostEnvironment environment, StageArchive archive) =>
        new(environment, archive.Options<PseudoLabelsOptions>());
}
