using Microsoft.ML;
using MLNetWsss.ClassActivation;
using MLNetWsss.GroupRefinement;
using MLNetWsss.Imaging;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.Segmentation;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests.GroupRefinement;

/// <summary>What the stage does to data.</summary>
public sealed class GroupRefinementTests
{
    private static readonly GroupRefinementOptions Tiny = (GroupRefinementOptions)StageCase.Named("GroupRefinement").Options;

    [Fact]
    public void Maps_of_absent_classes_stay_zero_and_those_of_present_ones_reach_one()
    {
        var stage = FittedStage.Of("GroupRefinement");
        var tags = stage.Data.Column<float[]>("Tags");
        var maps = stage.Model.Transform(stage.Data).Column<ScoreMaps>("Cam");
        for (int i = 0; i < maps.Length; i++)
            for (int k = 0; k < maps[i].Classes; k++)
            {
                float[] map = maps[i].Class(k).ToArray();
                Assert.All(map, score => Assert.InRange(score, 0, 1));
                if (tags[i][k] == 0)
                    Assert.All(map, score => Assert.Equal(0, score));
                else if (map.Max() > 0)
                    Assert.InRange(map.Max(), 0.9f, 1); // Divided by its range + 1e-5 and to the power of 1.5.
            }
        Assert.Contains(maps, m => m.Scores.ToArray().Max() > 0.9f);
    }

    [Fact]
    public void A_group_makes_other_maps_than_its_images_alone()
    {
        var stage = FittedStage.Of("GroupRefinement");
        var together = stage.Model.Transform(stage.Data).Column<ScoreMaps>("Cam")[0];
        var alone = stage.Model.Transform(stage.Context.Data.TakeRows(stage.Data, 1)).Column<ScoreMaps>("Cam")[0];
        Assert.NotEqual(alone.Scores.ToArray(), together.Scores.ToArray());
    }

    [Fact]
    public void With_asks_the_trained_graph_in_another_way_and_refuses_what_only_training_can_change()
    {
        var stage = FittedStage.Of("GroupRefinement");
        var model = (GroupRefinementTransformer)stage.Model;
        float[] Cam(GroupRefinementTransformer asked) => asked.Transform(stage.Data).Column<ScoreMaps>("Cam")[0].Scores.ToArray();
        using var same = model.With(o => o);
        Assert.Equal(Cam(model), Cam(same));
        using var unheard = model.With(o => o with { Rounds = 0 });
        Assert.NotEqual(Cam(model), Cam(unheard));
        var error = Assert.Throws<ArgumentException>(() => model.With(o => o with { Affinity = AffinitySource.State }));
        Assert.Contains("Option Affinity is State", error.Message);
    }

    [Fact]
    public void Images_alone_are_counted_in_the_log()
    {
        var log = new List<string>();
        var ml = new MLContext(1);
        ml.Log += (_, e) => log.Add(e.Message);
        using var model = ml.Transforms.Wsss.GroupRefinement(Tiny).Fit(TinyScenes.View(8, columns: ["Image", "Tags"]));
        model.Transform(TinyScenes.View(1, columns: ["Image", "Tags"])).Column<ScoreMaps>("Cam");
        Assert.Contains(log, line => line.Contains("1 images in 0 groups; 1 without partners are refined alone"));
    }

    [Fact]
    public void A_view_of_unknown_length_a_cached_and_an_empty_one_keep_their_rows()
    {
        var stage = FittedStage.Of("GroupRefinement");
        string[] expected = stage.Data.Column<string>("Id");
        // A filter does not know how many rows it lets through.
        var filtered = stage.Context.Data.FilterRowsByColumn(stage.Data, "Index", 0, 100);
        Assert.Null(filtered.GetRowCount());
        var view = stage.Model.Transform(filtered);
        Assert.Equal(expected, view.Column<string>("Id"));
        Assert.Equal(stage.Model.Transform(stage.Data).Column<ScoreMaps>("Cam").Select(m => m.Scores.ToArray()),
            view.Column<ScoreMaps>("Cam").Select(m => m.Scores.ToArray()));
        using var kept = (IDisposable)stage.Context.Transforms.Wsss.Precompute(view, ["Cam"]);
        Assert.Equal(expected.Length, ((IDataView)kept).Column<ScoreMaps>("Cam").Length);
        Assert.Empty(stage.Model.Transform(stage.Context.Data.SkipRows(stage.Data, long.MaxValue)).Column<ScoreMaps>("Cam"));
    }

