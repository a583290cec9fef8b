using System.Diagnostics;
using Microsoft.ML;
using MLNetWsss.ClassActivation;
using MLNetWsss.Metrics;
using MLNetWsss.Pipeline;
using MLNetWsss.PseudoLabels;

namespace MLNetWsss.Bench;

/// <summary>The rows of one seed, in order, from the classifier to the segmentation network.</summary>
internal sealed class RefinementChain(
    Settings settings, IReadOnlyList<RefinementBenchmark.Source> sources, string from, int? images, bool skipMasks, string? folder)
{
    private readonly Stopwatch _clock = new();
    private int _seed;

    /// <summary>A way of refining, to be used again on other photos and other maps where it proves the best.</summary>
    private sealed record Row(string Name, double Score, Func<IDataView, IDataView> Masks);

    /// <summary>Maps of a source on the photos that it is scored on.</summary>
    private sealed record Maps(RefinementBenchmark.Source Source, IDataView View);

    internal IEnumerable<(string What, double Value, object Cost)> Steps(int seed)
    {
        _seed = seed;
        var kept = new Kept(folder, seed);
        var ml = new MLContext(seed);
        var wsss = ml.Transforms.Wsss;
        var (train, val) = settings.Load(ml);
        if (images is { } limit)
            (train, val) = (ml.Data.TakeRows(train, limit), ml.Data.TakeRows(val, limit));
        using var held = new Held();
        IDataView? maps = null;
        double yardstick = 0;
        var rows = new List<Row>();
        var others = new List<Maps>();
        var trained = new Dictionary<(Delegate, bool), (ITransformer Classifier, double Seconds)>();
        foreach (var source in sources)
        {
            var (name, change, asking, groups, photos) = source;
            if (!trained.TryGetValue((change, groups), out var own))
            {
                var fitted = source.Train(ml, settings, train, kept, out double seconds);
                trained[(change, groups)] = own = (held.Keep(fitted), seconds);
            }
            var classifier = asking is null ? own.Classifier : held.Keep(source.Asked(own.Classifier));
            // Every row reads the same maps, computed once; those that no row reads are computed for the scored part alone.
            bool whole = name == from, few = photos < ScoredPart.Images;
            var asked = whole ? train : few ? WithoutMaps(ml, Few(ml, others[0], photos)) : Part(ml, train);
            Begin();
            var made = kept.Timed($"{name}-maps{(whole ? "" : "-scored")}",
                place => held.Keep(wsss.Precompute(classifier.Transform(asked), ["Cam"], folder: place)), out double making);
            var best = wsss.EvaluateMaps(whole ? Part(ml, made) : made, truth: "Truth").Best;
            string how = $"best threshold {best.Threshold:0.00}, swept on the truth";
            if (few)
                how += $"; {Count(made)} photos, on which {others[0].Source.Name} has " +
                    $"{wsss.EvaluateMaps(Few(ml, others[0], photos), truth: "Truth").Best.Metrics.MeanIoU:0.000}";
            yield return (name, best.Metrics.MeanIoU, Cost(best.Metrics, making / Math.Max(1, Count(made)), own.Seconds, how));
            yardstick = name == sources[0].Name ? best.Metrics.MeanIoU : yardstick;
            maps = whole ? made : maps;
            if (!whole || name == sources[0].Name)
                others.Add(new(source, whole ? held.Keep(wsss.Precompute(Part(ml, made), ["Cam"])) : made));
        }
        foreach (var (name, options) in RefinementBenchmark.Plain)
            yield return Labels(ml, name, maps!, view => view, options, 0, rows);
        var backbone = settings.ClassActivation(new Progress<TrainingProgress>()).Backbone;
        foreach (var (name, options) in RefinementBenchmark.Affinities(backbone, settings.Epochs))
        {
            var affinity = kept.Timed($"{from}-{name}-training",
                place => held.Keep(wsss.PairwiseAffinity(options with { CheckpointFolder = place }).Fit(maps!)), out double training);
            foreach (var (suffix, labels) in RefinementBenchmark.Learnt)
                yield return Labels(ml, name + suffix, maps!, affinity.Transform, labels, training, rows);
        }
        var winner = rows.MaxBy(r => r.Score)!;
        foreach (var (source, view) in others.Where(o => o.Source.Name != from))
        {
            Begin();
            var metrics = wsss.Evaluate(winner.Masks(view), "Mask", "Truth", boundaries: false).Regions;
            double each = Seconds() / Math.Max(1, Count(view));
            string how = $"{source.Name}'s maps refined as {winner.Name}, which learnt from {from}'s";
            if (source.Photos < ScoredPart.Images)
                how += $"; {Count(view)} photos, on which those of {others[0].Source.Name} reach " +
                    $"{wsss.Evaluate(winner.Masks(Few(ml, others[0], source.Photos)), "Mask", "Truth", boundaries: false).MeanIoU:0.000}";
            yield return ($"{source.Name}-{winner.Name}", metrics.MeanIoU, Cost(metrics, each, 0, how));
        }
        yield return ("pseudo-gain", winner.Score - yardstick,
            new { seed, row = winner.Name, from, over = "the best threshold of the first maps" });
        if (!skipMasks)
            foreach (var step in Taught(ml, winner, maps!, train, val, kept))
                yield return step;
    }

    /// <summary>Labels of the scored part, made as they are counted.</summary>
    private (string, double, object) Labels(MLContext ml, string name, IDataView maps, Func<IDataView, IDataView> refine,
        PseudoLabelsOptions options, double training, List<Row> rows)
    {
        Begin();
        IDataView Masks(IDataView view)
        {
            var refined = refine(view);
            return ml.Transforms.Wsss.PseudoLabels(options).Fit(refined).Transform(refined);
        }
        var metrics = ml.Transforms.Wsss.Evaluate(Masks(Part(ml, maps)), "Mask", "Truth", boundaries: false).Regions;
        rows.Add(new(name, metrics.MeanIoU, Masks));
        return (name, metrics.MeanIoU,
            Cost(metrics, Seconds() / Math.Max(1, Scored(maps)), training, $"background (1 - max)^{options.Power}"));
    }

    private IEnumerable<(string, double, object)> Taught(
        MLContext ml, Row winner, IDataView maps, IDataView train, IDataView val, Kept kept)
    {
        var wsss = ml.Transforms.Wsss;
        var scores = new double[2];
        using var held = new Held();
        var labels = held.Keep(wsss.Precompute(winner.Masks(maps), ["Mask"], folder: kept[$"{from}-{winner.Name}-labels"]));
        var progress = new Progress<TrainingProgress>();
        foreach (var (i, what, teacher, view, options) in new[]
        {
            (0, "weak-val", $"{from}-{winner.Name}", labels, settings.Segmentation(progress)),
            (1, "full-val", "truth", train, Supervision.Full(settings, progress))
        })
        {
            using var segmenter = kept.Timed($"{teacher}-{what}-training",
                place => wsss.Segmentation(options with { CheckpointFolder = place }).Fit(view), out double training);
            Begin();
            var metrics = wsss.Evaluate(segmenter.Transform(val), "Prediction", "Truth", boundaries: false).Regions;
            scores[i] = metrics.MeanIoU;
            yield return (what, scores[i], Cost(metrics, Seconds() / Math.Max(1, Count(val)), training,
                i == 0 ? $"taught by {winner.Name}" : "taught by the truth"));
        }
        yield return ("weak-over-full", scores[0] / scores[1], new { seed = _seed, row = winner.Name });
    }

    private object Cost(SegmentationMetrics metrics, double secondsPerImage, double training, string how) => new
    {
        seed = _seed, precision = Json.Rounded(metrics.MeanPrecision), recall = Json.Rounded(metrics.MeanRecall),
        secondsPerImage = Math.Round(secondsPerImage, 4), peakMemoryMB = ResidentMemory.Peak() >> 20,
        trainingSeconds = Math.Round(training, 1), how
    };

    private static IDataView Part(MLContext ml, IDataView view) => ScoredPart.Of(ml, view);

    /// <summary>The first maps on some of their photos.</summary>
    private static IDataView Few(MLContext ml, Maps maps, int photos) => ScoredPart.Of(ml, maps.View, photos);

    private static IDataView WithoutMaps(MLContext ml, IDataView view) => ml.Transforms.DropColumns("Cam").Fit(view).Transform(view);

    private int Scored(IDataView view) => Math.Min(ScoredPart.Images, Count(view));

    private int Count(IDataView view) => settings.Count(view);

    private double Seconds() => _clock.Elapsed.TotalSeconds;

    private void Begin()
    {
        ResidentMemory.ForgetPeak();
        _clock.Restart();
    }

    /// <summary>Models and kept columns that live as long as a seed's rows.</summary>
    private sealed class Held : IDisposable
    {
        private readonly List<IDisposable> _kept = [];

        internal T Keep<T>(T value)
        {
            if (value is IDisposable disposable)
                _kept.Add(disposable);
            return value;
        }

        public void Dispose()
        {
            for (int i = _kept.Count - 1; i >= 0; i--)
                _kept[i].Dispose();
        }
    }
}
