using MLNetWsss.AuxiliaryAffinity;
using MLNetWsss.Imaging;

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
        int seeds = arguments.Number("seeds", 2), first = arguments.Number("seed", 1);
        using var scratch = new ScratchFolder();
        var study = new AuxiliaryStudy(
            new Settings(data, arguments.Text("protocol") ?? "animals7", arguments.ExistingPath("weights"), null, scratch.Path),
            arguments.Number("images"), arguments.Number("rounds", 3), arguments.Number("stride", 16),
            arguments.Text("rows")?.Split(','), arguments.Text("folder"));
        var plain = (arguments.Switch("refined") ? AuxiliarySeeds.Refined : AuxiliarySeeds.Plain).With(arguments);
        var refined = AuxiliarySeeds.Refined.With(arguments);
        arguments.CheckAllUsed();
        var all = new Dictionary<string, List<double>>();
        for (int seed = first; seed < first + seeds; seed++)
        {
            var found = new Dictionary<string, double>();
            var rows = part switch
            {
                "labels" => study.FirstLabels(seed, plain),
                "ablation" => study.Ablation(seed, plain),
                "final" => study.Final(seed, refined),
                _ => study.Ablation(seed, plain).Concat(study.Final(seed, refined))
            };
            foreach (var (what, value, how) in rows.Concat(Derived(found, seed)))
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
        {
            yield return ("weak-over-full", found["aux-segmentation"] / full, how);
            yield return ("aux-final-over-full", found["aux-final-scales"] / full, how);
            yield return ("weak-over-full-post", found["aux-segmentation-post"] / found["aux-full-post"], how);
            yield return ("aux-final-over-full-post", found["aux-final-post"] / found["aux-full-post"], how);
        }
    }
}

/// <summary>What the stage begins with, and the options that suit it.</summary>
/// <param name="Source">What makes the maps.</param>
/// <param name="IsRefined">Whether an affinity learnt from the maps refines them first.</param>
/// <param name="Taught">How many photos the stage learns from; null for all.</param>
/// <param name="Epochs">Passes a round.</param>
/// <param name="SeedSaliency">How much of the saliency is the seeds'.</param>
/// <param name="SaliencyThreshold">Saliency above it speaks for an object.</param>
/// <param name="CamThreshold">Maps above it speak for an object.</param>
/// <param name="HasCrf">Whether a dense CRF draws the saliency along edges at every update.</param>
internal sealed record AuxiliarySeeds(RefinementBenchmark.Source Source, bool IsRefined, int? Taught, int Epochs, double SeedSaliency,
    double SaliencyThreshold, double CamThreshold, bool HasCrf)
{
    /// <summary>Of a plain classifier, with the saliency of the built-in detector: what the ablation begins with.</summary>
    internal static readonly AuxiliarySeeds Plain = new(RefinementBenchmark.Source.Named("cam", ""), false, 900, 2, 0, 0.06, 0.4, true);

    /// <summary>The best maps that the other stages make, which also serve as saliency.</summary>
    internal static readonly AuxiliarySeeds Refined = new(RefinementBenchmark.Source.Named("groups", ""), true, null, Best.Epochs,
        Best.SeedSaliency, Best.SaliencyThreshold, Best.CamThreshold, Best.SaliencyCrf is not null);

    private static AuxiliaryAffinityOptions Best => AuxiliaryAffinityOptions.RefinedSeeds;

    /// <summary>With what the command line changes.</summary>
    internal AuxiliarySeeds With(Arguments arguments) => new(
        arguments.Text("from") is { } name ? RefinementBenchmark.Source.Named(name, "--from") : Source, IsRefined,
        arguments.Number("taught") ?? Taught, arguments.Number("epochs", Epochs), arguments.Real("seed-saliency", SeedSaliency),
        arguments.Real("saliency-threshold", SaliencyThreshold), arguments.Real("cam-threshold", CamThreshold),
        arguments.Text("saliency-crf") switch
        {
            null => HasCrf, "on" => true, "off" => false,
            var other => throw new ArgumentException($"--saliency-crf is '{other}'; expected on or off.")
        });

    /// <summary>The stage's options.</summary>
    /// <param name="backbone">The weights that training begins with.</param>
    /// <param name="stride">Of the features.</param>
    internal AuxiliaryAffinityOptions Options(string backbone, int stride) => new()
    {
        Backbone = new() { Weights = backbone, FrozenStages = 2, OutputStride = stride }, SeedsColumn = "Cam", SeedSaliency = SeedSaliency,
        MinChange = 0, SaliencyThreshold = SaliencyThreshold, CamThreshold = CamThreshold,
        SaliencyCrf = HasCrf ? DenseCrfOptions.AuxSegNetSaliency : null
    };
}
