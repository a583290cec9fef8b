using Microsoft.ML.Runtime;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using static TorchSharp.torch;

namespace MLNetWsss.PairwiseAffinity;

/// <summary>A trained affinity network that refines each row's maps by a random walk.</summary>
public sealed class PairwiseAffinityTransformer : StageTransformer, ILoadableStage<PairwiseAffinityTransformer>
{
    private readonly PairwiseAffinityOptions _options;
    private readonly PairwiseAffinityNetwork _network;
    private readonly NetworkRunner<PairwiseAffinityNetwork> _runner;
    private readonly AffinityWalk _walk;
    private readonly StageColumn _image, _cam, _tags, _refined;

    internal PairwiseAffinityTransformer(
        IHostEnvironment environment, PairwiseAffinityOptions options, PairwiseAffinityNetwork network, IReadOnlyList<string> classNames)
        : base(environment, options = NetworkRunner<PairwiseAffinityNetwork>.Saved(options, network),
            PairwiseAffinityEstimator.ColumnsOf(options), classNames)
    {
        (_options, _network) = (options, network);
        (_image, _cam, _tags, _refined) = (Columns.Reads[0], Columns.Reads[1], Columns.Uses[0], Columns.Writes[0]);
        _runner = new(Host, network, options);
        _walk = new(options);
    }

    private protected override void Map(IReadOnlyList<StageRow> rows, IReadOnlySet<StageColumn> wanted)
    {
        var images = rows.Select(r => r.Get<RgbImage>(_image)).ToArray();
        foreach (var row in rows)
            PairwiseAffinityEstimator.Check($"A row's '{_cam.Name}'", row.Get<ScoreMaps>(_cam), row.Find<float[]>(_tags), ClassNames.Count);
        var seen = _runner.Maps(images, [1], _options.Flip, _options.LongSide, _options.WalkStride, Seen);
        Parallel.For(0, rows.Count, n =>
            rows[n].Set(_refined, _walk.Refine(rows[n].Get<ScoreMaps>(_cam), rows[n].Find<float[]>(_tags), images[n], seen[n])));
    }

    private Tensor Seen(PairwiseAffinityNetwork network, Tensor x) =>
        _options.Mode == AffinityMode.Psa ? network.call(x) : network.call(x).sigmoid();

    private protected override void Store(StageArchive archive) => _runner.Store(archive);

    static PairwiseAffinityTransformer ILoadableStage<PairwiseAffinityTransformer>.Load(IHostEnvironment environment, StageArchive archive) =>
        Load(environment, archive);

    internal static new PairwiseAffinityTransformer Load(IHostEnvironment environment, StageArchive archive)
    {
        var options = archive.Options<PairwiseAffinityOptions>();
        var network = NetworkRunner<PairwiseAffinityNetwork>.Load(archive, options, (backbone, generator) =>
            new PairwiseAffinityNetwork(backbone, options.Head, options.Mode, generator));
        return new(environment, options, network, archive.ClassNames);
    }

    private protected override void Release() => _network.Dispose();
}
