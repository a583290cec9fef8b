using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLNetWsss.Imaging;

public readonly partial record struct CropPlan
{
    // Rec. 601 luma, the grey of Pillow and torchvision.
    private static readonly Vector128<float> Luma = Vector128.Create(0.299f, 0.587f, 0.114f, 0);

    /// <summary>
    /// [HxWx3] -> [Size x Size x 3] normalised colours: antialiased bilinear samples of the source box, then brightness, contrast and
    /// saturation (clipped once, at their end, to 0..255), then the normalisation; 0 outside the image. Touches only the source box.
    /// </summary>
    /// <exception cref="ArgumentException">The image is not of the planned size, or the destination does not hold Size x Size x 3
    /// values.</exception>
    public void SampleImage(RgbImage image, Normalization normalization, Span<float> hwc)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(normalization);
        CheckImageSize(image.Height, image.Width, "image");
        PixelGrid.CheckLength(hwc.Length, (long)Size * Size * 3, "an image crop");
        var down = Axis.Of(Top, BoxHeight, ImageHeight, Size, flip: false);
        var across = Axis.Of(Left, BoxWidth, ImageWidth, Size, Flip);
        if (down.Count < Size || across.Count < Size)
            hwc.Clear();
        if (down.Count == 0 || across.Count == 0)
            return;
        var grey = Resample(image, down, across, hwc);
        var color = new ColorTransform(this, grey, normalization);
        for (var y = down.First; y < down.First + down.Count; y++)
            color.Apply(hwc.Slice((y * Size + across.First) * 3, across.Count * 3));
    }

    /// <summary>[HxW] -> [Size x Size]: the label under each output pixel's centre, <see cref="LabelMap.Ignore"/> outside.</summary>
    /// <exception cref="ArgumentException">The labels are not of the planned size, or the destination does not hold Size x Size
    /// values.</exception>
    public void SampleLabels(LabelMap labels, Span<byte> output)
    {
        ArgumentNullException.ThrowIfNull(labels);
        CheckImageSize(labels.Height, labels.Width, "label map");
        PixelGrid.CheckLength(output.Length, (long)Size * Size, "a label crop");
        var down = Axis.Of(Top, BoxHeight, ImageHeight, Size, flip: false);
        var across = Axis.Of(Left, BoxWidth, ImageWidth, Size, Flip);
        output.Fill(LabelMap.Ignore);
        var columns = new int[across.Count];
        for (var x = 0; x < columns.Length; x++)
            columns[x] = across.Nearest(x);
        for (var y = 0; y < down.Count; y++)
        {
            var from = labels.Labels.Slice(down.Nearest(y) * ImageWidth, ImageWidth);
            var to = output.Slice((down.First + y) * Size + across.First, across.Count);
            for (var x = 0; x < to.Length; x++)
                to[x] = from[columns[x]];
        }
    }

    /// <summary>[Kxhxw] -> [K x Size x Size]: bilinear samples of the same part of the picture, 0 outside. The maps may have another
    /// resolution than the image: the box scales with it.</summary>
    /// <exception cref="ArgumentException">The destination does not hold K x Size x Size values.</exception>
    public void SampleScores(ScoreMaps scores, Span<float> khw)
    {
        ArgumentNullException.ThrowIfNull(scores);
        PixelGrid.CheckLength(khw.Length, (long)scores.Classes * Size * Size, "a crop of score maps");
        var rows = Axis.Of(Top, BoxHeight, ImageHeight, Size, flip: false).Bilinear(scores.Height);
        var columns = Axis.Of(Left, BoxWidth, ImageWidth, Size, Flip).Bilinear(scores.Width);
        for (var k = 0; k < scores.Classes; k++)
            BilinearAxis.Sample(scores.Class(k), scores.Width, rows, columns, khw.Slice(k * Size * Size, Size * Size));
    }

    /// <summary>Writes samples in 0..255 into the part of the output that shows the image and returns their mean grey.</summary>
    private float Resample(RgbImage image, Axis down, Axis across, Span<float> hwc)
    {
        var rows = down.Triangle();
        var columns = across.Triangle();
        using var buffer = new RgbResampler.RowBuffer(columns, across.Count);
        var total = 0.0;
        for (var y = 0; y < down.Count; y++)
        {
            buffer.Filter(image, rows, y, columns);
            buffer.Output.CopyTo(hwc.Slice(((down.First + y) * Size + across.First) * 3, across.Count * 3));
            total += Vector128.Dot(buffer.ChannelSums(), Luma);
        }
        return (float)(total / ((double)down.Count * across.Count));
    }

    /// <summary>One side of the box: the run of output positions whose centres lie in the image, and where they look.</summary>
    /// <param name="Start">Source position of the first output's edge.</param>
    /// <param name="Scale">Source units per output position.</param>
    /// <param name="Source">Source length.</param>
    /// <param name="Begin">First output position, unmirrored, whose centre is inside.</param>
    /// <param name="Count">How many are inside.</param>
    /// <param name="Size">All output positions.</param>
    /// <param name="Mirrored">Whether the output runs backwards.</param>
    private readonly record struct Axis(double Start, double Scale, int Source, int Begin, int Count, int Size, bool Mirrored)
    {
        /// <summary>The first output position, mirrored if so, whose centre is inside.</summary>
        public int First => Mirrored ? Size - Begin - Count : Begin;

        public static Axis Of(double start, double extent, int source, int size, bool flip)
        {
            var scale = extent / size;
            int begin = 0, end = size;
            while (begin < end && start + (begin + 0.5) * scale < 0)
                begin++;
            while (end > begin && start + (end - 0.5) * scale >= source)
                end--;
            return new Axis(start, scale, source, begin, end - begin, size, flip);
        }

        public int Nearest(int i) => Math.Clamp((int)(Start + (Begin + (Mirrored ? Count - 1 - i : i) + 0.5) * Scale), 0, Source - 1);

        public TriangleFilter Triangle() => TriangleFilter.Create(Source, Start + Begin * Scale, Count * Scale, Count, Mirrored);

        public BilinearAxis Bilinear(int source)
        {
            var ratio = (double)source / Source;
            return BilinearAxis.Box(source, Start * ratio, Scale * ratio, Size, Begin, Begin + Count, Mirrored);
        }
    }

    /// <summary>All colour changes of a crop as one affine map and one clip.</summary>
    /// <remarks>
    /// Brightness b gives b p; contrast c gives c b p + (1 - c) b m with the mean grey m; saturation s mixes that with its own grey,
    /// which for a luma of weights that add up to 1 is c b g(p) + (1 - c) b m. Together: s c b p + (1 - s) c b g(p) + (1 - c) b m.
    /// </remarks>
    private readonly struct ColorTransform
    {
        private readonly Vector128<float> _own;
        private readonly Vector128<float> _grey;
        private readonly Vector128<float> _shift;
        private readonly Vector128<float> _gain;
        private readonly Vector128<float> _offset;

        public ColorTransform(CropPlan plan, float meanGrey, Normalization normalization)
        {
            var contrast = plan.Contrast * plan.Brightness / 255;
            _own = Vector128.Create(plan.Saturation * contrast);
            _grey = Luma * ((1 - plan.Saturation) * contrast);
            _shift = Vector128.Create((1 - plan.Contrast) * plan.Brightness * meanGrey / 255);
            var mean = normalization.Mean;
            var std = normalization.Std;
            _gain = Vector128.Create(1 / std[0], 1 / std[1], 1 / std[2], 1);
            _offset = Vector128.Create(-mean[0] / std[0], -mean[1] / std[1], -mean[2] / std[2], 0);
        }

        /// <summary>[n x 3] colours in 0..255 become normalised ones in place.</summary>
        public void Apply(Span<float> colors)
        {
            ref var first = ref MemoryMarshal.GetReference(colors);
            var end = colors.Length - 3;
            var last = Map(Vector128.Create(colors[end], colors[end + 1], colors[end + 2], 0));
            // A vector covers one pixel and the next one's red. Loading the next pixel before storing this one keeps that red intact and
            // spares the processor a load that waits for two stores.
            var pixel = end > 0 ? Vector128.LoadUnsafe(ref first) : default;
            for (var i = 0; i < end; i += 3)
            {
                var next = i + 3 < end ? Vector128.LoadUnsafe(ref first, (nuint)(i + 3)) : default;
                Map(pixel).StoreUnsafe(ref first, (nuint)i);
                pixel = next;
            }
            (colors[end], colors[end + 1], colors[end + 2]) = (last[0], last[1], last[2]);
        }

        private Vector128<float> Map(Vector128<float> pixel)
        {
            var color = pixel * _own + Vector128.Create(Vector128.Dot(pixel, _grey)) + _shift;
            color = Vector128.Min(Vector128.Max(color, Vector128<float>.Zero), Vector128<float>.One);
            return color * _gain + _offset;
        }
    }
}
