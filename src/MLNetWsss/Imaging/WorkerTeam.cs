namespace MLNetWsss.Imaging;

/// <summary>
/// A few threads that run many short parallel phases one after the other, without allocating and without leaving their core in between.
/// </summary>
/// <remarks>
/// The calling thread works too and waits for no thread that has not started: where the thread pool is busy, it simply does all chunks
/// itself. That is why phases hand out chunks instead of meeting at a barrier.
/// </remarks>
internal sealed class WorkerTeam : IDisposable
{
    private const long Closed = -1;
    private const int SpinRounds = 500;

    private readonly int _threads;
    private readonly Lock _failureLock = new();
    private Action<int>? _body;
    private Exception? _failure;
    private int _chunks;
    private int _completed;
    private int _phase;

    // High half: number of the phase. Low half: the next chunk to hand out.
    private long _ticket;

    /// <summary>Starts <paramref name="threads"/> - 1 helpers beside the calling thread.</summary>
    public WorkerTeam(int threads)
    {
        _threads = threads;
        for (var i = 1; i < threads; i++)
            ThreadPool.UnsafeQueueUserWorkItem(static team => team.Serve(), this, preferLocal: false);
    }

    /// <summary>
    /// Chunks to cut a phase into: one on a single thread, else several a thread, so that a thread that the system stalls delays little.
    /// </summary>
    public int Chunks => _threads == 1 ? 1 : 4 * _threads;

    /// <summary>Threads of the team, the caller included.</summary>
    public int Threads => _threads;

    /// <summary>The options' meaning of a thread count: 0 is every processor, at most 8 (short phases gain nothing beyond).</summary>
    public static int Resolve(int threads) => threads == 0 ? Math.Min(Environment.ProcessorCount, 8) : threads;

    /// <summary>Bounds of one of <paramref name="chunks"/> nearly equal parts of 0..<paramref name="total"/>.</summary>
    public static (int Begin, int End) Part(int total, int chunk, int chunks) =>
        ((int)((long)total * chunk / chunks), (int)((long)total * (chunk + 1) / chunks));

    /// <summary>Calls <paramref name="body"/> once for every chunk and returns when all are done.</summary>
    public void Run(int chunks, Action<int> body)
    {
        if (_threads == 1 || chunks == 1)
        {
            for (var chunk = 0; chunk < chunks; chunk++)
                body(chunk);
            return;
        }
        _body = body;
        _chunks = chunks;
        _completed = 0;
        Volatile.Write(ref _ticket, (long)++_phase << 32);
        while (TryWork(Volatile.Read(ref _ticket)))
        {
        }
        var idle = 0;
        while (Volatile.Read(ref _completed) < chunks)
            Wait(ref idle);
        if (_failure is { } failure)
            throw new InvalidOperationException("A parallel phase failed; see the inner exception.", failure);
    }

    /// <summary>Sends the helpers home.</summary>
    public void Dispose() => Volatile.Write(ref _ticket, Closed);

    private void Serve()
    {
        var idle = 0;
        while (true)
        {
            var ticket = Volatile.Read(ref _ticket);
            if (ticket == Closed)
                return;
            if (TryWork(ticket))
                idle = 0;
            else
                Wait(ref idle);
        }
    }

    // The next phase is usually microseconds away, and a thread that yields on a busy machine comes back milliseconds later.
    private static void Wait(ref int rounds)
    {
        if (++rounds < SpinRounds)
            Thread.SpinWait(20);
        else
            Thread.Yield();
    }

    // The exchange succeeds only while the phase of the ticket still has chunks, hence only while _body and _chunks belong to that phase.
    private bool TryWork(long ticket)
    {
        var body = _body;
        var chunk = (int)ticket;
        if (body is null || chunk >= _chunks)
            return false;
        if (Interlocked.CompareExchange(ref _ticket, ticket + 1, ticket) != ticket)
            return true;
        try
        {
            body(chunk);
        }
        catch (Exception exception)
        {
            lock (_failureLock)
                _failure ??= exception;
        }
        finally
        {
            Interlocked.Increment(ref _completed);
        }
        return true;
    }
}
