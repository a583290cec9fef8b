using System.Text.Json.Nodes;
using Microsoft.ML;
using MLNetWsss.GroupRefinement;
using MLNetWsss.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Bench;

/// <summary>What the graph costs: a training step with it, without it and in PyTorch; time and memory by group size and map size.</summary>
internal static class GroupCost
{
    private const int Classes = 6;

    internal static void Run(Arguments arguments, Json json)
    {
        int size = arguments.Number("size", 257), batch = arguments.Number("batch", 16), group = arguments.Number("group", 4);
        int threads = arguments.Number("threads", Environment.ProcessorCount);
        int rounds = arguments.Number("rounds", 8), steps = arguments.Number("steps", 2);
        string? weights = arguments.ExistingPath("weights");
        Devices.UseThreads(threads);
        var options = new GroupRefinementOptions
        {
            Backbone = new() { Weights = weights, FreezeBatchNorm = true }, GroupSize = group, BatchSize = batch, Epochs = 1,
            Threads = threads
        };
        using var with = new StepProgram(options, size);
        using var without = new StepProgram(options with { Rounds = 0, GraphDropout = false }, size);
        using var peer = new PeerProgram("group_network.py", false,
        [
            "--size", $"{size}", "--batch", $"{batch}", "--group", $"{group}", "--threads", $"{threads}",
            "--classes", $"{Classes}", "--rounds", $"{options.Rounds}",
            .. weights is null ? Array.Empty<string>() : ["--weights", Path.GetFullPath(weights)]
        ]);
        var rates = Alternation.Run(rounds, steps * batch,
            () => with.Train(steps), () => without.Train(steps), () => peer.AskCost($"step {steps}"));
        var settings = new
        {
            size, batch, group, threads, rounds, perProcessorSecond = Json.Rounded(rates[0].PerProcessorSecond),
            peerPerProcessorSecond = Json.Rounded(rates[2].PerProcessorSecond)
        };
        json.MoreIsBetter("group-step", rates[0].Median, "images/s",
            new($"PyTorch {JsonNode.Parse(peer.Ready)!["torch"]}, folded, channels-last", rates[2].Median), settings);
        json.Line("group-step-over-plain", rates[1].Median / rates[0].Median, "times", new
        {
            size, batch, group, threads, without = Json.Rounded(rates[1].Median),
            inProcessorTime = Json.Rounded(rates[1].PerProcessorSecond / rates[0].PerProcessorSecond)
        });
        PrintGrowth(json, arguments.Number("repeats", 5));
    }

    /// <summary>The graph alone, at prediction, on 500 x 375 photos' maps at strides 16 and 8.</summary>
    private static void PrintGrowth(Json json, int repeats)
    {
        foreach (var (height, width) in new[] { (24, 32), (47, 63) })
            foreach (int images in Enumerable.Range(2, 7))
            {
                using var scope = NewDisposeScope();
                using var ungraded = no_grad();
                using var generator = new Generator(1, CPU);
                using var graph = new GroupGraph(new(), Classes, 256, generator);
                Tensor[] Maps(int channels) => [.. Enumerable.Range(0, images).Select(_ =>
                    empty([1, channels, height, width], ScalarType.Float32).uniform_(0, 1, generator))];
                var (states, keys) = (Maps(Classes), Maps(256));
                void Refine()
                {
                    foreach (var state in graph.Refine(states, keys, null))
                        state.Dispose();
                }
                // Memory that earlier work has left to the process would hide what this takes.
                NativeMemory.Release();
                long before = ResidentMemory.Private(), highest = ResidentMemory.HighestPrivate(Refine);
                double seconds = Alternation.Median(Enumerable.Range(0, repeats).Select(_ => Cost.Of(Refine).ProcessorSeconds));
                double model = images * (images - 1.0) * height * width * height * width;
                json.Line($"group-time-{images}-{height}x{width}", seconds, "processor s", new
                {
                    images, height, width, nanosecondsPerPairOfPositions = Json.Rounded(seconds / model * 1e9),
                    peakMB = (highest - before) >> 20
                });
            }
    }

    /// <summary>The library's training loop on one batch of random colours.</summary>
    private sealed class StepProgram : IDisposable
    {
        private readonly GroupRefinementOptions _options;
        private readonly Generator _generator = new(1, CPU);
        private readonly GroupRefinementNetwork _network;
        private readonly TrainingBatch _batch;

        internal StepProgram(GroupRefinementOptions options, int size)
        {
            _options = options;
            _network = new(options, Classes, _generator);
            var random = new Random(1);
            _batch = new()
            {
                Rows = [.. Enumerable.Range(0, options.BatchSize)],
                CropSize = size,
                Pixels = [.. Enumerable.Range(0, options.BatchSize * size * size * 3).Select(_ => random.NextSingle() * 2 - 1)],
                TagValues = [.. Enumerable.Range(0, options.BatchSize * Classes).Select(_ => (float)random.Next(2))]
            };
        }

        internal Cost Train(int steps)
        {
            using var channel = MLNetInternals.EnvironmentOf(new MLContext(seed: 1).Transforms).Start("Bench");
            var trainer = new Trainer("GroupRefinement", _options, 1, ["a", "b", "c", "d", "e", "f"], channel);
            return Cost.Of(() => trainer.Run(_network, _generator, steps * _options.BatchSize, (_, _) => _batch, batch =>
            {
                var output = _network.Groups(batch.Images());
                var (before, behind) = GroupRefinementLosses.Terms(output.Before, output.Behind, batch.Tags(), _options.ClassifierWeight);
                return new Loss(("classifier", before), ("group", behind));
            }));
        }

        public void Dispose()
        {
            _network.Dispose();
            _generator.Dispose();
        }
    }
}
