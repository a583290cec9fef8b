using System.Diagnostics;
using Microsoft.ML;
using MLNetWsss.ClassActivation;
using MLNetWsss.Metrics;
using MLNetWsss.Pipeline;
using MLNetWsss.Segmentation;

namespace MLNetWsss.Bench;

/// <summary>
/// The main job on real photos, from image tags to masks, scored at every step; and the same network trained on true masks. Options and
/// data are those of examples/90-FromTagsToMasks.
/// </summary>
internal static class AccuracyBenchmark
{
    /// <summary>The background threshold that was fixed beforehand.</summary>
    private const float FixedThreshold = 0.25f;

    private const string PeerName = "PyTorch 1.13.1, recorded";

    /// <summary>
    /// What the same recipe reached in PyTorch on the animals-7 protocol with one seed, masks at one scale; not measured in this run.
    /// </summary>
    private static readonly Dictionary<string, double> Recorded = new()
    {
        ["map-val"] = 0.9598, ["cam-single-best"] = 0.4710, ["cam-single-fixed"] = 0.4663, ["cam-multi-best"] = 0.5081,
        ["cam-multi-fixed"] = 0.4709, ["pseudo"] = 0.5375, ["weak-val-single"] = 0.5539, ["full-val-single"] = 0.7759
    };

    internal static void Run(Arguments arguments)
    {
        var json = new Json("accuracy");
        string data = arguments.ExistingPath("data")
            ?? throw new ArgumentException("accuracy needs --data DIR, a data set in VOC's layout.");
        using var scratch = new ScratchFolder();
        var settings = new Settings(data, arguments.Text("protocol") ?? "animals7", arguments.ExistingPath("weights"),
            arguments.Number("epochs"), scratch.Path);
        bool crf = arguments.Switch("crf"), noCrf = arguments.Switch("no-crf");
        if (crf && noCrf)
            throw new ArgumentException("Give --crf or --no-crf, or neither for the example's own choice.");
        var run = new Chain(settings, crf, noCrf, arguments.Number("images"), arguments.Switch("skip-full"));
        int seeds = arguments.Number("seeds", 1), first = arguments.Number("seed", 1);
        arguments.CheckAllUsed();

        var all = new Dictionary<string, List<double>>();
        for (int seed = first; seed < first + seeds; seed++)
            foreach (var (what, value, cost) in run.Steps(seed))
            {
                Print(json, run, what, value, cost);
                if (!all.TryGetValue(what, out var values))
                    all[what] = values = [];
                values.Add(value);
            }
        if (seeds == 1)
            return;
        foreach (var (what, values) in all)
        {
            double mean = values.Average();
            double deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
            Print(json, run, what, mean, new { seeds, deviation = Json.Rounded(deviation), values = values.Select(Json.Rounded) });
        }
    }

    private static void Print(Json json, Chain run, string what, double value, object cost)
    {
        if (run.Comparable(what) && Recorded.TryGetValue(what, out double recorded))
            json.MoreIsBetter(what, value, "of 1", new(PeerName, recorded), cost);
        else
            json.Line(what, value, "of 1", cost);
    }

    /// <summary>The steps of one seed, each told as soon as it is known.</summary>
    private sealed class Chain(Settings settings, bool crf, bool noCrf, int? images, bool skipFull)
    {
        private readonly Stopwatch _clock = new();
        private double _rate;
        private int _seed;

        /// <summary>
        /// Whether a figure can be compared with the one recorded, which belongs to the whole data, one protocol and labels by a dense CRF.
        /// </summary>
        internal bool Comparable(string what) =>
            settings.Protocol == "animals7" && images is null && !(noCrf && (what == "pseudo" || what.StartsWith("weak", StringComparison.Ordinal)));

