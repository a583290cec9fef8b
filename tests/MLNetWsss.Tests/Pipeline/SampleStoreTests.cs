using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests.Pipeline;

public sealed class SampleStoreTests
{
    private static readonly StageColumn Image = new("Image", ColumnKind.Image), Tags = new("Tags", ColumnKind.Vector),
        Cam = new("Cam", ColumnKind.Maps), Mask = new("Mask", ColumnKind.Labels);

    private static readonly StageColumns Columns = new() { Reads = [Image, Tags, Cam, Mask] };

    /// <summary>Everything in memory, everything in the file, and about half of each.</summary>
    [Theory]
    [InlineData(long.MaxValue, 9, 0)]
    [InlineData(0, 0, 9)]
    [InlineData(40_000, 4, 5)]
    public void Rows_are_the_sources_wherever_they_wait(long budget, int inMemory, int spilled)
    {
        using var folder = new ScratchFolder();
        var view = TinyScenes.View(9);
        using (var store = Read(view, budget, folder.Path))
        {
            Assert.Equal(9, store.Count);
            Assert.Equal(inMemory > 0, store.MemoryBytes > 0);
            Assert.Equal(spilled > 0, store.SpilledBytes > 0);
            Assert.Equal(spilled > 0 ? 1 : 0, Directory.GetFiles(folder.Path).Length);
            Assert.Equal(Expected(view), [.. Enumerable.Range(0, 9).Select(i => Bytes(store[i]))]);
            Assert.True(store.MemoryBytes <= budget);
        }
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Spilled_rows_can_be_read_from_many_threads()
    {
        using var store = Read(TinyScenes.View(9), 0, null);
        var expected = Expected(TinyScenes.View(9));
        Parallel.For(0, 200, n => Assert.Equal(expected[n % 9], Bytes(store[n % 9])));
    }

    [Fact]
    public void Large_photos_and_their_masks_are_shrunk_alike()
    {
        using var store = Read(TinyScenes.View(2), long.MaxValue, null, maxSide: 24);
        Assert.Equal((24, 24), (store[0].Get<RgbImage>(Image).Height, store[0].Get<RgbImage>(Image).Width));
        // 48 x 40 -> 24 x 20
        Assert.Equal((24, 20), (store[1].Get<RgbImage>(Image).Height, store[1].Get<RgbImage>(Image).Width));
        Assert.Equal((24, 20), (store[1].Get<LabelMap>(Mask).Height, store[1].Get<LabelMap>(Mask).Width));
        Assert.Equal((12, 10), (store[1].Get<ScoreMaps>(Cam).Height, store[1].Get<ScoreMaps>(Cam).Width));
    }

    [Fact]
    public void The_source_is_read_once()
    {
        int readings = 0;
        using var store = Read(TinyScenes.View(5, onRead: column => readings += column == "Image" ? 1 : 0), 0, null);
        for (int i = 0; i < 5; i++)
            store[i].Get<RgbImage>(Image);
        Assert.Equal(5, readings);
    }

    [Fact]
    public void Cancellation_while_reading_leaves_no_file()
    {
        using var folder = new ScratchFolder();
        using var cancel = new CancellationTokenSource();
        int rows = 0;
        var view = TinyScenes.View(9, onRead: column =>
        {
            if (column == "Image" && ++rows == 4)
                cancel.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => SampleStore.Read(view, Columns.Bind("Test", view.Schema, true), 512, 0,
            folder.Path, cancel.Token));
        Assert.Equal(4, rows);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void An_empty_cell_is_named_by_row_and_column()
    {
        var view = new SourceView(3,
            SourceColumn.Of("Image", new ImageDataViewType(), i => i == 1 ? null! : TinyScenes.Scene(i).Image.ToMLImage()));
        var error = Assert.Throws<InvalidOperationException>(() => SampleStore.Read(view,
            new StageColumns { Reads = [Image] }.Bind("Test", view.Schema, true), 512, long.MaxValue, null, default));
        Assert.Contains("Row 1", error.Message);
        Assert.Contains("'Image'", error.Message);
    }

    private static SampleStore Read(IDataView view, long budget, string? folder, int maxSide = 512) =>
        SampleStore.Read(view, Columns.Bind("Test", view.Schema, training: true), maxSide, budget, folder, default);

    private static byte[][] Expected(IDataView view)
    {
        var columns = Columns.Reads.Select(c => view.Schema[c.Name]).ToArray();
        using var cursor = view.GetRowCursor(columns);
        var readers = columns.Select(c => RowValues.Reader(cursor, c)).ToArray();
        var rows = new List<byte[]>();
        while (cursor.MoveNext())
            rows.Add([.. readers.SelectMany(read => RowValues.Bytes(read()))]);
        return [.. rows];
    }

    private static byte[] Bytes(StageRow row) => [.. Columns.Reads.SelectMany(c => RowValues.Bytes(row.Get<object>(c)))];
}
