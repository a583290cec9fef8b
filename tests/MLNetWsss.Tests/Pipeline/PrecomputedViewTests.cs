using Microsoft.ML;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests.Pipeline;

public sealed class PrecomputedViewTests
{
    private static readonly MLContext Ml = new(seed: 1);

    [Theory]
    [InlineData(2048)]
    [InlineData(0)]
    public void Kept_columns_are_computed_once_and_the_others_stay_lazy(int memoryBudgetMB)
    {
        var readings = new Dictionary<string, int>();
        var source = TinyScenes.View(6, onRead: column => readings[column] = readings.GetValueOrDefault(column) + 1);
        var expected = RowDigest.Rows(TinyScenes.View(6), "Id", "Image", "Cam", "Mask", "Tags");
        var view = Ml.Transforms.Wsss.Precompute(source, ["Cam", "Mask", "Tags"], memoryBudgetMB);
        Assert.Equal(["Cam", "Mask", "Tags"], readings.Keys.Order());
        for (int pass = 0; pass < 2; pass++)
            Assert.Equal(expected, RowDigest.Rows(view, "Id", "Image", "Cam", "Mask", "Tags"));
        Assert.Equal(6, readings["Cam"]);
        Assert.Equal(12, readings["Image"]);
        (view as IDisposable)?.Dispose();
    }

    [Fact]
    public void The_schema_and_its_class_names_stay()
    {
        var source = TinyScenes.View(2);
        var view = Ml.Transforms.Wsss.Precompute(source, ["Cam"]);
        Assert.Same(source.Schema, view.Schema);
        Assert.Equal(2, view.GetRowCount());
    }

    [Fact]
    public void The_network_that_made_the_columns_may_be_gone()
    {
        var fitted = FittedStage.Fit(StageCase.Named("ClassActivation"));
        var lazy = fitted.Model.Transform(fitted.Data);
        var expected = RowDigest.Rows(lazy, "Cam");
        var view = Ml.Transforms.Wsss.Precompute(lazy, ["Cam"]);
        fitted.Model.Dispose();
        Assert.Equal(expected, RowDigest.Rows(view, "Cam"));
        Assert.Throws<ObjectDisposedException>(() => RowDigest.Rows(view, "TagProbabilities"));
    }

    [Fact]
    public void A_source_that_changes_its_order_is_refused_and_never_paired_wrongly()
    {
        var view = Ml.Transforms.Wsss.Precompute(new RestlessView(TinyScenes.View(6)), ["Cam"]);
        Assert.Contains("Shuffle after Precompute", Assert.Throws<InvalidOperationException>(() => RowDigest.Rows(view, "Id", "Cam"))
            .Message);
    }

    [Fact]
    public void Progress_counts_the_rows()
    {
        var counts = new List<int>();
        Ml.Transforms.Wsss.Precompute(TinyScenes.View(4), ["Mask"], progress: new Counter(counts.Add));
        Assert.Equal([1, 2, 3, 4], counts);
    }

    [Fact]
    public void Missing_columns_and_types_that_no_stage_writes_are_refused()
    {
        var missing = Assert.Throws<ArgumentOutOfRangeException>(() => Ml.Transforms.Wsss.Precompute(TinyScenes.View(2), ["Nothing"]));
        Assert.Contains("Nothing", missing.Message);
        Assert.Contains("Tags", missing.Message);
        var wrong = Assert.Throws<ArgumentOutOfRangeException>(() => Ml.Transforms.Wsss.Precompute(TinyScenes.View(2), ["Id"]));
        Assert.Contains("expected an image, a vector of Single, maps or masks", wrong.Message);
    }

    private sealed class Counter(Action<int> count) : IProgress<int>
    {
        public void Report(int value) => count(value);
    }
}
