using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms.Image;

/// <summary>The type of a column of images, of one size or of any.</summary>
public sealed class ImageDataViewType : StructuredDataViewType
{
    private const int MostPixels = int.MaxValue / MLImage.BytesPerPixel;

    /// <summary>Rows of every image, or 0 where images may differ.</summary>
    public readonly int Height;

    /// <summary>Columns of every image, or 0 where images may differ.</summary>
    public readonly int Width;

    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or the image would have 2^29 pixels or more.</exception>
    public ImageDataViewType(int height, int width)
        : base(typeof(MLImage))
    {
        if (!CanHave(height, width))
            throw new ArgumentOutOfRangeException(nameof(height),
                $"Expected a positive height and width and at most {MostPixels} pixels, found {height} x {width}. " +
                "For images of any size use the constructor without parameters.");
        Height = height;
        Width = width;
    }

    /// <summary>Images of any size.</summary>
    public ImageDataViewType()
        : base(typeof(MLImage))
    {
    }

    internal bool HasSize => Height > 0;

    internal static bool CanHave(int height, int width) => height > 0 && width > 0 && (long)height * width <= MostPixels;

    public override bool Equals(DataViewType other) => other is ImageDataViewType image && image.Height == Height && image.Width == Width;

    public override int GetHashCode() => HashCode.Combine(Height, Width);

    public override string ToString() => HasSize ? $"Image<{Height}, {Width}>" : "Image";
}
