using Microsoft.ML.Runtime;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using TorchSharp;

namespace MLNetWsss.PairwiseAffinity;

/// <summary>
/// Learns from the sure parts of class activation maps which neighbouring pixels belong together (PSA, Ahn and Kwak, CVPR 2018; IRN, Ahn,
/// Cho and Kwak, CVPR 2019). Image + Cam (+ Tags) -> Cam.
/// </summary>
public sealed class PairwiseAffinityEstimator : TrainedStageEstimator<PairwiseAffinityTransformer, PairwiseAffinityNetwork>
{
    private readonly PairwiseAffinityOptions _options;

    internal PairwiseAffinityEstimator(IHostEnvironment environment, PairwiseAffinityOptions options)
        : base(environment, options, ColumnsOf(options)) => _options = options;

    internal static StageColumns ColumnsOf(PairwiseAffinityOptions options) => new()
    {
        Reads = [new(options.ImageColumn, ColumnKind.Image), new(options.CamColumn, ColumnKind.Maps)],
        Uses = [new(options.TagsColumn, ColumnKind.Vector)],
        Writes = [new(options.RefinedColumn, ColumnKind.Maps)]
    };

    private protected override PairwiseAffinityNetwork CreateNetwork(IReadOnlyList<string> classNames, torch.Generator generator) =>
        new(_options.Backbone, _options.Head, _options.Mode, generator);

    private protected override Func<PairwiseAffinityNetwork, TrainingBatch, Loss> LossFor(
        SampleStore store, IReadOnlyList<string> classNames, IChannel channel)
    {
        for (int i = 0; i < store.Count; i++)
            Check(store.NameOf(i), store[i].Get<ScoreMaps>(Columns.Reads[1]), store[i].Find<float[]>(Columns.Uses[0]), classNames.Count);
        var pairs = new PixelPairs(_options.TrainingRadius);
        return (network, batch) => Terms(network, batch, pairs);
    }

    private Loss Terms(PairwiseAffinityNetwork network, TrainingBatch batch, PixelPairs pairs)
    {
        var (output, displacements) = network.OutputAndDisplacements(batch.Images());
        // A step of the grid stands over every stride-th pixel: both sides of the crop begin with pixel 0.
        var (from, to) = pairs.Ends(batch.Labels().slice(1, 0, batch.CropSize, network.Stride).slice(2, 0, batch.CropSize, network.Stride));
        var affinities = _options.Mode == AffinityMode.Psa ? pairs.OfFeatures(output) : pairs.OfBorders(output.sigmoid().squeeze(1));
        var (background, objects, borders) = PairwiseAffinityLosses.PairLosses(affinities, from, to);
        if (displacements is null)
            return new(("background", background), ("objects", objects), ("borders", borders));
        var (toOnePlace, equal) = pairs.OfDisplacements(displacements);
        return new(("background", background), ("objects", objects), ("borders", borders),
            ("displacements", PairwiseAffinityLosses.DisplacementLoss(toOnePlace, equal, from, to)));
    }

    private protected override Func<int, LabelMap> Supervise(SampleStore store, IChannel channel)
    {
        var labeler = new ReliableLabels(_options.Labels);
        var labels = new KeptLabels(row => labeler.Label(row.Get<ScoreMaps>(Columns.Reads[1]), row.Find<float[]>(Columns.Uses[0]),
            row.Get<RgbImage>(Columns.Reads[0])), _options).Make(store, channel);
        if (labels.All(l => !l.Labels.ContainsAnyExcept(LabelMap.Ignore)))
            throw new InvalidOperationException($"No pixel of any photo is sure enough to learn from: the maps in '{_options.CamColumn}' are " +
                "empty, or Labels.ForegroundPower and Labels.BackgroundPower are too far apart.");
        return row => labels[row];
    }

    private protected override PairwiseAffinityTransformer CreateTransformer(
        PairwiseAffinityNetwork network, IReadOnlyList<string> classNames) => new(Host, _options, network, classNames);

    private protected override IReadOnlyList<string> CountClasses(SampleStore store) =>
        ClassNames.Numbered(store[0].Get<ScoreMaps>(Columns.Reads[1]).Classes);

    /// <summary>Refuses maps and tags that nothing can be made of.</summary>
    internal static void Check(string row, ScoreMaps maps, float[]? tags, int classes)
    {
        if (maps.Classes != classes)
            throw new InvalidOperationException($"{row}: there are {maps.Classes} maps, expected {classes}, one a class. Give the maps of the " +
                "classes that the stage knows, in their order.");
        if (maps.Classes >= LabelMap.Ignore)
            throw new InvalidOperationException($"{row}: there are {maps.Classes} maps, and labels of 8 bits hold at most 254 classes beside " +
                "the background and 255, which is ignored. Split the classes into several sets.");
        if (maps.Scores.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            throw new InvalidOperationException($"{row}: the maps hold NaN or an infinite score; expected finite scores in [0, 1]. Find the " +
                "step that divides by zero, or replace such scores by 0.");
        if (tags is not null && tags.Length != maps.Classes)
            throw new InvalidOperationException($"{row}: there are {tags.Length} tags and {maps.Classes} maps; expected as many. Both must " +
                "come from the same list of classes.");
        if (tags is not null && Array.Exists(tags, float.IsNaN))
            throw new InvalidOperationException($"{row}: the tags hold NaN; expected 1 (the class is in the photo) or 0 (it is not). Fill " +
                "them, or leave the column out.");
    }
}
