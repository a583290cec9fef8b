using Microsoft.ML;
using Microsoft.ML.Transforms.Image;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using MLNetWsss.Segmentation;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests.Segmentation;

public sealed class SegmentationTests
{
    private static readonly SegmentationOptions Tiny = (SegmentationOptions)StageCase.Named("Segmentation").Options;

    /// <summary>Float32 sum of four probabilities.</summary>
    private const double SumRounding = 1e-5;

    [Fact]
    public void Predictions_have_the_photos_size_and_scores_a_quarter_of_it()
    {
        var stage = FittedStage.Of("Segmentation");
        var result = stage.Model.Transform(stage.Data);
        Assert.Equal([(48, 48), (48, 40)], result.Column<LabelMap>("Prediction").Take(2).Select(m => (m.Height, m.Width)));
        Assert.Equal([(4, 12, 12), (4, 12, 10)], result.Column<ScoreMaps>("Scores").Take(2).Select(s => (s.Classes, s.Height, s.Width)));
    }

    [Fact]
    public void Scores_are_probabilities_and_the_prediction_is_the_likeliest_label()
    {
        var stage = FittedStage.Of("Segmentation");
        var result = stage.Model.Transform(stage.Data);
        foreach (var (scores, labels) in result.Column<ScoreMaps>("Scores").Zip(result.Column<LabelMap>("Prediction")))
        {
            for (int y = 0; y < scores.Height; y++)
                for (int x = 0; x < scores.Width; x++)
                    Assert.Equal(1, Enumerable.Range(0, scores.Classes).Sum(k => scores[k, y, x]), SumRounding);
            var full = scores.Resize(labels.Height, labels.Width);
            for (int y = 0; y < labels.Height; y += 5)
                for (int x = 0; x < labels.Width; x += 5)
                    Assert.Equal(Enumerable.Range(0, 4).Max(k => full[k, y, x]), full[labels[y, x], y, x], SumRounding);
        }
    }

    [Fact]
    public void With_asks_the_trained_network_in_another_way_and_refuses_what_only_training_can_change()
    {
        var stage = FittedStage.Of("Segmentation");
        var model = (SegmentationTransformer)stage.Model;
        float[] Scores(SegmentationTransformer asked) => asked.Transform(stage.Data).Column<ScoreMaps>("Scores")[0].Scores.ToArray();
        using var same = model.With(o => o);
        Assert.Equal(Scores(model), Scores(same));
        using var mirrored = model.With(o => o with { Flip = true, Scales = [0.5, 1] });
        Assert.NotEqual(Scores(model), Scores(mirrored));
        var error = Assert.Throws<ArgumentException>(() => model.With(o => o with { Epochs = 9 }));
        Assert.Contains("Option Epochs is 9", error.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.With(o => o with { Scales = [] }));
    }

    [Fact]
    public void Refinement_by_the_crf_is_part_of_the_model()
    {
        var refined = FittedStage.Fit(StageCase.Named("Segmentation"), Tiny with { DenseCrf = new() { Iterations = 2 } });
        var plain = FittedStage.Of("Segmentation");
        Assert.Equal(plain.Model.Archive()["weights"], refined.Model.Archive()["weights"]);
        Assert.Equal(8, refined.Model.Transform(refined.Data).Column<LabelMap>("Prediction").Length);
        refined.Model.Dispose();
    }

    [Fact]
    public void A_mask_of_another_size_than_its_photo_is_named_by_row()
    {
        string message = Refused(i => i == 1 ? new LabelMap(2, 2, new byte[4]) : TinyScenes.Scene(i).Mask);
        Assert.Contains("Row 1", message);
        Assert.Contains("2 x 2", message);
        Assert.Contains("48 x 40", message);
    }

    [Fact]
    public void A_label_beyond_the_classes_is_named_by_row()
    {
        string message = Refused(i => i == 2 ? Filled(TinyScenes.Scene(i).Mask, 7) : TinyScenes.Scene(i).Mask);
        Assert.Contains("Row 2", message);
        Assert.Contains("label 7", message);
        Assert.Contains("0 to 3", message);
    }

    [Fact]
    public void Masks_of_nothing_but_void_are_refused() =>
        Assert.Contains("nothing to learn from", Refused(i => Filled(TinyScenes.Scene(i).Mask, LabelMap.Ignore)));

    [Fact]
    public void A_class_without_a_pixel_is_warned_about()
    {
        var log = new List<string>();
        var ml = new MLContext(1);
        ml.Log += (_, e) => log.Add(e.Message);
        ml.Transforms.Wsss.Segmentation(Tiny).Fit(Masked(i => Filled(TinyScenes.Scene(i).Mask, 1))).Dispose();
        Assert.Contains(log, line => line.Contains($"No training pixel is labelled '{TinyScenes.ClassNames[2]}'"));
        Assert.Contains(log, line => line.Contains("'background'"));
    }

    [Fact]
    public void Masks_without_names_tell_the_number_of_classes_by_their_labels()
    {
        var view = new SourceView(4,
            SourceColumn.Of("Image", new ImageDataViewType(), i => TinyScenes.Scene(i).Image.ToMLImage()),
            SourceColumn.Of("Mask", LabelMapDataViewType.Instance, i => Filled(TinyScenes.Scene(i).Mask, (byte)(i == 3 ? 2 : 0))));
        using var model = new MLContext(1).Transforms.Wsss.Segmentation(Tiny).Fit(view);
        Assert.Equal(["class1", "class2"], model.ClassNames);
    }

    [Fact]
    public void Balanced_classes_train_to_other_weights()
    {
        var balanced = FittedStage.Fit(StageCase.Named("Segmentation"), Tiny with { BalanceClasses = true });
        Assert.NotEqual(FittedStage.Of("Segmentation").Model.Archive()["weights"], balanced.Model.Archive()["weights"]);
        balanced.Model.Dispose();
    }

    private static LabelMap Filled(LabelMap like, byte label) =>
        new(like.Height, like.Width, [.. Enumerable.Repeat(label, like.Labels.Length)]);

    private static string Refused(Func<int, LabelMap> mask) =>
        Assert.Throws<InvalidOperationException>(() => new MLContext(1).Transforms.Wsss.Segmentation(Tiny).Fit(Masked(mask))).Message;

    private static SourceView Masked(Func<int, LabelMap> mask) => new(4,
        SourceColumn.Of("Image", new ImageDataViewType(), i => TinyScenes.Scene(i).Image.ToMLImage()),
        SourceColumn.Of("Mask", LabelMapDataViewType.Instance, mask,
            MLNetWsss.Pipeline.ClassNames.AnnotationsOf(new("Mask", ColumnKind.Labels), TinyScenes.ClassNames)));
}
