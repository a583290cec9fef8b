using Microsoft.ML;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using MLNetWsss.PseudoLabels;
using MLNetWsss.Tests.Testing;
using Names = MLNetWsss.Pipeline.ClassNames;

namespace MLNetWsss.Tests.PseudoLabels;

public sealed class PseudoLabelsTests
{
    private static readonly MLContext Ml = new(seed: 1);

    [Fact]
    public void Masks_have_the_size_of_each_rows_photo()
    {
        var data = TinyScenes.View(4);
        var masks = Ml.Transforms.Wsss.PseudoLabels().Fit(data).Transform(data).Column<LabelMap>("Mask");
        Assert.Equal([(48, 48), (48, 40), (48, 48), (48, 40)], masks.Select(m => (m.Height, m.Width)));
        var bare = TinyScenes.View(4, columns: ["Cam"]);
        masks = Ml.Transforms.Wsss.PseudoLabels().Fit(bare).Transform(bare).Column<LabelMap>("Mask");
        Assert.Equal([(12, 12), (12, 10), (12, 12), (12, 10)], masks.Select(m => (m.Height, m.Width)));
    }

    [Fact]
    public void Masks_of_good_maps_are_nearly_the_truth()
    {
        var data = TinyScenes.View(8);
        var view = Ml.Transforms.Wsss.PseudoLabels(new() { MaskColumn = "Pseudo" }).Fit(data).Transform(data);
        // The test's maps are the truth in 4 x 4 blocks, so what is lost is the boundary.
        Assert.InRange(Ml.Transforms.Wsss.Evaluate(view, prediction: "Pseudo").MeanIoU, 0.8, 1);
    }

    [Fact]
    public void The_masks_names_are_the_maps_with_the_background_first()
    {
        var data = TinyScenes.View(1);
        var schema = Ml.Transforms.Wsss.PseudoLabels().Fit(data).GetOutputSchema(data.Schema);
        Assert.Equal(TinyScenes.ClassNames, Names.Find(schema["Mask"]));
    }

    [Fact]
    public void As_many_tags_as_maps_are_needed()
    {
        var annotations = Names.AnnotationsOf(new("Tags", ColumnKind.Vector), ["a", "b"]);
        var view = new SourceView(1,
            SourceColumn.Of("Cam", ScoreMapsDataViewType.Instance, _ => new ScoreMaps(3, 1, 1, [1, 0, 0])),
            SourceColumn.Vector("Tags", ["a", "b"], _ => [1f, 0f], annotations));
        var result = Ml.Transforms.Wsss.PseudoLabels().Fit(view).Transform(view);
        var error = Assert.ThrowsAny<Exception>(() => result.Column<LabelMap>("Mask"));
        var innermost = error is AggregateException many ? many.InnerException! : error;
        Assert.IsType<InvalidOperationException>(innermost);
        Assert.Contains("2 tags in 'Tags' and 3 maps in 'Cam'", innermost.Message);
    }

    [Theory]
    [InlineData(nameof(PseudoLabelsOptions.Threshold), 1.5)]
    [InlineData(nameof(PseudoLabelsOptions.Threshold), double.NaN)]
    [InlineData(nameof(PseudoLabelsOptions.Power), 0.0)]
    [InlineData(nameof(PseudoLabelsOptions.UncertainMargin), 1.0)]
    [InlineData(nameof(PseudoLabelsOptions.ConflictMargin), -0.1)]
    [InlineData(nameof(PseudoLabelsOptions.CrfConfidence), 1.1)]
    public void Options_out_of_range_are_refused_by_name(string option, double value)
    {
        var options = new PseudoLabelsOptions();
        typeof(PseudoLabelsOptions).GetProperty(option)!.SetValue(options, value);
        Assert.Contains(option, Assert.ThrowsAny<ArgumentException>(() => Ml.Transforms.Wsss.PseudoLabels(options)).Message);
    }

    [Fact]
    public void Settings_of_the_crf_are_checked_when_the_stage_is_made() =>
        Assert.Contains("Iterations", Assert.ThrowsAny<ArgumentException>(() =>
            Ml.Transforms.Wsss.PseudoLabels(new() { DenseCrf = new() { Iterations = -1 } })).Message);
}
