using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLNetWsss.ClassActivation;
using MLNetWsss.Data;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;
using TorchSharp;

namespace MLNetWsss.Tests.BadInput;

/// <summary>Training sets that cannot teach, and trainings that go wrong on the way.</summary>
public sealed class TrainingSetTests
{
    private static readonly StageCase Classifier = StageCase.Named("ClassActivation"), Segmenter = StageCase.Named("Segmentation");

    [Fact]
    public void Tags_of_another_length_are_named_by_row_with_the_classes()
    {
        var data = Tagged(4, i => i == 2 ? [1, 0] : [1, 0, 0]);
        var error = Assert.Throws<InvalidOperationException>(() => FittedStage.Fit(Classifier, data: data));
        Assert.Contains("Row 2", error.Message);
        Assert.Contains("2 values, expected 3", error.Message);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(0.5f)]
    [InlineData(-1f)]
    public void A_tag_that_is_neither_0_nor_1_is_named_by_row_and_class(float tag)
    {
        var data = Tagged(4, i => i == 3 ? [0, tag, 0] : [1, 0, 0]);
        var error = Assert.Throws<InvalidOperationException>(() => FittedStage.Fit(Classifier, data: data));
        Assert.Contains("Row 3", error.Message);
        Assert.Contains(TinyScenes.ClassNames[1], error.Message);
    }

    [Fact]
    public void Tags_that_are_all_zero_are_refused_and_a_class_without_a_photo_is_reported()
    {
        Assert.Contains("nothing to learn", Assert.Throws<InvalidOperationException>(() =>
            FittedStage.Fit(Classifier, data: Tagged(4, _ => [0, 0, 0]))).Message);
        var logged = new LoggedContext();
        // A photo of nothing but background is fine among others.
        using var model = Classifier.Create(logged.Ml).Estimator.Fit(Tagged(4, i => i == 0 ? [0, 0, 0] : [1, 0, 0]));
        Assert.Equal(2, logged.With("No training photo has the tag").Length);
    }

    [Theory]
    [InlineData(new float[] { 1, 0 }, "2 values")]
    [InlineData(new[] { 1, float.NaN, 0 }, "NaN")]
    public void Tags_that_do_not_fit_the_model_are_refused_at_prediction(float[] tags, string found)
    {
        var stage = FittedStage.Of("ClassActivation");
        var error = Assert.Throws<InvalidOperationException>(() => RowDigest.Rows(stage.Model.Transform(Tagged(1, _ => tags)), "Cam"));
        Assert.Contains(found, error.Message);
        Assert.Contains("'Tags'", error.Message);
    }

