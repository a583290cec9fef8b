using System.Diagnostics;
using Microsoft.ML;
using MLNetWsss.ClassActivation;
using MLNetWsss.Metrics;
using MLNetWsss.Pipeline;
using MLNetWsss.PseudoLabels;

namespace MLNetWsss.Bench;

/// <summary>The rows of one seed, in order, from the classifier to the segmentation network.</summary>
internal sealed class RefinementChain(
    Settings settings, IReadOnlyList<RefinementBenchmark.Source> sources, string from, int? images, bool skipMasks)
{
    private readonly Stopwatch _clock = new();
    private int _seed;

    /// <summary>A row's labels, to be made again for all of the training photos where it proves the best.</summary>
    private sealed record Row(string Name, double Score, Func<IDataView> Masks);

    internal IEnumerable<(string What, double Value, object Cost)> Steps(int seed)
    {
        _seed = seed;
        var ml = new MLContext(seed);
        var (train, val) = settings.Load(ml);
        if (images is { } limit)
            (train, val) = (ml.Data.TakeRows(train, limit), ml.Data.TakeRows(val, limit));
        using var held = new Held();
        IDataView? maps = null;
        double yardstick = 0;
        var rows = new List<Row>();
        var trained = new Dictionary<(Delegate, bool), (ITransformer Classifier, double Seconds)>();
        foreach (var (name, change, asking, groups) in sources)
        {
            Begin();
            if (!trained.TryGetValue((change, groups), out var own))
            {
                var options = change(settings.ClassActivation(new Progress<TrainingProgress>()));
                ITransformer fitted = groups
                    ? ml.Transforms.Wsss.GroupRefinement(GroupBenchmark.Under(options)).Fit(train)
                    : ml.Transforms.Wsss.ClassActivation(options).Fit(train);
                trained[(change, groups)] = own = (held.Keep(fitted), Seconds());
            }
            double training = own.Seconds;
            var classifier = asking is null ? own.Classifier : held.Keep(((ClassActivationTransformer)own.Classifier).With(asking));
            Begin();
            // Every row reads the same maps, computed once; those that no row reads are computed for the scored part alone.
            bool whole = name == from;
            var made = held.Keep(ml.Transforms.Wsss.Precompute(classifier.Transform(whole ? train : Part(ml, train)), ["Cam"]));
            double each = Seconds() / Math.Max(1, whole ? Count(train) : Scored(train));
            var best = ml.Transforms.Wsss.EvaluateMaps(whole ? Part(ml, made) : made, truth: "Truth").Best;
            yield return (name, best.Metrics.MeanIoU,
                Cost(best.Metrics, each, training, $"best threshold {best.Threshold:0.00}, swept on the truth"));
            yardstick = name == sources[0].Name ? best.Metrics.MeanIoU : yardstick;
            maps = name == from ? made : maps;
        }
        foreach (var (name, options) in RefinementBenchmark.Plain)
            yield return Labels(ml, name, maps!, options, 0, rows);
        var backbone = settings.ClassActivation(new Progress<TrainingProgress>()).Backbone;
        foreach (var (name, options) in RefinementBenchmark.Affinities(backbone, settings.Epochs))
        {
            Begin();
            var affinity = held.Keep(ml.Transforms.Wsss.PairwiseAffinity(options).Fit(maps!));
            double training = Seconds();
            foreach (var (suffix, labels) in RefinementBenchmark.Learnt)
                yield return Labels(ml, name + suffix, affinity.Transform(maps!), labels, training, rows);
        }
        var winner = rows.MaxBy(r => r.Score)!;
        if (!skipMasks)
            foreach (var step in Taught(ml, winner, train, val))
                yield return step;
        yield return ("pseudo-gain", winner.Score - yardstick,
            new { seed, row = winner.Name, from, over = "the best threshold of the first maps" });
    }

    /// <summary>Labels of the scored part, made as they are counted.</summary>
    private (string, double, object) Labels(
        MLContext ml, string name, IDataView maps, PseudoLabelsOptions options, double training, List<Row> rows)
    {
        Begin();
        IDataView Masks(IDataView view) => ml.Transforms.Wsss.PseudoLabels(options).Fit(view).Transform(view);
        var metrics = ml.Transforms.Wsss.Evaluate(Masks(Part(ml, maps)), "Mask", "Truth", boundaries: false).Regions;
        rows.Add(new(name, metrics.MeanIoU, () => Masks(maps)));
        return (name, metrics.MeanIoU,
            Cost(metrics, Seconds() / Math.Max(1, Scored(maps)), training, $"background (1 - max)^{options.Power}"));
    }

    private IEnumerable<(string, double, object)> Taught(MLContext ml, Row winner, IDataView train, IDataView val)
    {
        var wsss = ml.Transforms.Wsss;
        var scores = new double[2];
        using var held = new Held();
        var labels = held.Keep(wsss.Precompute(winner.Masks(), ["Mask"]));
        foreach (var (i, what, view, mask) in new[] { (0, "weak-val", labels, "Mask"), (1, "full-val", train, "Truth") })
        {
            Begin();
            var options = settings.Segmentation(new Progress<TrainingProgress>()) with { MaskColumn = mask };
            using var segmenter = wsss.Segmentation(options).Fit(view);
            double training = Seconds();
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
