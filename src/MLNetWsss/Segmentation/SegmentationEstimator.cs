using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using TorchSharp;

namespace MLNetWsss.Segmentation;

/// <summary>Trains a segmentation network on masks, true or pseudo. Image + Mask -> Prediction, Scores.</summary>
public sealed class SegmentationEstimator : TrainedStageEstimator<SegmentationTransformer, SegmentationNetwork>
{
    private readonly SegmentationOptions _options;

    internal SegmentationEstimator(IHostEnvironment environment, SegmentationOptions options)
        : base(environment, options, ColumnsOf(options)) => _options = options;

    internal static StageColumns ColumnsOf(SegmentationOptions options) => new()
    {
        Reads = [new(options.ImageColumn, ColumnKind.Image)],
        Trains = [new(options.MaskColumn, ColumnKind.Labels)],
        Writes = [new(options.PredictionColumn, ColumnKind.Labels), new(options.ScoresColumn, ColumnKind.Maps, Background: true)]
    };

    /// <summary>
    /// Learns from masks that <paramref name="seeds"/> make: Fit fits the seeds, runs them once over the training data, and trains on
    /// the result. The seeds are no part of the fitted model.
    /// </summary>
    /// <param name="seeds">What makes the masks.</param>
    /// <param name="cacheFolder">
    /// Where the masks are kept as they are made, so that a Fit after an interrupted one makes only the others; null takes the options'
    /// <see cref="TrainingOptions.CheckpointFolder"/>, and keeps nothing where that is null too. Fitting the seeds is taken up again by
    /// their own checkpoints.
    /// </param>
    public IEstimator<SegmentationTransformer> SupervisedBy(IEstimator<ITransformer> seeds, string? cacheFolder = null)
    {
        ArgumentNullException.ThrowIfNull(seeds);
        return new SupervisedSegmentationEstimator(this, seeds, cacheFolder ?? _options.CheckpointFolder);
    }

    /// <summary>The masks that a fitted model makes of a view, those of an earlier run read from the folder.</summary>
    private PrecomputedView KeepMasks(IDataView input, ITransformer model, string folder)
    {
        using var channel = Host.Start("Seeds");
        return new KeptColumns(input, model, Columns.Trains, folder, channel, _options.Cancellation).Compute();
    }

    private protected override SegmentationNetwork CreateNetwork(IReadOnlyList<string> classNames, torch.Generator generator) =>
        new(_options.Backbone, _options.Head, classNames.Count + 1, generator);

    private protected override Func<SegmentationNetwork, TrainingBatch, Loss> LossFor(
        SampleStore store, IReadOnlyList<string> classNames, IChannel channel)
    {
        var pixels = CountPixels(store, classNames, channel);
        float[]? weights = _options.BalanceClasses ? SegmentationLosses.ClassWeights(pixels) : null;
        return (network, batch) => new(("pixels", SegmentationLosses.CrossEntropy(network.call(batch.Images()), batch.Labels(), weights)));
    }

    private protected override SegmentationTransformer CreateTransformer(SegmentationNetwork network, IReadOnlyList<string> classNames) =>
        new(Host, _options, network, classNames);

    private protected override IReadOnlyList<string> CountClasses(SampleStore store)
    {
        int classes = 1;
        for (int i = 0; i < store.Count; i++)
            foreach (byte label in store[i].Get<LabelMap>(Columns.Trains[0]).Labels)
                if (label != LabelMap.Ignore)
                    classes = Math.Max(classes, label);
        return ClassNames.Numbered(classes);
    }

    private long[] CountPixels(SampleStore store, IReadOnlyList<string> classNames, IChannel channel)
    {
        var pixels = new long[classNames.Count + 1];
        for (int i = 0; i < store.Count; i++)
        {
            var image = store[i].Get<RgbImage>(Columns.Reads[0]);
            var mask = store[i].Get<LabelMap>(Columns.Trains[0]);
            if ((mask.Height, mask.Width) != (image.Height, image.Width))
                throw new InvalidOperationException($"Row {i}: the mask in '{_options.MaskColumn}' is {mask.Height} x {mask.Width} and the photo " +
                    $"{image.Height} x {image.Width} (after shrinking to MaxSide); expected the same. Resize the mask to its photo.");
            foreach (byte label in mask.Labels)
                if (label < pixels.Length)
                    pixels[label]++;
                else if (label != LabelMap.Ignore)
                    throw new InvalidOperationException($"Row {i}: the mask in '{_options.MaskColumn}' has label {label}, expected 0 to " +
                        $"{classNames.Count} ({string.Join(", ", ClassNames.WithBackground(classNames))}) or 255. Map the others to 255.");
        }
        if (pixels.Sum() == 0)
            throw new InvalidOperationException($"Every pixel of every mask in '{_options.MaskColumn}' is 255 (ignore): nothing to learn from.");
        foreach (var (name, count) in ClassNames.WithBackground(classNames).Zip(pixels).Where(c => c.Second == 0))
            channel.Warning(MessageSensitivity.Schema, $"No training pixel is labelled '{name}': it will not be predicted.");
        return pixels;
    }

    /// <summary>A segmentation network with its source of masks.</summary>
    private sealed class SupervisedSegmentationEstimator(SegmentationEstimator network, IEstimator<ITransformer> seeds, string? folder)
        : IEstimator<SegmentationTransformer>
    {
        public SegmentationTransformer Fit(IDataView input)
        {
            var model = seeds.Fit(input);
            try
            {
                if (folder is null)
                    return network.Fit(model.Transform(input));
                using var masks = network.KeepMasks(input, model, folder);
                return network.Fit(masks);
            }
            finally
            {
                (model as IDisposable)?.Dispose();
            }
        }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema)
        {
            network.GetOutputSchema(seeds.GetOutputSchema(inputSchema));
            return network.GetPredictionSchema(inputSchema);
        }
    }
}
