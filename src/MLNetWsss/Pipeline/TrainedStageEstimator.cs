using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNetWsss.Backbones;
using MLNetWsss.Imaging;
using TorchSharp;

namespace MLNetWsss.Pipeline;

/// <summary>
/// A stage that trains a network. A system says three things: which network, which loss, which transformer. Reading the data once,
/// augmentation ahead of the network, the training loop, checkpoints, progress and cancellation are here.
/// </summary>
/// <typeparam name="TTransformer">What fitting makes.</typeparam>
/// <typeparam name="TNetwork">The network.</typeparam>
public abstract class TrainedStageEstimator<TTransformer, TNetwork> : StageEstimator<TTransformer>
    where TTransformer : StageTransformer
    where TNetwork : torch.nn.Module, IStageNetwork
{
    private readonly TrainingOptions _options;

    private protected TrainedStageEstimator(IHostEnvironment environment, TrainingOptions options, StageColumns columns)
        : base(environment, options, columns) => _options = options;

    /// <summary>Makes the network with weights drawn from <paramref name="generator"/> or loaded.</summary>
    private protected abstract TNetwork CreateNetwork(IReadOnlyList<string> classNames, torch.Generator generator);

    /// <summary>
    /// Looks at all training rows once, refuses what cannot be trained on, and gives the loss of a batch as named terms.
    /// </summary>
    private protected abstract Func<TNetwork, TrainingBatch, Loss> LossFor(SampleStore store, IReadOnlyList<string> classNames, IChannel channel);

    /// <summary>
    /// The masks of all rows where the stage makes them itself, at any resolution, behind <see cref="LossFor"/>'s checks; null where it
    /// trains on columns alone.
    /// </summary>
    private protected virtual Func<int, LabelMap>? Supervise(SampleStore store, IChannel channel) => null;

    /// <summary>Wraps the trained network, which the transformer owns from here on.</summary>
    private protected abstract TTransformer CreateTransformer(TNetwork network, IReadOnlyList<string> classNames);

    /// <summary>Class names where the columns carry none.</summary>
    private protected abstract IReadOnlyList<string> CountClasses(SampleStore store);

    private protected override TTransformer FitChecked(
        IDataView input, IReadOnlyList<(StageColumn, DataViewSchema.Column)> columns, IChannel channel)
    {
        var device = Devices.Choose(Host);
        Devices.UseThreads(_options.Threads);
        // Said before the data are read, which may take long.
        if (_options.Backbone.Weights is { } weights && !File.Exists(weights))
            throw PretrainedWeights.Missing(weights);
        using var store = SampleStore.Read(input, columns, _options.MaxSide, (long)_options.MemoryBudgetMB << 20,
            MLNetInternals.TempFilePath(Host), _options.Cancellation, check: RequireEqualSizes);
        if (store.Count == 0)
            throw new InvalidOperationException($"{Name} has no rows to train on. Check the split, the filter or the path of the training data.");
        channel.Info(MessageSensitivity.None,
            $"{store.Count} training rows, {store.MemoryBytes >> 20} MB in memory, {store.SpilledBytes >> 20} MB in a temporary file");
        var names = columns.Select(c => ClassNames.Find(c.Item2)).FirstOrDefault(n => n is not null) ?? CountClasses(store);
        var loss = LossFor(store, names, channel);
        var masks = Supervise(store, channel);

        long seed = _options.Seed ?? MLNetInternals.Seed(Host) ?? 0;
        using var generator = new torch.Generator((ulong)Randomness.TorchSeed(seed, -1), torch.CPU);
        var network = CreateNetwork(names, generator);
        try
        {
            network.to(device);
            var batches = new BatchMaker(store, Columns, _options.Augmentation, network.backbone.Normalization, names.Count, seed, masks);
            new Trainer(Name, _options, seed, names, channel, store.Fingerprint).Run(network, generator, store.Count,
                (step, rows) => batches.Make(step, rows), batch => loss(network, batch.To(device)));
            return CreateTransformer(network, names);
        }
        catch
        {
            network.Dispose();
            throw;
        }
        finally
        {
            // A step needs many times the memory that prediction does.
            NativeMemory.Release();
        }
    }

    /// <summary>A mask teaches its photo's pixels one by one, so their sizes must agree before both are shrunk alike.</summary>
    private void RequireEqualSizes(StageRow row, string name)
    {
        var image = row.Get<RgbImage>(Columns.Reads.First(c => c.Kind == ColumnKind.Image));
        foreach (var column in Columns.Trains.Where(c => c.Kind == ColumnKind.Labels))
            if (row.Get<LabelMap>(column) is var mask && (mask.Height, mask.Width) != (image.Height, image.Width))
                throw new InvalidOperationException($"{name}: the mask in '{column.Name}' is {mask.Height} x {mask.Width} and the photo " +
                    $"{image.Height} x {image.Width}; expected the same. Resize the mask to its photo.");
    }
}
