using MLNetWsss.Imaging;
using Xunit;

namespace MLNetWsss.Tests.Imaging;

public sealed class NormalizationTests
{
    [Fact]
    public void Fill_subtracts_the_mean_and_divides_by_the_deviation()
    {
        var filled = new float[3];

        Normalization.ImageNet.Fill(new RgbImage(1, 1, [255, 0, 51]), filled);

        // 51 / 255 = 0.2.
        Assert.Equal([(1 - 0.485f) / 0.229f, (0 - 0.456f) / 0.224f, (0.2f - 0.406f) / 0.225f], filled);
    }

    [Fact]
    public void Half_half_maps_bytes_to_minus_one_to_one()
    {
        var filled = new float[3];

        Normalization.HalfHalf.Fill(new RgbImage(1, 1, [0, 255, 255]), filled);

        Assert.Equal([-1f, 1f, 1f], filled);
    }

    [Fact]
    public void A_deviation_of_zero_or_two_means_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new Normalization([0, 0, 0], [1, 0, 1]));
        Assert.Throws<ArgumentException>(() => new Normalization([0, 0], [1, 1, 1]));
        Assert.Throws<ArgumentException>(() => new Normalization([0, 0, float.NaN], [1, 1, 1]));
    }

    [Fact]
    public void A_destination_of_another_size_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => Normalization.ImageNet.Fill(RgbImageTests.Noise(2, 2, seed: 1), new float[13]));

        Assert.Contains("12", error.Message);
        Assert.Contains("13", error.Message);
    }
}
