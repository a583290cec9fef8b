using TorchSharp;
using static TorchSharp.torch;

namespace Standins.Tests.Torch;

public sealed class ConversionTests : TorchTest
{
    // Exact in bfloat16, which keeps 8 bits of mantissa.
    private readonly Tensor _x = Floats(1.5f, -2.25f);

    // Half a unit in the last place of the 8 significant bits of bfloat16, relative: 2^-8.
    private const double BFloat16Rounding = 1.0 / 256;

    [Fact]
    public void BFloat16_keeps_short_fractions_and_rounds_the_rest()
    {
        var half = _x.to(ScalarType.BFloat16);

        Assert.Equal(ScalarType.BFloat16, half.dtype);
        Assert.Equal(2, half.ElementSize);
        AssertNear(half.to(ScalarType.Float32), 0, 1.5, -2.25);
        Assert.Equal(1.5f, half[0].ToSingle());

        var third = Floats(1f / 3).to(ScalarType.BFloat16).ToSingle();
        Assert.NotEqual(1f / 3, third);
        Assert.Equal(1.0 / 3, third, BFloat16Rounding / 3);
    }

    [Fact]
    public void BFloat16_matrices_multiply_and_convolve()
    {
        var a = randn(8, 16);
        var b = randn(16, 8);
        // 16 products of values near 1, each rounded to 8 bits.
        const double tolerance = 16 * BFloat16Rounding;

        AssertSame(a.matmul(b), a.to(ScalarType.BFloat16).matmul(b.to(ScalarType.BFloat16)).to(ScalarType.Float32), tolerance);
        var image = randn(1, 4, 6, 6);
        var weight = randn(3, 4, 1, 1);
        AssertSame(nn.functional.conv2d(image, weight),
            nn.functional.conv2d(image.to(ScalarType.BFloat16), weight.to(ScalarType.BFloat16)).to(ScalarType.Float32), tolerance);
    }

    [Fact]
    public void BFloat16_operands_keep_float32_gradients()
    {
        var x = Floats(1, 2, 3).requires_grad_();
        (x.to(ScalarType.BFloat16) * 2).sum().backward();

        Assert.Equal(ScalarType.Float32, x.grad.dtype);
        AssertElements(x.grad, 2, 2, 2);
    }

    [Fact]
    public void Half_precision_keeps_short_fractions()
    {
        Assert.Equal(ScalarType.Float16, _x.half().dtype);
        AssertNear(_x.half(), 0, 1.5, -2.25);
        Assert.Equal((Half)1.5, _x.half()[0].item<Half>());
    }

    [Fact]
    public void Integers_are_cut_off_toward_zero()
    {
        AssertElements(_x.@long(), 1, -2);
        Assert.Equal(ScalarType.Int32, _x.@int().dtype);
        Assert.Equal((byte)200, tensor((byte)200).item<byte>());
    }

    [Fact]
    public void Conversion_to_the_same_type_shares_memory()
    {
        var same = _x.to(ScalarType.Float32);
        same[0] = tensor(8f);
        AssertNumber(8, _x[0]);

        // Yet it is a handle of its own: a caller may dispose of what it was given.
        Assert.NotSame(_x, same);
        same.Dispose();
        Assert.False(_x.IsInvalid);
    }

    [Fact]
    public void Type_as_and_is_floating_point()
    {
        Assert.Equal(ScalarType.Int64, _x.type_as(Longs(1)).dtype);
        Assert.True(_x.is_floating_point());
        Assert.False(Longs(1).is_floating_point());
        Assert.True(_x.to(ScalarType.BFloat16).is_floating_point());
    }
}