        internal IEnumerable<(string What, double Value, object Cost)> Steps(int seed)
        {
            _seed = seed;
            var ml = new MLContext(seed);
            var wsss = ml.Transforms.Wsss;
            var (train, val) = settings.Load(ml);
            if (images is { } limit)
                (train, val) = (ml.Data.TakeRows(train, limit), ml.Data.TakeRows(val, limit));
            var scored = ScoredPart.Of(ml, train);

            Begin();
            using var classifier = wsss.ClassActivation(settings.ClassActivation(Progress)).Fit(train);
            var training = End();
            Begin();
            double precision = wsss.EvaluateTags(classifier.Transform(val)).MeanAveragePrecision;
            yield return ("map-val", precision, End(training));

            using (var single = classifier.With(o => o with { Scales = [1], Flip = false }))
                foreach (var step in Maps(wsss, single.Transform(scored), "cam-single", free: false))
                    yield return step;
            foreach (var step in Maps(wsss, classifier.Transform(scored), "cam-multi", free: true))
                yield return step;

            var labels = settings.PseudoLabels();
            labels = noCrf ? labels with { DenseCrf = null, RandomWalk = labels.RandomWalk ?? new() }
                : crf ? labels with { DenseCrf = labels.DenseCrf ?? Imaging.DenseCrfOptions.Psa }
                : labels;
            Begin();
            var maps = classifier.Transform(train);
            var seeded = wsss.Precompute(wsss.PseudoLabels(labels).Fit(maps).Transform(maps), ["Mask"]);
            double pseudo = wsss.Evaluate(seeded, "Mask", "Truth", boundaries: false).MeanIoU;
            yield return ("pseudo", pseudo, End(how: labels.DenseCrf is null ? "a walk along colours, no dense CRF" : "dense CRF"));

            double weak = 0, full = 0;
            foreach (var (what, view, mask) in new[] { ("weak-val", seeded, "Mask"), ("full-val", train, "Truth") })
            {
                if (what == "full-val" && skipFull)
                    continue;
                Begin();
                var options = mask == "Truth" ? Supervision.Full(settings, Progress)
                    : settings.Segmentation(Progress) with { MaskColumn = mask };
                using var segmenter = wsss.Segmentation(options).Fit(view);
                training = End();
                Begin();
                double score = Masks(segmenter, val, wsss);
                yield return (what, score, End(training, "as the example predicts"));
                // The recorded peer predicts at one scale.
                using var single = segmenter.With(o => o with { Scales = [1], Flip = false });
                Begin();
                yield return ($"{what}-single", Masks(single, val, wsss), End(how: "one scale"));
                (weak, full) = what == "weak-val" ? (score, full) : (weak, score);
            }
            (seeded as IDisposable)?.Dispose();
            if (full > 0)
                yield return ("weak-over-full", weak / full, new { seed });
        }

        private static double Masks(SegmentationTransformer segmenter, IDataView val, WsssCatalog wsss) =>
            wsss.Evaluate(segmenter.Transform(val), "Prediction", "Truth", boundaries: false).MeanIoU;

        private IEnumerable<(string What, double Value, object Cost)> Maps(WsssCatalog wsss, IDataView view, string name, bool free)
        {
            Begin();
            ThresholdCurve curve = wsss.EvaluateMaps(view, truth: "Truth");
            var cost = End();
            yield return ($"{name}-best", curve.Best.Metrics.MeanIoU,
                cost with { How = $"threshold {curve.Best.Threshold:0.00}, swept on the truth" });
            yield return ($"{name}-fixed", curve.At(FixedThreshold).Metrics.MeanIoU,
                cost with { How = $"threshold {FixedThreshold:0.00}, fixed beforehand" });
            if (free)
                yield return ($"{name}-free", curve.Otsu.Metrics.MeanIoU,
                    cost with { How = "a threshold an image by Otsu, without truth" });
        }

        private IProgress<TrainingProgress> Progress => new Reporter(p => _rate = p.ImagesPerSecond);

        private void Begin()
        {
            _rate = 0;
            // What an earlier step has left behind is no part of this one's peak.
            ResidentMemory.AfterCollection();
            NativeMemory.Release();
            ResidentMemory.ForgetPeak();
            _clock.Restart();
        }

        private sealed record Spent(int Seed, double Seconds, double PeakMemoryMB, double? ImagesPerSecond, string? How, Spent? Training);

        private Spent End(Spent? training = null, string? how = null) => new(_seed, Math.Round(_clock.Elapsed.TotalSeconds, 1),
            ResidentMemory.Peak() >> 20, _rate > 0 ? Math.Round(_rate, 2) : null, how, training);

        private sealed class Reporter(Action<TrainingProgress> report) : IProgress<TrainingProgress>
        {
            public void Report(TrainingProgress value) => report(value);
        }
    }
}
