using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNetWsss.Backbones;
using MLNetWsss.ClassActivation;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Bench;

/// <summary>
/// The network of class activation maps as the library trains and runs it: MobileNetV2 at stride 16 and a 1x1 classifier, a batch of
/// random colours before it.
/// </summary>
internal sealed class CamNetwork : IDisposable
{
    private readonly IHostEnvironment _environment;
    private readonly ClassActivationOptions _options;
    private readonly Generator _generator = new(1, CPU);
    private readonly TrainingBatch _batch;
    private readonly ClassActivationNetwork _network;
    private Tensor? _input;

    /// <param name="arguments">--size, --batch, --threads, --frozen, --weights.</param>
    /// <param name="size">Side of the input in pixels, unless given.</param>
    /// <param name="batch">Images a batch, unless given.</param>
    /// <param name="frozen">Stages without gradient, unless given.</param>
    internal CamNetwork(Arguments arguments, int size = 321, int batch = 8, int frozen = 0)
    {
        Size = arguments.Number("size", size);
        BatchSize = arguments.Number("batch", batch);
        Threads = arguments.Number("threads", Environment.ProcessorCount);
        Weights = arguments.ExistingPath("weights");
        _environment = MLNetInternals.EnvironmentOf(new MLContext(seed: 1).Transforms);
        _options = new()
        {
            // Weights may come folded; random ones are folded too, so that the work is the same with and without a file.
            Backbone = new() { Weights = Weights, FreezeBatchNorm = true, FrozenStages = arguments.Number("frozen", frozen) },
            BatchSize = BatchSize, Epochs = 1, Threads = Threads
        };
        Devices.UseThreads(Threads);
        _network = new(_options.Backbone, Classes, _generator);
        var random = new Random(1);
        _batch = new()
        {
            Rows = [.. Enumerable.Range(0, BatchSize)],
            CropSize = Size,
            Pixels = [.. Enumerable.Range(0, BatchSize * Size * Size * 3).Select(_ => random.NextSingle() * 2 - 1)],
            TagValues = [.. Enumerable.Range(0, BatchSize * Classes).Select(_ => (float)random.Next(2))]
        };
    }

    internal const int Classes = 6;

    internal int Size { get; }

    internal int BatchSize { get; }

    internal int Threads { get; }

    internal string? Weights { get; }

    internal string[] PeerArguments(string task) =>
    [
        task, "--size", $"{Size}", "--batch", $"{BatchSize}", "--threads", $"{Threads}", "--classes", $"{Classes}",
        .. Weights is null ? Array.Empty<string>() : ["--weights", Path.GetFullPath(Weights)]
    ];

    /// <summary>The library's training loop over some steps.</summary>
    internal Cost Train(int steps) => Train(steps, (_, _) => _batch, workers: 1);

    /// <summary>How colours are scaled before this network.</summary>
    internal Normalization Normalization => _network.backbone.Normalization;

    /// <summary>The same with batches from elsewhere.</summary>
    internal Cost Train(int steps, Func<long, int[], TrainingBatch> make, int workers)
    {
        using var channel = _environment.Start("Bench");
        var trainer = new Trainer("ClassActivation", _options with { Workers = workers }, 1, ["a", "b", "c", "d", "e", "f"], channel);
        return Cost.Of(() => trainer.Run(_network, _generator, steps * BatchSize, make,
            batch => new Loss(("tags", ClassActivationLosses.TagLoss(_network.call(batch.Images()), batch.Tags())))));
    }

    /// <summary>Makes the network ready to predict, as a fitted stage does, and says in which number format it does so.</summary>
    internal Precision Prepare()
    {
        var options = NetworkRunner<ClassActivationNetwork>.Saved(_options, _network);
        _ = new NetworkRunner<ClassActivationNetwork>(_environment, _network, options);
        _input = _batch.Images();
        return options.Precision;
    }

    /// <summary>Some batches from normalised colours to maps.</summary>
    internal Cost Predict(int batches)
    {
        using var ungraded = no_grad();
        return Cost.Of(() =>
        {
            for (int i = 0; i < batches; i++)
                _network.Maps(_input!).Dispose();
        });
    }

    public void Dispose()
    {
        _input?.Dispose();
        _network.Dispose();
        _generator.Dispose();
    }
}
