using Microsoft.ML;
using MLNetWsss.Backbones;
using MLNetWsss.ClassActivation;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;
using TorchSharp;

namespace MLNetWsss.Tests.Pipeline;

public sealed class NetworkRunnerTests
{
    [Fact]
    public void A_model_made_from_pretrained_weights_loads_where_they_are_not()
    {
        using var folder = new ScratchFolder();
        var options = Tiny() with { CheckpointFolder = folder["checkpoints"] };
        using (var generator = new torch.Generator(9))
        using (var backbone = Backbone.Create(options.Backbone, generator))
        using (var file = File.Create(folder["weights.safetensors"]))
            Safetensors.Write(file, backbone.state_dict());
        options = options with { Backbone = options.Backbone with { Weights = folder["weights.safetensors"] } };

        var fitted = FittedStage.Fit(StageCase.Named("ClassActivation"), options);
        string expected = RowDigest.Of(fitted.Model.Transform(fitted.Data), fitted.Written);
        fitted.Context.Model.Save(fitted.Model, fitted.Data.Schema, folder["model.zip"]);
        Assert.DoesNotContain(Path.GetFileName(folder.Path), fitted.Model.Archive().OptionsJson);
        File.Delete(folder["weights.safetensors"]);
        var loaded = new MLContext(1).Model.Load(folder["model.zip"], out _);
        Assert.Equal(expected, RowDigest.Of(loaded.Transform(fitted.Data), fitted.Written));
        ((IDisposable)loaded).Dispose();
        fitted.Model.Dispose();
    }

    [Fact]
    public void The_number_format_is_decided_in_training_and_saved()
    {
        using var model = (ClassActivationTransformer)FittedStage.Fit(StageCase.Named("ClassActivation"),
            Tiny() with { Precision = Precision.Auto }).Model;
        Assert.NotEqual(Precision.Auto, model.Archive().Options<ClassActivationOptions>().Precision);
    }

    /// <summary>bfloat16 has 8 bits of mantissa: a relative step of 1/256, through some twenty layers. Maps are in [0, 1].</summary>
    private const double BFloat16Rounding = 0.15;

    [Fact]
    public void Bfloat16_gives_nearly_the_same_tags()
    {
        var single = FittedStage.Of("ClassActivation");
        var half = FittedStage.Fit(single.Case, Tiny() with { Precision = Precision.BFloat16 }, single.Data);
        var (a, b) = (Probabilities(single), Probabilities(half));
        Assert.Equal(a.Length, b.Length);
        Assert.NotEqual(a, b);
        Assert.All(a.Zip(b), pair => Assert.Equal(pair.First, pair.Second, BFloat16Rounding));
        half.Model.Dispose();
    }

    [Fact]
    public void A_gpu_that_is_not_there_is_refused_unless_the_cpu_will_do()
    {
        if (torch.cuda.is_available())
            return;
        var stageCase = StageCase.Named("ClassActivation");
        var strict = new MLContext(1) { GpuDeviceId = 0, FallbackToCpu = false };
        var error = Assert.Throws<InvalidOperationException>(() => stageCase.Create(strict).Estimator.Fit(stageCase.Data()));
        Assert.Contains("FallbackToCpu", error.Message);
        var lenient = new MLContext(1) { GpuDeviceId = 0, FallbackToCpu = true };
        stageCase.Create(lenient).Estimator.Fit(stageCase.Data()).Dispose();
    }

    [Fact]
    public void Damaged_weights_and_another_networks_are_refused_under_a_right_digest()
    {
        var archive = FittedStage.Of("ClassActivation").Model.Archive();
        byte[] weights = archive["weights"];
        foreach (byte[] wrong in new[] { weights[..(weights.Length / 2)], [], FittedStage.Of("Segmentation").Model.Archive()["weights"] })
        {
            archive["weights"] = wrong;
            long before = LiveTensors.Count;
            var error = Assert.Throws<FormatException>(() => StageTransformer.Load(new MLContext(1), archive));
            Assert.Contains("the saved ClassActivation", error.Message);
            Assert.Equal(before, LiveTensors.Count);
        }
    }

    private static ClassActivationOptions Tiny() => (ClassActivationOptions)StageCase.Named("ClassActivation").Options;

    private static float[] Probabilities(FittedStage stage)
    {
        var view = stage.Model.Transform(stage.Data);
        using var cursor = view.GetRowCursor([view.Schema["TagProbabilities"]]);
        var read = RowValues.Reader(cursor, view.Schema["TagProbabilities"]);
        var values = new List<float>();
        while (cursor.MoveNext())
            values.AddRange((float[])read());
        return [.. values];
    }
}
