namespace MLNetWsss.Pipeline;

/// <summary>Makes item n, n + 1, … on worker threads while item n is in use, and hands them over in order.</summary>
internal sealed class Prefetch<T>(Func<long, T> make, long first, long end, int workers) : IDisposable
{
    private readonly Queue<Task<T>> _ahead = [];
    private long _next = first;

    /// <summary>The next item in order; an exception that its making threw is thrown here.</summary>
    internal T Next()
    {
        Fill();
        if (!_ahead.TryDequeue(out var task))
            throw new InvalidOperationException("Every item has been taken.");
        var item = task.GetAwaiter().GetResult();
        Fill();
        return item;
    }

    private void Fill()
    {
        while (_ahead.Count < workers && _next < end)
        {
            long n = _next++;
            _ahead.Enqueue(Task.Run(() => make(n)));
        }
    }

    /// <summary>Waits for what is being made, so that nothing reads the source after it is closed.</summary>
    public void Dispose()
    {
        foreach (var task in _ahead)
            task.ContinueWith(static t => _ = t.Exception, TaskContinuationOptions.ExecuteSynchronously).Wait();
        _ahead.Clear();
    }
}
