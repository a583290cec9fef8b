using System.Globalization;
using System.Runtime.InteropServices;
using MLNetWsss.Imaging;

namespace MLNetWsss.Bench;

/// <summary>
/// The random walk over colours of a photo at a stride, against the dense form that the papers' code uses: the whole transition matrix,
/// squared eight times.
/// </summary>
internal static class RandomWalkBenchmark
{
    internal static void Run(Arguments arguments)
    {
        var json = new Json("randomwalk");
        int stride = arguments.Number("stride", 4), height = arguments.Number("height", 500), width = arguments.Number("width", 500);
        int radius = arguments.Number("radius", 5), classes = arguments.Number("classes", 2), rounds = arguments.Number("rounds", 3);
        var options = RandomWalkOptions.Psa with
        {
            Threads = arguments.Number("threads", Environment.ProcessorCount),
            Squarings = arguments.Number("squarings", RandomWalkOptions.Psa.Squarings)
        };
        arguments.CheckAllUsed();
        int h = (height + stride - 1) / stride, w = (width + stride - 1) / stride;
        var image = SmallJob.Photo(0, height, width).Resize(h, w);
        var random = new Random(1);
        var scores = new ScoreMaps(classes, h, w, [.. Enumerable.Range(0, classes * h * w).Select(_ => random.NextSingle())]);

        using var scratch = new ScratchFolder();
        File.WriteAllBytes(scratch["image"], image.Pixels);
        File.WriteAllBytes(scratch["scores"], MemoryMarshal.AsBytes(scores.Scores));
        ScoreMaps? walked = null;
        var costs = new List<Cost>();
        long peak = 0;
        for (int round = 0; round <= rounds; round++)
        {
            long before = ResidentMemory.AfterCollection();
            ResidentMemory.ForgetPeak();
            // A new instance each time: one that is used again keeps its memory and would show none.
            var cost = Cost.Of(() =>
                walked = new RandomWalk(options).Propagate(scores, RandomWalkAffinity.FromColor(image, 10, new(radius))));
            if (round == 0)
                continue;
            costs.Add(cost);
            peak = Math.Max(peak, ResidentMemory.Peak() - before);
        }

        using var peer = new PeerProgram("random_walk.py", false,
            scratch["image"], scratch["scores"], scratch["walked"], $"{h}", $"{w}", $"{classes}",
            $"{radius}", "10", Text(options.Beta), $"{options.Squarings}", $"{options.Threads}");
        string[] answer = peer.Ask("walk").Split(' ');
        double seconds = double.Parse(answer[0], CultureInfo.InvariantCulture);
        double memory = double.Parse(answer[1], CultureInfo.InvariantCulture);
        object settings = new
        {
            height, width, stride, pixels = h * w, radius, classes, squarings = options.Squarings, threads = options.Threads,
            largestDifference = Json.Rounded(Difference(walked!, scratch["walked"]))
        };
        var name = $"PyTorch {peer.Ready}, dense matrix";
        json.LessIsBetter("walk-time", Alternation.Median(costs.Select(c => c.Seconds)), "s", new(name, seconds), settings);
        json.LessIsBetter("walk-memory", peak / 1048576.0, "MB", new(name, memory), settings);
    }

    /// <summary>Largest difference of a score, over the largest score.</summary>
    private static double Difference(ScoreMaps walked, string path)
    {
        var dense = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path));
        double difference = 0, largest = 0;
        for (int i = 0; i < dense.Length; i++)
            (difference, largest) = (Math.Max(difference, Math.Abs(dense[i] - walked.Scores[i])), Math.Max(largest, dense[i]));
        return difference / largest;
    }

    private static string Text(float number) => number.ToString(CultureInfo.InvariantCulture);
}
