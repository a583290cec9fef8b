using MLNetWsss.Imaging;
using Xunit;

namespace MLNetWsss.Tests.Imaging;

public sealed class MapsToLabelsTests
{
    [Fact]
    public void The_strongest_class_wins_where_it_beats_the_background()
    {
        var maps = new ScoreMaps(2, 1, 4, [0.1f, 0.3f, 0.5f, 0.5f, 0.2f, 0.1f, 0.5f, 0.9f]);

        // 0.2 < 0.3; 0.3 equals the background, which wins ties; 0.5 twice goes to the lower class.
        Assert.Equal([0, 0, 1, 2], MapsToLabels.Threshold(maps, 0.3f).Labels.ToArray());
    }

    [Fact]
    public void Between_two_thresholds_pixels_are_ignored()
    {
        var maps = new ScoreMaps(1, 1, 5, [0, 0.2f, 0.3f, 0.6f, 0.7f]);

        Assert.Equal([0, 0, 255, 255, 1], MapsToLabels.Threshold(maps, background: 0.2f, sure: 0.6f).Labels.ToArray());
        Assert.Throws<ArgumentException>(() => MapsToLabels.Threshold(maps, background: 0.6f, sure: 0.2f));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_maximum_of_resized_maps_equals_the_maximum_after_resizing(bool negative)
    {
        var random = new Random(1);
        var scores = Enumerable.Range(0, 4 * 6 * 5).Select(_ => random.NextSingle() - (negative ? 0.8f : 0)).ToArray();
        scores.AsSpan(60, 30).Clear();
        var maps = new ScoreMaps(4, 6, 5, scores);
        var maximum = new float[11 * 13];
        var strongest = new byte[11 * 13];

        MapsToLabels.Maximum(maps, 11, 13, maximum, strongest);

        var resized = maps.Resize(11, 13);
        for (var i = 0; i < maximum.Length; i++)
        {
            float[] column = [.. Enumerable.Range(0, 4).Select(k => resized.Class(k)[i])];
            Assert.Equal(column.Max(), maximum[i]);
            Assert.Equal(Array.IndexOf(column, column.Max()), strongest[i]);
        }
    }
}
