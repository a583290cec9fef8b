using Standins.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Standins.Tests.Modules;

public sealed class PoolingTests : TorchTest
{
    // 1 .. 16 in four rows.
    private readonly Tensor _x = Counting(1, 1, 4, 4);

    [Fact]
    public void The_largest_under_the_window()
    {
        AssertElements(MaxPool2d(2).call(_x), 6, 8, 14, 16);
        AssertElements(MaxPool2d(3, 2, 1).call(_x), 6, 8, 14, 16);
        AssertElements(AdaptiveMaxPool2d([1, 1]).call(_x), 16);
        AssertNumber(2, F.max_pool1d(_x[0], 2)[0, 0, 0]);
    }

    [Fact]
    public void Places_of_the_largest_lead_back()
    {
        var (values, indices) = MaxPool2d(2).forward_with_indices(_x);
        AssertElements(indices, 5, 7, 13, 15);
        AssertElements(F.max_unpool2d(values, indices, [4, 4]), 0, 0, 0, 0, 0, 6, 0, 8, 0, 0, 0, 0, 0, 14, 0, 16);
    }

    [Fact]
    public void The_mean_under_the_window()
    {
        AssertElements(AvgPool2d(2).call(_x), 3.5, 5.5, 11.5, 13.5);
        AssertElements(AdaptiveAvgPool2d(1).call(_x), 8.5);
        AssertNumber(1.5, AvgPool1d(2).call(_x[0])[0, 0, 0]);
    }

    [Fact]
    public void Padding_counts_in_the_mean_unless_told_otherwise()
    {
        AssertNumber(.25, AvgPool2d(2, 2, 1).call(_x)[0, 0, 0, 0]);
        AssertNumber(1, AvgPool2d(2, 2, 1, count_include_pad: false).call(_x)[0, 0, 0, 0]);
        AssertNumber(14, AvgPool2d(2, divisor_override: 1).call(_x)[0, 0, 0, 0]);
    }

    [Fact]
    public void Ceil_mode_keeps_the_last_partial_window()
    {
        AssertShape(MaxPool2d(3, 2).call(_x), 1, 1, 1, 1);
        AssertShape(MaxPool2d(3, 2, ceilMode: true).call(_x), 1, 1, 2, 2);
    }
}
