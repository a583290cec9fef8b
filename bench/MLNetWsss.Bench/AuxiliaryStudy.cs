using Microsoft.ML;
using MLNetWsss.AuxiliaryAffinity;
using MLNetWsss.Imaging;
using MLNetWsss.Metrics;
using MLNetWsss.Pipeline;

namespace MLNetWsss.Bench;

/// <summary>
/// The trainings of the stage of auxiliary tasks. Those of a part learn from the same class maps and saliency, made once.
/// </summary>
internal sealed class AuxiliaryStudy(Settings settings, int? images, int rounds, int stride, string[]? chosen, string? folder)
{
    /// <summary>The first labels under several thresholds, before anything is trained.</summary>
    internal IEnumerable<(string What, double Value, object How)> FirstLabels(int seed, AuxiliarySeeds seeds)
    {
        var (_, train, _, _) = Prepared(seed, seeds);
        var options = seeds.Options(train.Backbone, stride);
        foreach (double cam in new[] { 0.1, 0.2, 0.3, 0.4, 0.5 })
            foreach (double salient in new[] { 0.06, 0.2, 0.3, 0.4, 0.5 })
            {
                var update = new LabelUpdate(options with { CamThreshold = cam, SaliencyThreshold = salient });
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
                double sure = counts.ToMetrics(null, IgnoredPredictions.Dropped).MeanIoU;
                yield return ($"aux-label-cam-{cam:0.0}-saliency-{salient:0.00}", sure,
                    new { asBackground = Json.Rounded(counts.ToMetrics().MeanIoU) });
            }
    }

    /// <summary>Row by row what the parts of the method add, each after the same number of passes over the data.</summary>
    internal IEnumerable<(string What, double Value, object How)> Ablation(int seed, AuxiliarySeeds seeds)
    {
        var (ml, train, val, kept) = Prepared(seed, seeds);
        var options = seeds.Options(train.Backbone, stride);
        foreach (var (what, changed) in AblationRows(options, seeds.Epochs * rounds).Where(row => chosen?.Contains(row.Item1) ?? true))
            // Not kept: nobody looks at their last labels, which a kept training would have to make.
            using (var model = Fit(ml, train, changed, new Kept(null, seed), what, out double seconds))
                yield return (what, Score(ml, model.Transform(val)), new { seed, changed.Epochs, changed.Rounds, seconds });
        if (chosen?.Contains("aux-last") == false)
            yield break;
        foreach (var row in InRounds(ml, train, val, kept, options with { Epochs = seeds.Epochs, Rounds = rounds }, "aux-last", _ => []))
            yield return row;
    }

    /// <summary>The whole stage, alone and as the source of masks, and the same backbone taught by true masks.</summary>
    internal IEnumerable<(string What, double Value, object How)> Final(int seed, AuxiliarySeeds seeds)
    {
        var (ml, train, val, kept) = Prepared(seed, seeds);
        var options = seeds.Options(train.Backbone, stride) with { Epochs = seeds.Epochs, Rounds = rounds };
        return InRounds(ml, train, val, kept, options, "aux-final", Use);

        IEnumerable<(string, double, object)> Use(AuxiliaryAffinityTransformer model)
        {
            var best = AuxiliaryAffinityOptions.RefinedSeeds;
            using (var post = model.With(o => o with { Scales = best.Scales, DenseCrf = best.DenseCrf }))
                yield return ("aux-final-post", Score(ml, post.Transform(val)), new { seed, how = "3 scales, mirrored, dense CRF" });
            using (var scales = model.With(o => o with { Scales = best.Scales }))
                yield return ("aux-final-scales", Score(ml, scales.Transform(val)), new { seed, how = "3 scales, mirrored" });
            var masks = ml.Transforms.Wsss.Precompute(model.Transform(train.View), ["Mask"], folder: kept["aux-masks"]);
            var progress = new Progress<TrainingProgress>();
            foreach (var (what, view, taught) in new[]
            {
                ("aux-segmentation", masks, settings.Segmentation(progress)), ("aux-full", train.View, Supervision.Full(settings, progress))
            })
            {
                using var segmenter = kept.Timed(what, place => ml.Transforms.Wsss.Segmentation(
                    taught with { CheckpointFolder = place }).Fit(view), out double seconds);
                yield return (what, Score(ml, segmenter.Transform(val)), new { seed, taught.Epochs, seconds });
                using var post = segmenter.With(o => o with { Scales = best.Scales, DenseCrf = best.DenseCrf });
                yield return ($"{what}-post", Score(ml, post.Transform(val)), new { seed, how = "3 scales, mirrored, dense CRF" });
            }
        }
    }

