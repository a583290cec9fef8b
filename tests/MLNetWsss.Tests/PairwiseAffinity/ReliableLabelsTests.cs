using Microsoft.ML;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.PairwiseAffinity;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests.PairwiseAffinity;

public sealed class ReliableLabelsTests
{
    private static readonly ReliableLabelsOptions Plain =
        new() { ForegroundPower = 1, BackgroundPower = 4, RandomWalk = null, DenseCrf = null, Stride = 1 };

    [Fact]
    public void Objects_are_sure_against_a_strong_background_and_background_against_a_weak_one()
    {
        // max 0.9: 0.1 and 0.0001 both lose: object. 0.5: ties with 0.5, beats 0.0625: unsure. 0.4: loses to 0.6, beats 0.1296: unsure.
        // 0.1: loses to 0.9 and to 0.6561: background.
        Assert.Equal([1, 255, 255, 0], Label(Plain, 0.9f, 0.5f, 0.4f, 0.1f));
    }

    [Fact]
    public void Irns_two_thresholds_leave_what_is_between_open() =>
        Assert.Equal([1, 255, 0], Label(Plain with { Thresholds = true }, 0.31f, 0.2f, 0.04f));

    [Fact]
    public void Only_tagged_classes_are_labelled_and_by_their_own_number()
    {
        var maps = new ScoreMaps(3, 1, 2, [0.9f, 0, 0, 0, 0.1f, 0.95f]);
        var image = new RgbImage(1, 2, new byte[6]);
        Assert.Equal([1, 3], new ReliableLabels(Plain).Label(maps, null, image).Labels.ToArray());
        Assert.Equal([0, 3], new ReliableLabels(Plain).Label(maps, [0, 1, 1], image).Labels.ToArray());
    }

    [Fact]
    public void Empty_maps_teach_nothing()
    {
        var image = new RgbImage(2, 2, new byte[12]);
        Assert.All(new ReliableLabels(Plain).Label(new ScoreMaps(2, 1, 1, [0, 0]), null, image).Labels.ToArray(), l => Assert.Equal(255, l));
        Assert.All(new ReliableLabels(Plain).Label(new ScoreMaps(1, 1, 1, [1]), [0], image).Labels.ToArray(), l => Assert.Equal(255, l));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(7, 5, 2)]
    [InlineData(1, 40, 4)]
    public void Labels_have_a_part_of_the_photos_size(int height, int width, int stride)
    {
        var labels = new ReliableLabels(new() { Stride = stride })
            .Label(new ScoreMaps(1, 3, 3, [.. Enumerable.Repeat(0.9f, 9)]), null, new RgbImage(height, width, new byte[height * width * 3]));
        Assert.Equal(((height + stride - 1) / stride, (width + stride - 1) / stride), (labels.Height, labels.Width));
        Assert.All(labels.Labels.ToArray(), label => Assert.Equal(1, label));
    }

    [Fact]
    public void Labels_that_are_in_the_folder_are_not_made_again()
    {
        using var folder = new ScratchFolder();
        var made = new List<int>();
        Assert.Throws<OperationCanceledException>(() => Make(40, stopAfter: 20));
        // Blocks of sixteen: the second was the last to be made whole.
        Assert.Equal(Enumerable.Range(0, 32), made.Order());
        made.Clear();
        var labels = Make(40, stopAfter: int.MaxValue);
        Assert.Equal(Enumerable.Range(32, 8), made.Order());
        Assert.Equal(Enumerable.Range(0, 40), labels.Select(l => (int)l[0, 0]));
        // Other labels are not taken for these.
        Assert.Contains("something else", Assert.Throws<InvalidOperationException>(() => Make(40, 99, new() { BackgroundPower = 9 })).Message);

        LabelMap[] Make(int rows, int stopAfter, ReliableLabelsOptions? of = null)
        {
            using var token = new CancellationTokenSource();
            var ml = new MLContext(1);
            var column = new StageColumn("Index", ColumnKind.Vector);
            var data = new SourceView(rows, SourceColumn.Vector("Index", ["i"], i => [i], DataViewSchema.Annotations.Empty));
            using var store = SampleStore.Read(data, [(column, data.Schema["Index"])], 512, 1 << 20, null, default);
            using var channel = MLNetInternals.EnvironmentOf(ml.Transforms).Start("Labels");
            var options = new PairwiseAffinityOptions
            {
                CheckpointFolder = folder.Path, Cancellation = token.Token, Threads = 1, Labels = of ?? new()
            };
            return new KeptLabels(row =>
            {
                int index = (int)row.Get<float[]>(column)[0];
                made.Add(index);
                if (made.Count > stopAfter)
                    token.Cancel();
                return new LabelMap(1, 1, [(byte)index]);
            }, options).Make(store, channel);
        }
    }

    private static byte[] Label(ReliableLabelsOptions options, params float[] map) => new ReliableLabels(options)
        .Label(new ScoreMaps(1, 1, map.Length, map), null, new RgbImage(1, map.Length, new byte[map.Length * 3])).Labels.ToArray();
}
