using Microsoft.ML;
using Microsoft.ML.Data;
using MLNetWsss.ClassActivation;
using MLNetWsss.Imaging;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.PseudoLabels;
using MLNetWsss.Segmentation;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests.Pipeline;

/// <summary>Stages behind one another, as users put them together.</summary>
public sealed class ChainTests
{
    private static readonly ClassActivationOptions Cam = (ClassActivationOptions)StageCase.Named("ClassActivation").Options;
    private static readonly SegmentationOptions Network = (SegmentationOptions)StageCase.Named("Segmentation").Options;

    [Fact]
    public void Stages_chain_without_naming_a_column()
    {
        var ml = new MLContext(seed: 1);
        var data = TinyScenes.View(8, columns: ["Id", "Image", "Tags"]);
        using var model = ml.Transforms.Wsss.ClassActivation(Cam).Append(ml.Transforms.Wsss.PseudoLabels())
            .Append(ml.Transforms.Wsss.Segmentation(Network)).Fit(data);
        var result = model.Transform(data);
        Assert.Equal(["Id", "Image", "Tags", "Cam", "TagProbabilities", "Mask", "Prediction", "Scores"], result.Schema.Select(c => c.Name));
        Assert.Equal(8, RowDigest.Rows(result, "Cam", "Mask", "Prediction", "Scores").Count);
        // Without tags too: the classifier says what it finds.
        var photos = TinyScenes.View(4, first: 100, columns: ["Id", "Image"]);
        Assert.Equal(4, RowDigest.Rows(model.Transform(photos), "Prediction").Count);
    }

    [Fact]
    public void A_saved_chain_gives_the_same_bits_in_a_fresh_process()
    {
        using var folder = new ScratchFolder();
        var ml = new MLContext(seed: 1);
        var data = TinyScenes.View(8);
        using var model = ml.Transforms.Wsss.ClassActivation(Cam)
            .Append(ml.Transforms.Wsss.PseudoLabels(new() { DenseCrf = new() { Iterations = 2 } }))
            .Append(ml.Transforms.Wsss.Segmentation(Network)).Fit(data);
        ml.Model.Save(model, data.Schema, folder["chain.zip"]);
        RowFile.Write(folder["rows.bin"], data, "Image", "Tags");
        Assert.Equal(RowDigest.Of(model.Transform(data), "Cam", "Mask", "Prediction"),
            OutsiderProcess.Run(folder.Path, "predict", "chain.zip", "rows.bin", "Cam", "Mask", "Prediction"));
    }

    [Fact]
    public void Supervision_by_seeds_trains_on_what_they_make()
    {
        var ml = new MLContext(seed: 1);
        var data = TinyScenes.View(8, columns: ["Id", "Image", "Tags"]);
        var seeds = ml.Transforms.Wsss.ClassActivation(Cam).Append(ml.Transforms.Wsss.PseudoLabels());
        using var made = seeds.Fit(data);
        using var expected = ml.Transforms.Wsss.Segmentation(Network).Fit(made.Transform(data));
        var estimator = ml.Transforms.Wsss.Segmentation(Network).SupervisedBy(seeds);
        using var model = estimator.Fit(data);
        Assert.Equal(expected.Archive()["weights"], model.Archive()["weights"]);
        Assert.Equal(SyntheticNames, model.ClassNames);
        // The seeds are no part of the model: it reads photos and writes predictions.
        var shape = estimator.GetOutputSchema(MLNetInternals.ShapeOf(data.Schema));
        Assert.Equal(["Id", "Image", "Prediction", "Scores", "Tags"], shape.Select(c => c.Name).Order());
        Assert.Equal(["Id", "Image", "Tags", "Prediction", "Scores"], model.GetOutputSchema(data.Schema).Select(c => c.Name));
    }

    [Fact]
    public void Supervision_leaves_no_tensor_of_the_seeds()
    {
        var ml = new MLContext(seed: 1);
        var data = TinyScenes.View(8);
        var estimator = ml.Transforms.Wsss.Segmentation(Network)
            .SupervisedBy(ml.Transforms.Wsss.ClassActivation(Cam).Append(ml.Transforms.Wsss.PseudoLabels()));
        estimator.Fit(data).Dispose();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = LiveTensors.Count;
        estimator.Fit(data).Dispose();
        Assert.Equal(before, LiveTensors.Count);
    }

    [Fact]
    public void Class_names_travel_through_the_chain()
    {
        var ml = new MLContext(seed: 1);
        var data = TinyScenes.View(8, columns: ["Id", "Image", "Tags"]);
        using var model = ml.Transforms.Wsss.ClassActivation(Cam).Append(ml.Transforms.Wsss.PseudoLabels())
            .Append(ml.Transforms.Wsss.Segmentation(Network)).Fit(data);
        var schema = model.GetOutputSchema(data.Schema);
        foreach (string column in new[] { "Cam", "TagProbabilities", "Mask", "Prediction", "Scores" })
            Assert.Equal(SyntheticNames, MLNetWsss.Pipeline.ClassNames.Find(schema[column]));
        Assert.Equal(["background", .. SyntheticNames], Texts(schema["Prediction"], "ClassNames"));
        Assert.Equal(["background", .. SyntheticNames], Texts(schema["Scores"], "ClassNames"));
        Assert.Equal(SyntheticNames, Texts(schema["Cam"], "ClassNames"));
        Assert.Equal(SyntheticNames, Texts(schema["TagProbabilities"], "SlotNames"));
    }

    [Fact]
    public void A_prediction_engine_gives_what_the_view_gives()
    {
        var ml = new MLContext(seed: 1);
        var stage = FittedStage.Of("Segmentation");
        using var engine = ml.Model.CreatePredictionEngine<Photo, Masked>(stage.Model, new PredictionEngineOptions { OwnsTransformer = false });
        var expected = ml.Data.CreateEnumerable<Masked>(stage.Model.Transform(stage.Data), reuseRowObject: false,
            ignoreMissingColumns: true).ToArray();
        for (int i = 0; i < 8; i++)
        {
            using var image = TinyScenes.Scene(i).Image.ToMLImage();
            var actual = engine.Predict(new Photo { Image = image }).Prediction!;
            int differing = actual.Labels.ToArray().Zip(expected[i].Prediction!.Labels.ToArray()).Count(p => p.First != p.Second);
            Assert.InRange(differing, 0, actual.Labels.Length / 200); // Ties of two classes, decided by rounding.
        }
    }

    [Fact]
    public void Dropping_what_a_later_stage_needs_fails_before_anything_is_trained()
    {
        var ml = new MLContext(seed: 1);
        var chain = ml.Transforms.Wsss.ClassActivation(Cam).Append(ml.Transforms.DropColumns("Cam"))
            .Append(ml.Transforms.Wsss.PseudoLabels());
        var error = Assert.Throws<ArgumentOutOfRangeException>(() =>
            chain.GetOutputSchema(MLNetInternals.ShapeOf(TinyScenes.View(1, columns: ["Image", "Tags"]).Schema)));
        Assert.Contains("PseudoLabels needs column 'Cam'", error.Message);
    }

    private static IReadOnlyList<string> SyntheticNames => TinyScenes.ClassNames;

    private static string[] Texts(DataViewSchema.Column column, string kind)
    {
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        column.Annotations.GetValue(kind, ref names);
        return [.. names.DenseValues().Select(n => n.ToString())];
    }

    private sealed class Photo
    {
        [ImageOfAnySize] public MLImage? Image { get; set; }
    }

    private sealed class Masked
    {
        [LabelMapType] public LabelMap? Prediction { get; set; }
    }
}
