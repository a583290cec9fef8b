using Microsoft.ML;
using Microsoft.ML.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;
using TorchSharp;

namespace MLNetWsss.Tests;

public sealed partial class StageContractTests
{
    /// <summary>Float32 sums of a network in the order of another batch size; outputs are in [0, 1].</summary>
    private const double BatchRounding = 1e-4;

    /// <summary>Share of pixels whose label may change when two classes are that close.</summary>
    private const double TiedPixels = 0.005;

    [Theory, MemberData(nameof(WholeViewStages))]
    public void A_stage_of_whole_views_refuses_single_rows_and_says_why(string name)
    {
        var stage = FittedStage.Of(name);
        Assert.False(stage.Model.IsRowToRowMapper);
        var error = Assert.Throws<InvalidOperationException>(() => stage.Model.GetRowToRowMapper(stage.Data.Schema));
        Assert.Contains(stage.Case.System, error.Message);
        Assert.Contains("whole views", error.Message);
    }

    [Theory, MemberData(nameof(RowStages))]
    public void Row_by_row_equals_batched(string name)
    {
        var stage = FittedStage.Of(name);
        var mapper = stage.Model.GetRowToRowMapper(stage.Data.Schema);
        var written = stage.Written.Select(column => mapper.OutputSchema[column]).ToArray();
        using var batched = stage.Model.Transform(stage.Data).GetRowCursor(stage.Model.Transform(stage.Data).Schema);
        var batchedReaders = stage.Written.Select(column => RowValues.Reader(batched, batched.Schema[column])).ToArray();
        using var source = stage.Data.GetRowCursor(mapper.GetDependencies(written));
        using var row = mapper.GetRow(source, written);
        Assert.Same(mapper.OutputSchema, row.Schema);
        var rowReaders = written.Select(column => RowValues.Reader(row, column)).ToArray();
        while (source.MoveNext())
        {
            Assert.True(batched.MoveNext());
            for (int c = 0; c < written.Length; c++)
                AssertClose(batchedReaders[c](), rowReaders[c]());
        }
        Assert.False(batched.MoveNext());
    }

    [Theory, MemberData(nameof(Stages))]
    public void The_batch_size_changes_nothing(string name)
    {
        var stage = FittedStage.Of(name);
        var options = StageCase.Named(name).Options with { PredictionBatch = 5 };
        using var other = FittedStage.Fit(stage.Case, options, stage.Data).Model;
        using var expected = stage.Model.Transform(stage.Data).GetRowCursor(stage.Model.Transform(stage.Data).Schema);
        using var actual = other.Transform(stage.Data).GetRowCursor(other.Transform(stage.Data).Schema);
        var pairs = stage.Written.Select(c => (RowValues.Reader(expected, expected.Schema[c]),
            RowValues.Reader(actual, actual.Schema[c]))).ToArray();
        while (expected.MoveNext() & actual.MoveNext())
            foreach (var (a, b) in pairs)
                AssertClose(a(), b());
    }

    [Theory, MemberData(nameof(Stages))]
    public void Columns_that_nobody_asks_for_cost_nothing(string name)
    {
        var read = new HashSet<string>();
        var data = StageCase.Named(name).Data(onRead: column => read.Add(column));
        var fitted = FittedStage.Fit(StageCase.Named(name), data: data);
        var view = fitted.Model.Transform(data);
        // A disposed model throws if it is asked for anything.
        fitted.Model.Dispose();
        read.Clear();
        Assert.Equal(8, RowDigest.Rows(view, "Id").Count);
        Assert.Equal(["Id"], read);
        foreach (string column in fitted.Written)
            Assert.Throws<ObjectDisposedException>(() => RowDigest.Rows(view, column));
    }

