using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Metrics;
using MLNetWsss.Pipeline;

namespace MLNetWsss.Bench;

/// <summary>The untrained saliency detector on real photos against "any object" of their masks, and what each of its parts gives.</summary>
internal static class SaliencyBenchmark
{
    internal static void Run(Arguments arguments)
    {
        var json = new Json("saliency");
        string data = arguments.ExistingPath("data")
            ?? throw new ArgumentException("saliency needs --data DIR, a data set in VOC's layout.");
        string split = arguments.Text("split") ?? "val";
        int? images = arguments.Number("images");
        bool parts = arguments.Switch("parts");
        arguments.CheckAllUsed();
        var rows = Rows(new MLContext(1).Data.LoadVoc(data, split, new() { MaxImages = images })).ToArray();
        var plain = new SaliencyOptions();
        Measure(json, "saliency", plain, rows, split);
        Middle(json, rows, split);
        if (!parts)
            return;
        Measure(json, "saliency-no-crf", plain with { Sharpening = null }, rows, split);
        Measure(json, "saliency-one-scale", plain with { Scales = [220] }, rows, split);
        Measure(json, "saliency-no-barrier", plain with { BarrierShare = 0 }, rows, split);
        Measure(json, "saliency-barrier-alone", plain with { BarrierShare = 1 }, rows, split);
        Measure(json, "saliency-no-center", plain with { CenterDeviation = 0 }, rows, split);
    }

    private static void Measure(Json json, string what, SaliencyOptions options, (RgbImage Image, LabelMap Truth)[] rows, string split)
    {
        var detector = new SaliencyDetector(options);
        // Compiled before the clock starts.
        for (int i = 0; i < Math.Min(8, rows.Length); i++)
            detector.Detect(rows[i].Image);
        var score = new SaliencyAccumulator();
        double seconds = 0;
        foreach (var (image, truth) in rows)
        {
            long start = Stopwatch.GetTimestamp();
            var map = detector.Detect(image).Map;
            seconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
            score.Add(map, truth);
        }
        Print(json, what, score.Result(), split);
        json.Line($"{what}-time", seconds / rows.Length, "s an image", new { split, images = rows.Length, threads = 1 });
    }

    /// <summary>What a map that knows nothing of the photo reaches: a Gaussian around its middle.</summary>
    private static void Middle(Json json, (RgbImage Image, LabelMap Truth)[] rows, string split)
    {
        var score = new SaliencyAccumulator();
        foreach (var (image, truth) in rows)
        {
            var map = new float[image.Height * image.Width];
            for (int i = 0; i < map.Length; i++)
            {
                double y = (i / image.Width + 0.5) / image.Height - 0.5, x = (i % image.Width + 0.5) / image.Width - 0.5;
                map[i] = (float)Math.Exp(-(y * y + x * x) / (2 * 0.25 * 0.25));
            }
            score.Add(new ScoreMaps(1, image.Height, image.Width, map), truth);
        }
        Print(json, "saliency-middle", score.Result(), split);
    }

    private static void Print(Json json, string what, SaliencyMetrics result, string split)
    {
        object settings = new
        {
            split, images = result.Images, threshold = Json.Rounded(result.Threshold), truth = "any object of the masks"
        };
        json.Line($"{what}-fmax", result.MaxFMeasure, "of 1", settings);
        json.Line($"{what}-mae", result.MeanAbsoluteError, "of 1", settings);
    }

    private static IEnumerable<(RgbImage, LabelMap)> Rows(IDataView view)
    {
        using var cursor = view.GetRowCursor([view.Schema["Image"], view.Schema["Mask"]]);
        var image = cursor.GetGetter<MLImage>(view.Schema["Image"]);
        var mask = cursor.GetGetter<LabelMap>(view.Schema["Mask"]);
        while (cursor.MoveNext())
        {
            MLImage pixels = null!;
            LabelMap labels = null!;
            image(ref pixels);
            mask(ref labels);
            yield return (pixels.ToRgb(), labels);
        }
    }
}
