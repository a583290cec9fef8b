using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;
using TorchSharp;

namespace MLNetWsss.Tests.Pipeline;

public sealed class TrainingBatchTests
{
    private static readonly StageColumns Columns = new()
    {
        Reads = [new("Image", ColumnKind.Image)], Trains = [new("Tags", ColumnKind.Vector), new("Mask", ColumnKind.Labels)]
    };

    [Fact]
    public void A_batch_depends_on_its_step_its_rows_and_the_seed_alone()
    {
        using var store = Store();
        var maker = Maker(store, 1);
        var expected = maker.Make(3, [4, 1]);
        maker.Make(9, [0, 2]);
        Same(expected, maker.Make(3, [4, 1]));
        Same(expected, Maker(store, 1).Make(3, [4, 1]));
        Assert.NotEqual(expected.Pixels, maker.Make(4, [4, 1]).Pixels);
        Assert.NotEqual(expected.Pixels, Maker(store, 2).Make(3, [4, 1]).Pixels);
    }

    [Fact]
    public void Tensors_have_the_promised_shapes_and_values()
    {
        using var scope = torch.NewDisposeScope();
        using var store = Store();
        var batch = Maker(store, 1).Make(0, [5, 2, 0]);
        var images = batch.Images();
        Assert.Equal([3, 3, 33, 33], images.shape);
        Assert.Equal([33 * 33 * 3, 1, 33 * 3, 3], images.stride()); // channels last
        Assert.Equal(batch.Pixels[(1 * 33 * 33 + 7 * 33 + 9) * 3 + 2], images[1, 2, 7, 9].item<float>());
        Assert.Equal([3, 3], batch.Tags().shape);
        float[] tags = [.. Enumerable.Range(0, 3).Select(k => batch.Tags()[1, k].item<float>())];
        Assert.Equal(store[2].Get<float[]>(Columns.Trains[0]), tags);
        Assert.Equal([3, 33, 33], batch.Labels().shape);
        Assert.Equal(batch.LabelValues[0][2 * 33 * 33 + 40], batch.Labels()[2, 1, 7].item<long>());
    }

    private static SampleStore Store()
    {
        var view = TinyScenes.View(6);
        return SampleStore.Read(view, Columns.Bind("Test", view.Schema, training: true), 512, long.MaxValue, null, default);
    }

    private static BatchMaker Maker(SampleStore store, long seed) => new(row => store[row], Columns, new() { CropSize = 33 },
        Normalization.ImageNet, 3, seed);

    private static void Same(TrainingBatch expected, TrainingBatch actual)
    {
        Assert.Equal(expected.Pixels, actual.Pixels);
        Assert.Equal(expected.TagValues!, actual.TagValues!);
        Assert.Equal(expected.LabelValues, actual.LabelValues);
    }
}