    [Fact]
    public void Rows_in_a_temporary_file_give_the_same_bits()
    {
        var stage = FittedStage.Of("GroupRefinement");
        using var spilled = FittedStage.Fit(stage.Case, Tiny with { MemoryBudgetMB = 0 }, stage.Data).Model;
        Assert.Equal(stage.Model.Transform(stage.Data).Column<ScoreMaps>("Cam").Select(m => m.Scores.ToArray()),
            spilled.Transform(stage.Data).Column<ScoreMaps>("Cam").Select(m => m.Scores.ToArray()));
    }

    [Fact]
    public void A_prediction_engine_is_refused_with_the_reason()
    {
        var stage = FittedStage.Of("GroupRefinement");
        Assert.False(stage.Model.IsRowToRowMapper);
        var error = Assert.Throws<InvalidOperationException>(() => stage.Model.GetRowToRowMapper(stage.Data.Schema));
        Assert.Contains("whole views", error.Message);
    }

    [Fact]
    public void Training_reads_neither_the_maps_before_it_nor_the_saliency()
    {
        var read = new HashSet<string>();
        using var model = new MLContext(1).Transforms.Wsss.GroupRefinement(Tiny).Fit(TinyScenes.View(8, onRead: c => read.Add(c)));
        Assert.Equal(["Image", "Tags"], read.Order());
    }

    [Fact]
    public void Masks_take_their_background_from_saliency_as_the_paper_does()
    {
        // One class: wins with 0.6 over 1 - 0.5; loses with 0.1 and clear background; doubtful background; doubtful because of 0.85.
        var maps = new ScoreMaps(1, 1, 4, [0.6f, 0.1f, 0.1f, 0.85f]);
        var saliency = new ScoreMaps(1, 1, 4, [0.5f, 0.1f, 0.2f, 0.05f]);
        Assert.Equal([1, 0, 255, 255], SaliencyBackground.Label(maps, saliency, 1, 4).Labels.ToArray());
        // Two maps above 0.9 contradict each other.
        Assert.Equal([255, 1], SaliencyBackground.Label(new ScoreMaps(2, 1, 2, [0.95f, 0.95f, 0.92f, 0.1f]),
            new ScoreMaps(1, 1, 2, [1, 1]), 1, 2).Labels.ToArray());
        // Without any foreground nothing is believed.
        var nothing = new ScoreMaps(1, 1, 2, [0, 0]);
        Assert.Equal([255, 255], SaliencyBackground.Label(nothing, nothing, 1, 2).Labels.ToArray());
    }

    [Fact]
    public void Masks_without_saliency_take_their_background_from_the_threshold()
    {
        var maps = new ScoreMaps(2, 1, 3, [0.5f, 0.3f, 0.5f, 0.6f, 0.2f, 0.1f]);
        Assert.Equal([2, 0, 1], SaliencyBackground.Label(maps, 0.4, 1, 3).Labels.ToArray());
    }

    [Fact]
    public void Recorded_maps_are_the_highest_over_the_epochs_and_know_their_place()
    {
        var photo = new RgbImage(8, 8, new byte[8 * 8 * 3]);
        var record = new OnlineAccumulation(1);
        var whole = CropPlan.Whole(8, 8, 4);
        record.Record(OnlineAccumulation.KeyOf(photo), 0, whole, [2, 0, 0, 1], 2, 2);
        record.Record(OnlineAccumulation.KeyOf(photo), 0, whole with { Flip = true }, [0, 0, 0, 4], 2, 2);
        var maps = record.Find(photo)!;
        Assert.Equal(1, maps[0, 0, 0]); // From the first: its peak, upper left.
        Assert.Equal(0, maps[0, 0, 31]);
        Assert.Equal(1, maps[0, 31, 0]); // From the second: lower right, mirrored.
        Assert.Equal(0.5f, maps[0, 31, 31], 0.002); // From the first: half its peak, in 255ths.
        var restored = new OnlineAccumulation(1);
        restored.Load(record.Save());
        Assert.Equal(maps.Scores.ToArray(), restored.Find(photo)!.Scores.ToArray());
        Assert.Throws<FormatException>(() => restored.Load([1, 2, 3]));
    }

