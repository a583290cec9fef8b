using Microsoft.ML;
using Microsoft.ML.Data;
using MLNetWsss.AuxiliaryAffinity;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;
using Microsoft.ML.Transforms.Image;
using Names = MLNetWsss.Pipeline.ClassNames;

namespace MLNetWsss.Tests.AuxiliaryAffinity;

/// <summary>Rounds of training and updating labels, killed and resumed, and the columns that go in and come out.</summary>
public sealed class AuxiliaryAffinityTests
{
    private static readonly StageCase Case = StageCase.Named("AuxiliaryAffinity");

    /// <summary>A classifier's round and two of all tasks, two steps each.</summary>
    private static AuxiliaryAffinityOptions Options(string? folder = null) => (AuxiliaryAffinityOptions)Case.Options with
    {
        SeedsColumn = null, ClassifierEpochs = 1, Rounds = 2, MinChange = 0, CheckpointFolder = folder, CheckpointSteps = 1
    };

    [Theory]
    [InlineData(1)] // In the classifier's round, and after 3 and 5 steps in those of all tasks.
    [InlineData(3)]
    [InlineData(5)]
    public void A_round_that_was_killed_resumes_to_the_same_bits(int step)
    {
        using var folder = new ScratchFolder();
        byte[] expected = Fit(Options());
        using var cancel = new CancellationTokenSource();
        int done = 0;
        Assert.Throws<OperationCanceledException>(() => Fit(Options(folder.Path) with
        {
            Cancellation = cancel.Token, Progress = new Listener<TrainingProgress>(_ =>
            {
                if (++done == step)
                    cancel.Cancel();
            })
        }));
        int left = 0;
        Assert.Equal(expected, Fit(Options(folder.Path) with { Progress = new Listener<TrainingProgress>(_ => left++) }));
        Assert.Equal(6 - step, left);
    }

    [Fact]
    public void Labels_whose_making_was_killed_are_made_to_the_same_bits()
    {
        using var folder = new ScratchFolder();
        byte[] expected = Fit(Options(folder.Path));
        string labels = folder["round-1/labels.rows"];
        byte[] whole = File.ReadAllBytes(labels);
        File.WriteAllBytes(labels, whole[..(whole.Length * 2 / 3)]);
        File.Delete(folder["round-1/figures.json"]);
        Assert.Equal(expected, Fit(Options(folder.Path)));
        Assert.Equal(whole, File.ReadAllBytes(labels));
    }

    [Fact]
    public void A_finished_training_is_not_trained_again_and_can_be_given_another_round()
    {
        using var folder = new ScratchFolder();
        byte[] expected = Fit(Options(folder.Path));
        int steps = 0;
        var counting = Options(folder.Path) with { Progress = new Listener<TrainingProgress>(_ => steps++) };
        Assert.Equal(expected, Fit(counting));
        Assert.Equal(0, steps);
        byte[] three = Fit(counting with { Rounds = 3 });
        Assert.Equal(2, steps);
        Assert.Equal(Fit(Options() with { Rounds = 3 }), three);
    }

    [Fact]
    public void Each_rounds_labels_and_figures_are_kept_and_can_be_looked_at()
    {
        using var folder = new ScratchFolder();
        var told = new List<(AuxiliaryRound Round, byte[] First)>();
        Fit(Options(folder.Path) with
        {
            RoundProgress = new Listener<AuxiliaryRound>(round => told.Add((round, round.Mask(0).Labels.ToArray())))
        });
        Assert.Equal([0, 1, 2], told.Select(t => t.Round.Round));
        var kept = AuxiliaryRound.Read(folder.Path);
        Assert.Equal(3, kept.Count);
        foreach (var (round, (expected, first)) in kept.Zip(told))
        {
            using var opened = round;
            Assert.Equal((expected.Labelled, expected.Foreground, expected.Changed), (round.Labelled, round.Foreground, round.Changed));
            Assert.Equal(first, round.Mask(0).Labels.ToArray());
            Assert.Equal(8, round.Images);
            Assert.InRange(round.Labelled, 0, 1);
            Assert.Equal(TinyScenes.Height, round.Saliency(0).Height);
            Assert.Throws<ArgumentOutOfRangeException>(() => round.Mask(8));
        }
        Assert.Null(kept[0].Changed);
        Assert.NotNull(kept[1].Changed);
    }

