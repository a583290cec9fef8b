using MLNetWsss.Imaging;
using MLNetWsss.Metrics;
using Xunit;

namespace MLNetWsss.Tests.Metrics;

public sealed class BoundaryMetricsTests
{
    // Quotients of small whole numbers in double precision.
    private const double Rounding = 1e-12;

    [Fact]
    public void A_square_moved_by_one_pixel_shares_a_third_of_its_band()
    {
        // A 10 x 10 image has a diagonal of 14.1, so the band is one pixel wide: the 12 border pixels of a 4 x 4 square. Moved by one
        // column, the two borders share 3 pixels of the top row and 3 of the bottom row: 6 of 18.
        var metrics = Score(Square(10, 3, 4), Square(10, 3, 3));

        Assert.Equal(6 / 18.0, metrics.BoundaryIoU[1], Rounding);
    }

    [Fact]
    public void The_band_of_the_background_includes_the_image_s_border()
    {
        // Truth is background only: its band are the 36 border pixels of the image. The prediction's background lacks the 4 x 4 square,
        // which adds the ring of 6 x 6 - 4 x 4 = 20 pixels around it.
        var metrics = Score(Square(10, 3, 3), new LabelMap(10, 10, new byte[100]));

        Assert.Equal(36 / 56.0, metrics.BoundaryIoU[0], Rounding);
        Assert.Equal(0, metrics.BoundaryIoU[1]);
    }

    [Fact]
    public void The_band_widens_with_the_image()
    {
        // 150 x 200 has a diagonal of 250 and a band of 5 pixels: a full mask's band is the frame 150*200 - 140*190 = 3400. A prediction
        // that lacks column 0 has a band of 150*199 - 140*189 = 3390, which lies within columns 1..199. Of the truth's frame those
        // columns hold 3400 - 150 = 3250, and the prediction's band holds them all, so the union is 3400 + 3390 - 3250 = 3540.
        var full = new LabelMap(150, 200, [.. Enumerable.Repeat((byte)1, 30000)]);
        var lacking = new LabelMap(150, 200, [.. Enumerable.Range(0, 30000).Select(i => (byte)(i % 200 == 0 ? 0 : 1))]);

        Assert.Equal(3250 / 3540.0, Score(lacking, full).BoundaryIoU[1], Rounding);
    }

    [Theory]
    [InlineData(1, 1.0)]
    [InlineData(2, 2 / 3.0)]
    [InlineData(6, 0.0)]
    public void Boundary_F_forgives_one_pixel_here(int shift, double expected)
    {
        // The tolerance is ceil(0.0075 * 14.1) = 1. Moved by 2 columns, 3 + 3 pixels of top and bottom and the 2 of one side are within 1
        // pixel of the other border: precision and recall are both 8 / 12. Moved by 6, nothing is.
        Assert.Equal(expected, Score(Square(14, 3, 1 + shift), Square(14, 3, 1)).BoundaryF[1], Rounding);
    }

    [Fact]
    public void Boundary_F_is_averaged_over_images_that_have_the_boundary()
    {
        var boundaries = new BoundaryAccumulator(2);
        boundaries.Add(Square(10, 3, 5), Square(10, 3, 3));
        boundaries.Add(Square(10, 3, 3), Square(10, 3, 3));
        boundaries.Add(new LabelMap(10, 10, new byte[100]), new LabelMap(10, 10, new byte[100]));

        Assert.Equal((2 / 3.0 + 1) / 2, boundaries.ToMetrics().BoundaryF[1], Rounding);
    }

    [Fact]
    public void Trimap_bands_count_pixels_near_the_true_boundary_only()
    {
        // Truth: columns 0..2 are class 0, columns 3..5 class 1, so the boundary pixels are columns 2 and 3. Predicted is class 1 in
        // column 5 only.
        var truth = new LabelMap(4, 6, [.. Enumerable.Range(0, 24).Select(i => (byte)(i % 6 >= 3 ? 1 : 0))]);
        var prediction = new LabelMap(4, 6, [.. Enumerable.Range(0, 24).Select(i => (byte)(i % 6 == 5 ? 1 : 0))]);

        var trimap = Score(prediction, truth).TrimapIoU;

        // 1 px: 4 of 8 pixels right, (4/8 + 0/4) / 2. 2 px: (8/16 + 0/8) / 2. 3 px: everything, (12/20 + 4/12) / 2, and so it stays.
        Assert.Equal(20, trimap.Count);
        Assert.Equal(0.25, trimap[0], Rounding);
        Assert.Equal(0.25, trimap[1], Rounding);
        Assert.Equal((0.6 + 1 / 3.0) / 2, trimap[2], Rounding);
        Assert.Equal(trimap[2], trimap[19]);
    }

    [Fact]
    public void Within_a_void_seam_any_boundary_is_right()
    {
        var seam = Square(12, 3, 3).Labels.ToArray();
        for (var i = 0; i < seam.Length; i++)
        {
            int y = i / 12, x = i % 12;
            if (y is >= 2 and <= 7 && x is >= 2 and <= 7 && !(y is >= 4 and <= 5 && x is >= 4 and <= 5))
                seam[i] = LabelMap.Ignore;
        }
        var larger = new LabelMap(12, 12, [.. Enumerable.Range(0, 144).Select(i =>
            (byte)(i / 12 is >= 2 and <= 7 && i % 12 is >= 2 and <= 7 ? 1 : 0))]);

        var metrics = Score(larger, new LabelMap(12, 12, seam));

        Assert.Equal(1, metrics.MeanBoundaryIoU);
        Assert.Equal(1, metrics.MeanBoundaryF);
        Assert.Equal(1, metrics.TrimapIoU[4]);
    }

    [Fact]
    public void Predicted_ignore_counts_as_background()
    {
        byte[] unsure = [.. Square(10, 3, 4).Labels.ToArray().Select(label => label == 0 ? LabelMap.Ignore : label)];

        Assert.Equal(
            Score(Square(10, 3, 4), Square(10, 3, 3)).ToString(), Score(new LabelMap(10, 10, unsure), Square(10, 3, 3)).ToString());
    }

    [Fact]
    public void Options_and_labels_out_of_range_are_named()
    {
        Assert.Contains("BandShare", Assert.Throws<ArgumentException>(() => new BoundaryAccumulator(2, new() { BandShare = 0 })).Message);
        Assert.Contains("ToleranceShare", Assert.Throws<ArgumentException>(new BoundaryOptions { ToleranceShare = 2 }.Validate).Message);
        Assert.Contains("TrimapWidth", Assert.Throws<ArgumentException>(new BoundaryOptions { TrimapWidth = 0 }.Validate).Message);
        Assert.Contains("label 5", Assert.Throws<ArgumentException>(
            () => new BoundaryAccumulator(2).Add(new LabelMap(1, 1, [5]), new LabelMap(1, 1, [0]))).Message);
    }

    private static BoundaryMetrics Score(LabelMap prediction, LabelMap truth)
    {
        var boundaries = new BoundaryAccumulator(2);
        boundaries.Add(prediction, truth);
        return boundaries.ToMetrics();
    }

    /// <summary>A 4 x 4 square of class 1 in a square image.</summary>
    private static LabelMap Square(int side, int top, int left) => new(side, side, [.. Enumerable.Range(0, side * side).Select(i =>
        (byte)(i / side >= top && i / side < top + 4 && i % side >= left && i % side < left + 4 ? 1 : 0))]);
}
