using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standins.Tests.Data;

public sealed class CursorTests
{
    private const int Count = 12;

    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _view;

    public CursorTests() => _view = _ml.Data.LoadFromEnumerable(Sample.Rows(Count));

    public static TheoryData<string> Kinds =>
        ["objects", "take", "skip", "filter", "cache", "shuffle", "train", "copy", "select", "concatenate", "custom", "chain"];

    // Mappers that are chained compare schemas by reference, so no view may show its cursor another object than itself.
    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_cursor_has_the_very_schema_of_its_view(string kind)
    {
        var view = ViewOf(kind);
        using var cursor = view.GetRowCursor(view.Schema);
        Assert.Same(view.Schema, cursor.Schema);
        Assert.Same(view.Schema, view.Schema);
        Assert.All(view.GetRowCursorSet(view.Schema, 2), one => Assert.Same(view.Schema, one.Schema));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_cursor_counts_its_rows_and_stays_at_the_end(string kind)
    {
        var view = ViewOf(kind);
        using var cursor = view.GetRowCursor([view.Schema["Name"]]);
        Assert.Equal(-1, cursor.Position);
        long rows = 0;
        while (cursor.MoveNext())
            Assert.Equal(rows++, cursor.Position);

        Assert.False(cursor.MoveNext());
        Assert.True(rows > 0);
        Assert.True(view.GetRowCount() is null || view.GetRowCount() == rows);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Inactive_columns_and_wrong_types_are_refused(string kind)
    {
        var view = ViewOf(kind);
        using var cursor = view.GetRowCursor([view.Schema["Name"]]);

        Assert.True(cursor.IsColumnActive(view.Schema["Name"]));
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<float>(view.Schema["Name"]));
        foreach (var column in view.Schema.Where(column => column.Index != view.Schema["Name"].Index && !column.IsHidden))
        {
            Assert.False(cursor.IsColumnActive(column));
            Assert.ThrowsAny<ArgumentException>(() => RowGetters.Of(cursor, column));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_pass_gives_the_same_rows_and_identifiers(string kind)
    {
        var view = ViewOf(kind);
        Assert.Equal(Pass(view), Pass(view));
        Assert.Equal(Pass(view).Count, Pass(view).DistinctBy(row => row.Id).Count());
    }

    [Fact]
    public void Nothing_can_be_read_before_the_first_row_or_after_the_last()
    {
        using var cursor = _view.GetRowCursor(_view.Schema);
        var get = cursor.GetGetter<float>(_view.Schema["Score"]);
        float value = 0;
        Assert.Throws<InvalidOperationException>(() => get(ref value));
        while (cursor.MoveNext())
            get(ref value);
        Assert.Equal(Count - 1, value);
        Assert.Throws<InvalidOperationException>(() => get(ref value));
    }

    [Fact]
    public void Vectors_are_copied_so_that_rows_stay_apart()
    {
        using var cursor = _view.GetRowCursor(_view.Schema);
        var get = cursor.GetGetter<VBuffer<float>>(_view.Schema["X"]);
        VBuffer<float> first = default, second = default;
        cursor.MoveNext();
        get(ref first);
        cursor.MoveNext();
        get(ref second);

        Assert.Equal([0f, 0, 1], first.DenseValues());
        Assert.Equal([1f, 2, 1], second.DenseValues());
    }

    private static List<(string Name, DataViewRowId Id)> Pass(IDataView view)
    {
        using var cursor = view.GetRowCursor([view.Schema["Name"]]);
        var getName = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Name"]);
        var getId = cursor.GetIdGetter();
        var rows = new List<(string, DataViewRowId)>();
        ReadOnlyMemory<char> name = default;
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            getName(ref name);
            getId(ref id);
            rows.Add((name.ToString(), id));
        }
        return rows;
    }

    private IDataView ViewOf(string kind) => kind switch
    {
        "objects" => _view,
        "take" => _ml.Data.TakeRows(_view, 5),
        "skip" => _ml.Data.SkipRows(_view, 5),
        "filter" => _ml.Data.FilterRowsByColumn(_view, "Score", 2, 7),
        "cache" => _ml.Data.Cache(_view),
        "shuffle" => _ml.Data.ShuffleRows(_view, seed: 3),
        "train" => _ml.Data.TrainTestSplit(_view, .3, seed: 1).TrainSet,
        "copy" => Apply(_ml.Transforms.CopyColumns("Copy", "X")),
        "select" => Apply(_ml.Transforms.SelectColumns("Score", "Name")),
        "concatenate" => Apply(_ml.Transforms.Concatenate("All", "X", "Score")),
        "custom" => Apply(_ml.Transforms.CustomMapping<ScoreOnly, Twice>((from, to) => to.Doubled = 2 * from.Score, null)),
        _ => Apply(_ml.Transforms.CopyColumns("Copy", "X").Append(new ScalingEstimator(_ml))),
    };

    private IDataView Apply<T>(IEstimator<T> estimator)
        where T : class, ITransformer => estimator.Fit(_view).Transform(_view);

    private sealed class Twice
    {
        public float Doubled { get; set; }
    }
}
