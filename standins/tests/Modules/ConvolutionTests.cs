using Standins.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Standins.Tests.Modules;

public sealed class ConvolutionTests : TorchTest
{
    private readonly Tensor _x = randn(2, 4, 9, 9);

    [Fact]
    public void A_convolution_by_hand()
    {
        var x = Floats(1, 2, 3, 4).reshape(1, 1, 2, 2);
        var weight = Floats(1, 0, 0, -1).reshape(1, 1, 2, 2);
        AssertNumber(1 - 4 + 10, F.conv2d(x, weight, Floats(10)));
    }

    [Fact]
    public void Output_sizes_follow_stride_padding_dilation_and_groups()
    {
        AssertShape(Conv2d(4, 4, 3, 2, 1, groups: 4).call(_x), 2, 4, 5, 5);
        AssertShape(Conv2d(4, 6, 3, padding: 2, dilation: 2, bias: false).call(_x), 2, 6, 9, 9);
        AssertShape(Conv2d(4, 6, (3, 1), (1, 2), (1, 0)).call(_x), 2, 6, 9, 5);
        AssertShape(Conv2d(4, 6, 4, Padding.Same).call(_x), 2, 6, 9, 9);
        AssertShape(Conv2d(4, 6, 3, Padding.Same, dilation: 2).call(_x), 2, 6, 9, 9);
        AssertShape(Conv2d(4, 3, 1).call(_x[0]), 3, 9, 9);
        AssertShape(Conv1d(4, 2, 3).call(randn(1, 4, 7)), 1, 2, 5);
        AssertShape(Conv3d(1, 2, 2).call(randn([1, 1, 3, 3, 3])), 1, 2, 2, 2, 2);
    }

    [Fact]
    public void Transposed_convolutions_grow()
    {
        AssertShape(ConvTranspose2d(4, 3, 2, 2).call(_x), 2, 3, 18, 18);
        AssertShape(ConvTranspose2d(4, 2, 3, 2, 1, 1, groups: 2).call(_x), 2, 2, 18, 18);
    }

    [Fact]
    public void Reflection_is_padding_before_the_convolution()
    {
        var layer = Conv2d(4, 2, 3, padding: 1, padding_mode: PaddingModes.Reflect);
        AssertSame(F.conv2d(F.pad(_x, (1, 1, 1, 1), PaddingModes.Reflect), layer.weight, layer.bias), layer.call(_x));
    }

    [Fact]
    public void The_wrong_number_of_channels_is_refused() =>
        Assert.Throws<ArgumentException>(() => Conv2d(3, 3, 1).call(_x));

    [Fact]
    public void Initial_weights_fill_the_interval_of_their_fan_in()
    {
        // Kaiming uniform with a = sqrt 5: bound 1 / sqrt(fan in), here 100 channels of 3x3.
        double bound = 1 / Math.Sqrt(900);
        double largest = Conv2d(100, 8, 3).weight.abs().max().ToDouble();
        Assert.InRange(largest, .95 * bound, bound * (1 + Rounding));
    }

    [Fact]
    public void Unfold_and_fold_are_reverses_where_patches_do_not_overlap()
    {
        var x = Floats(1, 2, 3, 4).reshape(1, 1, 2, 2);
        AssertElements(F.unfold(x, 2), 1, 2, 3, 4);
        AssertElements(F.fold(F.unfold(x, 2), 2, 2), 1, 2, 3, 4);
        AssertShape(F.unfold(x, (3, 3), padding: (1, 1)), 1, 9, 4);
        // Every pixel is part of all four 3x3 patches.
        AssertElements(F.fold(F.unfold(x, 3, padding: 1), 2, 3, padding: 1), 4, 8, 12, 16);
    }

    [Fact]
    public void Linear_layers_multiply_by_the_transposed_weight()
    {
        var layer = Linear(3, 2);
        var x = randn(5, 3);
        AssertSame(x.matmul(layer.weight.t()) + layer.bias, layer.call(x));
        Assert.Null(Linear(3, 2, false).bias);
    }

    [Fact]
    public void An_embedding_looks_rows_up()
    {
        var embedding = Embedding(10, 4, padding_idx: 0);
        AssertElements(embedding.call(Longs(0)), 0, 0, 0, 0);
        AssertSame(embedding.weight[3], embedding.call(Longs(3))[0]);
        Assert.False(Embedding_from_pretrained(randn(3, 2)).weight.requires_grad);
    }
}
