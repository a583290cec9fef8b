using Microsoft.ML;
using MLNetWsss.ClassActivation;
using MLNetWsss.Imaging;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.PseudoLabels;
using MLNetWsss.Segmentation;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests.Pipeline;

/// <summary>Computed columns in a folder: an interrupted computation goes on, and nothing that something else made is taken.</summary>
public sealed class KeptColumnsTests
{
    private const string MaskFile = "Mask.rows";

    [Fact]
    public void Rows_that_are_in_the_folder_are_not_computed_again()
    {
        using var folder = new ScratchFolder();
        using var stage = new CountingStage();
        string expected = Masks(stage.Transform(TinyScenes.View(8)));
        stage.Rows.Clear();
        Assert.Equal(expected, Kept(stage, TinyScenes.View(8), folder));
        Assert.Equal(8, stage.Rows.Count);
        // Nothing at all, however often and from whatever instance of the same stage.
        stage.Rows.Clear();
        Assert.Equal(expected, Kept(stage, TinyScenes.View(8), folder));
        using var again = new CountingStage();
        Assert.Equal(expected, Kept(again, TinyScenes.View(8), folder));
        Assert.Empty(stage.Rows);
        Assert.Empty(again.Rows);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(6)]
    public void An_interrupted_computation_goes_on_behind_its_last_whole_batch(int interruptedAt)
    {
        using var folder = new ScratchFolder();
        using var stage = new CountingStage();
        string expected = Masks(stage.Transform(TinyScenes.View(8)));
        stage.Rows.Clear();
        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Wsss.Precompute(stage.Transform(TinyScenes.View(8)), ["Mask"], folder: folder.Path,
            progress: new Told<int>(rows =>
            {
                if (rows > interruptedAt)
                    cancel.Cancel();
            }), cancellation: cancel.Token));
        stage.Rows.Clear();
        Assert.Equal(expected, Kept(stage, TinyScenes.View(8), folder));
        // Batches of three: rows 0-2, 3-5 and 6-7 meet in a batch in every run.
        int first = (interruptedAt + 1) / 3 * 3;
        Assert.Equal(Enumerable.Range(first, 8 - first), stage.Rows);
    }

    [Fact]
    public void A_kill_at_any_byte_costs_at_most_a_batch()
    {
        using var folder = new ScratchFolder();
        using var stage = new CountingStage();
        string expected = Kept(stage, TinyScenes.View(8), folder);
        byte[] whole = File.ReadAllBytes(folder[MaskFile]);
        for (int length = 0; length < whole.Length; length += 997)
        {
            File.WriteAllBytes(folder[MaskFile], whole[..length]);
            stage.Rows.Clear();
            Assert.Equal(expected, Kept(stage, TinyScenes.View(8), folder));
            Assert.Equal(whole, File.ReadAllBytes(folder[MaskFile]));
        }
    }

    [Fact]
    public void A_flipped_bit_costs_the_rows_behind_it_and_is_never_read()
    {
        using var folder = new ScratchFolder();
        using var stage = new CountingStage();
        string expected = Kept(stage, TinyScenes.View(8), folder);
        byte[] whole = File.ReadAllBytes(folder[MaskFile]);
        for (int at = 0; at < whole.Length; at += 499)
        {
            byte[] flipped = [.. whole];
            flipped[at] ^= 8;
            File.WriteAllBytes(folder[MaskFile], flipped);
            Assert.Equal(expected, Kept(stage, TinyScenes.View(8), folder));
        }
    }

    [Fact]
    public void Columns_of_another_model_are_refused_and_kept()
    {
        using var folder = new ScratchFolder();
        using var stage = new CountingStage();
        Kept(stage, TinyScenes.View(4), folder);
        byte[] before = File.ReadAllBytes(folder[MaskFile]);
        using var other = new CountingStage(0.7);
        var error = Assert.Throws<InvalidOperationException>(() => Kept(other, TinyScenes.View(4), folder));
        Assert.Contains(folder[MaskFile], error.Message);
        Assert.Contains("Delete the file", error.Message);
        Assert.Empty(other.Rows);
        Assert.Equal(before, File.ReadAllBytes(folder[MaskFile]));
    }

    [Fact]
    public void Other_data_are_refused_by_row_and_more_data_are_added()
    {
        using var folder = new ScratchFolder();
        using var stage = new CountingStage();
        Kept(stage, TinyScenes.View(4), folder);
        var error = Assert.Throws<InvalidOperationException>(() => Kept(stage, TinyScenes.View(4, first: 1), folder));
        Assert.Contains("Row 0", error.Message);
        Assert.Contains("Cam", error.Message);
        string expected = Masks(stage.Transform(TinyScenes.View(9)));
        stage.Rows.Clear();
        Assert.Equal(expected, Kept(stage, TinyScenes.View(9), folder));
        Assert.Equal([3, 4, 5, 6, 7, 8], stage.Rows);
        // Fewer rows than there are cost nothing.
        stage.Rows.Clear();
        Assert.Equal(Masks(new CountingStage().Transform(TinyScenes.View(2))), Kept(stage, TinyScenes.View(2), folder));
        Assert.Empty(stage.Rows);
    }

    [Fact]
    public void What_came_before_the_last_stage_is_not_computed_for_the_comparison()
    {
        using var folder = new ScratchFolder();
        using var first = new CountingStage(new("Cam", ColumnKind.Maps), "Rough", [], 0.3);
        using var second = new CountingStage(new("Rough", ColumnKind.Labels), "Mask", [], 0.3);
        IDataView Both() => second.Transform(first.Transform(TinyScenes.View(6)));
        using (var kept = (PrecomputedView)Wsss.Precompute(Both(), ["Mask"], folder: folder.Path))
            Assert.Equal((6, 6), (first.Rows.Count, second.Rows.Count));
        first.Rows.Clear();
        second.Rows.Clear();
        using (var kept = (PrecomputedView)Wsss.Precompute(Both(), ["Mask"], folder: folder.Path))
            Assert.Equal(6, RowDigest.Rows(kept, "Mask").Count);
        Assert.Empty(first.Rows);
        Assert.Empty(second.Rows);
    }

    [Fact]
    public void A_view_that_no_stage_made_is_refused()
    {
        using var folder = new ScratchFolder();
        var error = Assert.Throws<ArgumentException>(() => Wsss.Precompute(TinyScenes.View(2), ["Mask"], folder: folder.Path));
        Assert.Contains("no", error.Message);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_source_that_changes_its_order_is_refused()
    {
        using var folder = new ScratchFolder();
        using var stage = new CountingStage();
        var error = Assert.Throws<InvalidOperationException>(() => Kept(stage, new RestlessView(TinyScenes.View(8)), folder));
        Assert.Contains("order", error.Message);
    }

    [Fact]
    public void Seeds_are_made_once_however_often_the_training_behind_them_is_interrupted()
    {
        using var folder = new ScratchFolder();
        var rows = new List<int>();
        var seeds = new CountingEstimator(rows);
        var options = (SegmentationOptions)StageCase.Named("Segmentation").Options with { MaskColumn = "Seeds", Epochs = 3 };
        var data = TinyScenes.View(8, columns: ["Image", "Cam", "Index"]);
        byte[] expected = Weights(Wsss.Segmentation(options).SupervisedBy(seeds).Fit(data));
        Assert.Equal(8, rows.Count);

        var kept = options with { CheckpointFolder = folder.Path, CheckpointSteps = 1 };
        rows.Clear();
        for (int interruption = 1; interruption <= 2; interruption++)
        {
            using var cancel = new CancellationTokenSource();
            int steps = 0;
            var interrupted = kept with
            {
                Cancellation = cancel.Token, Progress = new Told<TrainingProgress>(_ =>
                {
                    if (++steps == 2)
                        cancel.Cancel();
                })
            };
            Assert.Throws<OperationCanceledException>(() => Wsss.Segmentation(interrupted).SupervisedBy(seeds).Fit(data));
            Assert.Equal(8, rows.Count);
        }
        Assert.Equal(expected, Weights(Wsss.Segmentation(kept).SupervisedBy(seeds).Fit(data)));
        // And once it is finished, nothing is trained or made again.
        int trained = 0;
        var watched = kept with { Progress = new Told<TrainingProgress>(_ => trained++) };
        Assert.Equal(expected, Weights(Wsss.Segmentation(watched).SupervisedBy(seeds).Fit(data)));
        Assert.Equal(0, trained);
        Assert.Equal(8, rows.Count);
    }

    [Fact]
    public void A_chain_of_all_stages_resumes_to_the_same_bits()
    {
        using var folder = new ScratchFolder();
        var classifier = (ClassActivationOptions)StageCase.Named("ClassActivation").Options with { LongSide = 33, Scales = [1] };
        var segmenter = (SegmentationOptions)StageCase.Named("Segmentation").Options;
        var data = TinyScenes.View(8, columns: ["Image", "Tags"]);
        byte[] Fit(string? checkpoints, Action<string>? step = null, CancellationToken cancellation = default)
        {
            TOptions With<TOptions>(TOptions options) where TOptions : TrainingOptions => options with
            {
                CheckpointFolder = checkpoints, CheckpointSteps = 1, Cancellation = cancellation,
                Progress = new Told<TrainingProgress>(p => step?.Invoke(p.Stage))
            };
            var seeds = Wsss.ClassActivation(With(classifier)).Append(Wsss.PseudoLabels());
            return Weights(Wsss.Segmentation(With(segmenter)).SupervisedBy(seeds).Fit(data));
        }
        byte[] expected = Fit(null);
        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Fit(folder.Path, stage =>
        {
            if (stage == "Segmentation")
                cancel.Cancel();
        }, cancel.Token));
        var trained = new List<string>();
        Assert.Equal(expected, Fit(folder.Path, trained.Add));
        // The classifier was finished, and the segmenter had done one of its two steps.
        Assert.Equal(["Segmentation"], trained);
    }

    private static readonly MLContext Ml = new(seed: 1);

    private static WsssCatalog Wsss => Ml.Transforms.Wsss;

    /// <summary>The masks that the stage makes of the data, by way of the folder.</summary>
    private static string Kept(CountingStage stage, IDataView data, ScratchFolder folder)
    {
        using var kept = (PrecomputedView)Wsss.Precompute(stage.Transform(data), ["Mask"], folder: folder.Path);
        return Masks(kept);
    }

    private static string Masks(IDataView view) => RowDigest.Of(view, ["Mask"]);

    private static byte[] Weights(SegmentationTransformer model)
    {
        using (model)
            return model.Archive()["weights"];
    }

    private sealed class Told<T>(Action<T> tell) : IProgress<T>
    {
        public void Report(T value) => tell(value);
    }

    /// <summary>
    /// Labels the pixels of a map whose first score exceeds a threshold, or copies labels, and remembers which scenes it was given.
    /// </summary>
    private sealed class CountingStage(StageColumn reads, string writes, List<int> rows, double threshold) : StageTransformer(
        Ml, new PseudoLabelsOptions { Threshold = threshold, PredictionBatch = 3 },
        new() { Reads = [reads], Writes = [new(writes, ColumnKind.Labels)] }, TinyScenes.ClassNames)
    {
        private static readonly Lazy<Dictionary<ulong, int>> Scenes = new(() =>
        {
            var view = TinyScenes.View(12);
            using var sources = new FingerprintedRows(view, [view.Schema["Cam"]], 0);
            return Enumerable.Range(0, 12).ToDictionary(_ => sources.MoveNext() ? sources.Fingerprint() : 0, i => i);
        });

        internal CountingStage(double threshold = 0.3) : this(new("Cam", ColumnKind.Maps), "Mask", [], threshold) { }

        internal List<int> Rows => rows;

        private protected override void Map(IReadOnlyList<StageRow> batch, IReadOnlySet<StageColumn> wanted)
        {
            foreach (var row in batch)
            {
                object value = row.Get<object>(reads);
                rows.Add(value is ScoreMaps ? Scenes.Value[RowCodec.Fingerprint(0, value)] : -1);
                row.Set(Columns.Writes[0], value is ScoreMaps maps ? Labels(maps) : value);
            }
        }

        private LabelMap Labels(ScoreMaps maps)
        {
            var labels = new LabelMap(maps.Height, maps.Width, [.. maps.Class(0).ToArray().Select(s => s > threshold ? (byte)1 : (byte)0)]);
            return labels.Resize(maps.Height * 4, maps.Width * 4);
        }
    }

    private sealed class CountingEstimator(List<int> rows) : IEstimator<ITransformer>
    {
        public ITransformer Fit(IDataView input) => new CountingStage(new("Cam", ColumnKind.Maps), "Seeds", rows, 0.3);

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => new CountingStage(new("Cam", ColumnKind.Maps), "Seeds", rows, 0.3)
            .Columns.Promise("Counting", inputSchema, training: true);
    }
}
