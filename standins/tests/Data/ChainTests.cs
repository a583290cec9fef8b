using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standins.Tests.Data;

public sealed class ChainTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _view;

    public ChainTests() => _view = _ml.Data.LoadFromEnumerable(Sample.Rows(10));

    [Fact]
    public void Stages_are_fitted_in_order_and_run_lazily()
    {
        var model = Scale("A", "Score").Append(Scale("B", "A")).Append(_ml.Transforms.CopyColumns("C", "B")).Fit(_view);
        var first = Assert.IsType<ScalingTransformer>(model.First());

        var view = model.Transform(_view);
        Assert.Equal(0, first.Computed);
        Assert.Equal(36, view.GetColumn<float>("C").Last());
        Assert.Equal(10, first.Computed);
        Views.NamesOf(view);
        Assert.Equal(10, first.Computed);
        Assert.Equal(3, model.Count());
    }

    [Fact]
    public void A_missing_column_is_found_before_anything_is_fitted()
    {
        int fitted = 0;
        var chain = Scale("A", "Score").WithOnFitDelegate(_ => fitted++).Append(Scale("C", "Nothing"));
        Assert.Throws<ArgumentOutOfRangeException>(() => chain.Fit(_view));
        Assert.Equal(0, fitted);
    }

    [Fact]
    public void A_chain_knows_its_last_stage()
    {
        ScalingTransformer fitted = null;
        var chain = _ml.Transforms.CopyColumns("C", "Score").Append(Scale("A", "C").WithOnFitDelegate(model => fitted = model));
        var model = chain.Fit(_view);

        Assert.NotNull(fitted);
        Assert.Same(fitted, model.LastTransformer);
        Assert.Equal(2, model.Count());
    }

    [Fact]
    public void Stages_take_part_where_their_scope_says()
    {
        var model = Scale("A", "Score").Append(Scale("B", "A"), TransformerScope.TrainTest).Fit(_view);

        Assert.Null(model.Transform(_view).Schema.GetColumnOrNull("B"));
        Assert.NotNull(model.Transform(_view, TransformerScope.Training).Schema.GetColumnOrNull("B"));
        Assert.Single(model.GetModelFor(TransformerScope.Scoring));
    }

    [Fact]
    public void A_checkpoint_spares_later_stages_the_earlier_work()
    {
        ScalingTransformer first = null;
        var chain = Scale("A", "Score").WithOnFitDelegate(model => first = model)
            .AppendCacheCheckpoint(_ml).Append(new Reader("A", passes: 3));

        var model = chain.Fit(_view);
        Assert.Equal(10, first.Computed);
        // The checkpoint is no part of the model.
        Assert.Equal(2, model.Count());
    }

    [Fact]
    public void Without_a_checkpoint_every_pass_recomputes()
    {
        ScalingTransformer first = null;
        Scale("A", "Score").WithOnFitDelegate(model => first = model).Append(new Reader("A", passes: 3)).Fit(_view);
        Assert.Equal(30, first.Computed);
    }

    [Fact]
    public void One_whole_view_stage_makes_the_chain_no_row_mapper()
    {
        ITransformer chain = new TransformerChain<ITransformer>(Scale("A", "Score").Fit(_view), new WholeView());
        Assert.False(chain.IsRowToRowMapper);
        Assert.Throws<InvalidOperationException>(() => chain.GetRowToRowMapper(_view.Schema));
        Assert.Throws<InvalidOperationException>(() => _ml.Model.CreatePredictionEngine<Sample, Scaled>(chain));
    }

    [Fact]
    public void A_row_mapper_of_a_chain_asks_for_what_it_needs_only()
    {
        ITransformer chain = Scale("A", "Score").Append(Scale("B", "A")).Fit(_view);
        var mapper = chain.GetRowToRowMapper(_view.Schema);

        Assert.Same(_view.Schema, mapper.InputSchema);
        Assert.Equal(["Score"], mapper.GetDependencies([mapper.OutputSchema["B"]]).Select(column => column.Name));
        using var cursor = _view.GetRowCursor([_view.Schema["Score"]]);
        using var row = mapper.GetRow(cursor, [mapper.OutputSchema["B"]]);
        Assert.Same(mapper.OutputSchema, row.Schema);
        Assert.True(row.IsColumnActive(mapper.OutputSchema["B"]));
        Assert.False(row.IsColumnActive(mapper.OutputSchema["A"]));
        var get = row.GetGetter<float>(mapper.OutputSchema["B"]);
        cursor.MoveNext();
        cursor.MoveNext();
        float value = 0;
        get(ref value);
        Assert.Equal(4, value);
    }

    [Fact]
    public void Disposing_a_chain_disposes_its_stages()
    {
        var model = Scale("A", "Score").Append(Scale("B", "A")).Fit(_view);
        model.Dispose();
        Assert.All(model, stage => Assert.True(((ScalingTransformer)stage).IsDisposed));
    }

    private ScalingEstimator Scale(string output, string input) => new(_ml, 2, input, output);

    /// <summary>Reads a column several times over, as a trainer does.</summary>
    private sealed class Reader(string column, int passes) : IEstimator<WholeView>
    {
        public WholeView Fit(IDataView input)
        {
            for (int i = 0; i < passes; i++)
                Assert.Equal(10, input.GetColumn<float>(column).Count());
            return new WholeView();
        }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema;
    }

    private sealed class WholeView : ITransformer
    {
        public bool IsRowToRowMapper => false;

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inputSchema;

        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => throw new InvalidOperationException("Maps whole views.");

        public IDataView Transform(IDataView input) => input;

        void ICanSaveModel.Save(ModelSaveContext ctx)
        {
        }
    }
}
