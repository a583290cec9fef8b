using Microsoft.ML.Runtime;
using MLNetWsss.Pipeline;
using TorchSharp;

namespace MLNetWsss.AuxiliaryAffinity;

/// <summary>
/// Trains one network to classify, to find what is salient and to segment, from image tags and saliency maps; an affinity that it learns
/// along the way improves the labels from round to round (AuxSegNet, Xu et al., ICCV 2021).
/// Image + Tags (+ Saliency) -> Cam, RefinedSaliency, Mask, Prediction.
/// </summary>
public sealed class AuxiliaryAffinityEstimator : TrainedStageEstimator<AuxiliaryAffinityTransformer, AuxiliaryAffinityNetwork>
{
    private readonly AuxiliaryAffinityOptions _options;

    internal AuxiliaryAffinityEstimator(IHostEnvironment environment, AuxiliaryAffinityOptions options)
        : base(environment, options, ColumnsOf(options)) => _options = options;

    internal static StageColumns ColumnsOf(AuxiliaryAffinityOptions options)
    {
        var tags = new StageColumn(options.TagsColumn, ColumnKind.Vector);
        StageColumn[] seeds = options.SeedsColumn is { } name ? [new(name, ColumnKind.Maps)] : [];
        return new StageColumns
        {
            Reads = [new(options.ImageColumn, ColumnKind.Image)],
            Uses = [tags, new(options.SaliencyColumn, ColumnKind.Maps), .. seeds],
            Trains = [tags, .. seeds],
            Writes =
            [
                new(options.CamColumn, ColumnKind.Maps), new(options.RefinedSaliencyColumn, ColumnKind.Maps),
                new(options.MaskColumn, ColumnKind.Labels), new(options.PredictionColumn, ColumnKind.Labels)
            ]
        };
    }

    private protected override AuxiliaryAffinityNetwork CreateNetwork(IReadOnlyList<string> classNames, torch.Generator generator) =>
        new(_options.Backbone, _options.Head, classNames.Count, _options.SaliencyWeight > 0, generator);

    private protected override Func<AuxiliaryAffinityNetwork, TrainingBatch, Loss> LossFor(
        SampleStore store, IReadOnlyList<string> classNames, IChannel channel)
    {
        TrainingTags.Check(store, Columns.Trains[0], classNames, channel);
        return (network, batch) => LossOf(_options, network.call(batch.Images()), batch);
    }

    /// <summary>The weighted sum of all tasks' losses.</summary>
    internal static Loss LossOf(AuxiliaryAffinityOptions options, AuxiliaryOutputs outputs, TrainingBatch batch)
    {
        var (labels, saliency) = (batch.Labels(), batch.Labels(1));
        if (options.PaddingIsBackground)
        {
            // Saliency is unknown outside the photo alone.
            var padding = saliency.eq(255L);
            (labels, saliency) = (labels.masked_fill(padding, 0), saliency.masked_fill(padding, 0));
        }
        var terms = new List<(string, torch.Tensor)>();
        if (options.ClassificationWeight > 0)
            terms.Add(("tags", AuxiliaryAffinityLosses.TagLoss(outputs.Tags, batch.Tags()) * options.ClassificationWeight));
        if (outputs.Saliency is { } salient)
            terms.Add(("saliency", AuxiliaryAffinityLosses.SaliencyLoss(salient, saliency) * options.SaliencyWeight));
        if (outputs.RefinedSaliency is { } refined)
            terms.Add(("refined saliency", AuxiliaryAffinityLosses.SaliencyLoss(refined, saliency) * options.SaliencyWeight));
        terms.Add(("pixels", AuxiliaryAffinityLosses.SegmentationLoss(outputs.Segmentation, labels) * options.SegmentationWeight));
        if (outputs.RefinedSegmentation is { } scores)
            terms.Add(("refined pixels", AuxiliaryAffinityLosses.SegmentationLoss(scores, labels) * options.SegmentationWeight));
        return new([.. terms]);
    }

    private protected override void Train(AuxiliaryAffinityNetwork network, TrainingPlan<AuxiliaryAffinityNetwork> plan,
        TrainingRuns<AuxiliaryAffinityNetwork> runs)
    {
        using var rounds = new AuxiliaryRounds(Host, _options, runs, () =>
        {
            using var generator = new torch.Generator(0, torch.CPU);
            return CreateNetwork(runs.ClassNames, generator);
        });
        rounds.Run(network, plan);
    }

    private protected override AuxiliaryAffinityTransformer CreateTransformer(
        AuxiliaryAffinityNetwork network, IReadOnlyList<string> classNames) => new(Host, _options, network, classNames);

    private protected override IReadOnlyList<string> CountClasses(SampleStore store) =>
        ClassNames.Numbered(store[0].Get<float[]>(Columns.Trains[0]).Length);
}
