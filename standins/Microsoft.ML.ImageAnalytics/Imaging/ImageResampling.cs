namespace Microsoft.ML.Data;

/// <summary>Images to images of another size, and to grey.</summary>
internal static class ImageResampling
{
    /// <summary>
    /// The part (left, top, width, height) of <paramref name="image"/>, in its pixels, stretched over all of <paramref name="target"/>
    /// pixels at (x, y); the rest of the result is transparent. Each target pixel averages what it covers, weighted by a triangle at
    /// least one source pixel wide on either side, so that shrinking does not alias.
    /// </summary>
    public static MLImage Place(MLImage image, (double Left, double Top, double Width, double Height) part,
        (int X, int Y, int Width, int Height) target, int width, int height)
    {
        ReadOnlySpan<byte> from = image.Pixels;
        Weights columns = new(target.Width, part.Left, part.Width, image.Width);
        Weights rows = new(target.Height, part.Top, part.Height, image.Height);
        int stride = target.Width * MLImage.BytesPerPixel;
        var narrowed = new float[image.Height * stride];
        for (int y = 0; y < image.Height; y++)
        {
            for (int x = 0; x < target.Width; x++)
            {
                for (int c = 0; c < MLImage.BytesPerPixel; c++)
                {
                    float sum = 0;
                    int at = (y * image.Width + columns.First[x]) * MLImage.BytesPerPixel + c;
                    foreach (float weight in columns.Of(x))
                    {
                        sum += weight * from[at];
                        at += MLImage.BytesPerPixel;
                    }
                    narrowed[y * stride + x * MLImage.BytesPerPixel + c] = sum;
                }
            }
        }
        var pixels = new byte[width * height * MLImage.BytesPerPixel];
        for (int y = 0; y < target.Height; y++)
        {
            Span<byte> to = pixels.AsSpan(((target.Y + y) * width + target.X) * MLImage.BytesPerPixel, stride);
            for (int i = 0; i < stride; i++)
            {
                float sum = 0;
                int at = rows.First[y] * stride + i;
                foreach (float weight in rows.Of(y))
                {
                    sum += weight * narrowed[at];
                    at += stride;
                }
                to[i] = (byte)(sum + 0.5f);
            }
        }
        return new MLImage(width, height, image.PixelFormat, pixels) { Tag = image.Tag };
    }

    /// <summary>Every pixel becomes its luma (Recommendation ITU-R BT.709, 3.2); alpha stays.</summary>
    public static MLImage Grey(MLImage image)
    {
        const float Red = 0.2126f, Green = 0.7152f, Blue = 0.0722f;
        ReadOnlySpan<byte> from = image.Pixels;
        var pixels = new byte[from.Length];
        (int blue, int red) = image.PixelFormat == MLPixelFormat.Bgra32 ? (0, 2) : (2, 0);
        for (int i = 0; i < from.Length; i += MLImage.BytesPerPixel)
        {
            pixels.AsSpan(i, 3).Fill((byte)(Red * from[i + red] + Green * from[i + 1] + Blue * from[i + blue] + 0.5f));
            pixels[i + 3] = from[i + 3];
        }
        return new MLImage(image.Width, image.Height, image.PixelFormat, pixels) { Tag = image.Tag };
    }

    /// <summary>For each target pixel along one axis: the first source pixel that it draws on, and the weights from there.</summary>
    private sealed class Weights
    {
        public readonly int[] First;
        private readonly float[][] _weights;

        public Weights(int targets, double start, double length, int sources)
        {
            First = new int[targets];
            _weights = new float[targets][];
            double step = length / targets, reach = Math.Max(1, step);
            for (int i = 0; i < targets; i++)
            {
                double centre = start + (i + 0.5) * step - 0.5;
                int first = Math.Clamp((int)Math.Floor(centre - reach) + 1, 0, sources - 1);
                int last = Math.Clamp((int)Math.Ceiling(centre + reach) - 1, first, sources - 1);
                var weights = new float[last - first + 1];
                double sum = 0;
                for (int s = first; s <= last; s++) sum += Math.Max(0, 1 - Math.Abs(s - centre) / reach);
                // At the very border the triangle may miss every source pixel; the nearest one then counts alone.
                for (int s = first; s <= last; s++)
                    weights[s - first] = sum > 0 ? (float)(Math.Max(0, 1 - Math.Abs(s - centre) / reach) / sum) : s == first ? 1 : 0;
                (First[i], _weights[i]) = (first, weights);
            }
        }

        public ReadOnlySpan<float> Of(int target) => _weights[target];
    }
}