    private (MLContext Ml, AuxiliaryData Train, IDataView Val, Kept Kept) Prepared(int seed, AuxiliarySeeds seeds)
    {
        var ml = new MLContext(seed);
        var (photos, val) = settings.Load(ml);
        if (images is { } limit)
            (photos, val) = (ml.Data.TakeRows(photos, limit), ml.Data.TakeRows(val, limit));
        var kept = new Kept(folder, seed);
        return (ml, AuxiliaryData.Prepare(ml, photos, settings, seeds, kept, Json.Note), val, kept);
    }

    private IEnumerable<(string, AuxiliaryAffinityOptions)> AblationRows(AuxiliaryAffinityOptions options, int epochs)
    {
        var cross = options with { Epochs = epochs, Rounds = 1 };
        var both = cross with { Head = new() { Affinity = AffinityKind.None } };
        yield return ("aux-first", both with { ClassificationWeight = 0, SaliencyWeight = 0 });
        yield return ("aux-classification", both with { SaliencyWeight = 0 });
        yield return ("aux-saliency", both with { ClassificationWeight = 0 });
        yield return ("aux-both", both);
        yield return ("aux-segmentation-affinity", both with { Head = new() { Affinity = AffinityKind.Segmentation } });
        yield return ("aux-cross-task", cross);
        for (int round = 2; round < rounds; round++)
            yield return ($"aux-round-{round}", cross with { Epochs = (int)Math.Round((double)epochs / round), Rounds = round });
    }

    /// <summary>
    /// A training in rounds: the labels of each against the truth, the masks of unseen photos, and what is done with the model.
    /// </summary>
    private static IEnumerable<(string, double, object)> InRounds(MLContext ml, AuxiliaryData train, IDataView val, Kept kept,
        AuxiliaryAffinityOptions options, string name, Func<AuxiliaryAffinityTransformer, IEnumerable<(string, double, object)>> use)
    {
        var labels = new List<(string, double, object)>();
        var listened = options with
        {
            RoundProgress = new Listener(round => labels.Add(Judge(round, train, name == "aux-last" ? "aux-label" : $"{name}-label")))
        };
        using var model = Fit(ml, train, listened, kept, name, out double seconds);
        foreach (var label in labels)
            yield return label;
        yield return (name, Score(ml, model.Transform(val)), new { options.Epochs, options.Rounds, seconds });
        foreach (var row in use(model))
            yield return row;
    }

    private static AuxiliaryAffinityTransformer Fit(MLContext ml, AuxiliaryData train, AuxiliaryAffinityOptions options, Kept kept,
        string name, out double seconds) => kept.Timed(name,
            place => ml.Transforms.Wsss.AuxiliaryAffinity(options with { CheckpointFolder = place }).Fit(train.View), out seconds);

    private static double Score(MLContext ml, IDataView view) =>
        ml.Transforms.Wsss.Evaluate(view, "Prediction", "Truth", boundaries: false).MeanIoU;

    /// <summary>The labels of a round against the truth.</summary>
    private static (string, double, object) Judge(AuxiliaryRound round, AuxiliaryData train, string name)
    {
        var sure = new ConfusionMatrix(train.Classes + 1);
        for (int i = 0; i < round.Images; i++)
            sure.Add(round.Mask(i), train.Truth[i]);
        return ($"{name}-{round.Round}", sure.ToMetrics(null, IgnoredPredictions.Dropped).MeanIoU, new
        {
            asBackground = Json.Rounded(sure.ToMetrics(null).MeanIoU), labelled = Json.Rounded(round.Labelled),
            foreground = Json.Rounded(round.Foreground), changed = round.Changed is { } c ? Json.Rounded(c) : (double?)null
        });
    }

    private sealed class Listener(Action<AuxiliaryRound> report) : IProgress<AuxiliaryRound>
    {
        public void Report(AuxiliaryRound value) => report(value);
    }
}
