using MLNetWsss.Imaging;
using Xunit;

namespace MLNetWsss.Tests.Imaging;

public sealed class DistanceTransformTests
{
    [Theory]
    [InlineData(7, 9, 0.1)]
    [InlineData(1, 20, 0.2)]
    [InlineData(20, 1, 0.2)]
    [InlineData(12, 5, 0.5)]
    [InlineData(15, 16, 0.01)]
    public void Both_distances_agree_with_a_search_of_all_pixels(int height, int width, double density)
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            bool[] set = [.. Enumerable.Range(0, height * width).Select(_ => random.NextDouble() < density)];
            int[] squared = new int[set.Length], chessboard = new int[set.Length], bordered = new int[set.Length];
            DistanceTransform.SquaredEuclidean(set, height, width, squared);
            DistanceTransform.Chessboard(set, height, width, borderIsSet: false, chessboard);
            DistanceTransform.Chessboard(set, height, width, borderIsSet: true, bordered);
            for (var i = 0; i < set.Length; i++)
            {
                int y = i / width, x = i % width;
                Assert.Equal(Nearest(set, width, (v, u) => (v - y) * (v - y) + (u - x) * (u - x)), squared[i]);
                var board = Nearest(set, width, (v, u) => Math.Max(Math.Abs(v - y), Math.Abs(u - x)));
                Assert.Equal(board, chessboard[i]);
                var toBorder = Math.Min(Math.Min(y, x), Math.Min(height - 1 - y, width - 1 - x)) + 1;
                Assert.Equal(Math.Min(board, toBorder), bordered[i]);
            }
        }
    }

    [Fact]
    public void An_empty_set_is_never_reached()
    {
        var distances = new int[6];

        DistanceTransform.SquaredEuclidean(new bool[6], 2, 3, distances);

        Assert.All(distances, distance => Assert.Equal(DistanceTransform.Unreached, distance));
    }

    private static int Nearest(bool[] set, int width, Func<int, int, int> distance) =>
        Enumerable.Range(0, set.Length).Where(i => set[i]).Select(i => distance(i / width, i % width))
            .DefaultIfEmpty(DistanceTransform.Unreached).Min();
}
