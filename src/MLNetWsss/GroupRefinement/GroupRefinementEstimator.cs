using System.Runtime.InteropServices;
using Microsoft.ML.Runtime;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.GroupRefinement;

/// <summary>
/// Trains a classifier of tags together with a graph over groups of photos that share a class, whose maps complete each other
/// (Li et al., AAAI 2021). Image + Tags (+ Cam) -> Cam, TagProbabilities, GroupMask.
/// </summary>
public sealed class GroupRefinementEstimator : TrainedStageEstimator<GroupRefinementTransformer, GroupRefinementNetwork>
{
    /// <summary>A class that the graph gives less than this is not recorded (the authors' code).</summary>
    private const float LeastRecorded = 0.1f;

    private readonly GroupRefinementOptions _options;

    internal GroupRefinementEstimator(IHostEnvironment environment, GroupRefinementOptions options)
        : base(environment, options, ColumnsOf(options)) => _options = options;

    internal static StageColumns ColumnsOf(GroupRefinementOptions options)
    {
        var tags = new StageColumn(options.TagsColumn, ColumnKind.Vector);
        var cam = new StageColumn(options.CamColumn, ColumnKind.Maps);
        return new StageColumns
        {
            Reads = [new(options.ImageColumn, ColumnKind.Image)],
            Uses = [tags, cam, new(options.SaliencyColumn, ColumnKind.Maps)],
            Trains = [tags],
            Writes = [cam, new(options.ProbabilitiesColumn, ColumnKind.Vector), new(options.MaskColumn, ColumnKind.Labels)]
        };
    }

    // Maps and saliency are for prediction; reading them in training would compute the stages before this one for nothing.
    private protected override bool IsTrainedOn(StageColumn column) => Columns.Reads.Contains(column) || Columns.Trains.Contains(column);

    private protected override GroupRefinementNetwork CreateNetwork(IReadOnlyList<string> classNames, Generator generator) =>
        new(_options, classNames.Count, generator);

    private protected override Func<GroupRefinementNetwork, TrainingBatch, Loss> LossFor(
        SampleStore store, IReadOnlyList<string> classNames, IChannel channel) =>
        (network, batch) => LossOf(network.Groups(batch.Images()), batch);

    private protected override TrainingPlan<GroupRefinementNetwork> PlanTraining(
        SampleStore store, IReadOnlyList<string> classNames, IChannel channel, long seed)
    {
        CheckTags(store, classNames, channel);
        var tags = Enumerable.Range(0, store.Count).Select(i => store[i].Get<float[]>(Columns.Trains[0])).ToArray();
        var sampler = new GroupSampler(tags, _options.GroupSize, seed);
        int groups = Math.Max(1, Math.Min(_options.BatchSize, store.Count) / _options.GroupSize), size = groups * _options.GroupSize;
        long batches = Math.Max(1, store.Count / size);
        var plan = new BatchPlan(size, batches, epoch => sampler.Epoch(epoch, (int)batches * groups));
        if (!_options.AccumulateMaps)
            return new(LossFor(store, classNames, channel), plan);
        var record = new OnlineAccumulation(classNames.Count);
        return new((network, batch) =>
        {
            var output = network.Groups(batch.Images());
            if (batch.Step >= batches)
                Record(record, output, batch, store);
            return LossOf(output, batch);
        }, plan, record);
    }

    private Loss LossOf(GroupOutput output, TrainingBatch batch)
    {
        var (before, behind) = GroupRefinementLosses.Terms(output.Before, output.Behind, batch.Tags(), _options.ClassifierWeight);
        return new(("classifier", before), ("group", behind));
    }

    /// <summary>ReLU of the mean of the maps before and behind the graph, for the classes of each photo that the graph finds.</summary>
    private void Record(OnlineAccumulation record, GroupOutput output, TrainingBatch batch, SampleStore store)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var maps = output.MapsBefore.add(output.MapsBehind).mul(0.5).to(ScalarType.Float32).cpu().contiguous();
        var found = output.Behind.sigmoid().cpu().contiguous();
        float[] probabilities = MemoryMarshal.Cast<byte, float>(found.bytes).ToArray();
        var (classes, height, width) = ((int)maps.shape[1], (int)maps.shape[2], (int)maps.shape[3]);
        var values = MemoryMarshal.Cast<byte, float>(maps.bytes);
        for (int n = 0; n < batch.Rows.Length; n++)
        {
            ulong photo = OnlineAccumulation.KeyOf(store[batch.Rows[n]].Get<RgbImage>(Columns.Reads[0]));
            for (int k = 0; k < classes; k++)
                if (batch.TagValues![n * classes + k] > 0.5f && probabilities[n * classes + k] >= LeastRecorded)
                {
                    var map = values.Slice((n * classes + k) * height * width, height * width);
                    record.Record(photo, k, batch.Crops[n], map, height, width);
                }
        }
    }

    private protected override GroupRefinementTransformer CreateTransformer(
        GroupRefinementNetwork network, IReadOnlyList<string> classNames) => CreateTransformer(network, classNames, null);

    private protected override GroupRefinementTransformer CreateTransformer(
        GroupRefinementNetwork network, IReadOnlyList<string> classNames, ITrainingRecord? record) =>
        new(Host, _options, network, classNames, (OnlineAccumulation?)record);

    private protected override IReadOnlyList<string> CountClasses(SampleStore store) =>
        ClassNames.Numbered(store[0].Get<float[]>(Columns.Trains[0]).Length);

    private void CheckTags(SampleStore store, IReadOnlyList<string> classNames, IChannel channel)
    {
        var images = TrainingTags.Check(store, Columns.Trains[0], classNames, channel);
        foreach (var (name, _) in classNames.Zip(images).Where(c => c.Second == 1))
            channel.Warning(MessageSensitivity.Schema, $"Only one training photo has the tag '{name}': no other can complete its maps.");
    }
}
