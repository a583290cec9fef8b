using MLNetWsss.Backbones;
using MLNetWsss.PairwiseAffinity;
using MLNetWsss.Tests.Backbones;
using MLNetWsss.Tests.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Tests.PairwiseAffinity;

public sealed class PairwiseAffinityNetworkTests
{
    private static readonly AffinityHeadOptions Small = new() { TapChannels = [8, 8, 16, 16], Channels = 12, DisplacementChannels = 16 };

    [Theory]
    [InlineData("mobilenet_v2", 8)]
    [InlineData("mobilenet_v2", 4)]
    [InlineData("resnet18", 8)]
    [InlineData("resnet38", 8)]
    [InlineData("resnet50", 4)]
    public void Features_and_borders_come_on_the_heads_grid(string architecture, int stride)
    {
        using var generator = new Generator(1, CPU);
        var backbone = new BackboneOptions { Architecture = architecture, Width = 0.25 };
        foreach (var mode in Enum.GetValues<AffinityMode>())
        {
            using var network = new PairwiseAffinityNetwork(backbone, Small with { Stride = stride }, mode, generator);
            using var scope = NewDisposeScope();
            var (output, displacements) = network.OutputAndDisplacements(rand([2, 3, 49, 33], generator: generator));
            long height = 48 / stride + 1, width = 32 / stride + 1;
            Assert.Equal([2, mode == AffinityMode.Psa ? 12 : 1, height, width], output.shape);
            if (mode == AffinityMode.Psa)
                Assert.Null(displacements);
            else
                Assert.Equal([2, 2, height, width], displacements!.shape);
        }
    }

    [Fact]
    public void A_tap_without_channels_and_a_missing_branch_are_left_out()
    {
        using var generator = new Generator(1, CPU);
        var backbone = new BackboneOptions { Architecture = "resnet18", Width = 0.25 };
        using var network = new PairwiseAffinityNetwork(
            backbone, Small with { TapChannels = [0, 8, 0, 8], DisplacementChannels = 0 }, AffinityMode.Irn, generator);
        Assert.DoesNotContain(network.named_parameters(), p => p.name.Contains("displacement") || p.name.Contains("convolution0"));
        using var scope = NewDisposeScope();
        Assert.Null(network.OutputAndDisplacements(zeros([1, 3, 33, 33])).Displacements);
    }

    [Fact]
    public void A_forward_pass_leaves_its_result_alone()
    {
        using var generator = new Generator(1, CPU);
        using var network = new PairwiseAffinityNetwork(new() { Width = 0.25 }, Small, AffinityMode.Irn, generator);
        network.eval();
        network.FoldBatchNorm();
        using var input = zeros([1, 3, 33, 33]);
        network.call(input).Dispose();
        long live = LiveTensors.Settled();
        using (no_grad())
        {
            var output = network.call(input);
            Assert.Equal(live + 1, LiveTensors.Count);
            output.Dispose();
        }
        Assert.Equal(live, LiveTensors.Count);
    }

    [Fact]
    public void Head_options_out_of_range_are_refused_by_name()
    {
        foreach (var (name, options) in new (string, AffinityHeadOptions)[]
        {
            ("TapChannels", new() { TapChannels = [8, 8] }), ("TapChannels", new() { TapChannels = [-8, 8, 8, 8] }),
            ("TapChannels", new() { TapChannels = [0, 0, 0, 0] }), ("Channels", new() { Channels = -1 }),
            ("DisplacementChannels", new() { DisplacementChannels = 20 }), ("Stride", new() { Stride = 16 })
        })
            Assert.Contains(name, Assert.Throws<ArgumentException>(options.Validate).Message);
    }
}
