using MLNetWsss.Imaging;
using Xunit;

namespace MLNetWsss.Tests.Imaging;

public sealed class WorkerTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Every_chunk_of_every_phase_runs_once_before_the_next_phase(int threads)
    {
        using var team = new WorkerTeam(threads);
        var counts = new int[13];
        for (var phase = 1; phase <= 500; phase++)
        {
            team.Run(13, chunk => Interlocked.Increment(ref counts[chunk]));
            Assert.All(counts, count => Assert.Equal(phase, count));
        }
    }

    [Fact]
    public async Task A_busy_thread_pool_does_not_hold_up_the_caller()
    {
        using var release = new ManualResetEventSlim();
        ThreadPool.GetMinThreads(out var threads, out _);
        var blocked = Enumerable.Range(0, 4 * threads).Select(_ => Task.Run(release.Wait)).ToArray();
        using (var team = new WorkerTeam(4))
        {
            var done = 0;
            team.Run(40, _ => Interlocked.Increment(ref done));
            Assert.Equal(40, done);
        }
        release.Set();
        await Task.WhenAll(blocked);
    }

    [Fact]
    public void A_failure_reaches_the_caller()
    {
        using var team = new WorkerTeam(3);
        var error = Assert.Throws<InvalidOperationException>(() => team.Run(20, chunk =>
        {
            if (chunk == 11)
                throw new FormatException("chunk 11");
        }));
        Assert.Equal("chunk 11", Assert.IsType<FormatException>(error.InnerException).Message);
    }

    [Fact]
    public void Parts_cover_everything_once()
    {
        for (var total = 0; total < 30; total++)
        {
            var next = 0;
            for (var chunk = 0; chunk < 8; chunk++)
            {
                var (begin, end) = WorkerTeam.Part(total, chunk, 8);
                Assert.Equal(next, begin);
                next = end;
            }
            Assert.Equal(total, next);
        }
    }
}
