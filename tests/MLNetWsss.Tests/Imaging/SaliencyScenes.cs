using MLNetWsss.Imaging;

namespace MLNetWsss.Tests.Imaging;

/// <summary>Scenes whose object is beyond dispute.</summary>
internal static class SaliencyScenes
{
    internal static RgbImage Flat(int height, int width)
    {
        var pixels = new byte[height * width * 3];
        pixels.AsSpan().Fill(120);
        return new RgbImage(height, width, pixels);
    }

    /// <summary>A red disc on a grey ground, which it may leave the image across, with its mask of 0 and 1.</summary>
    internal static RgbImage Disc(int height, int width, int y, int x, int radius, out LabelMap truth)
    {
        byte[] pixels = Flat(height, width).Pixels.ToArray();
        var labels = new byte[height * width];
        for (int v = 0; v < height; v++)
            for (int u = 0; u < width; u++)
                if ((v - y) * (v - y) + (u - x) * (u - x) <= radius * radius)
                {
                    labels[v * width + u] = 1;
                    (pixels[(v * width + u) * 3], pixels[(v * width + u) * 3 + 1], pixels[(v * width + u) * 3 + 2]) = (200, 30, 30);
                }
        truth = new LabelMap(height, width, labels);
        return new RgbImage(height, width, pixels);
    }
}