    [Theory, MemberData(nameof(Stages))]
    public void Each_written_column_is_the_same_alone_and_with_the_others(string name)
    {
        var stage = FittedStage.Of(name);
        var view = stage.Model.Transform(stage.Data);
        foreach (string column in stage.Written)
        {
            // All at once, then hashed one column at a time.
            using var cursor = view.GetRowCursor(view.Schema);
            var read = RowValues.Reader(cursor, view.Schema[column]);
            var together = new List<byte[]>();
            while (cursor.MoveNext())
                together.Add(RowValues.Bytes(read()));
            using var alone = view.GetRowCursor([view.Schema[column]]);
            var readAlone = RowValues.Reader(alone, view.Schema[column]);
            foreach (byte[] expected in together)
            {
                Assert.True(alone.MoveNext());
                Assert.Equal(expected, RowValues.Bytes(readAlone()));
            }
        }
    }

    [Theory, MemberData(nameof(Stages))]
    public void Outputs_stay_with_their_rows_when_the_source_changes_its_order(string name)
    {
        var stage = FittedStage.Of(name);
        var expected = ById(stage.Model.Transform(stage.Data), stage.Written);
        var restless = stage.Model.Transform(new RestlessView(stage.Data));
        var orders = new HashSet<string>();
        for (int reading = 0; reading < 3; reading++)
        {
            var rows = ById(restless, stage.Written);
            orders.Add(string.Join(" ", rows.Select(r => r.Id)));
            AssertClose(expected, rows);
        }
        Assert.True(orders.Count > 1, "The source kept its order, so this has shown nothing.");
    }

    [Theory, MemberData(nameof(Stages))]
    public void Outputs_stay_with_their_rows_when_rows_are_filtered_before_and_after(string name)
    {
        var stage = FittedStage.Of(name);
        var data = stage.Context.Data;
        var expected = ById(stage.Model.Transform(stage.Data), stage.Written);
        var before = ById(stage.Model.Transform(data.FilterRowsByColumn(stage.Data, "Index", 2, 7)), stage.Written);
        Assert.Equal(["scene2", "scene3", "scene4", "scene5", "scene6"], before.Select(r => r.Id));
        // Where rows depend on each other, fewer of them give other values.
        if (!stage.Case.MapsWholeViews)
            AssertClose(expected, before);
        var after = ById(data.FilterRowsByColumn(stage.Model.Transform(stage.Data), "Index", 2, 7), stage.Written);
        Assert.Equal(5, after.Count);
        AssertClose(expected, after);
        AssertClose(expected, ById(data.SkipRows(stage.Model.Transform(stage.Data), 5), stage.Written));
        AssertClose(expected, ById(data.TakeRows(stage.Model.Transform(stage.Data), 2), stage.Written));
    }

    [Theory, MemberData(nameof(Stages))]
    public void Outputs_stay_with_their_rows_when_rows_are_shuffled_after(string name)
    {
        var stage = FittedStage.Of(name);
        // ML.NET's own shuffle cannot carry maps and masks; it passes a generator to the source, which is what every shuffle does.
        var view = stage.Model.Transform(stage.Data);
        var expected = ById(view, stage.Written);
        var columns = stage.Written.Append("Id").Select(c => view.Schema[c]).ToArray();
        using var cursor = view.GetRowCursor(columns, new Random(3));
        var rows = Read(cursor, stage.Written);
        Assert.NotEqual(expected.Select(r => r.Id), rows.Select(r => r.Id));
        AssertClose(expected, rows);
    }

    [Theory, MemberData(nameof(Stages))]
    public void A_set_of_cursors_gives_each_row_once(string name)
    {
        var stage = FittedStage.Of(name);
        var view = stage.Model.Transform(stage.Data);
        var rows = new List<(string Id, object[] Values)>();
        foreach (var cursor in view.GetRowCursorSet(stage.Written.Append("Id").Select(c => view.Schema[c]), 4))
            using (cursor)
                rows.AddRange(Read(cursor, stage.Written));
        var expected = ById(view, stage.Written);
        Assert.Equal(expected.Select(r => r.Id).Order(), rows.Select(r => r.Id).Order());
        AssertClose(expected, rows);
    }

