namespace MLNetWsss.Imaging;

/// <summary>How a training crop is cut out of an image.</summary>
public enum CropMode
{
    /// <summary>A rectangle of random area and aspect ratio inside the image, stretched to the square crop. Much of the image is in view
    /// whatever its size, and nothing is padded.</summary>
    RandomResizedCrop,

    /// <summary>The image is scaled by a random factor, shape kept, and a square of the crop's size is cut from it, padded where the
    /// image is smaller. Objects keep their shape: what most papers train segmentation with.</summary>
    ScaleCrop,
}

/// <summary>Random changes to training images. The same geometry applies to an image and everything aligned with it.</summary>
public sealed record AugmentationOptions
{
    /// <summary>Side of the square crop in pixels, 257 by default: 16 x 16 + 1, so that features of stride 16 align with the
    /// corners.</summary>
    public int CropSize { get; init; } = 257;

    /// <summary>How the crop is cut.</summary>
    public CropMode Mode { get; init; } = CropMode.RandomResizedCrop;

    /// <summary><see cref="CropMode.RandomResizedCrop"/>: smallest share of the image's area, above 0 and at most 1. Default 0.4.</summary>
    public double AreaMin { get; init; } = 0.4;

    /// <summary><see cref="CropMode.RandomResizedCrop"/>: largest share of the image's area, at most 1. Default 1.</summary>
    public double AreaMax { get; init; } = 1;

    /// <summary><see cref="CropMode.RandomResizedCrop"/>: the rectangle's width : height is drawn log-uniformly from 1 / this to this; at
    /// least 1. Default 4/3, the custom of Inception-style training (Szegedy et al. 2015, section 6). A side that would leave the image
    /// is cut to it.</summary>
    public double AspectRatio { get; init; } = 4.0 / 3;

    /// <summary><see cref="CropMode.ScaleCrop"/>: smallest scaling factor, in crop pixels per image pixel, above 0. Default 0.5.</summary>
    public double ScaleMin { get; init; } = 0.5;

    /// <summary><see cref="CropMode.ScaleCrop"/>: largest scaling factor, in crop pixels per image pixel. Default 1. With 257-pixel crops
    /// of 500-pixel photographs, 0.5 to 1 shows as much of the image as DeepLab's usual 1 to 2 do with crops of 513.</summary>
    public double ScaleMax { get; init; } = 1;

    /// <summary>Mirror every other crop at random. Default on.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>Brightness, contrast and saturation are each multiplied by a factor drawn from 1 - this to 1 + this; within 0..1. Default
    /// 0.2.</summary>
    public double ColorJitter { get; init; } = 0.2;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">The message names the option, its value and what is allowed.</exception>
    public void Validate()
    {
        Require(CropSize >= 1, nameof(CropSize), CropSize, "at least 1 pixel");
        Require(Enum.IsDefined(Mode), nameof(Mode), Mode, "RandomResizedCrop or ScaleCrop");
        Require(AreaMin > 0 && AreaMin <= AreaMax, nameof(AreaMin), AreaMin, $"above 0 and at most {nameof(AreaMax)}, {AreaMax}");
        Require(AreaMax <= 1, nameof(AreaMax), AreaMax, "at most 1, the whole image");
        Require(AspectRatio >= 1 && double.IsFinite(AspectRatio), nameof(AspectRatio), AspectRatio, "at least 1 and finite");
        Require(ScaleMin > 0 && ScaleMin <= ScaleMax, nameof(ScaleMin), ScaleMin, $"above 0 and at most {nameof(ScaleMax)}, {ScaleMax}");
        Require(double.IsFinite(ScaleMax), nameof(ScaleMax), ScaleMax, "finite");
        Require(ColorJitter is >= 0 and <= 1, nameof(ColorJitter), ColorJitter, "within 0..1; 0 turns it off");
    }

    private static void Require(bool holds, string option, object value, string allowed)
    {
        if (!holds)
            throw new ArgumentException($"{nameof(AugmentationOptions)}.{option} is {value}, but must be {allowed}.", option);
    }
}