    [Fact]
    public void Accumulated_maps_survive_an_interruption_and_a_saved_model()
    {
        using var folder = new ScratchFolder();
        var data = TinyScenes.View(8, columns: ["Image", "Tags"]);
        var options = Tiny with { Epochs = 3, AccumulateMaps = true };
        using var undisturbed = new MLContext(1).Transforms.Wsss.GroupRefinement(options).Fit(data);
        Assert.True(undisturbed.Archive().Has("accumulated"));
        using var cancel = new CancellationTokenSource();
        var interrupted = options with
        {
            CheckpointFolder = folder.Path, Cancellation = cancel.Token, Progress = new Watcher(p => { if (p.Step == 4) cancel.Cancel(); })
        };
        Assert.Throws<OperationCanceledException>(() => new MLContext(1).Transforms.Wsss.GroupRefinement(interrupted).Fit(data));
        using var resumed = new MLContext(1).Transforms.Wsss.GroupRefinement(options with { CheckpointFolder = folder.Path }).Fit(data);
        Assert.Equal(undisturbed.Archive()["weights"], resumed.Archive()["weights"]);
        Assert.Equal(undisturbed.Archive()["accumulated"], resumed.Archive()["accumulated"]);
        var maps = resumed.Transform(data).Column<ScoreMaps>("Cam");
        using var loaded = GroupRefinementTransformer.Load(MLNetInternals.EnvironmentOf(new MLContext(1).Transforms), resumed.Archive());
        Assert.Equal(maps.Select(m => m.Scores.ToArray()), loaded.Transform(data).Column<ScoreMaps>("Cam").Select(m => m.Scores.ToArray()));
    }

    [Fact]
    public void The_stages_chain_without_naming_a_column_and_survive_being_saved()
    {
        var ml = new MLContext(seed: 1);
        var data = TinyScenes.View(8, columns: ["Id", "Image", "Tags"]);
        var cam = (ClassActivationOptions)StageCase.Named("ClassActivation").Options;
        var network = (SegmentationOptions)StageCase.Named("Segmentation").Options;
        using var model = ml.Transforms.Wsss.ClassActivation(cam).Append(ml.Transforms.Wsss.GroupRefinement(Tiny))
            .Append(ml.Transforms.Wsss.PseudoLabels()).Append(ml.Transforms.Wsss.Segmentation(network)).Fit(data);
        string digest = RowDigest.Of(model.Transform(data), "Id", "Cam", "Mask", "Prediction");
        using var stream = new MemoryStream();
        ml.Model.Save(model, data.Schema, stream);
        stream.Position = 0;
        var loaded = new MLContext(1).Model.Load(stream, out _);
        Assert.Equal(digest, RowDigest.Of(loaded.Transform(data), "Id", "Cam", "Mask", "Prediction"));
        (loaded as IDisposable)?.Dispose();
    }

    [Fact]
    public void Maps_that_come_in_are_where_the_graph_starts()
    {
        var stage = FittedStage.Of("GroupRefinement");
        var given = stage.Model.Transform(stage.Data).Column<ScoreMaps>("Cam");
        var own = stage.Model.Transform(TinyScenes.View(8, columns: ["Image", "Tags"])).Column<ScoreMaps>("Cam");
        Assert.NotEqual(own[0].Scores.ToArray(), given[0].Scores.ToArray());
    }

    [Fact]
    public void Four_groups_can_be_overfitted()
    {
        var losses = new List<double>();
        var options = Tiny with
        {
            Epochs = 100, BatchSize = 8, LearningRate = 3e-3, HeadLearningRate = 1e-2, WarmupSteps = 5,
            Augmentation = new() { CropSize = 33, AreaMin = 1, AspectRatio = 1, Flip = false, ColorJitter = 0 },
            Progress = new Watcher(p => losses.Add(p.Loss))
        };
        using var model = new MLContext(1).Transforms.Wsss.GroupRefinement(options).Fit(TinyScenes.View(8, columns: ["Image", "Tags"]));
        Assert.True(losses[^1] < losses[0] / 4, $"{losses[0]} -> {losses[^1]}");
    }

    private sealed class Watcher(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
