namespace MLNetWsss.Imaging;

/// <summary>Pictures side by side, for people who would rather look than read.</summary>
public static class Panels
{
    private const byte Paper = 255;

    /// <summary>
    /// Rows of images on white. Every image of a column is drawn at the column's width, every image of a row at the row's height; smaller
    /// ones are centred.
    /// </summary>
    /// <param name="rows">Images, row by row.</param>
    /// <param name="gap">White pixels between and around, >= 0.</param>
    /// <exception cref="ArgumentException">There are no images.</exception>
    public static RgbImage Grid(IReadOnlyList<IReadOnlyList<RgbImage>> rows, int gap = 6)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(gap);
        if (rows.Count == 0 || rows.Any(r => r.Count == 0))
            throw new ArgumentException("Expected at least one image in each of at least one row.", nameof(rows));
        int[] heights = [.. rows.Select(r => r.Max(i => i.Height))];
        int[] widths = [.. Enumerable.Range(0, rows.Max(r => r.Count)).Select(c => rows.Where(r => r.Count > c).Max(r => r[c].Width))];
        int height = heights.Sum() + gap * (heights.Length + 1), width = widths.Sum() + gap * (widths.Length + 1);
        var pixels = new byte[height * width * 3];
        pixels.AsSpan().Fill(Paper);
        for (int r = 0, top = gap; r < rows.Count; top += heights[r++] + gap)
            for (int c = 0, left = gap; c < rows[r].Count; left += widths[c++] + gap)
                Draw(rows[r][c], top + (heights[r] - rows[r][c].Height) / 2, left + (widths[c] - rows[r][c].Width) / 2, pixels, width);
        return new RgbImage(height, width, pixels);
    }

    /// <summary>K x h x w maps in [0, 1] over their photo: each class in its colour, label k + 1 of the palette, as strong as its score.</summary>
    public static RgbImage Maps(ScoreMaps maps, RgbImage image, Palette palette)
    {
        var full = maps.Resize(image.Height, image.Width);
        byte[] pixels = image.Pixels.ToArray();
        for (int i = 0; i < image.Height * image.Width; i++)
        {
            int best = 0;
            for (int k = 1; k < full.Classes; k++)
                if (full.Class(k)[i] > full.Class(best)[i])
                    best = k;
            float weight = Math.Clamp(full.Class(best)[i], 0, 1);
            var (r, g, b) = palette[best + 1];
            Span<byte> pixel = pixels.AsSpan(i * 3, 3);
            float grey = 0.5f * (0.299f * pixel[0] + 0.587f * pixel[1] + 0.114f * pixel[2]);
            (pixel[0], pixel[1], pixel[2]) = (Mix(grey, r, weight), Mix(grey, g, weight), Mix(grey, b, weight));
        }
        return new RgbImage(image.Height, image.Width, pixels);
    }

    private static byte Mix(float from, byte to, float weight) => (byte)Math.Clamp(from + (to - from) * weight, 0, 255);

    private static void Draw(RgbImage image, int top, int left, byte[] pixels, int width)
    {
        for (int y = 0; y < image.Height; y++)
            image.Pixels.Slice(y * image.Width * 3, image.Width * 3).CopyTo(pixels.AsSpan(((top + y) * width + left) * 3));
    }
}