    [Fact]
    public void Training_stops_where_labels_hardly_change()
    {
        var rounds = new List<AuxiliaryRound>();
        // No update changes 99 % of the labels.
        Fit(Options() with { Rounds = 5, MinChange = 0.99, RoundProgress = new Listener<AuxiliaryRound>(rounds.Add) });
        Assert.Equal([0, 1], rounds.Select(r => r.Round));
    }

    [Fact]
    public void Without_a_folder_nothing_is_left_behind()
    {
        using var folder = new ScratchFolder();
        var ml = new MLContext(seed: 1) { TempFilePath = folder.Path };
        using var model = Case.Create(ml, Options()).Estimator.Fit(Case.Data());
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void The_first_labels_are_those_of_the_seeds_and_the_given_saliency()
    {
        byte[]? mask = null;
        Fit((AuxiliaryAffinityOptions)Case.Options with
        {
            CamThreshold = 0.2, SaliencyThreshold = 0.5, RoundProgress = new Listener<AuxiliaryRound>(round =>
            {
                if (round.Round == 0)
                    mask = round.Mask(0).Labels.ToArray();
            })
        });
        var scene = TinyScenes.Scene(0);
        // The seeds are true but coarse, the saliency is exact: a label is the truth, or 255 where the two disagree.
        int labelled = 0;
        for (int i = 0; i < mask!.Length; i++)
            if (mask[i] != LabelMap.Ignore)
            {
                Assert.True(mask[i] == 0 || scene.Mask.Labels[i] > 0);
                labelled++;
            }
        Assert.True(labelled > mask.Length / 2, $"{labelled} of {mask.Length}");
        Assert.Contains(mask, label => label is > 0 and < LabelMap.Ignore);
    }

    [Fact]
    public void Saliency_may_come_as_the_vector_that_an_onnx_model_writes()
    {
        var data = Case.Data();
        using var maps = (AuxiliaryAffinityTransformer)Case.Create(new MLContext(1)).Estimator.Fit(data);
        var vectors = Vectors(data, [1, 1, 12, 10]);
        using var model = (AuxiliaryAffinityTransformer)Case.Create(new MLContext(1)).Estimator.Fit(vectors);
        Assert.Equal(8, RowDigest.Rows(model.Transform(vectors), "Mask", "RefinedSaliency").Count);
        Assert.NotEqual(RowDigest.Of(maps.Transform(data), ["RefinedSaliency"]), RowDigest.Of(model.Transform(vectors), ["RefinedSaliency"]));
        // 120 numbers of no known height and width are no map.
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Case.Create(new MLContext(1)).Estimator.Fit(Vectors(data, [120])));
        Assert.Contains("'Saliency'", error.Message);
        Assert.Contains("known dimensions", error.Message);
    }

