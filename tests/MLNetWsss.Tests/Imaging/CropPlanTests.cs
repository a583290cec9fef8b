using MLNetWsss.Imaging;
using Xunit;

namespace MLNetWsss.Tests.Imaging;

/// <summary>Which crops are drawn.</summary>
public sealed class CropPlanTests
{
    private const int Height = 40, Width = 56;

    [Fact]
    public void Resized_crops_stay_inside_the_image_and_within_the_area_asked_for()
    {
        var options = new AugmentationOptions { AreaMin = 0.25, AreaMax = 0.5, AspectRatio = 1.2 };
        for (var seed = 0; seed < 100; seed++)
        {
            var plan = CropPlan.Create(Height, Width, options, new Random(seed));
            Assert.InRange(plan.Top, 0, Height - plan.BoxHeight);
            Assert.InRange(plan.Left, 0, Width - plan.BoxWidth);
            Assert.InRange(plan.BoxHeight * plan.BoxWidth / (Height * Width), 0.25 - 1e-9, 0.5 + 1e-9);
            Assert.InRange(plan.BoxWidth / plan.BoxHeight, 1 / 1.2 - 1e-9, 1.2 + 1e-9);
        }
    }

    [Fact]
    public void Turning_an_option_off_does_not_shift_the_others()
    {
        var with = CropPlan.Create(Height, Width, new() { CropSize = 9 }, new Random(3));
        var without = CropPlan.Create(Height, Width, new() { CropSize = 9, Flip = false, ColorJitter = 0 }, new Random(3));

        Assert.Equal(with with { Flip = false, Brightness = 1, Contrast = 1, Saturation = 1 }, without);
    }

    [Fact]
    public void Half_of_the_crops_are_mirrored()
    {
        var random = new Random(4);
        var mirrored = Enumerable.Range(0, 1000).Count(_ => CropPlan.Create(8, 8, new(), random).Flip);

        // 500 expected with a deviation of 16; five deviations.
        Assert.InRange(mirrored, 420, 580);
    }

    [Theory]
    [InlineData(nameof(AugmentationOptions.CropSize))]
    [InlineData(nameof(AugmentationOptions.AreaMin))]
    [InlineData(nameof(AugmentationOptions.AreaMax))]
    [InlineData(nameof(AugmentationOptions.AspectRatio))]
    [InlineData(nameof(AugmentationOptions.ScaleMin))]
    [InlineData(nameof(AugmentationOptions.ColorJitter))]
    [InlineData(nameof(AugmentationOptions.Mode))]
    public void An_option_out_of_range_is_named(string option)
    {
        AugmentationOptions options = option switch
        {
            nameof(AugmentationOptions.CropSize) => new() { CropSize = 0 },
            nameof(AugmentationOptions.AreaMin) => new() { AreaMin = 0 },
            nameof(AugmentationOptions.AreaMax) => new() { AreaMax = 1.5 },
            nameof(AugmentationOptions.AspectRatio) => new() { AspectRatio = 0.5 },
            nameof(AugmentationOptions.ScaleMin) => new() { ScaleMin = 2, ScaleMax = 1 },
            nameof(AugmentationOptions.ColorJitter) => new() { ColorJitter = double.NaN },
            _ => new() { Mode = (CropMode)9 },
        };

        Assert.Contains(option, Assert.Throws<ArgumentException>(options.Validate).Message);
    }

    [Fact]
    public void The_defaults_are_valid() => new AugmentationOptions().Validate();
}
