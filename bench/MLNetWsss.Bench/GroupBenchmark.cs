using System.Diagnostics;
using Microsoft.ML;
using MLNetWsss.ClassActivation;
using MLNetWsss.GroupRefinement;
using MLNetWsss.Metrics;
using MLNetWsss.Pipeline;

namespace MLNetWsss.Bench;

/// <summary>
/// What a graph over groups of photos adds to the maps of the classifier that it is built on: the same backbone, epochs and data, the same
/// refinement after both. And what it costs.
/// </summary>
internal static class GroupBenchmark
{
    internal static void Run(Arguments arguments)
    {
        string only = arguments.Text("only") ?? "all";
        if (only is not ("all" or "accuracy" or "cost"))
            throw new ArgumentException($"--only is '{only}'; expected accuracy or cost.");
        var json = new Json("group");
        if (only != "cost")
            RunAccuracy(arguments, json);
        if (only != "accuracy")
            GroupCost.Run(arguments, json);
    }

    private static void RunAccuracy(Arguments arguments, Json json)
    {
        string data = arguments.ExistingPath("data")
            ?? throw new ArgumentException("group needs --data DIR, a data set in VOC's layout, or --only cost.");
        using var scratch = new ScratchFolder();
        var settings = new Settings(data, arguments.Text("protocol") ?? "animals7", arguments.ExistingPath("weights"),
            arguments.Number("epochs"), scratch.Path);
        var run = new Comparison(settings, arguments.Number("images"), arguments.Switch("ablation"), arguments.Switch("weak"));
        int seeds = arguments.Number("seeds", 2), first = arguments.Number("seed", 1);
        var all = new Dictionary<string, List<double>>();
        for (int seed = first; seed < first + seeds; seed++)
            foreach (var (what, value, how) in run.Figures(seed))
            {
                json.Line(what, value, "of 1", how);
                (all.TryGetValue(what, out var values) ? values : all[what] = []).Add(value);
            }
        foreach (var (what, values) in all.Where(_ => seeds > 1))
            json.Line(what, values.Average(), "of 1", new { seeds, values = values.Select(Json.Rounded) });
    }

    /// <summary>The same classifier, as far as options go, trained under a graph.</summary>
    internal static GroupRefinementOptions Under(ClassActivationOptions plain) => new()
    {
        Backbone = plain.Backbone, Augmentation = plain.Augmentation, Epochs = plain.Epochs, BatchSize = plain.BatchSize,
        LearningRate = plain.LearningRate, HeadLearningRate = plain.HeadLearningRate, WeightDecay = plain.WeightDecay,
        WarmupSteps = plain.WarmupSteps, Scales = plain.Scales, Flip = plain.Flip, LongSide = plain.LongSide,
        MapStride = plain.MapStride, CheckpointFolder = plain.CheckpointFolder
    };

    private sealed class Comparison(Settings settings, int? images, bool ablation, bool weak)
    {
        internal IEnumerable<(string What, double Value, object How)> Figures(int seed)
        {
            var ml = new MLContext(seed);
            var wsss = ml.Transforms.Wsss;
            var (train, val) = settings.Load(ml);
            if (images is { } limit)
                (train, val) = (ml.Data.TakeRows(train, limit), ml.Data.TakeRows(val, limit));
            var scored = ScoredPart.Of(ml, train);
            var options = settings.ClassActivation(new Silent());

            long start = Stopwatch.GetTimestamp();
            using var plain = wsss.ClassActivation(options).Fit(train);
            double plainSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            using var plainMaps = (IDisposable)wsss.Precompute(plain.Transform(scored), ["Cam"]);
            var before = Score(wsss, (IDataView)plainMaps);
            yield return ("group-plain-cam", before.Cam, new { seed, before.Otsu, seconds = Math.Round(plainSeconds, 1) });

            var groupOptions = Under(options);
            start = Stopwatch.GetTimestamp();
            using var model = wsss.GroupRefinement(groupOptions).Fit(train);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var alone = Score(wsss, model.Transform(scored));
            yield return ("group-cam", alone.Cam, new { seed, alone.Otsu, seconds = Math.Round(seconds, 1) });
            yield return ("group-cam-gain", alone.Cam - before.Cam, new { seed, otsuGain = Json.Rounded(alone.Otsu - before.Otsu) });
            yield return ("group-plain-pseudo", before.Pseudo, new { seed });
            yield return ("group-pseudo", alone.Pseudo, new { seed });
            yield return ("group-pseudo-gain", alone.Pseudo - before.Pseudo, new { seed });
            var chained = Score(wsss, model.Transform((IDataView)plainMaps));
            yield return ("group-chained-cam", chained.Cam,
                new { seed, chained.Otsu, chained.Pseudo, how = "the plain classifier's maps as the graph's start" });

            if (ablation)
                foreach (var figure in Ablation(ml, train, scored, (IDataView)plainMaps, model, groupOptions, seed))
                    yield return figure;
            if (weak)
            {
                using var all = (IDisposable)wsss.Precompute(model.Transform(train), ["Cam"]);
                var among = Score(wsss, ScoredPart.Of(ml, (IDataView)all));
                yield return ("group-cam-all", among.Cam,
                    new { seed, among.Otsu, among.Pseudo, how = "partners among all training photos, not only among those scored" });
                double withGroups = Weak(wsss, (IDataView)all, val);
                yield return ("group-weak", withGroups, new { seed });
                double without = Weak(wsss, plain.Transform(train), val);
                yield return ("group-plain-weak", without, new { seed });
                yield return ("group-weak-gain", withGroups - without, new { seed });
            }
        }