    [Fact]
    public void Refined_seeds_are_all_that_the_preset_learns_from_and_a_photo_is_all_that_it_predicts_from()
    {
        var data = TinyScenes.View(8, columns: ["Image", "Tags", "Cam"]);
        var tiny = (AuxiliaryAffinityOptions)Case.Options;
        var rounds = new List<AuxiliaryRound>();
        using var model = (AuxiliaryAffinityTransformer)Case.Create(new MLContext(1), AuxiliaryAffinityOptions.RefinedSeeds with
        {
            Backbone = tiny.Backbone, Head = tiny.Head, Augmentation = tiny.Augmentation, BatchSize = tiny.BatchSize,
            LongSide = tiny.LongSide, Epochs = 1, Rounds = 1, RoundProgress = new Listener<AuxiliaryRound>(rounds.Add)
        }).Estimator.Fit(data);
        Assert.InRange(rounds[0].Labelled, 0.9, 1);
        var photos = TinyScenes.View(2, first: 20, columns: ["Image"]);
        Assert.Equal(2, RowDigest.Rows(model.Transform(photos), "Prediction").Count);
        using var plain = model.With(o => o with { Scales = [1], PredictionColumn = "Plain" });
        Assert.NotEqual(RowDigest.Of(model.Transform(data), ["RefinedSaliency"]), RowDigest.Of(plain.Transform(data), ["RefinedSaliency"]));
        Assert.Contains("Rounds", Assert.Throws<ArgumentException>(() => model.With(o => o with { Rounds = 2 })).Message);
    }

    [Fact]
    public void Without_a_saliency_column_the_built_in_detector_serves()
    {
        var ml = new MLContext(1);
        var without = ml.Transforms.DropColumns("Saliency").Fit(Case.Data()).Transform(Case.Data());
        var rounds = new List<AuxiliaryRound>();
        using var model = Case.Create(ml, (AuxiliaryAffinityOptions)Case.Options with
        {
            Detector = new() { Scales = [40] }, RoundProgress = new Listener<AuxiliaryRound>(rounds.Add)
        }).Estimator.Fit(without);
        Assert.Equal(0, rounds[0].WithoutSaliency);
        Assert.Equal(8, RowDigest.Rows(model.Transform(without), "Mask", "Prediction").Count);
    }

    [Fact]
    public void A_photo_on_which_nothing_stands_out_is_named_with_the_reason()
    {
        var ml = new MLContext(1);
        var log = new List<string>();
        ml.Log += (_, e) => log.Add(e.Message);
        var scenes = Enumerable.Range(0, 4).Select(i => TinyScenes.Scene(2 * i)).ToArray();
        var flat = new RgbImage(TinyScenes.Height, TinyScenes.Height, new byte[TinyScenes.Height * TinyScenes.Height * 3]);
        var data = new SourceView(4,
        [
            SourceColumn.Of("Image", new ImageDataViewType(),
                i => (i == 2 ? flat : scenes[i].Image).ToMLImage()),
            SourceColumn.Vector("Tags", TinyScenes.ClassNames, i => scenes[i].TagVector(3),
                Names.AnnotationsOf(new("Tags", ColumnKind.Vector), TinyScenes.ClassNames))
        ]);
        var rounds = new List<AuxiliaryRound>();
        using var model = Case.Create(ml, Options() with { Rounds = 1, RoundProgress = new Listener<AuxiliaryRound>(rounds.Add) })
            .Estimator.Fit(data);
        Assert.Equal(1, rounds[0].WithoutSaliency);
        Assert.Contains(log, line => line.Contains("Row 2 has no saliency") && line.Contains("one colour"));
    }

    [Fact]
    public void A_prediction_needs_no_tags_and_labels_every_pixel()
    {
        var fitted = FittedStage.Of("AuxiliaryAffinity");
        var photos = new MLContext(1).Transforms.DropColumns("Tags", "Saliency", "Cam").Fit(fitted.Data).Transform(fitted.Data);
        foreach (var prediction in fitted.Model.Transform(photos).Column<LabelMap>("Prediction"))
            Assert.DoesNotContain(LabelMap.Ignore, prediction.Labels.ToArray());
    }

    [Fact]
    public void Padding_teaches_nothing_unless_the_reference_is_asked_for()
    {
        // Photos of 48 pixels in crops of 97: three quarters of a crop are padding.
        var narrow = Options() with
        {
            Augmentation = new() { CropSize = 97, Mode = CropMode.ScaleCrop, ScaleMin = 1, ScaleMax = 1 }, Rounds = 1
        };
        var losses = new List<TrainingProgress>();
        Fit(narrow with { Progress = new Listener<TrainingProgress>(losses.Add) });
        var padded = new List<TrainingProgress>();
        Fit(narrow with { PaddingIsBackground = true, Progress = new Listener<TrainingProgress>(padded.Add) });
        Assert.NotEqual(losses[^1].Loss, padded[^1].Loss);
        Assert.Equal(losses[0].Loss, padded[0].Loss); // The classifier's round has no pixels.
    }

