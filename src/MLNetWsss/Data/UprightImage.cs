using MLNetWsss.Imaging;

namespace MLNetWsss.Data;

/// <summary>Turns a photo as its EXIF orientation asks.</summary>
internal static class UprightImage
{
    /// <summary>H x W pixels and an orientation 1 to 8 (EXIF 2.3, section 4.6.4 A, tag 274) -> the photo upright.</summary>
    internal static RgbImage Upright(this RgbImage image, int orientation)
    {
        if (orientation is < 2 or > 8)
            return image;
        // From 5 on rows and columns change places.
        bool swap = orientation >= 5;
        var (height, width) = swap ? (image.Width, image.Height) : (image.Height, image.Width);
        var source = image.Pixels;
        var pixels = new byte[source.Length];
        for (int y = 0, at = 0; y < height; y++)
            for (int x = 0; x < width; x++, at += 3)
            {
                var (row, column) = swap ? (x, y) : (y, x);
                if (orientation is 3 or 4 or 6 or 7)
                    row = image.Height - 1 - row;
                if (orientation is 2 or 3 or 7 or 8)
                    column = image.Width - 1 - column;
                source.Slice((row * image.Width + column) * 3, 3).CopyTo(pixels.AsSpan(at, 3));
            }
        return new RgbImage(height, width, pixels);
    }
}
