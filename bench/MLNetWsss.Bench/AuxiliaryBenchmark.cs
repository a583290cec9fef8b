using Microsoft.ML;
using MLNetWsss.AuxiliaryAffinity;
using MLNetWsss.Imaging;
using MLNetWsss.Metrics;
using MLNetWsss.Pipeline;

namespace MLNetWsss.Bench;

/// <summary>
/// The stage of auxiliary tasks on real photos: the paper's ablation row by row from the same pseudo labels, backbone and number of epochs;
/// the stage's result alone, as a source of masks, and against true masks; and what a training step costs.
/// </summary>
internal static class AuxiliaryBenchmark
{
    internal static void Run(Arguments arguments)
    {
        var json = new Json("auxiliary");
        string part = arguments.Text("part") ?? "all";
        if (part is not ("all" or "labels" or "ablation" or "final" or "cost"))
            throw new ArgumentException($"--part is '{part}'; expected all, labels, ablation, final or cost.");
        if (part is "all" or "cost")
            AuxiliaryCost.Run(json, arguments);
        if (part == "cost")
        {
            arguments.CheckAllUsed();
            return;
        }
        string data = arguments.ExistingPath("data")
            ?? throw new ArgumentException("auxiliary needs --data DIR, a data set in VOC's layout.");
        int seeds = arguments.Number("seeds", 1), first = arguments.Number("seed", 1);
        using var scratch = new ScratchFolder();
        var settings = new Settings(data, arguments.Text("protocol") ?? "animals7", arguments.ExistingPath("weights"), null, scratch.Path);
        var study = new Study(settings, arguments.Number("images"), arguments.Number("epochs", 4), arguments.Number("rounds", 3),
            RefinementBenchmark.Source.Named(arguments.Text("from") ?? "cam", "--from"), arguments.Switch("refined"),
            arguments.Number("taught"), arguments.Real("seed-saliency", 0), arguments.Real("saliency-threshold", 0.3),
            arguments.Real("cam-threshold", 0.2), arguments.Number("stride", 16),
            !arguments.Switch("no-saliency-crf"), part, arguments.Text("rows")?.Split(','), arguments.Text("folder"));
        arguments.CheckAllUsed();
        var all = new Dictionary<string, List<double>>();
        for (int seed = first; seed < first + seeds; seed++)
        {
            var found = new Dictionary<string, double>();
            foreach (var (what, value, how) in study.Rows(seed).Concat(Derived(found, seed)))
            {
                found[what] = value;
                json.Line(what, value, "of 1", how);
                if (!all.TryGetValue(what, out var values))
                    all[what] = values = [];
                values.Add(value);
            }
        }
        if (seeds > 1)
            foreach (var (what, values) in all)
                json.Line(what, values.Average(), "of 1", new { seeds, values = values.Select(Json.Rounded) });
    }

    /// <summary>What the rows say together; evaluated when all of them are there.</summary>
    private static IEnumerable<(string, double, object)> Derived(Dictionary<string, double> found, int seed)
    {
        object how = new { seed };
        foreach (var (what, from, to) in new[]
        {
            ("aux-gain-tasks", "aux-first", "aux-both"), ("aux-gain-affinity", "aux-both", "aux-cross-task"),
            ("aux-gain-rounds", "aux-cross-task", "aux-last"), ("aux-gain", "aux-first", "aux-last")
        })
            if (found.TryGetValue(from, out double before) && found.TryGetValue(to, out double after))
                yield return (what, after - before, how);
        if (found.TryGetValue("aux-full", out double full))
            yield return ("aux-weak-over-full", Math.Max(found["aux-last"], found["aux-segmentation"]) / full, how);
    }

