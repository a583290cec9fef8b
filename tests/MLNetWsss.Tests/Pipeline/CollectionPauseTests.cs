using System.Runtime;
using MLNetWsss.Pipeline;

namespace MLNetWsss.Tests.Pipeline;

/// <summary>Computing without collections in between, whether or not the TorchSharp at hand needs it.</summary>
public sealed class CollectionPauseTests
{
    private const long Budget = 64L << 20;

    [Fact]
    public void Nothing_is_collected_until_the_last_pause_ends()
    {
        using (CollectionPause.Begin(Budget))
        {
            int before = GC.CollectionCount(0);
            using (CollectionPause.Begin(Budget))
                Allocate(16 << 20);
            Allocate(16 << 20);
            Assert.Equal(before, GC.CollectionCount(0));
            Assert.Equal(GCLatencyMode.NoGCRegion, GCSettings.LatencyMode);
        }
        Assert.NotEqual(GCLatencyMode.NoGCRegion, GCSettings.LatencyMode);
    }

    [Fact]
    public void More_than_the_budget_is_collected_and_survived()
    {
        using (CollectionPause.Begin(1 << 20))
            Allocate(512 << 20);
        Assert.NotEqual(GCLatencyMode.NoGCRegion, GCSettings.LatencyMode);
    }

    [Fact]
    public void A_pause_that_cannot_be_had_is_done_without()
    {
        using (CollectionPause.Begin(long.MaxValue))
            Assert.NotEqual(GCLatencyMode.NoGCRegion, GCSettings.LatencyMode);
    }

    [Fact]
    public void A_region_that_the_application_began_is_the_applications_to_end()
    {
        Assert.True(GC.TryStartNoGCRegion(Budget));
        CollectionPause.Begin(Budget).Dispose();
        Assert.Equal(GCLatencyMode.NoGCRegion, GCSettings.LatencyMode);
        GC.EndNoGCRegion();
    }

    private static void Allocate(int bytes)
    {
        for (int done = 0; done < bytes; done += 1 << 10)
            GC.KeepAlive(new byte[1 << 10]);
    }
}
