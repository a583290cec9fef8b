using Standins.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Standins.Tests.Modules;

public sealed class ImageFunctionTests : TorchTest
{
    private readonly Tensor _x = Floats(1, 2, 3, 4).reshape(1, 1, 2, 2);

    [Fact]
    public void Bilinear_interpolation_with_and_without_aligned_corners()
    {
        AssertElements(F.interpolate(_x, [3, 3], mode: InterpolationMode.Bilinear, align_corners: true), 1, 1.5, 2, 2, 2.5, 3, 3, 3.5, 4);
        // Half-pixel centres: the first row of 4 samples the source at -0.25, 0.25, 0.75, 1.25, clamped at the border.
        AssertElements(F.interpolate(_x, [4, 4], mode: InterpolationMode.Bilinear, align_corners: false)[0, 0, 0], 1, 1.25, 1.75, 2);
    }

    [Fact]
    public void Nearest_area_and_cubic_interpolation()
    {
        AssertElements(F.interpolate(_x, scale_factor: [2, 2])[0, 0, 0], 1, 1, 2, 2);
        AssertElements(F.interpolate(_x, [1, 1], mode: InterpolationMode.Area), 2.5);
        AssertShape(F.interpolate(_x, [5, 7], mode: InterpolationMode.Bicubic), 1, 1, 5, 7);
        var larger = F.interpolate(_x, scale_factor: [1.5, 1.5], mode: InterpolationMode.Bilinear, recompute_scale_factor: true);
        AssertShape(larger, 1, 1, 3, 3);
        AssertShape(Upsample(scale_factor: [2, 2], mode: UpsampleMode.Bilinear).call(_x), 1, 1, 4, 4);
    }

    [Fact]
    public void The_identity_grid_samples_the_image_itself()
    {
        var grid = F.affine_grid(Floats(1, 0, 0, 0, 1, 0).reshape(1, 2, 3), [1, 1, 2, 2], false);
        AssertSame(_x, F.grid_sample(_x, grid));
    }

    [Fact]
    public void Samples_outside_are_zero_or_the_border()
    {
        var outside = Floats(5, 0).reshape(1, 1, 1, 2);
        AssertNumber(0, F.grid_sample(_x, outside));
        // Between 2 and 4 on the right edge.
        AssertNumber(3, F.grid_sample(_x, outside, padding_mode: GridSamplePaddingMode.Border));
        AssertNumber(4, F.grid_sample(_x, Floats(.4f, .4f).reshape(1, 1, 1, 2), GridSampleMode.Nearest));
    }

    [Fact]
    public void Padding_of_every_side()
    {
        AssertShape(F.pad(_x, (1, 2, 3, 4), value: 9), 1, 1, 9, 5);
        AssertElements(F.pad(_x, [1, 0, 0, 0], PaddingModes.Replicate), 1, 1, 2, 3, 3, 4);
        AssertElements(F.pad(_x, [0, 1], PaddingModes.Constant, 9), 1, 2, 9, 3, 4, 9);
    }

    [Fact]
    public void Channels_shuffle_into_pixels()
    {
        AssertElements(PixelShuffle(2).call(Floats(1, 2, 3, 4).reshape(1, 4, 1, 1)), 1, 2, 3, 4);
        AssertElements(F.one_hot(Longs(2, 0), 3), 0, 0, 1, 1, 0, 0);
        AssertShape(Flatten().call(randn(2, 3, 4)), 2, 12);
        AssertShape(Unflatten(1, [3, 4]).call(randn(2, 12)), 2, 3, 4);
    }
}
