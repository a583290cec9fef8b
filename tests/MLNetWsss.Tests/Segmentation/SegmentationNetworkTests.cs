using MLNetWsss.Backbones;
using MLNetWsss.Segmentation;
using MLNetWsss.Tests.Backbones;
using MLNetWsss.Tests.Testing;
using TorchSharp;
using static TorchSharp.torch;
using static MLNetWsss.Tests.Backbones.Tensors;

namespace MLNetWsss.Tests.Segmentation;

public class SegmentationNetworkTests
{
    private static readonly BackboneOptions Small = new() { Width = 0.25 };

    /// <summary>Weights rounded once more by folding, through some seventy layers.</summary>
    private const double FoldedWeights = 5e-5;

    [Theory]
    [InlineData(32, true, 4, 17)]
    [InlineData(32, false, 4, 17)]
    [InlineData(0, true, 16, 5)]
    public void Logits_have_the_promised_resolution(int skip, bool separable, int stride, int side)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var head = new SegmentationHeadOptions { Channels = 16, SkipChannels = skip, Separable = separable };
        using var network = new SegmentationNetwork(Small, head, 3, generator);
        network.eval();
        var logits = Predict(() => network.call(Goldens.Input(2, 65)));
        Assert.Equal(stride, network.Stride);
        Assert.Equal([2, 3, side, side], logits.shape);
        Assert.Equal(ScalarType.Float32, logits.dtype);
    }

    [Fact]
    public void Folding_keeps_the_output()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        using var network = new SegmentationNetwork(Small, new() { Channels = 16 }, 3, generator);
        network.train();
        using (no_grad())
            network.call(Goldens.Input(4, 65)); // Moves the running statistics away from the identity.
        network.eval();
        var input = Goldens.Input(1, 65);
        var expected = Predict(() => network.call(input));
        network.FoldBatchNorm();
        Assert.True(network.Folded);
        var difference = RelativeDifference(Predict(() => network.call(input)), expected);
        Assert.True(difference < FoldedWeights, $"{difference}");
    }

    [Fact]
    public void Every_parameter_learns_and_a_few_steps_lower_the_loss()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        using var network = new SegmentationNetwork(Small with { OutputStride = 8 }, new() { Channels = 16, Dropout = 0 }, 2, generator);
        network.train();
        // Bright on the left, dark on the right, which is also what the labels say.
        static bool Left(long position) => position % 33 < 16;
        var input = Goldens.FromFormula([2, 3, 33, 33], i => (Left(i) ? 1 : -1) + 0.5 * Goldens.Uniform(0, i));
        var labels = Goldens.FromFormula([2, 33, 33], i => Left(i) ? 1 : 0).to(ScalarType.Int64);
        using var optimizer = optim.AdamW(network.parameters(), 1e-2);
        var losses = new List<float>();
        for (var step = 0; step < 12; step++)
        {
            using var inner = NewDisposeScope();
            optimizer.zero_grad();
            var loss = SegmentationLosses.CrossEntropy(network.call(input), labels);
            loss.backward();
            if (step == 0)
                foreach (var (name, parameter) in network.named_parameters())
                    Assert.True(parameter.grad is not null && parameter.grad.isfinite().all().item<bool>(), name);
            optimizer.step();
            losses.Add(loss.item<float>());
        }
        Assert.True(losses[^1] < 0.5 * losses[0], string.Join(" ", losses));
    }

    [Fact]
    public void Training_leaves_no_tensor_behind()
    {
        long live = LiveTensors.Settled();
        using (NewDisposeScope())
        {
            using var generator = new Generator(5);
            using var network = new SegmentationNetwork(Small, new() { Channels = 16 }, 3, generator);
            using var input = Goldens.Input(2, 33);
            var alone = LiveTensors.Count;
            network.call(input).Dispose();
            Predict(() => network.call(input)).Dispose();
            Assert.Equal(alone, LiveTensors.Count);
        }
        Assert.Equal(live, LiveTensors.Count);
    }

    [Fact]
    public void Cross_entropy_leaves_out_ignored_pixels()
    {
        using var scope = NewDisposeScope();
        // Two pixels, logits (2, 0) and (0, 7); the second is 255 and would cost log(1 + e^7).
        var logits = tensor(new float[] { 2, 0, 0, 7 }, [1, 2, 1, 2]);
        var labels = tensor(new long[] { 0, 255 }, [1, 1, 2]);
        Assert.Equal(0.126928, SegmentationLosses.CrossEntropy(logits, labels).item<float>(), 1e-6);
    }

    [Fact]
    public void Class_weights_weigh_pixels_by_their_label()
    {
        using var scope = NewDisposeScope();
        // Pixel 1: logits (2, 0), label 0, costs log(1 + e^-2) = 0.126928; pixel 2: logits (0, 0), label 1, costs log 2 = 0.693147.
        var logits = tensor(new float[] { 2, 0, 0, 0 }, [1, 2, 1, 2]);
        var labels = tensor(new long[] { 0, 1 }, [1, 1, 2]);
        // (1 x 0.126928 + 3 x 0.693147) / 4
        Assert.Equal(0.551592, SegmentationLosses.CrossEntropy(logits, labels, [1, 3]).item<float>(), 1e-6);
    }

    [Fact]
    public void A_batch_without_labels_costs_nothing_and_moves_nothing()
    {
        using var scope = NewDisposeScope();
        var logits = Goldens.Input(1, 4).with_requires_grad();
        var loss = SegmentationLosses.CrossEntropy(logits, full([1, 4, 4], 255, ScalarType.Int64));
        loss.backward();
        Assert.Equal(0, loss.item<float>());
        Assert.All(logits.grad!.ToFloats(), gradient => Assert.Equal(0, gradient));
    }

    [Fact]
    public void Logits_of_another_resolution_are_resized_to_the_labels()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new float[] { 2, 0 }, [1, 2, 1, 1]);
        Assert.Equal(0.126928, SegmentationLosses.CrossEntropy(logits, zeros([1, 5, 7], ScalarType.Int64)).item<float>(), 1e-6);
    }

    [Theory]
    [InlineData(new long[] { 60, 30, 10 }, new float[] { 1, 2, 6 })]
    [InlineData(new long[] { 90, 9, 1 }, new float[] { 1, 10, 10 })]
    [InlineData(new long[] { 5, 0 }, new float[] { 1, 1 })]
    public void Class_weights_grow_with_rarity_up_to_a_bound(long[] pixels, float[] expected) =>
        Assert.Equal(expected, SegmentationLosses.ClassWeights(pixels));

    [Fact]
    public void A_head_option_out_of_range_is_named()
    {
        foreach (var (head, option) in ((SegmentationHeadOptions, string)[])
            [(new() { Channels = 4 }, "Channels"), (new() { Dilations = [3, 0] }, "Dilations"), (new() { Dropout = 1 }, "Dropout")])
        {
            var error = Assert.Throws<ArgumentException>(head.Validate);
            Assert.Contains($"SegmentationHeadOptions.{option} is", error.Message, StringComparison.Ordinal);
        }
    }
}
