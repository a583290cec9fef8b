using MLNetWsss.GroupRefinement;

namespace MLNetWsss.Tests.GroupRefinement;

/// <summary>Which images meet: in training by a seeded draw, at prediction by what they hold.</summary>
public sealed class GroupSamplerTests
{
    [Fact]
    public void An_epoch_depends_on_seed_and_epoch_alone()
    {
        int[] Draw(long seed, long epoch) => new GroupSampler(Mixed(40), 4, seed).Epoch(epoch, 10);
        var sampler = new GroupSampler(Mixed(40), 4, 1);
        sampler.Epoch(5, 10);
        Assert.Equal(Draw(1, 2), sampler.Epoch(2, 10));
        Assert.NotEqual(Draw(1, 2), Draw(1, 3));
        Assert.NotEqual(Draw(1, 2), Draw(2, 2));
    }

    [Fact]
    public void Each_class_leads_as_many_groups_as_any_other()
    {
        // 30 images of class 0, 6 of class 1, 3 of class 2.
        float[][] tags = [.. Enumerable.Range(0, 39).Select(i => One(i < 30 ? 0 : i < 36 ? 1 : 2))];
        int[] rows = new GroupSampler(tags, 3, 1).Epoch(0, 30);
        Assert.Equal([10, 10, 10], rows.Chunk(3).CountBy(g => Array.IndexOf(tags[g[0]], 1)).OrderBy(c => c.Key).Select(c => c.Value));
    }

    [Fact]
    public void Every_image_is_drawn_where_an_epoch_has_room_for_all()
    {
        float[][] tags = [.. Enumerable.Range(0, 24).Select(i => One(i % 3))];
        int[] rows = new GroupSampler(tags, 4, 1).Epoch(0, 6);
        Assert.Equal(Enumerable.Range(0, 24), rows.Order());
    }

    [Fact]
    public void Partners_with_the_same_tags_come_before_those_that_share_a_class()
    {
        // Two cats with dog, two cats alone: a group of 2 is always of one kind.
        float[][] tags = [[1, 1], [1, 1], [1, 0], [1, 0]];
        for (int epoch = 0; epoch < 20; epoch++)
            foreach (int[] group in new GroupSampler(tags, 2, 1).Epoch(epoch, 4).Chunk(2))
                Assert.Equal(tags[group[0]], tags[group[1]]);
        // A group of 3 has one of the other kind behind them.
        foreach (int[] group in new GroupSampler(tags, 3, 1).Epoch(0, 4).Chunk(3))
        {
            Assert.Equal(tags[group[0]], tags[group[1]]);
            Assert.NotEqual(tags[group[0]], tags[group[2]]);
        }
    }

    [Fact]
    public void An_image_without_partners_is_grouped_with_itself_and_images_without_tags_with_each_other()
    {
        float[][] tags = [[1, 0, 0], [0, 0, 0], [0, 0, 0], [0, 1, 0], [0, 1, 0]];
        int[][] groups = [.. new GroupSampler(tags, 2, 1).Epoch(0, 3).Chunk(2).OrderBy(g => g[0])];
        Assert.Equal([0, 0], groups[0]);
        Assert.Equal([1, 2], groups[1].Order());
        Assert.Equal([3, 4], groups[2].Order());
    }

    [Fact]
    public void A_view_is_divided_into_groups_that_own_each_row_once()
    {
        foreach (int size in new[] { 2, 3, 4, 8 })
        {
            var groups = Partition(Mixed(101), size);
            Assert.Equal(Enumerable.Range(0, 101), groups.SelectMany(g => g.Rows.Take(g.Own)).Order());
            Assert.All(groups, g => Assert.InRange(g.Rows.Length, 1, size));
            Assert.All(groups, g => Assert.Equal(g.Rows.Length, g.Rows.Distinct().Count()));
            var classes = Classes(Mixed(101));
            Assert.All(groups, g => Assert.All(g.Rows.Skip(1), row => Assert.NotEmpty(classes[row].Intersect(classes[g.Rows[0]]))));
        }
    }

    [Fact]
    public void Groups_depend_on_what_rows_hold_and_not_on_their_order()
    {
        float[][] tags = Mixed(50);
        ulong[] keys = Keys(50);
        int[] order = [.. Enumerable.Range(0, 50)];
        new Random(3).Shuffle(order);
        var straight = GroupPartition.Of(Classes(tags), keys, 4);
        var shuffled = GroupPartition.Of(Classes([.. order.Select(i => tags[i])]), [.. order.Select(i => keys[i])], 4);
        Assert.Equal(straight.Select(Text), shuffled.Select(g => Text(g with { Rows = [.. g.Rows.Select(r => order[r])] })));

        static string Text(RowGroup g) => $"{string.Join(' ', g.Rows)} / {g.Own}";
    }

    [Fact]
    public void Rows_with_the_same_tags_meet_first_and_small_groups_borrow()
    {
        // Five cats, one cat with dog, one sheep, one without a class.
        float[][] tags = [[1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 0, 0]];
        var groups = Partition(tags, 4);
        Assert.Contains(groups, g => g.Own == 4 && g.Rows.All(r => r < 5));
        // The fifth cat and the cat with dog meet, and borrow two of the others.
        Assert.Contains(groups, g => g is { Own: 2, Rows.Length: 4 } && g.Rows.Take(2).Contains(5));
        Assert.Equal([6, 7], groups.Where(g => g.Rows.Length == 1).Select(g => g.Rows[0]).Order());
    }

    private static List<RowGroup> Partition(float[][] tags, int size) => GroupPartition.Of(Classes(tags), Keys(tags.Length), size);

    private static int[][] Classes(float[][] tags) => [.. tags.Select(t => Enumerable.Range(0, t.Length).Where(k => t[k] > 0).ToArray())];

    private static ulong[] Keys(int count) => [.. Enumerable.Range(0, count).Select(i => (ulong)i * 0x9E3779B97F4A7C15)];

    private static float[] One(int k) => [.. Enumerable.Range(0, 3).Select(i => i == k ? 1f : 0)];

    /// <summary>One to two of three classes.</summary>
    private static float[][] Mixed(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Enumerable.Range(0, 3).Select(k => k == i % 3 || k == i * 7 % 4 ? 1f : 0).ToArray())];
}
