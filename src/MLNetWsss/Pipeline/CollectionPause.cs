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
    /// <summary>What may be allocated meanwhile, in bytes; beyond it a collection runs after all. A training step needs a tenth.</summary>
    private const long Budget = 200L << 20;

    private static readonly bool IsNeeded =
        typeof(Scalar).GetMethod("Finalize", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly) is not null;

    private static readonly Lock Gate = new();
    private static int _open;

    private CollectionPause() { }

    /// <summary>Begins a pause, or joins the one that another thread has begun; null where none is needed.</summary>
    internal static CollectionPause? Begin()
    {
        if (!IsNeeded)
            return null;
        lock (Gate)
            if (_open++ == 0 && GCSettings.LatencyMode != GCLatencyMode.NoGCRegion)
                GC.TryStartNoGCRegion(Budget);
        return new();
    }

    /// <summary>Ends it with the last that joined.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            if (--_open > 0 || GCSettings.LatencyMode != GCLatencyMode.NoGCRegion)
                return;
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
