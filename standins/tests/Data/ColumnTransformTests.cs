using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standins.Tests.Data;

public sealed class ColumnTransformTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _view;

    public ColumnTransformTests() => _view = _ml.Data.LoadFromEnumerable(Sample.Rows(3));

    [Fact]
    public void Concatenation_puts_scalars_and_vectors_into_one()
    {
        var view = Apply(_ml.Transforms.Concatenate("All", "X", "Score"));
        Assert.Equal("Vector<Single, 4>", view.Schema["All"].Type.ToString());
        Assert.Equal([2f, 4, 1, 2], view.GetColumn<float[]>("All").Last());
        Assert.ThrowsAny<ArgumentException>(() => Apply(_ml.Transforms.Concatenate("All", "X", "Name")));
    }

    [Fact]
    public void Selection_keeps_the_named_columns_and_dropping_the_others()
    {
        Assert.Equal(["Name", "X"], Views.ColumnsOf(Apply(_ml.Transforms.SelectColumns("X", "Name")).Schema).Order());
        Assert.Null(Apply(_ml.Transforms.DropColumns("X")).Schema.GetColumnOrNull("X"));
        Assert.ThrowsAny<ArgumentException>(() => Apply(_ml.Transforms.SelectColumns("Nothing")));
    }

    [Fact]
    public void A_copy_under_a_name_in_use_hides_the_column_that_had_it()
    {
        var view = Apply(_ml.Transforms.CopyColumns("Name", "Label"));
        Assert.IsType<BooleanDataViewType>(view.Schema["Name"].Type);
        Assert.Equal(2, view.Schema.Count(column => column.Name == "Name"));
        Assert.True(view.Schema.First(column => column.Name == "Name").IsHidden);
        Assert.Null(_ml.Transforms.DropColumns("Name").Fit(view).Transform(view).Schema.GetColumnOrNull("Name"));
    }

    [Fact]
    public void A_copy_takes_annotations_along()
    {
        var definition = SchemaDefinition.Create(typeof(Sample));
        definition["X"].AddAnnotation("SlotNames", new VBuffer<ReadOnlyMemory<char>>(3, ["a".AsMemory(), "b".AsMemory(), "c".AsMemory()]),
            new VectorDataViewType(TextDataViewType.Instance, 3));
        var view = _ml.Data.LoadFromEnumerable(Sample.Rows(1), definition);
        Assert.True(_ml.Transforms.CopyColumns("Copy", "X").Fit(view).Transform(view).Schema["Copy"].HasSlotNames());
    }

    [Fact]
    public void Promised_shapes_are_the_shapes_of_the_real_schemas()
    {
        AssertPromiseKept(_ml.Transforms.CopyColumns("Copy", "Kind"));
        AssertPromiseKept(_ml.Transforms.Concatenate("All", "X", "Score"));
        AssertPromiseKept(_ml.Transforms.SelectColumns("X", "Name"));
        AssertPromiseKept(_ml.Transforms.DropColumns("X"));
        AssertPromiseKept(_ml.Transforms.CustomMapping<ScoreOnly, Outcome>((from, to) => to.Sum = from.Score, null));
        AssertPromiseKept(new ScalingEstimator(_ml));
    }

    private void AssertPromiseKept<T>(IEstimator<T> estimator)
        where T : class, ITransformer
    {
        static IEnumerable<string> Lines(SchemaShape shape) =>
            shape.Select(column => $"{column.Name} {column.Kind} {column.ItemType} {column.IsKey}").Order();
        var promised = estimator.GetOutputSchema(SchemaShape.Create(_view.Schema));
        Assert.Equal(Lines(SchemaShape.Create(Apply(estimator).Schema)), Lines(promised));
    }

    private IDataView Apply<T>(IEstimator<T> estimator)
        where T : class, ITransformer => estimator.Fit(_view).Transform(_view);

    private sealed class Outcome
    {
        public float Sum { get; set; }

        [VectorType(2)]
        public float[] Pair { get; set; }
    }
}
