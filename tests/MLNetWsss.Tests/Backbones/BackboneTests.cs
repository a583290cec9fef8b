using MLNetWsss.Backbones;
using MLNetWsss.Tests.Testing;
using TorchSharp;
using static TorchSharp.torch;
using static MLNetWsss.Tests.Backbones.Tensors;

namespace MLNetWsss.Tests.Backbones;

public class BackboneTests
{
    /// <summary>Float32 sums of up to a few thousand terms in another order, through up to a hundred layers.</summary>
    private const double ReorderedSums = 2e-5;

    /// <summary>As <see cref="ReorderedSums"/>, with weights rounded once more by folding.</summary>
    private const double FoldedWeights = 5e-5;

    /// <summary>8 bits of mantissa, errors of many layers added at random.</summary>
    private const double BFloat16Rounding = 0.06;

    public static TheoryData<string> Architectures => [.. BackboneOptions.Architectures];

    [Theory, MemberData(nameof(Architectures))]
    public void Parameter_names_and_shapes_are_the_published_ones(string architecture)
    {
        using var backbone = Create(new() { Architecture = architecture, Classifier = true });
        var actual = StateLoading.StateOf(backbone).Select(entry => $"{entry.Key} {string.Join('x', entry.Value.shape)}".TrimEnd());
        Assert.Equal(Goldens.Lines($"{architecture}.names.txt").Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("mobilenet_v2", "mobilenet_v2", 32, 1.0)]
    [InlineData("mobilenet_v2 width 0.5", "mobilenet_v2", 32, 0.5)]
    [InlineData("resnet18", "resnet18", 32, 1.0)]
    [InlineData("resnet50", "resnet50", 32, 1.0)]
    [InlineData("resnet50 stride 16", "resnet50", 16, 1.0)]
    [InlineData("resnet50 stride 8", "resnet50", 8, 1.0)]
    [InlineData("resnet38 width 0.25", "resnet38", 32, 0.25)]
    [InlineData("resnet38 stride 8 width 0.25", "resnet38", 8, 0.25)]
    public void Logits_of_weights_by_formula_equal_the_references(string golden, string architecture, int stride, double width)
    {
        using var scope = NewDisposeScope();
        var options = new BackboneOptions { Architecture = architecture, OutputStride = stride, Width = width, Classifier = true };
        using var backbone = CreateByFormula(options);
        var expected = Goldens.Json(architecture == "resnet38" ? "resnet38_outputs.json" : "torchvision_outputs.json").GetProperty(golden);
        var logits = Predict(() => backbone.Classify(Goldens.Input(2, expected.GetProperty("side").GetInt32()))).ToFloats();
        var kept = logits.Where((_, i) => i % 1000 % 100 == 0).ToArray();
        var difference = RelativeDifference(kept, expected.GetProperty("logits").Floats());
        Assert.True(difference < ReorderedSums, $"{difference}");
    }

    [Theory, MemberData(nameof(Architectures))]
    public void Channels_and_strides_are_as_promised(string architecture)
    {
        foreach (var stride in (int[])[8, 16, 32])
        {
            using var scope = NewDisposeScope();
            using var backbone = Create(new() { Architecture = architecture, OutputStride = stride, Width = 0.25 });
            backbone.eval();
            using var _ = no_grad();
            var outputs = backbone.call(Goldens.Input(1, 65));
            Assert.Equal(4, outputs.Length);
            Assert.Equal([4, Math.Min(8, stride), Math.Min(16, stride), stride], backbone.Strides);
            for (var i = 0; i < outputs.Length; i++)
                Assert.Equal([1, backbone.Channels[i], 64 / backbone.Strides[i] + 1, 64 / backbone.Strides[i] + 1], outputs[i].shape);
        }
    }

    [Theory]
    [InlineData("mobilenet_v2", 65)]
    [InlineData("mobilenet_v2", 64)]
    [InlineData("resnet18", 65)]
    [InlineData("resnet50", 65)]
    [InlineData("resnet38", 65)]
    public void A_dilated_network_computes_the_strided_one_at_every_other_position(string architecture, int side)
    {
        using var scope = NewDisposeScope();
        using var strided = CreateByFormula(new() { Architecture = architecture, OutputStride = 32, Width = 0.5 });
        var input = Goldens.Input(1, side);
        var expected = Predict(() => strided.LastFeatures(input));
        foreach (var stride in (int[])[16, 8])
        {
            using var dilated = CreateByFormula(new() { Architecture = architecture, OutputStride = stride, Width = 0.5 });
            var features = Predict(() => dilated.LastFeatures(input));
            var step = 32 / stride;
            var sampled = features.slice(2, 0, features.shape[2], step).slice(3, 0, features.shape[3], step);
            var difference = RelativeDifference(sampled, expected);
            Assert.True(difference < ReorderedSums, $"Stride {stride}: {difference}");
        }
    }

    [Theory, MemberData(nameof(Architectures))]
    public void Folding_keeps_the_output_and_removes_batch_norm_from_the_state(string architecture)
    {
        using var scope = NewDisposeScope();
        using var backbone = CreateByFormula(new() { Architecture = architecture, Width = 0.25 });
        var input = Goldens.Input(2, 65);
        var expected = Predict(() => backbone.LastFeatures(input));
        Assert.False(backbone.Folded);
        backbone.FoldBatchNorm();
        Assert.True(backbone.Folded);
        var difference = RelativeDifference(Predict(() => backbone.LastFeatures(input)), expected);
        Assert.True(difference < FoldedWeights, $"{difference}");
        Assert.DoesNotContain(StateLoading.StateOf(backbone).Keys, name => name.Contains("running", StringComparison.Ordinal));
        Assert.All(backbone.parameters(), parameter => Assert.True(parameter.requires_grad));
    }

    [Theory, InlineData("mobilenet_v2"), InlineData("resnet18"), InlineData("resnet38")]
    public void Channels_last_computes_what_rows_of_channels_do(string architecture)
    {
        using var scope = NewDisposeScope();
        using var backbone = CreateByFormula(new() { Architecture = architecture, Width = 0.5 });
        var input = Goldens.Input(2, 65);
        Assert.All(backbone.parameters().Where(weight => weight.Dimensions == 4), weight => Assert.True(ChannelsLast.Is(weight)));
        var last = Predict(() => backbone.LastFeatures(ChannelsLast.Of(input)));
        Assert.True(ChannelsLast.Is(last));
        ChannelsLast.Remove(backbone);
        var first = Predict(() => backbone.LastFeatures(input));
        Assert.True(first.is_contiguous());
        var difference = RelativeDifference(last, first);
        Assert.True(difference < ReorderedSums, $"{difference}");
    }

    [Theory, InlineData("mobilenet_v2"), InlineData("resnet18"), InlineData("resnet38")]
    public void Bfloat16_is_near_float32_and_trains_float32_weights(string architecture)
    {
        using var scope = NewDisposeScope();
        using var backbone = CreateByFormula(new() { Architecture = architecture, Width = 0.5 });
        backbone.FoldBatchNorm();
        var input = Goldens.Input(2, 65);
        var expected = Predict(() => backbone.LastFeatures(input));
        backbone.ComputeType = ScalarType.BFloat16;
        var features = Predict(() => backbone.LastFeatures(input));
        Assert.Equal(ScalarType.BFloat16, features.dtype);
        var difference = RelativeDifference(features, expected);
        Assert.True(difference < BFloat16Rounding, $"{difference}");
        backbone.train();
        backbone.LastFeatures(input).to(ScalarType.Float32).mean().backward();
        foreach (var (name, parameter) in backbone.named_parameters())
        {
            Assert.Equal(ScalarType.Float32, parameter.dtype);
            Assert.True(parameter.grad is not null && parameter.grad.isfinite().all().item<bool>(), name);
        }
    }

    [Theory]
    [InlineData("mobilenet_v2", 2, "features.0,features.1,features.2,features.3")]
    [InlineData("mobilenet_v2", 1, "features.0,features.1")]
    [InlineData("resnet18", 3, "conv1,bn1,layer1,layer2")]
    [InlineData("resnet38", 2, "conv1a,b2,b2_1,b2_2,b3,b3_1,b3_2")]
    public void Frozen_stages_get_no_gradient_and_keep_their_statistics(string architecture, int stages, string frozen)
    {
        using var scope = NewDisposeScope();
        using var backbone = CreateByFormula(new() { Architecture = architecture, Width = 0.25, FrozenStages = stages });
        var before = Copy(backbone);
        backbone.train();
        backbone.LastFeatures(Goldens.Input(4, 65)).square().mean().backward();
        var prefixes = frozen.Split(',').Select(name => name + ".").ToArray();
        bool IsFrozen(string name) => prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
        foreach (var (name, parameter) in backbone.named_parameters())
        {
            Assert.Equal(!IsFrozen(name), parameter.requires_grad);
            Assert.Equal(IsFrozen(name), parameter.grad is null);
        }
        foreach (var (name, buffer) in backbone.named_buffers())
            Assert.True(IsFrozen(name) == Tensors.Same(buffer, before[name]), name);
    }

    [Fact]
    public void The_image_gets_its_gradient_through_frozen_stages()
    {
        using var scope = NewDisposeScope();
        using var backbone = CreateByFormula(new() { Width = 0.25, FrozenStages = 4 });
        var image = Goldens.Input(1, 33).with_requires_grad();
        backbone.LastFeatures(image).sum().backward();
        Assert.True(image.grad!.abs().sum().item<float>() > 0);
    }

    [Fact]
    public void One_seed_gives_one_network_and_leaves_global_randomness_alone()
    {
        using var scope = NewDisposeScope();
        var global = Generator.Default.get_state().clone();
        using var first = Create(new() { Width = 0.25 }, seed: 7);
        using var second = Create(new() { Width = 0.25 }, seed: 7);
        using var third = Create(new() { Width = 0.25 }, seed: 8);
        Assert.True(Tensors.Same(global, Generator.Default.get_state()));
        var (a, b, c) = (StateLoading.StateOf(first), StateLoading.StateOf(second), StateLoading.StateOf(third));
        Assert.All(a, entry => Assert.True(Tensors.Same(entry.Value, b[entry.Key]), entry.Key));
        Assert.False(Tensors.Same(a["features.0.0.weight"], c["features.0.0.weight"]));
    }

    [Theory, InlineData("mobilenet_v2"), InlineData("resnet38")]
    public void Training_and_prediction_leave_no_tensor_behind(string architecture)
    {
        long live = LiveTensors.Settled();
        using (NewDisposeScope())
        {
            using var backbone = Create(new() { Architecture = architecture, Width = 0.125, FrozenStages = 1 });
            using var input = Goldens.Input(2, 33);
            var alone = LiveTensors.Count;
            foreach (var output in backbone.call(input))
                output.Dispose();
            Assert.Equal(alone, LiveTensors.Count);
            Predict(() => backbone.LastFeatures(input)).Dispose();
            backbone.FoldBatchNorm();
            Predict(() => backbone.LastFeatures(input)).Dispose();
            Assert.True(LiveTensors.Count <= alone);
        }
        Assert.Equal(live, LiveTensors.Count);
    }

    [Theory]
    [InlineData("vgg16", 16, 1.0, 0, "Architecture")]
    [InlineData("resnet18", 4, 1.0, 0, "OutputStride")]
    [InlineData("resnet18", 16, 0.0, 0, "Width")]
    [InlineData("resnet18", 16, 1.0, 5, "FrozenStages")]
    public void An_option_out_of_range_is_named(string architecture, int stride, double width, int frozen, string option)
    {
        var options = new BackboneOptions { Architecture = architecture, OutputStride = stride, Width = width, FrozenStages = frozen };
        var error = Assert.Throws<ArgumentException>(() => Create(options));
        Assert.Contains($"BackboneOptions.{option} is", error.Message, StringComparison.Ordinal);
    }

    internal static Backbone Create(BackboneOptions options, ulong seed = 1) =>
        // Its generator is not disposed of: dropout draws from it as long as the backbone trains.
        Backbone.Create(options, new Generator(seed));

    /// <summary>A backbone in evaluation mode with the weights of torchvision_outputs.py.</summary>
    internal static Backbone CreateByFormula(BackboneOptions options)
    {
        using var scope = NewDisposeScope();
        var backbone = Create(options);
        var own = StateLoading.StateOf(backbone);
        // The formula counts in torchvision's order of names, which the widths do not change.
        var names = Goldens.Lines($"{options.Architecture}.names.txt").Select(line => line.Split(' ')[0]).Where(own.ContainsKey);
        StateLoading.Load(backbone, Goldens.FormulaState(names.Select(name => (name, own[name].shape))), _ => false, _ => false);
        backbone.eval();
        return backbone;
    }

    private static Dictionary<string, Tensor> Copy(Backbone backbone) =>
        StateLoading.StateOf(backbone).ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
}
