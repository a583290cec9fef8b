using System.Text.Json.Serialization;
using MLNetWsss.Backbones;
using MLNetWsss.Imaging;

namespace MLNetWsss.Pipeline;

/// <summary>Which optimizer takes the steps.</summary>
public enum OptimizerKind
{
    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019). The default: forgiving on small data.</summary>
    AdamW,

    /// <summary>Stochastic gradient descent with momentum, as most papers of the field train.</summary>
    Sgd
}

/// <summary>The number format of a network's forward pass at prediction.</summary>
public enum Precision
{
    /// <summary>bfloat16 where this processor was measured to be faster with it, float32 elsewhere.</summary>
    Auto,

    /// <summary>32-bit floats.</summary>
    Float32,

    /// <summary>bfloat16: 8 bits of mantissa; maps move by about 1 % of their range.</summary>
    BFloat16
}

/// <summary>What every stage that trains a network lets its user set.</summary>
public abstract record TrainingOptions : StageOptions
{
    /// <summary>The network's feature extractor.</summary>
    public BackboneOptions Backbone { get; init; } = new();

    /// <summary>How training crops are cut and varied.</summary>
    public AugmentationOptions Augmentation { get; init; } = new();

    /// <summary>Passes over the training rows, >= 1.</summary>
    public int Epochs { get; init; } = 5;

    /// <summary>Images a step, >= 1.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>The optimizer.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.AdamW;

    /// <summary>Learning rate of the backbone, > 0. 1e-4 suits AdamW and pretrained weights; use 1e-3 for random ones.</summary>
    public double LearningRate { get; init; } = 1e-4;

    /// <summary>Learning rate of the newly made layers, > 0.</summary>
    public double HeadLearningRate { get; init; } = 2e-3;

    /// <summary>Weight decay, >= 0.</summary>
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Momentum of <see cref="OptimizerKind.Sgd"/>, in [0, 1).</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Steps over which the learning rate rises linearly from zero, >= 0; at most a fifth of all steps are used.</summary>
    public int WarmupSteps { get; init; } = 50;

    /// <summary>Power p of the schedule lr (1 - step / steps)^p, >= 0 (DeepLab, Chen et al., TPAMI 2018, section 4.1.1: 0.9).</summary>
    public double PolyPower { get; init; } = 0.9;

    /// <summary>Seed of everything random in training; null takes the <c>MLContext</c>'s seed, and 0 where it has none.</summary>
    public int? Seed { get; init; }

    /// <summary>Threads of the network; 0 means every core.</summary>
    public int Threads { get; init; }

    /// <summary>Batches prepared ahead of the network by worker threads, >= 1.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>Megabytes of decoded training rows kept in memory; what exceeds it waits in a temporary file. >= 0.</summary>
    public int MemoryBudgetMB { get; init; } = 2048;

    /// <summary>Training photos are kept at most this many pixels long: larger ones are shrunk once, on the way in. >= 32.</summary>
    public int MaxSide { get; init; } = 512;

    /// <summary>Number format at prediction.</summary>
    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>
    /// Folder of checkpoints: training writes one there as it goes, and a later Fit with the same options and data goes on from it to the
    /// same bits. Null keeps none.
    /// </summary>
    public string? CheckpointFolder { get; init; }

    /// <summary>Steps between checkpoints; 0 means one at the end of each epoch.</summary>
    public int CheckpointSteps { get; init; }

    /// <summary>Told after every step.</summary>
    [JsonIgnore]
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Ends training at the next step; with <see cref="CheckpointFolder"/> set nothing is lost.</summary>
    [JsonIgnore]
    public CancellationToken Cancellation { get; init; }

    internal override void Validate()
    {
        base.Validate();
        ArgumentNullException.ThrowIfNull(Backbone);
        ArgumentNullException.ThrowIfNull(Augmentation);
        Backbone.Validate();
        Augmentation.Validate();
        Require(Enum.IsDefined(Optimizer), Optimizer, string.Join(" or ", Enum.GetNames<OptimizerKind>()));
        Require(Enum.IsDefined(Precision), Precision, string.Join(", ", Enum.GetNames<Precision>()));
        Require(Epochs >= 1, Epochs, "at least 1 pass over the data");
        Require(BatchSize >= 1, BatchSize, "at least 1 image a step");
        Require(LearningRate > 0 && double.IsFinite(LearningRate), LearningRate, "a positive number, often 1e-5 to 0.1");
        Require(HeadLearningRate > 0 && double.IsFinite(HeadLearningRate), HeadLearningRate, "a positive number, often 1e-4 to 0.1");
        Require(WeightDecay >= 0 && double.IsFinite(WeightDecay), WeightDecay, "0 or more, often 1e-4");
        Require(Momentum is >= 0 and < 1, Momentum, "0 or more and below 1");
        Require(WarmupSteps >= 0, WarmupSteps, "0 or more steps");
        Require(PolyPower >= 0 && double.IsFinite(PolyPower), PolyPower, "0 or more, often 0.9");
        Require(Threads >= 0, Threads, "0 for every core, or a number of threads");
        Require(Workers >= 1, Workers, "at least 1 batch prepared ahead");
        Require(MemoryBudgetMB >= 0, MemoryBudgetMB, "0 or more megabytes");
        Require(MaxSide >= 32, MaxSide, "at least 32 pixels");
        Require(CheckpointSteps >= 0, CheckpointSteps, "0 for once an epoch, or a number of steps");
    }
}

/// <summary>How far training is.</summary>
/// <param name="Stage">The stage that trains.</param>
/// <param name="Epoch">1-based.</param>
/// <param name="Epochs">In all.</param>
/// <param name="Step">1-based, over all epochs.</param>
/// <param name="Steps">In all.</param>
/// <param name="Loss">Of this step.</param>
/// <param name="Terms">What the loss is the sum of.</param>
/// <param name="ImagesPerSecond">Since training began or resumed.</param>
/// <param name="Remaining">Expected time to the end.</param>
public sealed record TrainingProgress(string Stage, int Epoch, int Epochs, long Step, long Steps, double Loss,
    IReadOnlyList<LossTerm> Terms, double ImagesPerSecond, TimeSpan Remaining);

/// <summary>One summand of a loss, weighted, by name.</summary>
public readonly record struct LossTerm(string Name, double Value);
