using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.ML;
using MLNetWsss.Pipeline;

namespace MLNetWsss.Bench;

/// <summary>
/// Kills a training at a random moment, lets it resume from its checkpoints, and compares the bits of the weights with those of a training
/// that nobody disturbed. Once more for each kill.
/// </summary>
internal static class ResumeBenchmark
{
    internal const string Child = "resume-child";

    private const int Side = 48, Images = 24, Batch = 4;

    internal static void Run(Arguments arguments)
    {
        var json = new Json("resume");
        int kills = arguments.Number("kills", 20), epochs = arguments.Number("epochs", 12), seed = arguments.Number("seed", 1);
        string[] options = ["--epochs", $"{epochs}", "--threads", $"{arguments.Number("threads", Environment.ProcessorCount)}"];
        arguments.CheckAllUsed();
        var random = new Random(seed);
        using var scratch = new ScratchFolder();
        using var undisturbed = new ChildProcess(Child, [.. options, "--folder", scratch["undisturbed"]]);
        undisturbed.ReadLine();
        var clock = Stopwatch.StartNew();
        string expected = undisturbed.LastLine();
        double duration = clock.Elapsed.TotalSeconds;

        int survived = 0;
        var resumedAt = new List<long>();
        for (int kill = 0; kill < kills; kill++)
        {
            string folder = scratch[$"kill{kill}"];
            while (!TrainAndKill(options, folder, random.NextDouble() * duration))
                Directory.Delete(folder, recursive: true);
            using var resumed = new ChildProcess(Child, [.. options, "--folder", folder]);
            // The first line tells the first step that it makes.
            resumedAt.Add(long.Parse(resumed.ReadLine() ?? "-1", CultureInfo.InvariantCulture) - 1);
            bool same = resumed.LastLine() == expected;
            survived += same ? 1 : 0;
            Json.Note($"kill {kill + 1}: resumed after step {resumedAt[^1]}, {(same ? "the same bits" : "OTHER BITS")}");
            Directory.Delete(folder, recursive: true);
        }
        json.Line("resume-survived", (double)survived / kills, "of the kills",
            new { kills, steps = epochs * (Images / Batch), resumedAfterStep = resumedAt, sha256 = expected });
    }

    /// <summary>True if the training was killed; false if it had ended before its time came.</summary>
    private static bool TrainAndKill(string[] options, string folder, double seconds)
    {
        using var child = new ChildProcess(Child, [.. options, "--folder", folder]);
        child.ReadLine();
        Thread.Sleep(TimeSpan.FromSeconds(seconds));
        return child.Kill();
    }

    internal static void RunChild(Arguments arguments)
    {
        var ml = new MLContext(seed: 1);
        bool told = false;
        var options = SmallJob.Options(Side, Batch, arguments.Number("epochs", 12)) with
        {
            CheckpointFolder = arguments.Text("folder"), CheckpointSteps = 2, Threads = arguments.Number("threads", 0),
            Progress = new FirstStep(step =>
            {
                if (told)
                    return;
                told = true;
                Console.WriteLine(step);
                Console.Out.Flush();
            })
        };
        using var model = ml.Transforms.Wsss.ClassActivation(options).Fit(SmallJob.Scenes(ml, Images, Side));
        if (!told)
            Console.WriteLine("0");
        Console.WriteLine(Convert.ToHexStringLower(SHA256.HashData(model.Archive()["weights"])));
    }

    private sealed class FirstStep(Action<long> tell) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => tell(value.Step);
    }
}
