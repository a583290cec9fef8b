using System.Diagnostics;
using Microsoft.ML;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.Bench;

/// <summary>Seconds that the dense CRF takes for a photo of 500 x 375, by labels, preset and threads.</summary>
internal static class CrfBenchmark
{
    private const string PeerName = "pydensecrf's C++ core, 1 thread";

    /// <summary>pydensecrf's seconds, 10 iterations on one thread, as recorded on a machine of this kind; not measured in this run.</summary>
    private static readonly Dictionary<(int Labels, string Preset), double> Recorded = new()
    {
        [(2, "psa")] = 0.26, [(7, "psa")] = 0.58, [(2, "irn")] = 0.35, [(7, "irn")] = 0.66
    };

    internal static void Run(Arguments arguments)
    {
        var json = new Json("crf");
        int rounds = arguments.Number("rounds", 5), height = arguments.Number("height", 375), width = arguments.Number("width", 500);
        int iterations = arguments.Number("iterations", 10), photos = arguments.Number("photos", 3);
        string? data = arguments.ExistingPath("data");
        arguments.CheckAllUsed();
        RgbImage[] images = [.. Photos(data, photos).Select(image => image.Resize(height, width))];
        foreach (int threads in (int[])[2, 1])
            foreach (int labels in (int[])[7, 2, 21])
                foreach (string preset in (string[])["psa", "irn"])
                {
                    var crf = new DenseCrf((preset == "psa" ? DenseCrfOptions.Psa : DenseCrfOptions.IrnLabels)
                        with { Threads = threads, Iterations = iterations });
                    double seconds = Alternation.Median(Enumerable.Range(-1, rounds + 1).SelectMany(round => images.Select((image, i) =>
                    {
                        var scores = Scores(labels, height, width, i);
                        long start = Stopwatch.GetTimestamp();
                        crf.Refine(image, scores);
                        return (round, Stopwatch.GetElapsedTime(start).TotalSeconds);
                    })).Where(r => r.round >= 0).Select(r => r.TotalSeconds).ToArray());
                    // The case that the figures are quoted for bears the plain key.
                    string what = $"crf-{threads}core" + (labels == 7 && preset == "psa" ? "" : $"-{preset}-{labels}labels");
                    object settings = new
                    {
                        height, width, labels, preset, iterations, threads, rounds, photos = data is null ? "generated" : "data set",
                        peerSource = Recorded.ContainsKey((labels, preset)) ? "recorded before on a machine of 2 cores, not in this run" : null
                    };
                    if (Recorded.TryGetValue((labels, preset), out double recorded) && iterations == 10 && (height, width) == (375, 500))
                        json.LessIsBetter(what, seconds, "s an image", new(PeerName, recorded), settings);
                    else
                        json.Line(what, seconds, "s an image", settings);
                }
    }

    private static IEnumerable<RgbImage> Photos(string? data, int count)
    {
        if (data is null)
            return Enumerable.Range(0, count).Select(i => SmallJob.Photo(i, 375, 500));
        return Directory.EnumerateFiles(Path.Combine(data, "JPEGImages")).Order(StringComparer.Ordinal).Take(count)
            .Select(path => ImageFiles.Image(path).ToRgb());
    }

    /// <summary>Smooth random maps whose values at a pixel sum to 1, as a network's upsampled probabilities.</summary>
    private static ScoreMaps Scores(int labels, int height, int width, int seed)
    {
        var random = new Random(seed);
        int rows = (height + 15) / 16, columns = (width + 15) / 16;
        var coarse = new ScoreMaps(labels, rows, columns, [.. Enumerable.Range(0, labels * rows * columns).Select(_ => MathF.Pow(random.NextSingle(), 4))]);
        float[] scores = coarse.Resize(height, width).Scores.ToArray();
        int area = height * width;
        for (int i = 0; i < area; i++)
        {
            float sum = 1e-6f;
            for (int k = 0; k < labels; k++)
                sum += scores[k * area + i];
            for (int k = 0; k < labels; k++)
                scores[k * area + i] /= sum;
        }
        return new ScoreMaps(labels, height, width, scores);
    }
}
