using System.Reflection;
using System.Runtime;
using TorchSharp;

namespace MLNetWsss.Pipeline;

/// <summary>
/// Keeps garbage from being collected while a network computes. TorchSharp 0.107 hands native code a pointer to a scalar (the 1 of
/// <c>a.add_(b)</c>) that nothing refers to any more, so that a collection in that moment frees it: "Unknown scalar type" after some
/// thousand steps, or another number. Where TorchSharp's scalars free nothing by themselves, nothing is done.
/// </summary>
internal sealed class CollectionPause : IDisposable
{
    /// <summary>What may be allocated meanwhile, in bytes; beyond it a collection runs after all.</summary>
    private const long Budget = 200L << 20;

    private static readonly bool IsNeeded =
        typeof(Scalar).GetMethod("Finalize", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly) is not null;

    private static readonly Lock Gate = new();
    private static int _open;
    private static bool _isOurs;

    private CollectionPause() { }

    /// <summary>Begins a pause, or joins the one that another thread has begun; null where none is needed.</summary>
    internal static CollectionPause? Begin() => IsNeeded ? Begin(Budget) : null;

    /// <summary>The same, needed or not.</summary>
    internal static CollectionPause Begin(long budget)
    {
        lock (Gate)
            if (_open++ == 0)
                _isOurs = TryStart(budget);
        return new();
    }

    /// <summary>
    /// False where a pause cannot be had: the application has one of its own, or the process may not have so much memory. Computing goes on
    /// without; a rare error is better than a certain one.
    /// </summary>
    private static bool TryStart(long budget)
    {
        try
        {
            return GCSettings.LatencyMode != GCLatencyMode.NoGCRegion && GC.TryStartNoGCRegion(budget);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Ends it with the last that joined.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            if (--_open > 0 || !_isOurs || GCSettings.LatencyMode != GCLatencyMode.NoGCRegion)
                return;
            _isOurs = false;
            try
            {
                GC.EndNoGCRegion();
            }
            catch (InvalidOperationException)
            {
                // More than the budget was allocated just now, so that the pause has ended already.
            }
        }
    }
}
