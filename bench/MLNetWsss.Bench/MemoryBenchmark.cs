using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using static TorchSharp.torch;

namespace MLNetWsss.Bench;

/// <summary>Whether 1,000 training steps and 1,000 predictions leave tensors or memory behind, counted from after a warm-up.</summary>
internal static class MemoryBenchmark
{
    private const int Side = 64, Images = 32, Batch = 4;

    /// <summary>What is there at one moment.</summary>
    private readonly record struct State(long Tensors, long Bytes)
    {
        internal static State Now() => new(Tensor.TotalCount, ResidentMemory.AfterCollection());
    }

    internal static void Run(Arguments arguments)
    {
        var json = new Json("memory");
        int steps = arguments.Number("steps", 1000), warmup = arguments.Number("warmup", 1000);
        arguments.CheckAllUsed();
        var ml = new MLContext(seed: 1);
        var scenes = SmallJob.Scenes(ml, Images, Side);

        long before = Tensor.TotalCount;
        State first = default, last = default;
        int total = warmup + steps, perEpoch = Images / Batch;
        var options = SmallJob.Options(Side, Batch, epochs: (total + perEpoch - 1) / perEpoch) with
        {
            Progress = new Reporter(p =>
            {
                if (p.Step == warmup)
                    first = State.Now();
                else if (p.Step == total)
                    last = State.Now();
            })
        };
        var model = ml.Transforms.Wsss.ClassActivation(options).Fit(scenes);
        Print(json, "memory-growth-training", steps, warmup, first, last);

        var photos = ml.Data.CreateEnumerable<Photo>(scenes, reuseRowObject: false).ToArray();
        using (var engine = ml.Model.CreatePredictionEngine<Photo, Maps>(model))
        {
            for (int i = 0; i < total; i++)
            {
                if (i == warmup)
                    first = State.Now();
                engine.Predict(photos[i % photos.Length]);
            }
            last = State.Now();
        }
        Print(json, "memory-growth-prediction", steps, warmup, first, last);

        model.Dispose();
        json.Line("memory-tensors-left", Tensor.TotalCount - before, "tensors after everything is disposed of", new { before });
    }

    private static void Print(Json json, string what, int count, int warmup, State first, State last) =>
        json.Line(what, (double)(last.Bytes - first.Bytes) / first.Bytes, "of the resident memory after the warm-up", new
        {
            count, warmup, firstMB = Json.Rounded(first.Bytes / 1048576.0), lastMB = Json.Rounded(last.Bytes / 1048576.0),
            tensorsFirst = first.Tensors, tensorsLast = last.Tensors
        });

    private sealed class Reporter(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    private sealed class Photo
    {
        [ImageType(Side, Side)] public MLImage Image { get; set; } = null!;
        [VectorType(5)] public float[] Tags { get; set; } = null!;
    }

    private sealed class Maps
    {
        [ScoreMapsType] public ScoreMaps Cam { get; set; } = null!;
        public float[] TagProbabilities { get; set; } = null!;
    }
}
