using Microsoft.ML;
using MLNetWsss.ClassActivation;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;
using Microsoft.ML.Transforms.Image;
using Names = MLNetWsss.Pipeline.ClassNames;

namespace MLNetWsss.Tests.ClassActivation;

public sealed class ClassActivationTests
{
    /// <summary>Float32 sums of a network in the order of another batch size.</summary>
    private const double BatchRounding = 1e-4;

    private static readonly ClassActivationOptions Tiny = (ClassActivationOptions)StageCase.Named("ClassActivation").Options;

    [Fact]
    public void Maps_of_absent_classes_stay_zero_and_those_of_present_ones_reach_one()
    {
        var stage = FittedStage.Of("ClassActivation");
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
                    Assert.InRange(map.Max(), 0.99f, 1); // Divided by its maximum + 1e-5.
            }
        Assert.Contains(maps, m => m.Scores.ToArray().Max() > 0.99f);
    }

    [Fact]
    public void Maps_are_a_quarter_of_the_photo_on_each_side()
    {
        var stage = FittedStage.Of("ClassActivation");
        var maps = stage.Model.Transform(stage.Data).Column<ScoreMaps>("Cam");
        Assert.Equal((12, 12), (maps[0].Height, maps[0].Width));
        Assert.Equal((12, 10), (maps[1].Height, maps[1].Width));
    }

    [Fact]
    public void Without_tags_the_classifiers_own_guess_decides_which_maps_there_are()
    {
        var everything = FittedStage.Fit(StageCase.Named("ClassActivation"), Tiny with { PredictedTagThreshold = 0 });
        var photos = TinyScenes.View(3, columns: ["Image"]);
        Assert.All(everything.Model.Transform(photos).Column<ScoreMaps>("Cam"), m => Assert.Equal(3, Present(m)));
        everything.Model.Dispose();
        var nothing = FittedStage.Fit(StageCase.Named("ClassActivation"), Tiny with { PredictedTagThreshold = 1 });
        Assert.All(nothing.Model.Transform(photos).Column<ScoreMaps>("Cam"), m => Assert.Equal(0, Present(m)));
        nothing.Model.Dispose();
    }

    [Fact]
    public void A_class_without_a_photo_is_warned_about_and_no_tag_at_all_is_refused()
    {
        var log = new List<string>();
        var ml = new MLContext(1);
        ml.Log += (_, e) => log.Add(e.Message);
        ml.Transforms.Wsss.ClassActivation(Tiny).Fit(Tagged([1, 0], [1, 0])).Dispose();
        Assert.Contains(log, line => line.Contains("No training photo has the tag 'dog'"));
        Assert.Contains("nothing to learn", Refused(Tagged([0, 0], [0, 0])));
    }

    [Fact]
    public void A_tag_that_is_neither_0_nor_1_is_named_by_row_and_class()
    {
        string message = Refused(Tagged([1, 0], [0, 0.5f]));
        Assert.Contains("Row 1", message);
        Assert.Contains("'dog'", message);
        Assert.Contains("0.5", message);
    }

    [Fact]
    public void A_row_with_another_number_of_tags_is_named()
    {
        string message = Refused(Tagged([1, 0], [0, 1, 1]));
        Assert.Contains("Row 1", message);
        Assert.Contains("3 values, expected 2", message);
    }

    [Fact]
    public void A_model_refuses_tags_of_other_classes()
    {
        var stage = FittedStage.Of("ClassActivation");
        var error = Assert.Throws<InvalidOperationException>(() => stage.Model.Transform(Tagged([1, 0], [0, 1])).Column<ScoreMaps>("Cam"));
        Assert.Contains("2 values", error.Message);
        Assert.Contains("3 classes", error.Message);
    }

    [Fact]
    public void Tags_without_names_get_numbers()
    {
        var view = new SourceView(4,
            SourceColumn.Of("Image", new ImageDataViewType(), i => TinyScenes.Scene(i).Image.ToMLImage()),
            SourceColumn.Vector("Tags", TinyScenes.ClassNames, i => TinyScenes.Scene(i).TagVector(3), DataViewSchema.Annotations.Empty));
        using var model = new MLContext(1).Transforms.Wsss.ClassActivation(Tiny).Fit(view);
        Assert.Equal(["class1", "class2", "class3"], model.ClassNames);
    }

    [Fact]
    public void Probabilities_stay_with_their_rows_through_ml_nets_own_shuffle()
    {
        var stage = FittedStage.Of("ClassActivation");
        var view = stage.Model.Transform(stage.Data);
        var expected = view.Column<string>("Id").Zip(view.Column<float[]>("TagProbabilities")).ToDictionary();
        var shuffled = stage.Context.Data.ShuffleRows(view, seed: 3);
        Assert.NotEqual(view.Column<string>("Id"), shuffled.Column<string>("Id"));
        using var cursor = shuffled.GetRowCursor([shuffled.Schema["Id"], shuffled.Schema["TagProbabilities"]]);
        var (id, probabilities) = (RowValues.Reader(cursor, shuffled.Schema["Id"]),
            RowValues.Reader(cursor, shuffled.Schema["TagProbabilities"]));
        while (cursor.MoveNext())
            foreach (var (a, b) in expected[(string)id()].Zip((float[])probabilities()))
                Assert.Equal(a, b, BatchRounding);
    }

    private static int Present(ScoreMaps maps) => Enumerable.Range(0, maps.Classes).Count(k => maps.Class(k).ContainsAnyExcept(0f));

    private static string Refused(IDataView data) =>
        Assert.Throws<InvalidOperationException>(() => new MLContext(1).Transforms.Wsss.ClassActivation(Tiny).Fit(data)).Message;

    /// <summary>Photos with the given tags, named cat and dog; rows may have too many.</summary>
    private static SourceView Tagged(params float[][] tags) => new(tags.Length,
        SourceColumn.Of("Image", new ImageDataViewType(), i => TinyScenes.Scene(i).Image.ToMLImage()),
        SourceColumn.Vector("Tags", ["cat", "dog"], i => tags[i], Names.AnnotationsOf(new("Tags", ColumnKind.Vector), ["cat", "dog"])));
}
