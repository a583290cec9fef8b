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

    /// <summary>pydensecrf's seconds, 10 iterations on one thread, recorded on a machine of this kind; not measured in this run.</summary>
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
        WarmUp(images[0].Resize(96, 96));
        foreach (int labels in (int[])[7, 2, 21])
            foreach (string preset in (string[])["psa", "irn"])
                foreach (var (threads, seconds) in Measure(images, labels, Options(preset) with { Iterations = iterations }, rounds))
                {
                    // The case that the figures are quoted for bears the plain key.
                    string what = $"crf-{threads}core" + (labels == 7 && preset == "psa" ? "" : $"-{preset}-{labels}labels");
                    bool comparable = Recorded.TryGetValue((labels, preset), out double recorded)
                        && iterations == 10 && (height, width) == (375, 500);
                    object settings = new
                    {
                        height, width, labels, preset, iterations, threads, rounds, photos = data is null ? "generated" : "data set",
                        peerSource = comparable ? "recorded before on a machine of 2 cores, not in this run" : null
                    };
                    if (comparable)
                        json.LessIsBetter(what, seconds, "s an image", new(PeerName, recorded), settings);
                    else
                        json.Line(what, seconds, "s an image", settings);
                }
    }

    private static DenseCrfOptions Options(string preset) => preset == "psa" ? DenseCrfOptions.Psa : DenseCrfOptions.IrnLabels;

    /// <summary>Until the code that runs often is compiled for good.</summary>
    private static void WarmUp(RgbImage image)
    {
        foreach (int threads in (int[])[1, 2])
        {
            var crf = new DenseCrf(DenseCrfOptions.Psa with { Threads = threads });
            for (int i = 0; i < 40; i++)
                crf.Refine(image, Scores(7, image.Height, image.Width, i));
        }
    }

    /// <summary>Seconds an image with two threads and with one, in turn; medians.</summary>
    private static (int Threads, double Seconds)[] Measure(RgbImage[] images, int labels, DenseCrfOptions options, int rounds)
    {
        var runs = ((int[])[2, 1])
            .Select(threads => (Threads: threads, Crf: new DenseCrf(options with { Threads = threads }), Seconds: new List<double>()))
            .ToArray();
        ScoreMaps[] scores = [.. images.Select((image, i) => Scores(labels, image.Height, image.Width, i))];
        for (int round = -1; round < rounds; round++)
            foreach (var run in runs)
                for (int i = 0; i < images.Length; i++)
                {
                    long start = Stopwatch.GetTimestamp();
                    run.Crf.Refine(images[i], scores[i]);
                    if (round >= 0)
                        run.Seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
                }
        return [.. runs.Select(run => (run.Threads, Alternation.Median(run.Seconds)))];
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
        var coarse = new ScoreMaps(labels, rows, columns,
            [.. Enumerable.Range(0, labels * rows * columns).Select(_ => MathF.Pow(random.NextSingle(), 4))]);
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
