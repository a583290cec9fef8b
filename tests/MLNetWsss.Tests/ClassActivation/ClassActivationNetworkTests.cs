using MLNetWsss.Backbones;
using MLNetWsss.ClassActivation;
using MLNetWsss.Tests.Backbones;
using MLNetWsss.Tests.Testing;
using TorchSharp;
using static TorchSharp.torch;
using static MLNetWsss.Tests.Backbones.Tensors;

namespace MLNetWsss.Tests.ClassActivation;

public class ClassActivationNetworkTests
{
    private static readonly BackboneOptions Small = new() { Width = 0.25 };

    /// <summary>Float32 means of a few dozen terms.</summary>
    private const double MeanRounding = 1e-6;

    [Fact]
    public void Logits_are_the_means_of_the_maps()
    {
        using var scope = NewDisposeScope();
        using var network = Create(3);
        network.eval();
        var input = Goldens.Input(2, 65);
        var maps = Predict(() => network.Maps(input));
        Assert.Equal([2, 3, 5, 5], maps.shape);
        var difference = RelativeDifference(Predict(() => network.call(input)), maps.mean([2L, 3L]));
        Assert.True(difference < MeanRounding, $"{difference}");
    }

    [Fact]
    public void One_pass_gives_the_logits_and_maps_of_two()
    {
        using var scope = NewDisposeScope();
        using var network = Create(3);
        network.eval();
        using var _ = no_grad();
        var input = Goldens.Input(1, 33);
        var (logits, maps) = network.LogitsAndMaps(input);
        Assert.Equal(network.call(input).ToFloats(), logits.ToFloats());
        Assert.Equal(network.Maps(input).ToFloats(), maps.ToFloats());
    }

    [Fact]
    public void Maps_are_the_classifier_weights_over_the_features()
    {
        using var scope = NewDisposeScope();
        using var network = Create(2);
        network.eval();
        using var _ = no_grad();
        var features = network.Features(Goldens.Input(1, 33));
        var weights = network.HeadParameters.Single().view(2, -1);
        var expected = weights.matmul(features.reshape(features.shape[1], -1)).view(1, 2, features.shape[2], features.shape[3]);
        var difference = RelativeDifference(network.MapsOf(features), expected);
        Assert.True(difference < 1e-5, $"{difference}"); // Sums of 1280 products in another order.
    }

    [Fact]
    public void Every_parameter_learns()
    {
        using var scope = NewDisposeScope();
        using var network = Create(3);
        network.train();
        ClassActivationLosses.TagLoss(network.call(Goldens.Input(4, 33)), Goldens.FromFormula([4, 3], i => i % 2)).backward();
        foreach (var (name, parameter) in network.named_parameters())
            Assert.True(parameter.grad is { } grad && grad.isfinite().all().item<bool>() && grad.abs().max().item<float>() > 0, name);
        var head = network.HeadParameters.Select(parameter => parameter.Handle).ToHashSet();
        Assert.Equal(network.parameters().Count(), head.Count + network.backbone.parameters().Count());
    }

    [Fact]
    public void Tag_loss_equals_its_worked_number()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new float[] { 2, -1 }, [1, 2]);
        var tags = tensor(new float[] { 1, 0 }, [1, 2]);
        // (log(1 + e^-2) + log(1 + e^-1)) / 2
        Assert.Equal(0.220095, ClassActivationLosses.TagLoss(logits, tags).item<float>(), 1e-6);
    }

    [Fact]
    public void Training_and_prediction_leave_no_tensor_behind()
    {
        long live = LiveTensors.Settled();
        using (NewDisposeScope())
        {
            using var network = Create(3);
            using var input = Goldens.Input(2, 33);
            var alone = LiveTensors.Count;
            network.call(input).Dispose();
            Predict(() => network.Maps(input)).Dispose();
            var (logits, maps) = network.LogitsAndMaps(input);
            logits.Dispose();
            maps.Dispose();
            Assert.Equal(alone, LiveTensors.Count);
        }
        Assert.Equal(live, LiveTensors.Count);
    }

    private static ClassActivationNetwork Create(int classes)
    {
        using var generator = new Generator(5);
        return new ClassActivationNetwork(Small, classes, generator);
    }
}
