using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Metrics;
using MLNetWsss.Pipeline;
using Spectre.Console;

/// <summary>Shows progress while a step runs, keeps its figures, and draws the pictures.</summary>
internal sealed class Story(Settings settings)
{
    private readonly List<Dictionary<string, object>> _stages = [], _training = [];
    private Dictionary<string, object> _cost = [];

    internal T Train<T>(string name, Func<IProgress<TrainingProgress>, T> train) => Timed(name, task =>
    {
        double rate = 0;
        var model = train(new Reporter<TrainingProgress>(p =>
        {
            task.MaxValue = p.Steps;
            task.Value = p.Step;
            task.Description = string.Create(CultureInfo.InvariantCulture, $"{name}: epoch {p.Epoch}/{p.Epochs}, loss {p.Loss:0.000}");
            rate = p.ImagesPerSecond;
        }));
        return (model, rate);
    }, _training);

    internal T Run<T>(string name, int rows, Func<IProgress<int>, T> run) => Timed(name, task =>
    {
        var clock = Stopwatch.StartNew();
        task.MaxValue = rows;
        return (run(new Reporter<int>(done => task.Value = done)), rows / clock.Elapsed.TotalSeconds);
    });

    private T Timed<T>(string name, Func<ProgressTask, (T Result, double ImagesPerSecond)> step, List<Dictionary<string, object>>? keep = null)
    {
        var clock = Stopwatch.StartNew();
        var (result, rate) = AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context => step(context.AddTask(name)));
        _cost = new()
        {
            ["seconds"] = Math.Round(clock.Elapsed.TotalSeconds, 1), ["imagesPerSecond"] = Math.Round(rate, 1),
            ["peakMemoryMB"] = Process.GetCurrentProcess().PeakWorkingSet64 >> 20
        };
        keep?.Add(new(_cost) { ["stage"] = name });
        return result;
    }

    internal void Tell(string stage, ThresholdCurve curve)
    {
        Console.WriteLine($"{stage}: {curve}");
        Add(stage, curve.Best.Metrics, ("bestThresholdOnTruth", curve.Best.Threshold), ("mIoUOtsu", Math.Round(curve.Otsu.Metrics.MeanIoU, 4)));
    }

    internal void Tell(string stage, SegmentationReport report)
    {
        Console.WriteLine($"{stage}: {report}");
        Add(stage, report.Regions);
    }

    private void Add(string stage, SegmentationMetrics metrics, params (string Name, object Value)[] more)
    {
        var figures = new Dictionary<string, object>
        {
            ["stage"] = stage, ["mIoU"] = Math.Round(metrics.MeanIoU, 4),
            ["iou"] = metrics.ClassNames.Zip(metrics.IoU).Where(c => double.IsFinite(c.Second)).ToDictionary(c => c.First, c => Math.Round(c.Second, 4))
        };
        foreach (var (name, value) in more)
            figures[name] = value;
        foreach (var (name, value) in _cost)
            figures[name] = value;
        _stages.Add(figures);
    }

    /// <summary>Photo | maps | predicted mask | true mask, a row a photo.</summary>
    internal void Draw(MLContext ml, IDataView view, Palette palette)
    {
        var rows = ml.Data.CreateEnumerable<Picture>(ml.Data.TakeRows(view, 6), reuseRowObject: false).Select(p =>
        {
            var photo = p.Image.ToRgb();
            return (IReadOnlyList<RgbImage>)[photo, Panels.Maps(p.Cam, photo, palette), p.Prediction.Overlay(photo, palette), p.Truth.Overlay(photo, palette)];
        }).ToArray();
        string path = Path.Combine(settings.Out, "from-tags-to-masks.png");
        Panels.Grid(rows).ToMLImage().Save(path);
        Console.WriteLine($"photo | maps | mask | ground truth: {path}");
    }

    internal void End() => Console.WriteLine("RESULT " + JsonSerializer.Serialize(new { data = settings.Data ?? "embedded scenes", training = _training, stages = _stages }));

    // Progress<T> posts to a thread pool and may report out of order; a step's own thread is quick enough.
    private sealed class Reporter<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }

    private sealed class Picture
    {
        [ImageOfAnySize] public MLImage Image { get; set; } = null!;
        [ScoreMapsType] public ScoreMaps Cam { get; set; } = null!;
        [LabelMapType] public LabelMap Prediction { get; set; } = null!;
        [LabelMapType] public LabelMap Truth { get; set; } = null!;
    }
}