    [Theory, MemberData(nameof(Stages))]
    public void One_model_gives_the_same_bits_from_eight_threads(string name)
    {
        var stage = FittedStage.Of(name);
        string expected = RowDigest.Of(stage.Model.Transform(stage.Data), stage.Written);
        var digests = new string[8];
        var threads = Enumerable.Range(0, digests.Length).Select(t => new Thread(() =>
        {
            try
            {
                digests[t] = RowDigest.Of(stage.Model.Transform(stage.Data), stage.Written);
            }
            catch (Exception e)
            {
                digests[t] = e.ToString();
            }
        })).ToArray();
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        Assert.All(digests, digest => Assert.Equal(expected, digest));
    }

    [Theory, MemberData(nameof(Stages))]
    public void Dispose_leaves_no_live_tensor(string name)
    {
        FittedStage.Of(name); // What a process makes once is made before the count.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = LiveTensors.Count;
        var fitted = FittedStage.Fit(StageCase.Named(name));
        RowDigest.Of(fitted.Model.Transform(fitted.Data), fitted.Written);
        fitted.Model.Archive();
        fitted.Model.Dispose();
        Assert.Equal(before, LiveTensors.Count);
    }

    [Theory, MemberData(nameof(TrainedStages))]
    public void Prediction_leaves_no_live_tensor(string name)
    {
        var stage = FittedStage.Of(name);
        string Apply() => RowDigest.Of(stage.Model.Transform(stage.Data), stage.Written);
        Apply();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = LiveTensors.Count;
        Apply();
        Assert.Equal(before, LiveTensors.Count);
    }

    [Theory, MemberData(nameof(Stages))]
    public void Use_after_dispose_is_refused(string name)
    {
        var fitted = FittedStage.Fit(StageCase.Named(name));
        var view = fitted.Model.Transform(fitted.Data);
        fitted.Model.Dispose();
        fitted.Model.Dispose(); // Twice is harmless.
        Assert.Throws<ObjectDisposedException>(() => RowDigest.Of(view, fitted.Written));
        using var stream = new MemoryStream();
        Assert.Throws<ObjectDisposedException>(() => fitted.Context.Model.Save(fitted.Model, fitted.Data.Schema, stream));
    }

    private static List<(string Id, object[] Values)> ById(IDataView view, string[] columns)
    {
        using var cursor = view.GetRowCursor(columns.Append("Id").Select(c => view.Schema[c]));
        return Read(cursor, columns);
    }

    private static List<(string Id, object[] Values)> Read(DataViewRowCursor cursor, string[] columns)
    {
        var id = RowValues.Reader(cursor, cursor.Schema["Id"]);
        var readers = columns.Select(c => RowValues.Reader(cursor, cursor.Schema[c])).ToArray();
        var rows = new List<(string, object[])>();
        while (cursor.MoveNext())
            rows.Add(((string)id(), [.. readers.Select(read => read())]));
        return rows;
    }

    private static void AssertClose(List<(string Id, object[] Values)> expected, List<(string Id, object[] Values)> actual)
    {
        foreach (var (id, values) in actual)
            foreach (var (a, b) in expected.Single(r => r.Id == id).Values.Zip(values))
                AssertClose(a, b);
    }

    private static void AssertClose(object expected, object actual)
    {
        switch (expected)
        {
            case LabelMap labels:
                AssertFewDiffer(labels.Labels, ((LabelMap)actual).Labels);
                return;
            case RgbImage image:
                AssertFewDiffer(image.Pixels, ((RgbImage)actual).Pixels);
                return;
        }
        var (x, y) = expected is ScoreMaps maps
            ? (maps.Scores.ToArray(), ((ScoreMaps)actual).Scores.ToArray())
            : ((float[])expected, (float[])actual);
        Assert.Equal(x.Length, y.Length);
        double difference = x.Zip(y).Max(p => Math.Abs((double)p.First - p.Second));
        Assert.True(difference <= BatchRounding, $"Values differ by {difference}.");
    }

    private static void AssertFewDiffer(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        int differing = 0;
        for (int i = 0; i < expected.Length; i++)
            differing += expected[i] == actual[i] ? 0 : 1;
        Assert.True(differing <= TiedPixels * expected.Length, $"{differing} of {expected.Length} labels differ.");
    }
}