        private sealed record Scores(double Cam, double Otsu, double Pseudo);

        private Scores Score(WsssCatalog wsss, IDataView maps)
        {
            using var kept = (IDisposable)wsss.Precompute(maps, ["Cam"]);
            ThresholdCurve curve = wsss.EvaluateMaps((IDataView)kept, truth: "Truth");
            var labels = wsss.PseudoLabels(settings.PseudoLabels()).Fit((IDataView)kept).Transform((IDataView)kept);
            return new(curve.Best.Metrics.MeanIoU, curve.Otsu.Metrics.MeanIoU,
                wsss.Evaluate(labels, "Mask", "Truth", boundaries: false).MeanIoU);
        }

        private IEnumerable<(string, double, object)> Ablation(MLContext ml, IDataView train, IDataView scored, IDataView plainMaps,
            GroupRefinementTransformer model, GroupRefinementOptions options, int seed)
        {
            // What prediction alone can change is tried on the trained network, started from the plain maps; the rest is trained anew.
            foreach (var (name, change) in new (string, Func<GroupRefinementOptions, GroupRefinementOptions>)[]
            {
                ("rounds-0", o => o with { Rounds = 0 }), ("rounds-1", o => o with { Rounds = 1 }),
                ("rounds-2", o => o with { Rounds = 2 }), ("rounds-3", o => o with { Rounds = 3 }),
                ("size-2", o => o with { GroupSize = 2 }), ("size-3", o => o with { GroupSize = 3 }),
                ("size-4", o => o with { GroupSize = 4 }), ("size-6", o => o with { GroupSize = 6 })
            })
                using (var other = model.With(change))
                    yield return Figure(name, other, plainMaps, "the same weights, from the plain maps");
            foreach (var (name, changed) in new (string, GroupRefinementOptions)[]
            {
                ("no-dropout", options with { GraphDropout = false }), ("affinity-state", options with { Affinity = AffinitySource.State }),
                ("state-features", options with { NodeState = NodeState.Features }),
                ("mean-3", options with { GroupSize = 3 }),
                ("concat-3", options with { GroupSize = 3, Aggregation = GroupAggregation.ConcatReference })
            })
                using (var other = ml.Transforms.Wsss.GroupRefinement(changed).Fit(train))
                    yield return Figure(name, other, scored, "trained anew");

            (string, double, object) Figure(string name, GroupRefinementTransformer other, IDataView view, string how)
            {
                var scores = Score(ml.Transforms.Wsss, other.Transform(view));
                return ($"group-ablation-{name}", scores.Cam, new { seed, scores.Otsu, scores.Pseudo, how });
            }
        }

        private double Weak(WsssCatalog wsss, IDataView maps, IDataView val)
        {
            using var seeds = (IDisposable)wsss.Precompute(wsss.PseudoLabels(settings.PseudoLabels()).Fit(maps).Transform(maps), ["Mask"]);
            using var network = wsss.Segmentation(settings.Segmentation(new Silent())).Fit((IDataView)seeds);
            return wsss.Evaluate(network.Transform(val), "Prediction", "Truth", boundaries: false).MeanIoU;
        }
    }

    private sealed class Silent : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
        }
    }
}
