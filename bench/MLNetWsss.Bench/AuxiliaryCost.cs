using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNetWsss.AuxiliaryAffinity;
using MLNetWsss.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Bench;

/// <summary>
/// A training step of the network of auxiliary tasks: against PyTorch's eager and tuned form of it in turn, and by crop size with and
/// without the affinity, whose arrays grow with the square of the positions.
/// </summary>
internal static class AuxiliaryCost
{
    private static readonly int[] Crops = [193, 257, 321];

    internal static void Run(Json json, Arguments arguments)
    {
        int size = arguments.Number("size", 257), batch = arguments.Number("batch", 8), rounds = arguments.Number("cost-rounds", 5);
        int threads = arguments.Number("threads", Environment.ProcessorCount), steps = arguments.Number("batches", 2);
        int stride = arguments.Number("stride", 16), quadratic = arguments.Number("cost-stride", 8);
        string? weights = arguments.ExistingPath("weights");
        Devices.UseThreads(threads);
        using (var network = new Steps(weights, size, batch, stride, threads, AffinityKind.CrossTask))
        using (var peer = new PeerProgram("auxiliary_network.py", arguments.Switch("peer-keeps-memory"), ["training", "--size", $"{size}",
            "--batch", $"{batch}", "--threads", $"{threads}", "--classes", $"{Steps.Classes}", "--stride", $"{stride}",
            .. weights is null ? Array.Empty<string>() : ["--weights", Path.GetFullPath(weights)]]))
        {
            var ready = JsonNode.Parse(peer.Ready)!;
            var rates = Alternation.Run(rounds, steps * batch,
                () => network.Train(steps), () => peer.AskCost($"eager {steps}"), () => peer.AskCost($"best {steps}"));
            foreach (var (what, name, other) in new[] { ("aux-step-eager", "eager", rates[1]), ("aux-step", "tuned", rates[2]) })
                json.MoreIsBetter(what, rates[0].Median, "images/s", new($"PyTorch {ready["torch"]} {name}", other.Median), new
                {
                    size, batch, threads, stride, rounds, perProcessorSecond = Json.Rounded(rates[0].PerProcessorSecond),
                    peerPerProcessorSecond = Json.Rounded(other.PerProcessorSecond),
                    peerVariant = name == "tuned" ? (string)ready["best"]! : "NCHW, batch norm as loaded, float32"
                });
        }
        BySize(json, weights, quadratic, threads);
    }

    /// <summary>Seconds and memory of a step by crop size, and the part of both that only the affinity takes.</summary>
    private static void BySize(Json json, string? weights, int stride, int threads)
    {
        const int Batch = 2;
        foreach (int crop in Crops)
        {
            var found = new Dictionary<AffinityKind, (double Seconds, double Memory)>();
            foreach (var kind in new[] { AffinityKind.None, AffinityKind.CrossTask })
            {
                using var network = new Steps(weights, crop, Batch, stride, threads, kind);
                network.Train(1);
                NativeMemory.Release();
                long before = ResidentMemory.AfterCollection();
                double seconds = 0;
                long highest = ResidentMemory.HighestPrivate(() =>
                    seconds = Alternation.Median(Enumerable.Range(0, 3).Select(_ => network.Train(1).ProcessorSeconds)));
                found[kind] = (seconds / Batch, Math.Max(0, highest - before) / (double)(Batch << 20));
                NativeMemory.Release();
            }
            int side = (crop - 1) / stride + 1, positions = side * side;
            var (whole, without) = (found[AffinityKind.CrossTask], found[AffinityKind.None]);
            object settings = new
            {
                crop, stride, batch = Batch, threads, positions, oneAffinityMB = Json.Rounded(4.0 * positions * positions / (1 << 20))
            };
            json.Line($"aux-cost-{crop}", whole.Seconds, "processor s an image and step", settings);
            json.Line($"aux-cost-{crop}-affinity", whole.Seconds - without.Seconds, "processor s an image and step", settings);
            json.Line($"aux-memory-{crop}", whole.Memory, "MB an image", settings);
            json.Line($"aux-memory-{crop}-affinity", whole.Memory - without.Memory, "MB an image", settings);
        }
    }

    /// <summary>The network, a batch of noise before it, and the library's training loop.</summary>
    private sealed class Steps : IDisposable
    {
        internal const int Classes = 6;

        private readonly IHostEnvironment _environment = MLNetInternals.EnvironmentOf(new MLContext(seed: 1).Transforms);
        private readonly AuxiliaryAffinityOptions _options;
        private readonly Generator _generator = new(1, CPU);
        private readonly AuxiliaryAffinityNetwork _network;
        private readonly TrainingBatch _batch;

        internal Steps(string? weights, int size, int batch, int stride, int threads, AffinityKind affinity)
        {
            _options = new()
            {
                Backbone = new() { Weights = weights, FreezeBatchNorm = true, OutputStride = stride }, Head = new() { Affinity = affinity },
                BatchSize = batch, Epochs = 1, Threads = threads, Workers = 1
            };
            _network = new(_options.Backbone, _options.Head, Classes, true, _generator);
            var random = new Random(1);
            int area = size * size;
            _batch = new()
            {
                Rows = [.. Enumerable.Range(0, batch)], CropSize = size,
                Pixels = [.. Enumerable.Range(0, batch * area * 3).Select(_ => random.NextSingle() * 2 - 1)],
                TagValues = [.. Enumerable.Range(0, batch * Classes).Select(_ => (float)random.Next(2))],
                LabelValues =
                [
                    [.. Enumerable.Range(0, batch * area).Select(_ => (byte)random.Next(Classes + 1))],
                    [.. Enumerable.Range(0, batch * area).Select(_ => (byte)random.Next(255))]
                ]
            };
        }

        internal Cost Train(int steps)
        {
            using var channel = _environment.Start("Bench");
            var trainer = new Trainer("AuxiliaryAffinity", _options, 1, ["a", "b", "c", "d", "e", "f"], channel);
            return Cost.Of(() => trainer.Run(_network, _generator, steps * _options.BatchSize, (_, _) => _batch,
                batch => AuxiliaryAffinityEstimator.LossOf(_options, _network.call(batch.Images()), batch)));
        }

        public void Dispose()
        {
            _network.Dispose();
            _generator.Dispose();
        }
    }
}
