using MLNetWsss.Backbones;
using MLNetWsss.Imaging;
using TorchSharp;
using static TorchSharp.torch;
using static MLNetWsss.Tests.Backbones.Tensors;

namespace MLNetWsss.Tests.Backbones;

/// <summary>
/// Runs where the pretrained MobileNetV2 is: in shared/weights in or beside a folder above the tests, or in WSSS_SHARED/weights.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PretrainedFactAttribute : FactAttribute
{
    public PretrainedFactAttribute()
    {
        if (Path is null)
            Skip = "There is no shared/weights/mobilenet_v2.safetensors above the tests. Set WSSS_SHARED to the folder of weights/.";
    }

    internal static string? Path { get; } = Find();

    private static string? Find()
    {
        const string file = "weights/mobilenet_v2.safetensors";
        var folders = new List<string>();
        if (Environment.GetEnvironmentVariable("WSSS_SHARED") is { Length: > 0 } shared)
            folders.Add(shared);
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
            folders.Add(System.IO.Path.Combine(folder, "shared"));
        return folders.Select(folder => System.IO.Path.Combine(folder, file)).FirstOrDefault(File.Exists);
    }
}

public class PretrainedWeightsTests
{
    /// <summary>Two builds of the same float32 network; the logits reach about 5.</summary>
    private const double LogitTolerance = 1e-4;

    [PretrainedFact]
    public void Pretrained_logits_equal_torchvisions()
    {
        using var scope = NewDisposeScope();
        var golden = Goldens.Json("mobilenet_v2_logits.json");
        var side = golden.GetProperty("side").GetInt32();
        var image = Goldens.Pattern(side, side);
        Assert.Equal(golden.GetProperty("pixelSum").GetInt32(), image.Pixels.ToArray().Sum(value => (int)value));
        using var backbone = BackboneTests.Create(new() { Weights = PretrainedFactAttribute.Path, OutputStride = 32, Classifier = true });
        backbone.eval();
        var logits = Predict(() => backbone.Classify(Goldens.ToTensor(image, backbone.Normalization))).ToFloats();
        var every = golden.GetProperty("every").GetInt32();
        var expected = golden.GetProperty("logits").Floats();
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], logits[i * every], LogitTolerance);
        Assert.Equal(golden.GetProperty("best").GetInt32(), Array.IndexOf(logits, logits.Max()));
    }

    [PretrainedFact]
    public void The_pretrained_file_is_recognised_as_folded_and_half_normalised()
    {
        using var backbone = BackboneTests.Create(new() { Weights = PretrainedFactAttribute.Path });
        Assert.True(backbone.Folded);
        Assert.Equal(Normalization.HalfHalf.Mean.ToArray(), backbone.Normalization.Mean.ToArray());
        Assert.Equal([24, 32, 96, 1280], backbone.Channels);
        var imageNet = new BackboneOptions { Weights = PretrainedFactAttribute.Path, Normalization = InputNormalization.ImageNet };
        using var forced = BackboneTests.Create(imageNet);
        Assert.Equal(Normalization.ImageNet.Mean.ToArray(), forced.Normalization.Mean.ToArray());
    }

    [Fact]
    public void Weights_with_trained_batch_norm_stay_unfolded_and_imagenet_normalised()
    {
        using var folder = new TemporaryFolder();
        using var source = BackboneTests.CreateByFormula(new() { Width = 0.25, Classifier = true });
        Safetensors.Write(folder["weights.safetensors"], StateLoading.StateOf(source));
        using var backbone = BackboneTests.Create(new() { Width = 0.25, Weights = folder["weights.safetensors"] });
        Assert.False(backbone.Folded);
        Assert.Equal(Normalization.ImageNet.Mean.ToArray(), backbone.Normalization.Mean.ToArray());
        AssertSameFeatures(source, backbone, 0);
    }

    [Fact]
    public void Identity_in_the_place_of_batch_norm_is_recognised()
    {
        using var folder = new TemporaryFolder();
        using var source = BackboneTests.CreateByFormula(new() { Width = 0.25 });
        using (no_grad())
        using (NewDisposeScope())
        {
            foreach (var (name, tensor) in StateLoading.StateOf(source))
            {
                if (name.EndsWith("running_mean", StringComparison.Ordinal))
                    tensor.zero_();
                else if (name.EndsWith("running_var", StringComparison.Ordinal))
                    tensor.fill_(1 - BatchNormLayer.Epsilon);
                else if (tensor.Dimensions == 1 && name.EndsWith("weight", StringComparison.Ordinal))
                    tensor.fill_(1);
            }
        }
        Safetensors.Write(folder["weights.safetensors"], StateLoading.StateOf(source));
        using var backbone = BackboneTests.Create(new() { Width = 0.25, Weights = folder["weights.safetensors"] });
        Assert.True(backbone.Folded);
        Assert.Equal(Normalization.HalfHalf.Mean.ToArray(), backbone.Normalization.Mean.ToArray());
        AssertSameFeatures(source, backbone, 5e-5); // As folding in general: weights rounded once more.
    }

    [Fact]
    public void A_file_that_this_library_wrote_folded_serves_as_weights()
    {
        using var folder = new TemporaryFolder();
        var options = new BackboneOptions { Architecture = "resnet18", Width = 0.25 };
        using var source = BackboneTests.CreateByFormula(options with { Normalization = InputNormalization.HalfHalf });
        source.FoldBatchNorm();
        NetworkWeights.Write(folder["weights.safetensors"], source);
        using var backbone = BackboneTests.Create(options with { Weights = folder["weights.safetensors"] });
        Assert.True(backbone.Folded);
        Assert.Equal(Normalization.HalfHalf.Mean.ToArray(), backbone.Normalization.Mean.ToArray());
        AssertSameFeatures(source, backbone, 0);
    }

    [Fact]
    public void Weights_of_another_network_are_refused_with_every_key_listed()
    {
        using var folder = new TemporaryFolder();
        using (var source = BackboneTests.Create(new() { Architecture = "resnet18", Width = 0.25 }))
        {
            var state = StateLoading.StateOf(source);
            state.Remove("layer1.0.conv1.weight");
            state.Remove("layer4.1.bn2.bias");
            using var wrong = zeros(3, 3);
            using var extra = zeros(1);
            state["layer2.0.conv1.weight"] = wrong;
            state["head.weight"] = extra;
            Safetensors.Write(folder["weights.safetensors"], state);
        }
        var error = Assert.Throws<InvalidDataException>(() =>
            BackboneTests.Create(new() { Architecture = "resnet18", Width = 0.25, Weights = folder["weights.safetensors"] }));
        Assert.Contains("Missing (2): layer1.0.conv1.weight, layer4.1.bn2.bias.", error.Message, StringComparison.Ordinal);
        Assert.Contains("Unexpected (1): head.weight.", error.Message, StringComparison.Ordinal);
        Assert.Contains("layer2.0.conv1.weight (expected [32,16,3,3], found [3,3])", error.Message, StringComparison.Ordinal);
        Assert.Contains(folder["weights.safetensors"], error.Message, StringComparison.Ordinal);
    }

    private static void AssertSameFeatures(Backbone expected, Backbone actual, double tolerance)
    {
        using var scope = NewDisposeScope();
        expected.eval();
        actual.eval();
        var input = Goldens.Input(1, 33);
        var difference = RelativeDifference(Predict(() => actual.LastFeatures(input)), Predict(() => expected.LastFeatures(input)));
        Assert.True(difference <= tolerance, $"{difference}");
    }
}

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("wsss-").FullName;

    internal string this[string file] => Path.Combine(_path, file);

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
