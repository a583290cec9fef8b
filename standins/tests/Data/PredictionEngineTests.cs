using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standins.Tests.Data;

public sealed class PredictionEngineTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _view;
    private readonly ScalingTransformer _model = new(2, "Score", "Twice");

    public PredictionEngineTests() => _view = _ml.Data.LoadFromEnumerable(Sample.Rows(10));

    [Fact]
    public void Row_by_row_equals_the_whole_view()
    {
        float[] whole = [.. _model.Transform(_view).GetColumn<float>("Twice")];
        using var engine = _ml.Model.CreatePredictionEngine<Sample, Scaled>(_model);

        Assert.Equal(whole, Sample.Rows(10).Select(row => engine.Predict(row).Twice));
    }

    [Fact]
    public void A_later_prediction_leaves_an_earlier_one_alone()
    {
        var chain = _ml.Transforms.Concatenate("All", "X", "Score").Append(new ScalingEstimator(_ml)).Fit(_view);
        using var engine = _ml.Model.CreatePredictionEngine<Sample, Concatenated>(chain);
        var first = engine.Predict(Sample.Rows(2)[1]);
        engine.Predict(Sample.Rows(5)[4]);

        Assert.Equal([1f, 2, 1, 1], first.All);
        Assert.Equal("r1", first.Name);
    }

    [Fact]
    public void A_prediction_is_written_into_the_given_object()
    {
        using var engine = _ml.Model.CreatePredictionEngine<Sample, Scaled>(_model);
        var prediction = new Scaled();
        var same = prediction;
        engine.Predict(Sample.Rows(4)[3], ref prediction);

        Assert.Same(same, prediction);
        Assert.Equal(6, prediction.Twice);
    }

    [Fact]
    public void Disposing_the_engine_disposes_the_model_unless_told_otherwise()
    {
        var options = new PredictionEngineOptions { OwnsTransformer = false };
        _ml.Model.CreatePredictionEngine<Sample, Scaled>(_model, options).Dispose();
        Assert.False(_model.IsDisposed);

        var engine = _ml.Model.CreatePredictionEngine<Sample, Scaled>(_model);
        engine.Dispose();
        Assert.True(_model.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => engine.Predict(Sample.Rows(1)[0]));
    }

    [Fact]
    public void Missing_output_columns_are_ignored_or_refused()
    {
        using var engine = _ml.Model.CreatePredictionEngine<Sample, Concatenated>(_model);
        Assert.Null(engine.Predict(Sample.Rows(1)[0]).All);
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            _ml.Model.CreatePredictionEngine<Sample, Concatenated>(_model, ignoreMissingColumns: false));
    }

    [Fact]
    public void Missing_input_columns_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Model.CreatePredictionEngine<Nameless, Scaled>(_model));

    [Fact]
    public void The_output_schema_is_that_of_the_model()
    {
        using var engine = _ml.Model.CreatePredictionEngine<Sample, Scaled>(_model);
        Assert.NotNull(engine.OutputSchema.GetColumnOrNull("Twice"));
    }

    private sealed class Concatenated
    {
        public float[] All { get; set; }

        public string Name { get; set; }
    }

    private sealed class Nameless
    {
        public double Weight = 1;
    }
}
