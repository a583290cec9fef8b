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
    /// <param name="plan">On what, against what loss, and what is gathered.</param>
    internal void Run(TNetwork network, TrainingOptions options, TrainingPlan<TNetwork> plan)
    {
        var (labelled, drawn) = (plan.Labelled, plan.Batches ?? BatchPlan.Shuffled(Store.Count, options.BatchSize, Seed));
        var batches = new BatchMaker(labelled?.RowAt ?? (row => Store[row]), labelled?.Columns ?? Columns, options.Augmentation,
            network.backbone.Normalization, ClassNames.Count, Seed, drawn.BatchesPerEpoch * options.Epochs);
        ulong fingerprint = labelled is null ? Store.Fingerprint : Randomness.Mix((long)Store.Fingerprint, (long)labelled.Fingerprint);
        new Trainer(Stage, options, Seed, ClassNames, Channel, fingerprint)
            .Run(network, Generator, Store.Count, batches.Make, batch => plan.Loss(network, batch.To(Device)), drawn, plan.Record);
    }
}

/// <summary>What a training is made of beyond its options.</summary>
/// <param name="Loss">What is minimised.</param>
/// <param name="Batches">Which rows form the batches; null draws them singly.</param>
/// <param name="Record">What is gathered besides the weights; null for nothing.</param>
/// <param name="Labelled">Rows with other labels than the store's; null takes the store's.</param>
internal sealed record TrainingPlan<TNetwork>(
    Func<TNetwork, TrainingBatch, Loss> Loss, BatchPlan? Batches = null, ITrainingRecord? Record = null, LabelledRows? Labelled = null);

/// <summary>The training rows with labels that came later.</summary>
/// <param name="Columns">Their columns.</param>
/// <param name="RowAt">A row by its number; called from several threads.</param>
/// <param name="Fingerprint">Tells the labels from others.</param>
internal sealed record LabelledRows(StageColumns Columns, Func<int, StageRow> RowAt, ulong Fingerprint);
