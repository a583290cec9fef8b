using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNetWsss.ClassActivation;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace MLNetWsss.Tests.Pipeline;

public sealed class TrainerTests(ITestOutputHelper output)
{
    private static readonly ClassActivationOptions Options = (ClassActivationOptions)StageCase.Named("ClassActivation")
        .Options with { WarmupSteps = 0 };

    /// <summary>Six digits of the worked numbers.</summary>
    private const double Digits = 5e-7;

    [Theory]
    [InlineData(0, 100, 1)]
    [InlineData(50, 100, 0.535887)]  // 0.5^0.9 = e^(-0.9 ln 2) = e^-0.623832
    [InlineData(90, 100, 0.125893)]  // 0.1^0.9 = 10^-0.9
    [InlineData(99, 100, 0.015849)]  // 0.01^0.9 = 10^-1.8
    public void The_learning_rate_falls_polynomially(long step, long steps, double factor) =>
        Assert.Equal(factor, Trainer(Options).Schedule(step, steps), Digits);

    [Theory]
    [InlineData(0, 1.0 / 11)]
    [InlineData(4, 5.0 / 11)]
    [InlineData(9, 10.0 / 11)]
    [InlineData(10, 1)]
    public void The_learning_rate_rises_over_the_warm_up(long step, double rise) =>
        Assert.Equal(rise * Math.Pow(1 - step / 100.0, 0.9), Trainer(Options with { WarmupSteps = 10 }).Schedule(step, 100), Digits);

    [Fact]
    public void The_warm_up_takes_a_fifth_of_short_trainings()
    {
        var trainer = Trainer(Options with { WarmupSteps = 1000, PolyPower = 0 });
        Assert.Equal(1.0 / 3, trainer.Schedule(0, 10), Digits); // 10 / 5 = 2 steps: 1/3, 2/3, 1, 1, …
        Assert.Equal(1, trainer.Schedule(2, 10), Digits);
    }

    [Fact]
    public void A_constant_rate_is_power_zero()
    {
        var trainer = Trainer(Options with { PolyPower = 0 });
        Assert.All(Enumerable.Range(0, 100), step => Assert.Equal(1, trainer.Schedule(step, 100)));
    }

    [Fact]
    public void Each_row_is_drawn_once_an_epoch_and_in_another_order_the_next()
    {
        var drawn = new List<int[]>();
        Run(Options with { Epochs = 3, BatchSize = 2, Workers = 3 }, rows: 6, (step, rows) =>
        {
            lock (drawn)
                drawn.Add([(int)step, .. rows]);
            return 0;
        });
        var epochs = drawn.OrderBy(d => d[0]).SelectMany(d => d[1..]).Chunk(6).ToArray();
        Assert.Equal(3, epochs.Length);
        Assert.All(epochs, epoch => Assert.Equal(Enumerable.Range(0, 6), epoch.Order()));
        Assert.NotEqual(epochs[0], epochs[1]);
    }

    [Fact]
    public void An_incomplete_last_batch_is_left_out()
    {
        var sizes = new List<int>();
        Run(Options with { Epochs = 2, BatchSize = 4, Workers = 1 }, rows: 7, (_, rows) =>
        {
            sizes.Add(rows.Length);
            return 0;
        });
        Assert.Equal([4, 4], sizes);
    }

    [Fact]
    public void Fewer_rows_than_a_batch_make_a_smaller_batch_and_a_warning()
    {
        var log = new List<string>();
        var sizes = new List<int>();
        Run(Options with { Epochs = 2, BatchSize = 4, Workers = 1 }, rows: 3, (_, rows) =>
        {
            sizes.Add(rows.Length);
            return 0;
        }, log: log);
        Assert.Equal([3, 3], sizes);
        Assert.Contains(log, line => line.Contains("3 training rows are fewer than BatchSize 4"));
    }

    [Fact]
    public void Progress_and_the_log_name_the_terms_of_the_loss()
    {
        var reports = new List<TrainingProgress>();
        var log = new List<string>();
        Run(Options with { Epochs = 2, BatchSize = 2, Progress = new Listener(reports.Add) }, rows: 4, (_, _) => 0, log: log);
        Assert.Equal([1L, 2, 3, 4], reports.Select(r => r.Step));
        Assert.Equal([1, 1, 2, 2], reports.Select(r => r.Epoch));
        Assert.All(reports, r => Assert.Equal((4L, 2, "Test"), (r.Steps, r.Epochs, r.Stage)));
        Assert.All(reports, r => Assert.Equal(["tags", "size"], r.Terms.Select(t => t.Name)));
        Assert.All(reports, r => Assert.Equal(r.Loss, r.Terms.Sum(t => t.Value), 1e-9));
        Assert.Equal(TimeSpan.Zero, reports[^1].Remaining);
        Assert.Contains(log, line => line.Contains("epoch 2 of 2"));
        Assert.Contains(log, line => line.Contains(" = tags ") && line.Contains(" + size "));
    }

