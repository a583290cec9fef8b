using Microsoft.ML;
using MLNetWsss.Backbones;
using MLNetWsss.ClassActivation;
using MLNetWsss.Imaging;
using MLNetWsss.PairwiseAffinity;
using MLNetWsss.Pipeline;
using MLNetWsss.PseudoLabels;

namespace MLNetWsss.Bench;

/// <summary>
/// What each way of refining maps is worth on real photos, from the same maps each: labels against true masks on a fixed part of the
/// training photos, then the best of them as teacher of a segmentation network.
/// </summary>
internal static class RefinementBenchmark
{
    /// <summary>Maps of a classifier that is trained in some way and asked in some way.</summary>
    /// <param name="Name">The row's key.</param>
    /// <param name="Training">Changes the example's classifier; sources with the same change share one training.</param>
    /// <param name="Asking">Changes how the trained one predicts; null leaves it.</param>
    /// <param name="Groups">Whether the classifier is trained under a graph over groups of photos, which then refines its maps.</param>
    /// <param name="Photos">How many photos its maps are scored on: fewer for a method that takes half a minute each.</param>
    internal sealed record Source(string Name, Func<ClassActivationOptions, ClassActivationOptions> Training,
        Func<ClassActivationOptions, ClassActivationOptions>? Asking = null, bool Groups = false, int Photos = ScoredPart.Images)
    {
        /// <summary>The trained classifier; one that was trained before is read.</summary>
        internal ITransformer Train(MLContext ml, Settings settings, IDataView train, Kept kept, out double seconds) =>
            kept.Timed($"{Name}-training", place =>
            {
                var options = Training(settings.ClassActivation(new Progress<TrainingProgress>())) with { CheckpointFolder = place };
                return Groups ? (ITransformer)ml.Transforms.Wsss.GroupRefinement(GroupBenchmark.Under(options)).Fit(train)
                    : ml.Transforms.Wsss.ClassActivation(options).Fit(train);
            }, out seconds);

        /// <summary>The trained classifier as it is to be asked.</summary>
        internal ITransformer Asked(ITransformer classifier) =>
            Asking is null ? classifier : ((ClassActivationTransformer)classifier).With(Asking);

        /// <summary>The source of that name.</summary>
        /// <exception cref="ArgumentException">There is none.</exception>
        internal static Source Named(string name, string option) => Sources.FirstOrDefault(s => s.Name == name)
            ?? throw new ArgumentException($"{option} names '{name}'; expected one of {string.Join(", ", Sources.Select(s => s.Name))}.");
    }

    private static readonly Func<ClassActivationOptions, ClassActivationOptions> AsInTheExample = options => options;

    /// <summary>The first is what everything is measured against, and the only one by default; a method joins by a line.</summary>
    internal static readonly Source[] Sources =
    [
        new("cam", AsInTheExample),
        new("grad-cam++", AsInTheExample, options => options with { Method = MapMethod.GradCamPlusPlus }),
        new("advcam", AsInTheExample, options => options with { AdvCam = new() }, Photos: 40),
        new("seam", options => options with { Seam = new() }),
        new("puzzle", options => options with { Puzzle = new() }),
        new("groups", AsInTheExample, Groups: true)
    ];

    private static readonly PseudoLabelsOptions Sure =
        new() { Background = BackgroundRule.Power, UncertainMargin = 0, ConflictMargin = 0, CrfConfidence = 0 };

    /// <summary>Labels from maps that are not refined before. Their exponents were chosen once, on photos of this kind.</summary>
    internal static readonly (string Name, PseudoLabelsOptions Options)[] Plain =
    [
        ("crf", Sure with { Power = 2.5, DenseCrf = DenseCrfOptions.Psa }),
        ("pamr", Sure with { Power = 2, Pamr = new() }),
        ("walk", Sure with { Power = 2, RandomWalk = new() }),
        ("walk-crf", Sure with { Power = 2.5, RandomWalk = new(), DenseCrf = DenseCrfOptions.Psa })
    ];

    /// <summary>Labels from maps that have walked along learnt affinities: shares, which meet the background at one half.</summary>
    internal static readonly (string Suffix, PseudoLabelsOptions Options)[] Learnt =
    [
        ("", Sure with { Power = 1 }),
        ("-crf", Sure with { Power = 1, DenseCrf = DenseCrfOptions.Psa })
    ];

    /// <summary>The learnt affinities on the example's backbone.</summary>
    internal static (string Name, PairwiseAffinityOptions Options)[] Affinities(BackboneOptions backbone, int? epochs) =>
    [
        ("affinity-psa", Affinity(new(), backbone, epochs)),
        ("affinity-irn", Affinity(new() { Mode = AffinityMode.Irn, RandomWalk = RandomWalkOptions.Irn }, backbone, epochs))
    ];

    private static PairwiseAffinityOptions Affinity(PairwiseAffinityOptions options, BackboneOptions backbone, int? epochs) =>
        options with { Backbone = backbone, Epochs = epochs ?? options.Epochs };

    internal static void Run(Arguments arguments)
    {
        var json = new Json("refinement");
        string data = arguments.ExistingPath("data")
            ?? throw new ArgumentException("refinement needs --data DIR, a data set in VOC's layout.");
        using var scratch = new ScratchFolder();
        var settings = new Settings(data, arguments.Text("protocol") ?? "animals7", arguments.ExistingPath("weights"),
            arguments.Number("epochs"), scratch.Path);
        string from = arguments.Text("from") ?? Sources[0].Name;
        string[] asked = [Sources[0].Name, from, .. (arguments.Text("maps") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)];
        foreach (string name in asked)
            Source.Named(name, "--from or --maps");
        var chain = new RefinementChain(settings, [.. Sources.Where(s => asked.Contains(s.Name))], from, arguments.Number("images"),
            arguments.Switch("skip-masks"), arguments.Text("folder"));
        int seeds = arguments.Number("seeds", 2), first = arguments.Number("seed", 1);
        arguments.CheckAllUsed();
        var all = new Dictionary<string, List<double>>();
        for (int seed = first; seed < first + seeds; seed++)
            foreach (var (what, value, cost) in chain.Steps(seed))
            {
                json.Line(what, value, "of 1", cost);
                if (!all.TryGetValue(what, out var values))
                    all[what] = values = [];
                values.Add(value);
            }
        foreach (var (what, values) in all.Where(_ => seeds > 1))
        {
            double mean = values.Average(), deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
            json.Line(what, mean, "of 1", new { seeds, deviation = Json.Rounded(deviation), values = values.Select(Json.Rounded) });
        }
    }
}
