using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Pipeline;

/// <summary>What one Fit trains on, to be run over once or, with other labels or options, several times.</summary>
/// <typeparam name="TNetwork">The network.</typeparam>
/// <param name="Stage">The stage that trains.</param>
/// <param name="Store">All training rows.</param>
/// <param name="Columns">The stage's columns.</param>
/// <param name="ClassNames">The classes.</param>
/// <param name="Seed">Seed of everything random.</param>
/// <param name="Generator">The network's source of randomness.</param>
/// <param name="Device">Where the network is.</param>
/// <param name="Channel">Told of progress.</param>
internal sealed record TrainingRuns<TNetwork>(string Stage, SampleStore Store, StageColumns Columns, IReadOnlyList<string> ClassNames,
    long Seed, Generator Generator, Device Device, IChannel Channel) where TNetwork : nn.Module, IStageNetwork
{
    /// <summary>One run of the one training loop.</summary>
    /// <param name="network">What learns; it goes on from the weights that it has.</param>
    /// <param name="options">How long and how; their checkpoint folder must be this run's own.</param>
    /// <param name="loss">The loss of a batch.</param>
    /// <param name="labelled">Rows with other labels than the store's; null takes the store's.</param>
    internal void Run(TNetwork network, TrainingOptions options, Func<TNetwork, TrainingBatch, Loss> loss, LabelledRows? labelled = null)
    {
        var batches = new BatchMaker(labelled?.RowAt ?? (row => Store[row]), labelled?.Columns ?? Columns, options.Augmentation,
            network.backbone.Normalization, ClassNames.Count, Seed);
        ulong fingerprint = labelled is null ? Store.Fingerprint : Randomness.Mix((long)Store.Fingerprint, (long)labelled.Fingerprint);
        new Trainer(Stage, options, Seed, ClassNames, Channel, fingerprint)
            .Run(network, Generator, Store.Count, batches.Make, batch => loss(network, batch.To(Device)));
    }
}

/// <summary>The training rows with labels that came later.</summary>
/// <param name="Columns">Their columns.</param>
/// <param name="RowAt">A row by its number; called from several threads.</param>
/// <param name="Fingerprint">Tells the labels from others.</param>
internal sealed record LabelledRows(StageColumns Columns, Func<int, StageRow> RowAt, ulong Fingerprint);
