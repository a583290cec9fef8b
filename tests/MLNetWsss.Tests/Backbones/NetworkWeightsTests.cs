using MLNetWsss.Backbones;
using MLNetWsss.ClassActivation;
using MLNetWsss.Imaging;
using MLNetWsss.Segmentation;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Tests.Backbones;

public class NetworkWeightsTests
{
    private static readonly BackboneOptions Small = new() { Width = 0.25 };

    [Theory]
    [InlineData("mobilenet_v2", false)]
    [InlineData("mobilenet_v2", true)]
    [InlineData("resnet38", false)]
    [InlineData("resnet38", true)]
    public void A_restored_network_predicts_the_same_bits(string architecture, bool folded)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var plain = Small with { Architecture = architecture };
        using var saved = new SegmentationNetwork(
            plain with { Normalization = InputNormalization.HalfHalf }, new() { Channels = 16 }, 3, generator);
        if (folded)
            saved.FoldBatchNorm();
        using var restored = new SegmentationNetwork(plain, new() { Channels = 16 }, 3, generator);
        NetworkWeights.Read(new MemoryStream(Bytes(saved)), restored);
        Assert.Equal(folded, restored.Folded);
        Assert.Same(Normalization.HalfHalf, restored.backbone.Normalization);
        saved.eval();
        restored.eval();
        var input = Goldens.Input(1, 33);
        Assert.Equal(Tensors.Predict(() => saved.call(input)).ToFloats(), Tensors.Predict(() => restored.call(input)).ToFloats());
        Assert.Equal(Bytes(saved), Bytes(restored));
    }

    [Fact]
    public void Only_the_parts_that_were_folded_are_folded_again()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var saved = new SegmentationNetwork(Small, new() { Channels = 16 }, 3, generator);
        saved.backbone.FoldBatchNorm();
        using var restored = new SegmentationNetwork(Small, new() { Channels = 16 }, 3, generator);
        NetworkWeights.Read(new MemoryStream(Bytes(saved)), restored);
        Assert.True(restored.backbone.Folded);
        Assert.False(restored.Folded);
    }

    [Fact]
    public void Weights_of_a_network_with_other_classes_are_refused_and_change_nothing()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var saved = new ClassActivationNetwork(Small, 3, generator);
        using var other = new ClassActivationNetwork(Small, 4, generator);
        var before = Bytes(other);
        var error = Assert.Throws<InvalidDataException>(() => NetworkWeights.Read(new MemoryStream(Bytes(saved)), other));
        Assert.Contains("classifier.weight (expected [4,1280,1,1], found [3,1280,1,1])", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Bytes(other));
    }

    private static byte[] Bytes(nn.Module network)
    {
        using var stream = new MemoryStream();
        NetworkWeights.Write(stream, network);
        return stream.ToArray();
    }
}