    [Fact]
    public void Divergence_names_step_and_terms_and_keeps_the_last_good_checkpoint()
    {
        using var folder = new ScratchFolder();
        var options = Options with { Epochs = 3, BatchSize = 2, CheckpointFolder = folder.Path, CheckpointSteps = 1 };
        var error = Assert.Throws<TrainingDivergedException>(() => Run(options, rows: 4, (step, _) => (int)step, poisonedStep: 3));
        Assert.Contains("Test: the loss is not finite at step 4", error.Message);
        Assert.Contains("tags ", error.Message);
        Assert.Contains("size NaN", error.Message);
        Assert.Contains("LearningRate", error.Message);
        Assert.Contains(folder.Path, error.Message);
        using var file = File.OpenRead(folder["Test.checkpoint"]);
        using var weights = MLNetWsss.Backbones.Safetensors.Read(new MemoryStream(StageArchive.Read(file)["weights"]));
        Assert.All(weights.Tensors.Values, t => Assert.True(t.isfinite().all().item<bool>()));
    }

    [Fact]
    public void A_learning_rate_of_a_million_diverges_and_frees_everything()
    {
        var options = Options with { LearningRate = 1e20, HeadLearningRate = 1e20, Optimizer = OptimizerKind.Sgd, Epochs = 8 };
        FittedStage.Of("ClassActivation");
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = LiveTensors.Count;
        Assert.Throws<TrainingDivergedException>(() => FittedStage.Fit(StageCase.Named("ClassActivation"), options));
        Assert.Equal(before, LiveTensors.Count);
    }

    [Fact]
    public void Tensors_and_memory_do_not_grow_with_the_steps()
    {
        var live = new List<long>();
        var resident = new List<long>();
        var options = Options with
        {
            Epochs = 250, BatchSize = 2, Progress = new Listener(p =>
            {
                if (p.Step % 100 != 0)
                    return;
                GC.Collect();
                live.Add(LiveTensors.Count);
                resident.Add(Environment.WorkingSet);
            })
        };
        int threads = get_num_threads();
        set_num_threads(1); // Steps as small as these are faster alone.
        Run(options, rows: 8, (_, _) => 0);
        set_num_threads(threads);
        Assert.Equal(10, live.Count);
        Assert.Single(live.Distinct());
        output.WriteLine(string.Join(" ", resident.Select(r => $"{r >> 10} kB")));
        // A leak grows in every hundred steps, the runtime's own memory only now and then: hence the median over the last six. A leaked batch
        // of two 33 x 33 crops a step is 2.6 MB in a hundred steps, a leaked graph fifty times that.
        long[] growth = [.. resident.Zip(resident.Skip(1), (from, to) => to - from).TakeLast(6).Order()];
        Assert.True((growth[2] + growth[3]) / 2 < 1_300_000, string.Join(" ", growth));
    }

    private static Trainer Trainer(TrainingOptions options) => new("Test", options, 1, ["a", "b", "c"], null!);

    /// <summary>Trains a small classifier on noise with a loss of two terms, of which one can be made not a number at a step.</summary>
    private static void Run(TrainingOptions options, int rows, Func<long, int[], int> make, int poisonedStep = -1, List<string>? log = null)
    {
        var ml = new MLContext(1);
        ml.Log += (_, e) => log?.Add(e.Message);
        using var channel = ((IHostEnvironment)ml).Register("Test").Start("Fit");
        using var generator = new Generator(1);
        using var network = new ClassActivationNetwork(options.Backbone, 3, generator);
        using var pixels = randn([options.BatchSize, 3, 33, 33], generator: generator);
        new Trainer("Test", options, 1, ["a", "b", "c"], channel).Run(network, generator, rows, make, step =>
        {
            var logits = network.call(pixels);
            var size = logits.square().mean() * (poisonedStep >= 0 && step == poisonedStep ? float.NaN : 0.1f);
            return new Loss(("tags", ClassActivationLosses.TagLoss(logits, zeros_like(logits))), ("size", size));
        });
    }

    private sealed class Listener(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