    [Theory]
    [InlineData("ClassActivation")]
    [InlineData("Segmentation")]
    public void An_empty_training_set_is_refused(string name)
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder["tags.csv"], "id,cat\n");
        var view = new MLContext(1).Data.LoadFolder(folder.Path, folder["tags.csv"]);
        var empty = name == "ClassActivation" ? view : new MLContext(1).Data.SkipRows(TinyScenes.View(2), 2);
        var error = Assert.Throws<InvalidOperationException>(() => FittedStage.Fit(StageCase.Named(name), data: empty));
        Assert.Contains(name, error.Message);
        Assert.Contains("no rows", error.Message);
    }

    [Theory]
    [InlineData("ClassActivation", 3)]
    [InlineData("Segmentation", 3)]
    [InlineData("ClassActivation", 1)]
    [InlineData("Segmentation", 1)]
    public void Fewer_images_than_a_batch_train_in_smaller_batches_with_a_warning(string name, int images)
    {
        var logged = new LoggedContext();
        var stage = StageCase.Named(name);
        using var model = stage.Create(logged.Ml, (TrainingOptions)stage.Options with { BatchSize = 8 }).Estimator.Fit(stage.Data(images));
        Assert.Contains($"{images} training rows are fewer than BatchSize 8", Assert.Single(logged.With("BatchSize")));
        Assert.Equal(images, RowDigest.Rows(model.Transform(stage.Data(images)), model.Columns.Writes[0].Name).Count);
    }

    [Fact]
    public void Training_that_diverges_stops_with_step_and_terms_and_keeps_the_last_good_checkpoint()
    {
        using var folder = new ScratchFolder();
        var good = (TrainingOptions)Segmenter.Options with { CheckpointFolder = folder.Path, CheckpointSteps = 1, Epochs = 2, WarmupSteps = 0 };
        var error = Assert.Throws<TrainingDivergedException>(() => FittedStage.Fit(Segmenter, good with
        {
            LearningRate = 1e30, HeadLearningRate = 1e30, Optimizer = OptimizerKind.Sgd, WeightDecay = 0
        }));
        Assert.Contains("Segmentation", error.Message);
        Assert.Contains("LearningRate", error.Message);
        Assert.Contains("step ", error.Message);
        Assert.Contains(folder.Path, error.Message);
        foreach (string checkpoint in Directory.GetFiles(folder.Path))
            Assert.All(Backbones(checkpoint), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void A_loss_that_is_not_finite_names_its_step_and_its_terms()
    {
        var ml = new MLContext(1);
        using var channel = ((Microsoft.ML.Runtime.IHostEnvironment)ml).Start("Test");
        using var generator = new torch.Generator(1, torch.CPU);
        using var network = new ClassActivationNetwork(new() { Architecture = "resnet18", Width = 0.125 }, 3, generator);
        var options = new ClassActivationOptions { BatchSize = 1, Epochs = 1 };
        var error = Assert.Throws<TrainingDivergedException>(() => new Trainer("Test", options, 1, ["a", "b", "c"], channel).Run(
            network, generator, 5, (step, _) => step, step =>
                new Loss(("tags", torch.tensor(0.5f)), ("size", network.HeadParameters.First().sum() * (step == 2 ? float.NaN : 0f)))));
        Assert.Contains("step 3", error.Message);
        Assert.Contains("tags 0.5", error.Message);
        Assert.Contains("size NaN", error.Message);
    }

    [Fact]
    public void A_full_spill_disk_is_named_with_what_is_there_and_the_remedies()
    {
        using var folder = new ScratchFolder();
        var view = TinyScenes.View(6);
        var columns = new StageColumns { Reads = [new("Image", ColumnKind.Image)] }.Bind("Test", view.Schema, training: true);
        var error = Assert.Throws<IOException>(() => SampleStore.Read(view, columns, 512, budget: 0, folder.Path, default,
            spill: _ => new FullDisk(room: 20_000)));
        // A scene of 48 x 48 or 48 x 40 pixels takes about 7 KB, so the third or fourth does not fit.
        Assert.Contains("Row 3", error.Message);
        Assert.Contains(folder.Path, error.Message);
        Assert.Contains(FullDisk.Message, error.Message);
        Assert.Contains("MLContext.TempFilePath", error.Message);
        Assert.Contains("MemoryBudgetMB", error.Message);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_temporary_folder_that_cannot_be_made_is_named()
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder["file"], "");
        var ml = new MLContext(1) { TempFilePath = Path.Combine(folder["file"], "temporary") };
        var options = (TrainingOptions)Classifier.Options with { MemoryBudgetMB = 0 };
        var error = Assert.Throws<IOException>(() => Classifier.Create(ml, options).Estimator.Fit(Classifier.Data()));
        Assert.Contains(ml.TempFilePath, error.Message);
        Assert.Contains("MLContext.TempFilePath", error.Message);
    }

    [Fact]
    public void Spill_files_that_a_killed_process_left_are_cleared_away()
    {
        using var folder = new ScratchFolder();
        File.WriteAllBytes(folder["wsss-0123.rows"], new byte[100]);
        File.WriteAllBytes(folder["unrelated.rows"], new byte[100]);
        var view = TinyScenes.View(3);
        var columns = new StageColumns { Reads = [new("Image", ColumnKind.Image)] }.Bind("Test", view.Schema, training: true);
        using (var living = SampleStore.Read(view, columns, 512, 0, folder.Path, default))
        using (SampleStore.Read(view, columns, 512, 0, folder.Path, default))
        {
            Assert.Equal(3, Directory.GetFiles(folder.Path).Length);
            Assert.Equal(3, living.Count);
            Assert.NotNull(living[2]);
        }
        Assert.Equal([folder["unrelated.rows"]], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_checkpoint_folder_that_cannot_be_written_fails_before_the_first_step()
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder["file"], "");
        var steps = 0;
        var options = (TrainingOptions)Classifier.Options with
        {
            CheckpointFolder = Path.Combine(folder["file"], "checkpoints"), Progress = new Counter(() => steps++)
        };
        Assert.Contains("CheckpointFolder", Assert.Throws<IOException>(() => FittedStage.Fit(Classifier, options)).Message);
        Assert.Equal(0, steps);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_is_reported_and_training_goes_on()
    {
        using var folder = new ScratchFolder();
        var logged = new LoggedContext();
        var steps = 0;
        // Something that cannot be replaced by a file takes the checkpoint's place after the first step.
        var options = (TrainingOptions)Classifier.Options with
        {
            CheckpointFolder = folder.Path, CheckpointSteps = 1, Epochs = 2, Progress = new Counter(() =>
            {
                if (++steps == 1)
                    Directory.CreateDirectory(folder["ClassActivation.checkpoint", "in the way"]);
            })
        };
        using var model = Classifier.Create(logged.Ml, options).Estimator.Fit(Classifier.Data());
        Assert.Equal(4, steps);
        Assert.Equal(4, logged.With("could not be written").Length);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Other_data_with_as_many_rows_are_told_from_those_of_a_checkpoint()
    {
        using var folder = new ScratchFolder();
        var options = (TrainingOptions)Classifier.Options with { CheckpointFolder = folder.Path };
        using var first = FittedStage.Fit(Classifier, options, Classifier.Data(8)).Model;
        var error = Assert.Throws<InvalidOperationException>(() => FittedStage.Fit(Classifier, options, Classifier.Data(8, first: 1)));
        Assert.Contains("other data", error.Message);
        Assert.Contains("ClassActivation.checkpoint", error.Message);
    }

    private static SourceView Tagged(int count, Func<int, float[]> tags) => new(count,
        SourceColumn.Of("Image", new ImageDataViewType(), i => TinyScenes.Scene(i).Image.ToMLImage()),
        SourceColumn.Of("Tags", new VectorDataViewType(NumberDataViewType.Single), i => new VBuffer<float>(tags(i).Length, tags(i)),
            ClassNames.AnnotationsOf(new("Tags", ColumnKind.Vector), TinyScenes.ClassNames)));

    private static float[] Backbones(string checkpoint)
    {
        using var file = File.OpenRead(checkpoint);
        using var weights = MLNetWsss.Backbones.Safetensors.Read(new MemoryStream(StageArchive.Read(file)["weights"]));
        return [.. weights.Tensors.Values.Where(t => t.is_floating_point()).Select(t => t.sum().to(torch.float32).item<float>())];
    }

    private sealed class Counter(Action count) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => count();
    }

    /// <summary>A file on a disk that has room for so many bytes.</summary>
    private sealed class FullDisk(int room) : MemoryStream
    {
        internal const string Message = "No space left on device";

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Length + count > room)
                throw new IOException(Message);
            base.Write(buffer, offset, count);
        }

        public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);
    }
}