    [Fact]
    public void Terms_of_the_loss_are_named_by_task()
    {
        string[] Terms(AuxiliaryAffinityOptions options)
        {
            TrainingProgress? last = null;
            Fit(options with { Rounds = 1, Progress = new Listener<TrainingProgress>(progress => last = progress) });
            return [.. last!.Terms.Select(t => t.Name)];
        }
        Assert.Equal(["tags", "saliency", "refined saliency", "pixels", "refined pixels"], Terms(Options()));
        Assert.Equal(["tags", "saliency", "pixels", "refined pixels"],
            Terms(Options() with { Head = Options().Head with { Affinity = AffinityKind.Segmentation } }));
        Assert.Equal(["pixels"], Terms(Options() with
        {
            Head = Options().Head with { Affinity = AffinityKind.None }, ClassificationWeight = 0, SaliencyWeight = 0
        }));
    }

    [Fact]
    public void Options_that_contradict_each_other_are_refused()
    {
        foreach (var (wrong, option) in new (AuxiliaryAffinityOptions, string)[]
        {
            (new() { SaliencyWeight = 0 }, "SaliencyWeight"), (new() { SegmentationWeight = 0 }, "SegmentationWeight"),
            (new() { Rounds = 0 }, "Rounds"), (new() { MinChange = 1 }, "MinChange"), (new() { SeedsColumn = " " }, "SeedsColumn"),
            (new() { CamThreshold = 1 }, "CamThreshold"), (new() { Head = new() { Dilations = [1] } }, "Dilations"),
            (new() { Head = new() { Temperature = 0 } }, "Temperature"),
            (new() { SeedSaliency = 0.5 }, "SeedSaliency"), (new() { SeedSaliency = 1.5, SeedsColumn = "Cam" }, "SeedSaliency"),
            (new() { Detector = new() { LongSide = 1 } }, "LongSide"), (new() { ClassifierEpochs = 0 }, "ClassifierEpochs")
        })
            Assert.Contains(option, Assert.ThrowsAny<ArgumentException>(() => Case.Create(new MLContext(1), wrong)).Message);
    }

    /// <summary>The weights after training, as bytes.</summary>
    private static byte[] Fit(AuxiliaryAffinityOptions options)
    {
        using var model = Case.Create(new MLContext(seed: 1), options).Estimator.Fit(Case.Data());
        return model.Archive()["weights"];
    }

    /// <summary>The same rows with the saliency as vectors of the given dimensions.</summary>
    private static SourceView Vectors(IDataView data, int[] dimensions)
    {
        var scenes = Enumerable.Range(0, 8).Select(TinyScenes.Scene).ToArray();
        float[][] numbers = [.. scenes.Select(s => s.Mask.Resize(12, 10).Labels.ToArray().Select(l => l > 0 ? 1f : 0).ToArray())];
        var cams = data.Column<ScoreMaps>("Cam");
        return new SourceView(8,
        [
            SourceColumn.Of("Image", new ImageDataViewType(), i => scenes[i].Image.ToMLImage()),
            SourceColumn.Vector("Tags", TinyScenes.ClassNames, i => scenes[i].TagVector(3),
                Names.AnnotationsOf(new("Tags", ColumnKind.Vector), TinyScenes.ClassNames)),
            SourceColumn.Of("Cam", ScoreMapsDataViewType.Instance, i => cams[i]),
            SourceColumn.Of("Saliency", new VectorDataViewType(NumberDataViewType.Single, dimensions),
                i => new VBuffer<float>(numbers[i].Length, numbers[i]))
        ]);
    }

    private sealed class Listener<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
