using MLNetWsss.Backbones;
using MLNetWsss.ClassActivation;
using MLNetWsss.Tests.Backbones;
using MLNetWsss.Tests.Testing;
using TorchSharp;
using static TorchSharp.torch;
using static MLNetWsss.Tests.Backbones.Tensors;

namespace MLNetWsss.Tests.ClassActivation;

public class GradientMapsTests
{
    /// <summary>Float32 sums in another order, through a few layers.</summary>
    private const double SumRounding = 1e-4;

    /// <summary>Six digits of the worked numbers.</summary>
    private const double Digits = 5e-7;

    private static readonly bool[][] All = [[true, true, true], [true, true, true]];

    [Fact]
    public void Grad_cam_plus_plus_weight_equals_its_worked_number()
    {
        using var scope = NewDisposeScope();
        var gradients = tensor(new[] { 0.2f, 0.4f }, [1, 1, 1, 2]);
        var features = tensor(new[] { 1f, 3f }, [1, 1, 1, 2]);
        // S = 4; 0.2 / (2 + 0.8) + 0.4 / (2 + 1.6) = 0.357143 * 0.2 + 0.277778 * 0.4
        Assert.Equal(0.182540, GradientMaps.GradCamPlusPlusWeights(features, gradients).item<float>(), Digits);
        // A negative gradient says nothing for the class, a negative sum of features counts as 0: 0.2 / 2.
        var mixed = tensor(new[] { 0.2f, -0.4f }, [1, 1, 1, 2]);
        Assert.Equal(0.1, GradientMaps.GradCamPlusPlusWeights(features.neg(), mixed).item<float>(), Digits);
    }

    [Fact]
    public void Grad_cam_weight_is_the_mean_gradient()
    {
        using var scope = NewDisposeScope();
        var gradients = tensor(new[] { 0.2f, 0.4f, -1, 0 }, [1, 2, 1, 2]);
        Assert.Equal([0.3f, -0.5f], GradientMaps.GradCamWeights(gradients).ToFloats());
    }

    [Theory]
    [InlineData("resnet18")]
    [InlineData("mobilenet_v2")]
    public void Grad_cam_of_the_last_layer_is_cam(string architecture)
    {
        using var scope = NewDisposeScope();
        using var network = Create(architecture);
        var input = Goldens.Input(2, 49);
        var cam = Predict(() => network.Maps(input).relu());
        var difference = RelativeDifference(GradientMaps.Of(network, input, MapMethod.GradCam, 4, All), cam);
        Assert.True(difference < SumRounding, $"{difference}");
    }

    [Fact]
    public void Grad_cam_plus_plus_of_the_last_layer_follows_from_the_weights()
    {
        using var scope = NewDisposeScope();
        using var network = Create("resnet18");
        var input = Goldens.Input(2, 49);
        using var _ = no_grad();
        var features = network.Features(input);
        var weights = network.HeadParameters.Single().view(1, 3, -1);
        // The gradient is W / hw everywhere and S / hw the mean of F: hw ReLU(W / hw) / (2 + S W / hw).
        var scaled = weights.relu().div(weights.relu().mul(features.mean([2L, 3L]).unsqueeze(1)).add(2));
        var expected = scaled.matmul(features.flatten(2)).relu();
        var maps = GradientMaps.Of(network, input, MapMethod.GradCamPlusPlus, 4, All).flatten(2);
        Assert.True(RelativeDifference(maps, expected) < SumRounding);
    }

    [Theory]
    [InlineData(1, 13)]
    [InlineData(2, 7)]
    [InlineData(3, 4)]
    [InlineData(4, 4)]
    public void Every_layer_has_maps_of_its_own_size(int layer, long side)
    {
        using var scope = NewDisposeScope();
        using var network = Create("mobilenet_v2");
        foreach (var method in new[] { MapMethod.GradCam, MapMethod.GradCamPlusPlus })
        {
            var maps = GradientMaps.Of(network, Goldens.Input(2, 49), method, layer, All);
            Assert.Equal([2, 3, side, side], maps.shape);
            Assert.True(maps.isfinite().all().item<bool>() && maps.min().item<float>() >= 0 && maps.max().item<float>() > 0);
        }
    }

    [Fact]
    public void Classes_that_no_image_has_cost_nothing_and_stay_zero()
    {
        using var scope = NewDisposeScope();
        using var network = Create("resnet18");
        var maps = GradientMaps.Of(network, Goldens.Input(2, 49), MapMethod.GradCam, 3, [[false, true, false], [false, false, false]]);
        Assert.Equal(0, maps.select(1, 0).abs().max().item<float>());
        Assert.True(maps.select(1, 1).max().item<float>() > 0);
    }

    [Theory]
    [InlineData("resnet18")]
    [InlineData("mobilenet_v2")]
    public void Two_halves_of_a_pass_are_the_pass(string architecture)
    {
        using var scope = NewDisposeScope();
        using var network = Create(architecture);
        using var _ = no_grad();
        var input = Goldens.Input(1, 49);
        var whole = network.backbone.call(input);
        for (int layer = 1; layer <= 4; layer++)
        {
            var features = network.backbone.FeaturesAt(input, layer);
            Assert.True(Same(whole[layer - 1], features), $"Layer {layer}");
            Assert.True(Same(whole[3], network.backbone.ContinueFrom(features, layer)), $"From layer {layer}");
        }
    }

    [Fact]
    public void Gradient_of_an_inner_layer_is_that_of_the_logit()
    {
        using var scope = NewDisposeScope();
        using var network = Create("resnet18");
        var features = Predict(() => network.backbone.FeaturesAt(Goldens.Input(1, 49), 2));
        Tensor Logit(Tensor x) => network.MapsOf(network.backbone.ContinueFrom(x, 2)).mean([2L, 3L]).select(1, 1).sum();
        features.requires_grad = true;
        var gradient = autograd.grad([Logit(features)], [features])[0];
        // Along its gradient a function rises by the gradient's square.
        using var _ = no_grad();
        double square = gradient.square().sum().item<float>(), step = 1e-2 / Math.Sqrt(square);
        double After(double along) => Logit(features.add(gradient.mul(along))).item<float>();
        double rise = (After(step) - After(-step)) / (2 * step);
        Assert.Equal(1, rise / square, 0.01); // Float32 and the kinks of rectifiers within the step.
    }

    [Fact]
    public void Neither_tensors_nor_gradients_are_left_behind()
    {
        using var network = Create("mobilenet_v2");
        using var input = Goldens.Input(2, 49);
        long live = LiveTensors.Settled();
        using (var _ = no_grad())
        {
            GradientMaps.Of(network, input, MapMethod.GradCamPlusPlus, 2, All).Dispose();
            Assert.False(is_grad_enabled());
        }
        Assert.Equal(live, LiveTensors.Count);
        Assert.All(network.parameters(), p => Assert.Null(p.grad));
    }

    /// <summary>As it stands at prediction: folded, and without gradients of its own.</summary>
    private static ClassActivationNetwork Create(string architecture)
    {
        using var generator = new Generator(5);
        var options = new BackboneOptions { Architecture = architecture, Width = 0.25, FrozenStages = 2 };
        var network = new ClassActivationNetwork(options, 3, generator);
        network.eval();
        network.FoldBatchNorm();
        foreach (var parameter in network.parameters())
            parameter.requires_grad = false;
        return network;
    }
}
