using System.Diagnostics;
using Microsoft.ML.Runtime;
using MLNetWsss.Backbones;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNetWsss.Pipeline;

/// <summary>A network of a stage: a backbone that may come pretrained, and layers that are new.</summary>
public interface IStageNetwork : IFoldable
{
    /// <summary>The feature extractor.</summary>
    Backbone backbone { get; }

    /// <summary>The newly made parameters, which learn at <see cref="TrainingOptions.HeadLearningRate"/>.</summary>
    IEnumerable<Parameter> HeadParameters { get; }

    /// <summary>The parameters that begin with knowledge, which learn at <see cref="TrainingOptions.LearningRate"/>.</summary>
    IEnumerable<Parameter> TunedParameters => backbone.parameters();
}

/// <summary>A loss as the sum of named scalars, already weighted.</summary>
internal sealed class Loss(params (string Name, Tensor Value)[] terms)
{
    internal Tensor Total { get; } = terms.Skip(1).Aggregate(terms[0].Value, (sum, term) => sum + term.Value);

    internal LossTerm[] Terms() => [.. terms.Select(t => new LossTerm(t.Name, t.Value.item<float>()))];
}

/// <summary>What a training gathers besides the weights, such as maps over its epochs; checkpoints carry it along.</summary>
internal interface ITrainingRecord
{
    /// <summary>All of it, as bytes.</summary>
    byte[] Save();

    /// <summary>Restores what <see cref="Save"/> gave.</summary>
    void Load(byte[] saved);
}

/// <summary>The loss became infinite or not a number; the last good checkpoint is kept.</summary>
public sealed class TrainingDivergedException(string message) : Exception(message);

