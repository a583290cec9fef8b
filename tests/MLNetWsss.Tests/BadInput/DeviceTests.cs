using Microsoft.ML;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests.BadInput;

/// <summary>A GPU that is asked for and not there. No machine has so many.</summary>
public sealed class DeviceTests
{
    private const int AbsentGpu = 999;

    public static TheoryData<string> TrainedStages => [.. StageCase.All.Where(c => c.Options is TrainingOptions).Select(c => c.Name)];

    [Theory, MemberData(nameof(TrainedStages))]
    public void An_absent_GPU_without_a_fallback_is_named_before_the_data_are_read(string name)
    {
        var ml = new MLContext(1) { GpuDeviceId = AbsentGpu, FallbackToCpu = false };
        int read = 0;
        var stage = StageCase.Named(name);
        var error = Assert.Throws<InvalidOperationException>(() => stage.Create(ml).Estimator.Fit(stage.Data(onRead: _ => read++)));
        Assert.Contains("GpuDeviceId is 999", error.Message);
        Assert.Contains("FallbackToCpu = true", error.Message);
        Assert.Equal(0, read);
    }

    [Theory, MemberData(nameof(TrainedStages))]
    public void A_model_is_not_loaded_onto_an_absent_GPU_without_a_fallback(string name)
    {
        var stage = FittedStage.Of(name);
        using var stream = new MemoryStream();
        stage.Context.Model.Save(stage.Model, stage.Data.Schema, stream);
        var ml = new MLContext(1) { GpuDeviceId = AbsentGpu, FallbackToCpu = false };
        stream.Position = 0;
        Refusals.OfModel<InvalidOperationException>(() => ml.Model.Load(stream, out _), e => e.Message.Contains("GpuDeviceId is 999"));
    }

    [Theory, MemberData(nameof(TrainedStages))]
    public void With_a_fallback_the_CPU_gives_the_same_bits(string name)
    {
        var expected = FittedStage.Of(name);
        var ml = new MLContext(seed: 1) { GpuDeviceId = AbsentGpu, FallbackToCpu = true };
        using var model = StageCase.Named(name).Create(ml).Estimator.Fit(expected.Data);
        Assert.Equal(RowDigest.Of(expected.Model.Transform(expected.Data), expected.Written),
            RowDigest.Of(model.Transform(expected.Data), expected.Written));
    }
}
