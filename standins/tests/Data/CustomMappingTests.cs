using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Standins.Tests.Data;

public sealed class CustomMappingTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _view;
    private int _calls;

    public CustomMappingTests() => _view = _ml.Data.LoadFromEnumerable(Sample.Rows(5));

    [Fact]
    public void A_mapping_runs_once_a_row_and_only_for_its_own_columns()
    {
        var mapped = Squares("squares").Transform(_view);
        Assert.Equal(0, _calls);
        Assert.Equal([0f, 1, 4, 9, 16], mapped.GetColumn<float>("Square"));
        Assert.Equal(5, _calls);
        Views.NamesOf(mapped);
        Assert.Equal(5, _calls);
        Assert.Equal(["sq 0", "sq 1", "sq 4", "sq 9", "sq 16"], _ml.Data.CreateEnumerable<Square>(mapped, false).Select(row => row.Text));
        Assert.Equal(10, _calls);
    }

    [Fact]
    public void A_mapping_with_a_contract_loads_where_its_factory_is_registered()
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(Squares(SquareFactory.Contract), _view.Schema, stream);

        stream.Position = 0;
        var stranger = Assert.ThrowsAny<Exception>(() => new MLContext().Model.Load(stream, out _));
        Assert.Contains(SquareFactory.Contract, stranger.ToString());

        stream.Position = 0;
        var informed = new MLContext();
        informed.ComponentCatalog.RegisterAssembly(typeof(SquareFactory).Assembly);
        Assert.Equal(16, informed.Model.Load(stream, out _).Transform(_view).GetColumn<float>("Square").Last());
    }

    [Fact]
    public void A_mapping_without_a_contract_cannot_be_saved() =>
        Assert.ThrowsAny<Exception>(() => _ml.Model.Save(Squares(null), _view.Schema, new MemoryStream()));

    [Fact]
    public void Missing_inputs_are_found_before_any_row_is_read() =>
        Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.CustomMapping<Square, ScoreOnly>((_, _) => { }, null).Fit(_view));

    [Fact]
    public void A_state_is_new_for_each_pass()
    {
        var running = _ml.Transforms.StatefulCustomMapping<ScoreOnly, Square, Sum>(
            (from, to, sum) => to.Squared = sum.Value += from.Score, sum => sum.Value = 100, null).Fit(_view).Transform(_view);

        Assert.Equal([100f, 101, 103, 106, 110], running.GetColumn<float>("Square"));
        Assert.Equal(100, running.GetColumn<float>("Square").First());
    }

    private ITransformer Squares(string contract) => _ml.Transforms.CustomMapping<ScoreOnly, Square>((from, to) =>
    {
        _calls++;
        SquareFactory.Fill(from, to);
    }, contract).Fit(_view);

    private sealed class Sum
    {
        public float Value;
    }
}

public sealed class Square
{
    [ColumnName("Square")]
    public float Squared { get; set; }

    public string Text { get; set; }
}

[CustomMappingFactoryAttribute(Contract)]
public sealed class SquareFactory : CustomMappingFactory<ScoreOnly, Square>
{
    public const string Contract = "squares of the tests";

    public override Action<ScoreOnly, Square> GetMapping() => Fill;

    internal static void Fill(ScoreOnly from, Square to)
    {
        to.Squared = from.Score * from.Score;
        to.Text = "sq " + to.Squared;
    }
}
