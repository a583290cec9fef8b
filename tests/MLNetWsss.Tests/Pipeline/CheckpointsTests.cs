using Microsoft.ML;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests.Pipeline;

/// <summary>Training that ends early and goes on.</summary>
public sealed class CheckpointsTests
{
    private static readonly StageCase Case = StageCase.Named("Segmentation");

    /// <summary>Six steps of four images, with dropout, so that the generator's state matters too.</summary>
    private static TrainingOptions Options(OptimizerKind optimizer, string? folder) => (TrainingOptions)Case.Options with
    {
        Optimizer = optimizer, Epochs = 3, CheckpointFolder = folder, CheckpointSteps = 2, Workers = 2
    };

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Sgd)]
    public void Training_that_was_cancelled_goes_on_to_the_same_bits(OptimizerKind optimizer)
    {
        using var folder = new ScratchFolder();
        byte[] expected = Fit(Options(optimizer, null));
        var steps = new List<long>();
        Assert.Throws<OperationCanceledException>(() => CancelledAfter(3, Options(optimizer, folder.Path)));
        Assert.Equal(expected, Fit(Options(optimizer, folder.Path) with { Progress = new Steps(steps.Add) }));
        // A cancelled training saves where it stands, not where the last checkpoint was due.
        Assert.Equal([4L, 5, 6], steps);
    }

    [Fact]
    public void A_finished_training_is_not_trained_again()
    {
        using var folder = new ScratchFolder();
        var steps = new List<long>();
        byte[] expected = Fit(Options(OptimizerKind.AdamW, folder.Path));
        Assert.Equal(expected, Fit(Options(OptimizerKind.AdamW, folder.Path) with { Progress = new Steps(steps.Add) }));
        Assert.Empty(steps);
    }

    [Fact]
    public void A_damaged_checkpoint_is_passed_over_for_the_one_before()
    {
        using var folder = new ScratchFolder();
        byte[] expected = Fit(Options(OptimizerKind.AdamW, folder.Path));
        string newest = folder["Segmentation.checkpoint"];
        byte[] bytes = File.ReadAllBytes(newest);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(newest, bytes);
        var steps = new List<long>();
        var log = new List<string>();
        Assert.Equal(expected, Fit(Options(OptimizerKind.AdamW, folder.Path) with { Progress = new Steps(steps.Add) }, log));
        Assert.Equal([5L, 6], steps);
        Assert.Contains(log, line => line.Contains("is passed over") && line.Contains(newest));
    }

    [Fact]
    public void A_kill_while_writing_leaves_the_last_checkpoint_whole()
    {
        using var folder = new ScratchFolder();
        byte[] expected = Fit(Options(OptimizerKind.AdamW, null));
        Assert.Throws<OperationCanceledException>(() => CancelledAfter(2, Options(OptimizerKind.AdamW, folder.Path)));
        File.WriteAllBytes(folder["Segmentation.checkpoint.writing"], [1, 2, 3]);
        Assert.Equal(expected, Fit(Options(OptimizerKind.AdamW, folder.Path)));
        Assert.False(File.Exists(folder["Segmentation.checkpoint.writing"]));
    }

    [Fact]
    public void Another_training_is_refused_and_the_message_says_what_differs()
    {
        using var folder = new ScratchFolder();
        Assert.Throws<OperationCanceledException>(() => CancelledAfter(2, Options(OptimizerKind.AdamW, folder.Path)));
        Refused("LearningRate was 0.001 and is 0.002", Options(OptimizerKind.AdamW, folder.Path) with { LearningRate = 2e-3 });
        Refused("Seed was 1 and is 9", Options(OptimizerKind.AdamW, folder.Path) with { Seed = 9 });
        Refused("Optimizer was \"AdamW\" and is \"Sgd\"", Options(OptimizerKind.Sgd, folder.Path));
        var error = Assert.Throws<InvalidOperationException>(() => Fit(Options(OptimizerKind.AdamW, folder.Path), data: Case.Data(4)));
        Assert.Contains("TrainingRows was 8 and is 4", error.Message);
    }

    [Fact]
    public void What_does_not_change_the_result_may_change()
    {
        using var folder = new ScratchFolder();
        byte[] expected = Fit(Options(OptimizerKind.AdamW, null));
        Assert.Throws<OperationCanceledException>(() => CancelledAfter(3, Options(OptimizerKind.AdamW, folder.Path)));
        var elsewhere = Options(OptimizerKind.AdamW, folder.Path) with { Workers = 1, MemoryBudgetMB = 0, CheckpointSteps = 5 };
        Assert.Equal(expected, Fit(elsewhere));
    }

    private static void Refused(string difference, TrainingOptions options) =>
        Assert.Contains(difference, Assert.Throws<InvalidOperationException>(() => Fit(options)).Message);

    private static void CancelledAfter(int step, TrainingOptions options)
    {
        using var cancel = new CancellationTokenSource();
        Fit(options with
        {
            Cancellation = cancel.Token, Progress = new Steps(done =>
            {
                if (done == step)
                    cancel.Cancel();
            })
        });
    }

    /// <summary>The weights after training, as bytes.</summary>
    private static byte[] Fit(TrainingOptions options, List<string>? log = null, IDataView? data = null)
    {
        var ml = new MLContext(seed: 1);
        ml.Log += (_, e) => log?.Add(e.Message);
        using var model = Case.Create(ml, options).Estimator.Fit(data ?? Case.Data());
        return model.Archive()["weights"];
    }

    private sealed class Steps(Action<long> step) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => step(value.Step);
    }
}
