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
        CheckTags(store, classNames, channel);
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

    private void CheckTags(SampleStore store, IReadOnlyList<string> classNames, IChannel channel)
    {
        var images = new int[classNames.Count];
        for (int i = 0; i < store.Count; i++)
        {
            float[] tags = store[i].Get<float[]>(Columns.Trains[0]);
            if (tags.Length != classNames.Count)
                throw new InvalidOperationException($"Row {i}: column '{_options.TagsColumn}' has {tags.Length} values, expected " +
                    $"{classNames.Count}, one for each of {string.Join(", ", classNames)}.");
            for (int k = 0; k < tags.Length; k++)
                if (tags[k] is not (0 or 1))
                    throw new InvalidOperationException($"Row {i}: tag '{classNames[k]}' in column '{_options.TagsColumn}' is {tags[k]}; " +
                        "expected 1 (the class is in the photo) or 0 (it is not).");
                else if (tags[k] == 1)
                    images[k]++;
        }
        if (images.Sum() == 0)
            throw new InvalidOperationException($"Every tag in column '{_options.TagsColumn}' is 0: there is nothing to learn from. " +
                "Check the CSV of tags and the class names.");
        foreach (var (name, count) in classNames.Zip(images).Where(c => c.Second == 0))
            channel.Warning(MessageSensitivity.Schema, $"No training photo has the tag '{name}': its maps will be meaningless.");
    }
}