    /// <summary>The trainings of one seed. All learn from the same class maps and saliency, made once.</summary>
    private sealed class Study(Settings settings, int? images, int epochs, int rounds,
        RefinementBenchmark.Source source, bool refined, int? taught, double seedSaliency, double saliencyThreshold, double camThreshold,
        int stride, bool saliencyCrf, string part, string[]? rows, string? folder)
    {
        internal IEnumerable<(string What, double Value, object How)> Rows(int seed)
        {
            var ml = new MLContext(seed);
            var (photos, val) = settings.Load(ml);
            if (images is { } limit)
                (photos, val) = (ml.Data.TakeRows(photos, limit), ml.Data.TakeRows(val, limit));
            var kept = new Kept(folder, seed);
            var train = AuxiliaryData.Prepare(ml, photos, settings, source, refined, seedSaliency < 1, taught, kept, Json.Note);
            if (part is "all" or "labels")
                foreach (var label in FirstLabels(train))
                    yield return label;
            if (part == "labels")
                yield break;
            // Every row passes over the data epochs x rounds times.
            var last = Options(train) with { Epochs = epochs, Rounds = rounds };
            if (part is "all" or "ablation")
                foreach (var (what, options) in Ablation(Options(train)).Where(row => rows?.Contains(row.Item1) ?? true))
                    // Not kept: nobody looks at their last labels, which a kept training would have to make.
                    using (var model = Fit(ml, train, options, new Kept(null, seed), what, out double seconds))
                        yield return (what, Score(ml, model.Transform(val)), new { seed, options.Epochs, options.Rounds, seconds });
            if (rows?.Contains("aux-last") == false)
                yield break;
            var labels = new List<(string, double, object)>();
            var listened = last with { RoundProgress = new Listener(round => labels.Add(Judge(round, train))) };
            using var whole = Fit(ml, train, listened, kept, "aux-last", out double time);
            foreach (var label in labels)
                yield return label;
            yield return ("aux-last", Score(ml, whole.Transform(val)), new { seed, epochs, rounds, seconds = time });
            if (part == "ablation")
                yield break;
            using (var post = With(ml, whole, last with { Scales = [0.75, 1, 1.25], DenseCrf = DenseCrfOptions.AuxSegNet }))
                yield return ("aux-last-post", Score(ml, post.Transform(val)), new { seed, how = "3 scales, mirrored, dense CRF" });
            var masks = ml.Transforms.Wsss.Precompute(whole.Transform(train.View), ["Mask"], folder: kept["masks"]);
            var progress = new Progress<TrainingProgress>();
            foreach (var (what, view, options) in new[]
            {
                ("aux-segmentation", masks, settings.Segmentation(progress)), ("aux-full", train.View, Supervision.Full(settings, progress))
            })
            {
                using var segmenter = kept.Timed(what, place => ml.Transforms.Wsss.Segmentation(
                    options with { CheckpointFolder = place }).Fit(view), out double seconds);
                yield return (what, Score(ml, segmenter.Transform(val)), new { seed, options.Epochs, seconds });
            }
        }

        /// <summary>The first labels under several thresholds, before anything is trained.</summary>
        private IEnumerable<(string, double, object)> FirstLabels(AuxiliaryData train)
        {
            foreach (double cam in new[] { 0.1, 0.2, 0.3, 0.4 })
                foreach (double salient in new[] { 0.06, 0.2, 0.3, 0.4, 0.5 })
                {
                    var update = new LabelUpdate(Options(train) with { CamThreshold = cam, SaliencyThreshold = salient });
                    var counts = new ConfusionMatrix(train.Classes + 1);
                    Parallel.For(0, train.Truth.Length, i =>
                    {
                        var truth = train.Truth[i];
                        var size = new RgbImage(truth.Height, truth.Width, new byte[truth.Height * truth.Width * 3]);
                        bool Present(int k) => train.Tags[i][k] > 0.5f;
                        var saliency = update.Given(size, train.Saliency?[i], train.Cams[i], Present, () => $"Row {i}").Map;
                        var label = update.Label(update.Cam(train.Cams[i], Present, spread: false), saliency);
                        lock (counts)
                            counts.Add(label, truth);
                    });
                    var sure = counts.ToMetrics(null, IgnoredPredictions.Dropped);
                    yield return ($"aux-label-cam-{cam:0.0}-saliency-{salient:0.00}", sure.MeanIoU,
                        new { asBackground = Json.Rounded(counts.ToMetrics().MeanIoU) });
                }
        }

        private AuxiliaryAffinityOptions Options(AuxiliaryData train) => new()
        {
            Backbone = new() { Weights = train.Backbone, FrozenStages = settings.Weights is null ? 0 : 2, OutputStride = stride },
            SeedsColumn = "Cam", SeedSaliency = seedSaliency, MinChange = 0, SaliencyThreshold = saliencyThreshold,
            CamThreshold = camThreshold, SaliencyCrf = saliencyCrf ? DenseCrfOptions.AuxSegNetSaliency : null
        };

        private IEnumerable<(string, AuxiliaryAffinityOptions)> Ablation(AuxiliaryAffinityOptions options)
        {
            var both = options with { Epochs = epochs * rounds, Rounds = 1, Head = new() { Affinity = AffinityKind.None } };
            yield return ("aux-first", both with { ClassificationWeight = 0, SaliencyWeight = 0 });
            yield return ("aux-classification", both with { SaliencyWeight = 0 });
            yield return ("aux-saliency", both with { ClassificationWeight = 0 });
            yield return ("aux-both", both);
            yield return ("aux-segmentation-affinity", both with { Head = new() { Affinity = AffinityKind.Segmentation } });
            var cross = options with { Epochs = epochs * rounds, Rounds = 1 };
            yield return ("aux-cross-task", cross);
            for (int round = 2; round < rounds; round++)
                yield return ($"aux-round-{round}", cross with
                {
                    Epochs = (int)Math.Round((double)epochs * rounds / round), Rounds = round
                });
        }

        private static AuxiliaryAffinityTransformer Fit(MLContext ml, AuxiliaryData train, AuxiliaryAffinityOptions options, Kept kept,
            string name, out double seconds) => kept.Timed(name,
                place => ml.Transforms.Wsss.AuxiliaryAffinity(options with { CheckpointFolder = place }).Fit(train.View), out seconds);

        /// <summary>The same trained network under other options of prediction.</summary>
        private static AuxiliaryAffinityTransformer With(MLContext ml, AuxiliaryAffinityTransformer trained, AuxiliaryAffinityOptions options)
        {
            var archive = trained.Archive();
            var saved = archive.Options<AuxiliaryAffinityOptions>() with { Scales = options.Scales, DenseCrf = options.DenseCrf };
            var changed = new StageArchive { Stage = archive.Stage, ClassNames = archive.ClassNames, OptionsJson = saved.ToJson() };
            changed["weights"] = archive["weights"];
            return AuxiliaryAffinityTransformer.Load(MLNetInternals.EnvironmentOf(ml.Transforms), changed);
        }

        private static double Score(MLContext ml, IDataView view) =>
            ml.Transforms.Wsss.Evaluate(view, "Prediction", "Truth", boundaries: false).MeanIoU;

        /// <summary>The labels of a round against the truth.</summary>
        private static (string, double, object) Judge(AuxiliaryRound round, AuxiliaryData train)
        {
            var sure = new ConfusionMatrix(train.Classes + 1);
            for (int i = 0; i < round.Images; i++)
                sure.Add(round.Mask(i), train.Truth[i]);
            return ($"aux-label-{round.Round}", sure.ToMetrics(null, IgnoredPredictions.Dropped).MeanIoU, new
            {
                asBackground = Json.Rounded(sure.ToMetrics(null).MeanIoU), labelled = Json.Rounded(round.Labelled),
                foreground = Json.Rounded(round.Foreground), changed = round.Changed is { } c ? Json.Rounded(c) : (double?)null
            });
        }
    }

    private sealed class Listener(Action<AuxiliaryRound> report) : IProgress<AuxiliaryRound>
    {
        public void Report(AuxiliaryRound value) => report(value);
    }
}