/// <summary>The one training loop.</summary>
internal sealed class Trainer(
    string stage, TrainingOptions options, long seed, IReadOnlyList<string> classNames, IChannel channel, ulong fingerprint = 0)
{
    /// <summary>Trains a network, or goes on with a training that was interrupted.</summary>
    /// <param name="network">The network.</param>
    /// <param name="generator">Seeded anew at each step, for what the network draws in training.</param>
    /// <param name="rows">Number of training rows.</param>
    /// <param name="make">The batch of a step, from its rows; called on worker threads.</param>
    /// <param name="loss">What is minimised.</param>
    /// <param name="plan">Which rows form the batches; null shuffles them.</param>
    /// <param name="record">What training gathers besides the weights; kept in checkpoints.</param>
    internal void Run<TNetwork, TBatch>(TNetwork network, Generator generator, int rows, Func<long, int[], TBatch> make,
        Func<TBatch, Loss> loss, BatchPlan? plan = null, ITrainingRecord? record = null)
        where TNetwork : nn.Module, IStageNetwork
    {
        plan ??= BatchPlan.Shuffled(rows, options.BatchSize, seed);
        int batchSize = plan.BatchSize;
        if (rows < options.BatchSize)
            channel.Warning(MessageSensitivity.None, $"{rows} training rows are fewer than BatchSize {options.BatchSize}: batches have {batchSize}.");
        long perEpoch = plan.BatchesPerEpoch, steps = perEpoch * options.Epochs;
        using var optimizer = CreateOptimizer(network);
        var checkpoints = Checkpoints.For(stage, options, seed, rows, fingerprint, classNames, channel, record);
        long start = checkpoints?.Resume(network, optimizer) ?? 0;
        var rates = optimizer.ParamGroups.Select(g => (Group: g, Peak: g.InitialLearningRate)).ToArray();

        network.train();
        using var batches = new Prefetch<TBatch>(step => make(step, plan.Batch(step)), start, steps, options.Workers);
        var clock = Stopwatch.StartNew();
        double epochLoss = 0;
        for (long step = start; step < steps; step++)
        {
            if (options.Cancellation.IsCancellationRequested)
            {
                Save(step);
                options.Cancellation.ThrowIfCancellationRequested();
            }
            foreach (var (group, peak) in rates)
                group.LearningRate = peak * Schedule(step, steps);
            generator.manual_seed(Randomness.TorchSeed(seed, step));
            var batch = batches.Next();
            var terms = Step(optimizer, () => loss(batch), step);
            (batch as IDisposable)?.Dispose();
            double total = terms.Sum(t => t.Value);
            epochLoss += total;
            Report(step + 1, steps, perEpoch, total, terms, (step + 1 - start) * batchSize / clock.Elapsed.TotalSeconds, clock.Elapsed, start);
            if ((step + 1) % perEpoch == 0)
            {
                channel.Info(MessageSensitivity.None, $"{stage}: epoch {(step + 1) / perEpoch} of {options.Epochs}, mean loss " +
                    $"{epochLoss / perEpoch:0.0000}, {(step + 1 - start) * batchSize / clock.Elapsed.TotalSeconds:0.0} images/s");
                epochLoss = 0;
            }
            if (step + 1 == steps || (step + 1) % (options.CheckpointSteps > 0 ? options.CheckpointSteps : perEpoch) == 0)
                Save(step + 1);
        }
        network.eval();

        void Save(long done)
        {
            RequireFinite(network, done);
            checkpoints?.Save(network, optimizer, done);
        }
    }

    /// <summary>
    /// A step can leave weights that are not finite while its own loss still was. They must not replace the last good checkpoint, nor be
    /// handed out as a model.
    /// </summary>
    private void RequireFinite(nn.Module network, long step)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var parameters = network.named_parameters().Select(p => (p.name, (Tensor)p.parameter));
        foreach (var (name, values) in parameters.Concat(network.named_buffers()))
            if (values.is_floating_point() && !double.IsFinite(values.to(ScalarType.Float64).sum().item<double>()))
                throw Diverged($"weights '{name}' are not finite after step {step}");
    }

    private TrainingDivergedException Diverged(string how) => new($"{stage}: {how}. Lower LearningRate or HeadLearningRate, raise " +
        "WarmupSteps, or look for damaged images and tags." +
        (options.CheckpointFolder is null ? "" : $" The last good checkpoint is in '{options.CheckpointFolder}'."));

    /// <summary>Linear warm-up, then (1 - step / steps)^power: a factor of the peak learning rate.</summary>
    internal double Schedule(long step, long steps)
    {
        long warmup = Math.Min(options.WarmupSteps, steps / 5);
        double rise = step < warmup ? (step + 1.0) / (warmup + 1) : 1;
        return rise * Math.Pow(1 - (double)step / steps, options.PolyPower);
    }

    private LossTerm[] Step(optim.Optimizer optimizer, Func<Loss> compute, long step)
    {
        using var pause = CollectionPause.Begin();
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        var loss = compute();
        var terms = loss.Terms();
        if (!terms.All(t => double.IsFinite(t.Value)))
            throw Diverged($"the loss is not finite at step {step + 1} ({Describe(terms)})");
        loss.Total.backward();
        optimizer.step();
        return terms;
    }

    internal static string Describe(IReadOnlyList<LossTerm> terms) =>
        $"{terms.Sum(t => t.Value):0.0000} = {string.Join(" + ", terms.Select(t => $"{t.Name} {t.Value:0.0000}"))}";

    private void Report(long step, long steps, long perEpoch, double loss, LossTerm[] terms, double imagesPerSecond, TimeSpan elapsed, long start)
    {
        var remaining = elapsed * ((double)(steps - step) / (step - start));
        options.Progress?.Report(new TrainingProgress(
            stage, (int)((step - 1) / perEpoch) + 1, options.Epochs, step, steps, loss, terms, imagesPerSecond, remaining));
        if (step == 1 || step % 50 == 0)
            channel.Trace(MessageSensitivity.None, $"{stage}: step {step} of {steps}, loss {Describe(terms)}");
    }

    private optim.Optimizer CreateOptimizer<TNetwork>(TNetwork network) where TNetwork : nn.Module, IStageNetwork
    {
        var head = network.HeadParameters.Where(p => p.requires_grad).ToArray();
        var tuned = network.TunedParameters.Where(p => p.requires_grad).ToArray();
        var groups = new[] { (tuned, options.LearningRate), (head, options.HeadLearningRate) }.Where(g => g.Item1.Length > 0).ToArray();
        return options.Optimizer == OptimizerKind.AdamW
            ? new AdamW([.. groups.Select(g => new AdamW.ParamGroup(g.Item1, g.Item2, weight_decay: options.WeightDecay))])
            : new SGD([.. groups.Select(g => new SGD.ParamGroup(g.Item1, g.Item2, options.Momentum, weight_decay: options.WeightDecay))],
                options.LearningRate);
    }
}
