using MLNetWsss.Pipeline;

namespace MLNetWsss.Tests.Pipeline;

public sealed class PrefetchTests
{
    [Fact]
    public void Items_come_in_order_however_long_each_takes()
    {
        using var items = new Prefetch<long>(n =>
        {
            Thread.Sleep((int)(n * 7 % 5));
            return n;
        }, 3, 40, workers: 4);
        for (long n = 3; n < 40; n++)
            Assert.Equal(n, items.Next());
        Assert.Throws<InvalidOperationException>(() => items.Next());
    }

    [Fact]
    public void An_exception_is_thrown_where_its_item_would_have_come()
    {
        using var items = new Prefetch<long>(n => n == 2 ? throw new FormatException("item 2") : n, 0, 5, workers: 3);
        Assert.Equal(0, items.Next());
        Assert.Equal(1, items.Next());
        Assert.Equal("item 2", Assert.Throws<FormatException>(() => items.Next()).Message);
    }

    [Fact]
    public void No_more_items_are_made_ahead_than_there_are_workers()
    {
        int made = 0;
        using var items = new Prefetch<long>(n =>
        {
            Interlocked.Increment(ref made);
            return n;
        }, 0, 1000, workers: 2);
        items.Next();
        items.Next();
        items.Dispose();
        // Two taken, and at most two ahead of each of the two.
        Assert.InRange(made, 2, 4);
    }

    [Fact]
    public void Dispose_waits_for_what_is_being_made_and_forgets_its_faults()
    {
        int running = 0;
        var items = new Prefetch<long>(n =>
        {
            Interlocked.Increment(ref running);
            Thread.Sleep(20);
            Interlocked.Decrement(ref running);
            return n == 0 ? n : throw new FormatException();
        }, 0, 100, workers: 4);
        items.Next();
        items.Dispose();
        Assert.Equal(0, running);
    }
}
