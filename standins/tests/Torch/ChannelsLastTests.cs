using TorchSharp;
using static TorchSharp.torch;

namespace Standins.Tests.Torch;

/// <summary>Memory format is only strides: [N,C,H,W] over memory in the order N, H, W, C.</summary>
public sealed class ChannelsLastTests : TorchTest
{
    // Sums of 27 products in another order.
    private const double ReorderingTolerance = 1e-4;

    private readonly Tensor _x = randn(2, 3, 4, 5);
    private readonly Tensor _last;

    public ChannelsLastTests() => _last = ChannelsLast(_x);

    [Fact]
    public void Values_stay_where_they_were()
    {
        Assert.Equal([60L, 1, 15, 3], _last.stride());
        Assert.False(_last.is_contiguous());
        Assert.True(_last.equal(_x).all().ToBoolean());
    }

    [Fact]
    public void Convolutions_agree_and_keep_the_format()
    {
        var weight = randn(6, 3, 3, 3);
        var plain = nn.functional.conv2d(_x, weight);
        var last = nn.functional.conv2d(_last, weight);

        AssertSame(plain, last, ReorderingTolerance);
        Assert.Equal(1, last.stride(1));
        AssertSame(plain, nn.functional.conv2d(_last, ChannelsLast(weight)), ReorderingTolerance);
    }

    [Fact]
    public void Depthwise_convolutions_and_pooling_agree()
    {
        var weight = randn(3, 1, 3, 3);

        AssertSame(nn.functional.conv2d(_x, weight, padding: [1, 1], groups: 3),
            nn.functional.conv2d(_last, ChannelsLast(weight), padding: [1, 1], groups: 3), ReorderingTolerance);
        AssertSame(nn.functional.max_pool2d(_x, 2), nn.functional.max_pool2d(_last, 2));
        AssertSame(nn.functional.adaptive_avg_pool2d(_x, 1), nn.functional.adaptive_avg_pool2d(_last, 1));
    }

    [Fact]
    public void Gradients_agree()
    {
        var weight = randn(6, 3, 3, 3).requires_grad_();
        var plain = autograd.grad([nn.functional.conv2d(_x, weight).pow(2).sum()], [weight])[0];
        var last = autograd.grad([nn.functional.conv2d(_last, ChannelsLast(weight)).pow(2).sum()], [weight])[0];

        // Gradients sum 12 squares' derivatives of size about 10.
        AssertSame(plain, last, 1e-3);
    }

    private static Tensor ChannelsLast(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
