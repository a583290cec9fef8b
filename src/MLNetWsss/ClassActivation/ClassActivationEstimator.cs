using Microsoft.ML.Runtime;
using MLNetWsss.Pipeline;
using TorchSharp;

namespace MLNetWsss.ClassActivation;

/// <summary>
/// Trains a classifier from image tags alone and reads off where it looked: class activation maps (Zhou et al., CVPR 2016, section 2).
/// Image + Tags -> Cam, TagProbabilities.
/// </summary>
public sealed class ClassActivationEstimator : TrainedStageEstimator<ClassActivationTransformer, ClassActivationNetwork>
{
    private readonly ClassActivationOptions _options;

    internal ClassActivationEstimator(IHostEnvironment environment, ClassActivationOptions options)
        : base(environment, options, ColumnsOf(options)) => _options = options;

    internal static StageColumns ColumnsOf(ClassActivationOptions options)
    {
        var tags = new StageColumn(options.TagsColumn, ColumnKind.Vector);
        return new StageColumns
        {
            Reads = [new(options.ImageColumn, ColumnKind.Image)],
            Uses = [tags],
            Trains = [tags],
            Writes = [new(options.CamColumn, ColumnKind.Maps), new(options.ProbabilitiesColumn, ColumnKind.Vector)]
        };
    }

    private protected override ClassActivationNetwork CreateNetwork(IReadOnlyList<string> classNames, torch.Generator generator) =>
        new(_options.Backbone, classNames.Count, generator, _options.Seam);

    private protected override Func<ClassActivationNetwork, TrainingBatch, Loss> LossFor(
        SampleStore store, IReadOnlyList<string> classNames, IChannel channel)
    {
        TrainingTags.Check(store, Columns.Trains[0], classNames, channel);
        if (_options.Seam is { } seam)
            return (network, batch) => SeamLosses.Of(network, batch.Images(), batch.Tags(), seam);
        if (_options.Puzzle is { } puzzle)
            return (network, batch) => PuzzleLosses.Of(network, batch.Images(), batch.Tags(), batch.Progress, puzzle);
        return (network, batch) => new(("tags", ClassActivationLosses.TagLoss(network.call(batch.Images()), batch.Tags())));
    }

    private protected override ClassActivationTransformer CreateTransformer(ClassActivationNetwork network, IReadOnlyList<string> classNames) =>
        new(Host, _options, network, classNames);

    private protected override IReadOnlyList<string> CountClasses(SampleStore store) =>
        ClassNames.Numbered(store[0].Get<float[]>(Columns.Trains[0]).Length);
}
