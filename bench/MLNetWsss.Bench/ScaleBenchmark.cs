using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;

namespace MLNetWsss.Bench;

/// <summary>
/// Time and memory of one training against the number of images: both kept in memory and spilled to a file past a small budget, each run in
/// a fresh process, in turn.
/// </summary>
internal static class ScaleBenchmark
{
    internal const string Child = "scale-child";

    private const int InMemoryBudget = 4096;

    private sealed record Outcome(double Seconds, double BaseMB, double PeakMB, double StoredMB, double SpilledMB);

    internal static void Run(Arguments arguments)
    {
        var json = new Json("scale");
        int side = arguments.Number("size", 256), budget = arguments.Number("budget", 64), rounds = arguments.Number("rounds", 1);
        string images = arguments.Text("images") ?? "250,500,1000,2000";
        int[] counts = [.. images.Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
        arguments.CheckAllUsed();
        var (kept, spilled) = (new List<Outcome>(), new List<Outcome>());
        foreach (int count in counts)
        {
            var (inMemory, inFile) = (new List<Outcome>(), new List<Outcome>());
            for (int round = 0; round < rounds; round++)
            {
                inMemory.Add(Measure(count, side, InMemoryBudget));
                inFile.Add(Measure(count, side, budget));
            }
            kept.Add(Print(json, count, side, InMemoryBudget, "", inMemory));
            spilled.Add(Print(json, count, side, budget, "-spilled", inFile));
        }
        json.Line("scale-linearity", kept[^1].Seconds / counts[^1] / (kept[0].Seconds / counts[0]),
            "seconds an image, most over fewest images",
            new { images = counts });
        json.Line("scale-spilled-over-memory", spilled.Sum(o => o.Seconds) / kept.Sum(o => o.Seconds), "seconds over seconds",
            new { images = counts, budgetMB = budget, spilledMB = spilled.Select(o => Json.Rounded(o.SpilledMB)) });
        json.Line("scale-memory-growth", spilled.Max(o => o.PeakMB) - spilled.Min(o => o.PeakMB),
            "MB, highest over lowest peak of the spilled runs",
            new { images = counts, budgetMB = budget, storedMB = spilled.Select(o => Json.Rounded(o.StoredMB)) });
    }

    private static Outcome Measure(int images, int side, int budget)
    {
        using var child = new ChildProcess(Child, "--images", $"{images}", "--size", $"{side}", "--budget", $"{budget}");
        double[] numbers = [.. child.LastLine().Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture))];
        return new(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
    }

    private static Outcome Print(Json json, int count, int side, int budget, string kind, List<Outcome> outcomes)
    {
        var median = outcomes.OrderBy(o => o.Seconds).ElementAt(outcomes.Count / 2);
        object settings = new
        {
            images = count, size = side, budgetMB = budget,
            storedMB = Json.Rounded(median.StoredMB), spilledMB = Json.Rounded(median.SpilledMB),
            beforeMB = Json.Rounded(median.BaseMB), epochs = Epochs
        };
        json.Line($"scale-time{kind}-{count}", median.Seconds, "s", settings);
        json.Line($"scale-memory{kind}-{count}", median.PeakMB, "MB private memory at its highest", settings);
        return median;
    }

    private const int Epochs = 2;

    internal static void RunChild(Arguments arguments)
    {
        int images = arguments.Number("images", 250), side = arguments.Number("size", 256), budget = arguments.Number("budget", 64);
        var ml = new MLContext(seed: 1);
        var options = SmallJob.Options(96, batch: 16, Epochs) with { MemoryBudgetMB = budget };
        // What every process pays once, whatever it trains: the native libraries, compiled code.
        ml.Transforms.Wsss.ClassActivation(options with { Epochs = 1 }).Fit(SmallJob.Scenes(ml, 16, side)).Dispose();
        long before = ResidentMemory.AfterCollection();
        (double Stored, double Spilled) sizes = default;
        ml.Log += (_, e) =>
        {
            if (e.Message.Contains("training rows", StringComparison.Ordinal))
                sizes = Sizes(e.Message);
        };
        var scenes = SmallJob.Scenes(ml, images, side);
        var clock = Stopwatch.StartNew();
        long peak = ResidentMemory.HighestPrivate(() => ml.Transforms.Wsss.ClassActivation(options).Fit(scenes).Dispose());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{clock.Elapsed.TotalSeconds} {before / 1048576.0} {peak / 1048576.0} {sizes.Stored} {sizes.Spilled}"));
    }

    /// <summary>The stage says "N training rows, M MB in memory, S MB in a temporary file".</summary>
    private static (double, double) Sizes(string message)
    {
        string[] numbers = [.. message.Split(' ', ',').Where(w => w.Length > 0 && w.All(char.IsAsciiDigit))];
        return (double.Parse(numbers[1], CultureInfo.InvariantCulture), double.Parse(numbers[2], CultureInfo.InvariantCulture));
    }
}
