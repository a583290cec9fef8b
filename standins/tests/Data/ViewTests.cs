using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standins.Tests.Data;

public sealed class ViewTests
{
    private const int Count = 20;

    private readonly MLContext _ml = new(seed: 1);
    private int _read;

    [Fact]
    public void Filters_keep_rows_from_the_lower_bound_to_below_the_upper_one()
    {
        Assert.Equal([5f, 6, 7], _ml.Data.FilterRowsByColumn(Lazy(), "Score", 5, 8).GetColumn<float>("Score"));
        Assert.Throws<ArgumentOutOfRangeException>(() => Views.NamesOf(_ml.Data.FilterRowsByColumn(Lazy(), "Name")));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.FilterRowsByColumn(Lazy(), "Score", 8, 5));
    }

    [Fact]
    public void Filters_by_missing_values()
    {
        var rows = Sample.Rows(3);
        rows[0].Score = float.NaN;
        rows[2].Kind = 0;
        var view = _ml.Data.LoadFromEnumerable(rows);

        Assert.Equal(["r1", "r2"], Views.NamesOf(_ml.Data.FilterRowsByMissingValues(view, "Score")));
        Assert.Equal(["r1"], Views.NamesOf(_ml.Data.FilterRowsByMissingValues(view, "Score", "Kind")));
    }

    [Fact]
    public void Filters_by_keys()
    {
        // Three kinds: their middles are at 1/6, 3/6 and 5/6.
        var view = _ml.Data.LoadFromEnumerable(Sample.Rows(6));
        Assert.Equal(["r1", "r4"], Views.NamesOf(_ml.Data.FilterRowsByKeyColumnFraction(view, "Kind", .4, .6)));
    }

    [Fact]
    public void Filters_by_a_predicate_drop_what_it_is_true_for()
    {
        Assert.Equal(["r0", "r1"], Views.NamesOf(_ml.Data.FilterByCustomPredicate<ScoreOnly>(Lazy(), row => row.Score >= 2)));
        var every = _ml.Data.FilterByStatefulCustomPredicate<ScoreOnly, Counter>(
            Lazy(), (_, state) => state.Seen++ % 5 != 0, state => state.Seen = 0);
        Assert.Equal(["r0", "r5", "r10", "r15"], Views.NamesOf(every));
        // Each pass starts anew.
        Assert.Equal(["r0", "r5", "r10", "r15"], Views.NamesOf(every));
    }

    [Fact]
    public void Skipping_and_taking()
    {
        Assert.Equal(["r18", "r19"], Views.NamesOf(_ml.Data.SkipRows(Lazy(), 18)));
        Assert.Empty(Views.NamesOf(_ml.Data.SkipRows(Lazy(), 50)));
        Assert.Equal(2, _ml.Data.SkipRows(_ml.Data.LoadFromEnumerable(Sample.Rows(5)), 3).GetRowCount());
        // The real library refuses counts of 0 as well.
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.SkipRows(Lazy(), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.TakeRows(Lazy(), 0));
    }

    [Fact]
    public void A_cache_reads_each_column_once_and_only_when_asked()
    {
        var cached = _ml.Data.Cache(Lazy());
        Assert.Equal(0, _read);
        for (int i = 0; i < 3; i++)
            Assert.Equal(Sample.Names(Count), Views.NamesOf(cached));

        Assert.Equal(Count, _read);
        Assert.Equal(Count, cached.GetRowCount());
        Assert.Equal([5f, 10, 1], cached.GetColumn<float[]>("X").ElementAt(5));
        Assert.Equal(2 * Count, _read);
    }

    [Fact]
    public void A_cache_whose_source_changed_says_so()
    {
        var rows = Sample.Rows(3);
        var cached = _ml.Data.Cache(_ml.Data.LoadFromEnumerable(rows));
        Views.NamesOf(cached);
        rows.AddRange(Sample.Rows(1));
        Assert.Throws<InvalidOperationException>(() => cached.GetColumn<float>("Score").ToArray());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1000)]
    [InlineData(int.MaxValue)]
    public void A_shuffle_is_a_permutation_whose_rows_stay_together(int pool)
    {
        var shuffled = _ml.Data.ShuffleRows(Lazy(), seed: 5, shufflePoolSize: pool);
        var rows = _ml.Data.CreateEnumerable<Sample>(shuffled, reuseRowObject: false).ToArray();

        Assert.Equal(Sample.Names(Count).Order(), rows.Select(row => row.Name).Order());
        Assert.NotEqual(Sample.Names(Count), rows.Select(row => row.Name));
        Assert.All(rows, row => Assert.True(row.Name == "r" + row.Score && row.X[0] == row.Score));
        Assert.Equal(rows.Select(row => row.Name), Views.NamesOf(shuffled));
    }

    [Fact]
    public void A_shuffle_follows_its_seed()
    {
        var list = _ml.Data.LoadFromEnumerable(Sample.Rows(Count));
        Assert.Equal(Views.NamesOf(_ml.Data.ShuffleRows(list, 5)), Views.NamesOf(_ml.Data.ShuffleRows(list, 5)));
        Assert.NotEqual(Views.NamesOf(_ml.Data.ShuffleRows(list, 5)), Views.NamesOf(_ml.Data.ShuffleRows(list, 6)));
        Assert.Equal(Views.NamesOf(new MLContext(3).Data.ShuffleRows(list)), Views.NamesOf(new MLContext(3).Data.ShuffleRows(list)));
    }

    [Fact]
    public void A_split_gives_each_row_to_one_part_and_repeats_itself()
    {
        var list = _ml.Data.LoadFromEnumerable(Sample.Rows(200));
        var split = _ml.Data.TrainTestSplit(list, .25, seed: 1);
        string[] train = Views.NamesOf(split.TrainSet), test = Views.NamesOf(split.TestSet);

        Assert.Equal(Sample.Names(200).Order(), train.Concat(test).Order());
        // 200 draws at 1/4: 50 with a deviation of 6; the bounds are three of them.
        Assert.InRange(test.Length, 32, 68);
        Assert.Equal(test, Views.NamesOf(_ml.Data.TrainTestSplit(list, .25, seed: 1).TestSet));
    }

    [Fact]
    public void Rows_of_one_key_stay_in_one_fold()
    {
        var list = _ml.Data.LoadFromEnumerable(Sample.Rows(Count));
        var folds = _ml.Data.CrossValidationSplit(list, 4, "Kind", seed: 2);

        Assert.Equal(Count, folds.Sum(fold => Views.NamesOf(fold.TestSet).Length));
        Assert.All(folds, fold => Assert.Empty(fold.TestSet.GetColumn<uint>("Kind").Intersect(fold.TrainSet.GetColumn<uint>("Kind"))));
    }

    private IDataView Lazy()
    {
        IEnumerable<Sample> Counted()
        {
            foreach (var row in Sample.Rows(Count))
            {
                _read++;
                yield return row;
            }
        }
        return _ml.Data.LoadFromEnumerable(Counted());
    }

    private sealed class Counter
    {
        public int Seen;
    }
}
