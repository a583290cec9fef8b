using Microsoft.ML;
using MLNetWsss.Backbones;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Backbones;
using MLNetWsss.Tests.Testing;
using TorchSharp;

namespace MLNetWsss.Tests;

public sealed partial class StageContractTests
{
    [Theory, MemberData(nameof(Stages))]
    public void Two_fits_with_one_seed_agree_to_the_bit(string name)
    {
        var first = FittedStage.Of(name);
        using var second = FittedStage.Fit(first.Case, data: first.Data).Model;
        Assert.Equal(ArchiveBytes(first.Model), ArchiveBytes(second));
        Assert.Equal(
            RowDigest.Of(first.Model.Transform(first.Data), first.Written), RowDigest.Of(second.Transform(first.Data), first.Written));
    }

    [Theory, MemberData(nameof(TrainedStages))]
    public void Two_seeds_give_two_networks(string name)
    {
        var first = FittedStage.Of(name);
        using var second = FittedStage.Fit(first.Case, (TrainingOptions)first.Case.Options with { Seed = 2 }, first.Data).Model;
        Assert.NotEqual(first.Model.Archive()["weights"], second.Archive()["weights"]);
    }

    [Theory, MemberData(nameof(Stages))]
    public void Fit_leaves_options_and_data_alone(string name)
    {
        var stageCase = StageCase.Named(name);
        var data = stageCase.Data();
        string[] columns = [.. data.Schema.Select(c => c.Name)];
        string options = stageCase.Options.ToJson(), rows = RowDigest.Of(data, columns);
        using var model = FittedStage.Fit(stageCase, data: data).Model;
        Assert.Equal(options, stageCase.Options.ToJson());
        Assert.Equal(rows, RowDigest.Of(data, columns));
    }

    [Theory, MemberData(nameof(TrainedStages))]
    public void Fit_reads_its_data_once_and_only_what_it_asked_for(string name)
    {
        var readings = new Dictionary<string, int>();
        var stageCase = StageCase.Named(name);
        var data = stageCase.Data(count: 8, onRead: column => readings[column] = readings.GetValueOrDefault(column) + 1);
        using var model = FittedStage.Fit(stageCase, (TrainingOptions)stageCase.Options with { Epochs = 2 }, data).Model;
        Assert.All(readings, column => Assert.Equal(8, column.Value));
        Assert.DoesNotContain("Id", readings.Keys);
    }

    [Theory, MemberData(nameof(TrainedStages))]
    public void Every_parameter_moves_by_a_finite_step(string name)
    {
        using var folder = new ScratchFolder();
        var stageCase = StageCase.Named(name);
        // Two steps with a checkpoint after each. Without decay, only a gradient moves a parameter.
        var options = (TrainingOptions)stageCase.Options with
        {
            CheckpointFolder = folder.Path, CheckpointSteps = 1, WeightDecay = 0, WarmupSteps = 0, Optimizer = OptimizerKind.AdamW
        };
        using var model = FittedStage.Fit(stageCase, options).Model;
        // A stage of several rounds has a folder for each.
        string checkpoint = Directory.GetFiles(folder.Path, $"{stageCase.System}.checkpoint", SearchOption.AllDirectories).Order().Last();
        using var before = WeightsOf(checkpoint + ".previous");
        using var after = WeightsOf(checkpoint);
        Assert.NotEmpty(after.Tensors);
        foreach (var (key, tensor) in after.Tensors)
        {
            float[] now = tensor.ToFloats(), then = before.Tensors[key].ToFloats();
            Assert.True(now.All(float.IsFinite), $"{key} is not finite.");
            Assert.False(now.SequenceEqual(then), $"{key} did not move.");
        }
    }

    /// <summary>Where training ends, as a share of where it began, with four photos that never change.</summary>
    private const double OverfittedShare = 0.25;

    [Theory, MemberData(nameof(TrainedStages))]
    public void Four_images_can_be_overfitted(string name)
    {
        const int Steps = 100; // One an epoch.
        var losses = new List<IReadOnlyList<LossTerm>>();
        var stageCase = StageCase.Named(name);
        var options = (TrainingOptions)stageCase.Options with
        {
            Epochs = Steps, BatchSize = 4, LearningRate = 3e-3, HeadLearningRate = 1e-2, WarmupSteps = 5,
            Augmentation = new() { CropSize = 33, AreaMin = 1, AspectRatio = 1, Flip = false, ColorJitter = 0 },
            Progress = new Recorder(progress => losses.Add(progress.Terms))
        };
        using var model = FittedStage.Fit(stageCase, options, stageCase.Data(4)).Model;
        Assert.Equal(Steps, losses.Count);
        double Learnt(IReadOnlyList<LossTerm> terms) => terms.Where(t => !stageCase.Regularizers.Contains(t.Name)).Sum(t => t.Value);
        Assert.True(Learnt(losses[^1]) < OverfittedShare * Learnt(losses[0]),
            $"{Trainer.Describe(losses[0])} -> {Trainer.Describe(losses[^1])}");
    }

    [Theory, MemberData(nameof(TrainedStages))]
    public void Training_does_not_touch_the_process_wide_generator(string name)
    {
        var stageCase = StageCase.Named(name);
        Assert.Equal(Numbers(() => { }), Numbers(() => FittedStage.Fit(stageCase).Model.Dispose()));
    }

    [Theory, MemberData(nameof(Stages))]
    public void Applying_a_model_does_not_touch_the_process_wide_generator(string name)
    {
        var fitted = FittedStage.Of(name);
        Assert.Equal(Numbers(() => { }), Numbers(() => RowDigest.Of(fitted.Model.Transform(fitted.Data), fitted.Written)));
    }

    [Theory, MemberData(nameof(Stages))]
    public void Applying_a_model_does_not_advance_the_contexts_randomness(string name)
    {
        var stage = FittedStage.Of(name);
        byte[] saved = Saved(stage);
        string[] Order(bool apply)
        {
            var ml = new MLContext(seed: 5);
            using var stream = new MemoryStream(saved);
            using var model = (StageTransformer)ml.Model.Load(stream, out _);
            if (apply)
                RowDigest.Of(model.Transform(stage.Data), stage.Written);
            // Without a seed of its own, a shuffle draws one from the context.
            return ml.Data.ShuffleRows(ml.Transforms.SelectColumns("Id").Fit(stage.Data).Transform(stage.Data)).Column<string>("Id");
        }
        Assert.Equal(Order(false), Order(true));
    }

    [Theory, MemberData(nameof(TrainedStages))]
    public void An_empty_view_fails_and_says_so(string name)
    {
        var stageCase = StageCase.Named(name);
        var empty = new MLContext(1).Data.SkipRows(stageCase.Data(), long.MaxValue);
        Assert.Contains("no rows", Assert.Throws<InvalidOperationException>(() => FittedStage.Fit(stageCase, data: empty)).Message);
    }

    /// <summary>What torch's own generator gives after <paramref name="action"/>.</summary>
    private static float[] Numbers(Action action)
    {
        torch.random.manual_seed(7);
        action();
        using var numbers = torch.rand(4);
        return numbers.ToFloats();
    }

    private static byte[] ArchiveBytes(StageTransformer model)
    {
        using var stream = new MemoryStream();
        model.Archive().Write(stream);
        return stream.ToArray();
    }

    private static SafetensorsFile WeightsOf(string checkpoint)
    {
        using var file = File.OpenRead(checkpoint);
        return Safetensors.Read(new MemoryStream(StageArchive.Read(file)["weights"]));
    }

    private sealed class Recorder(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
