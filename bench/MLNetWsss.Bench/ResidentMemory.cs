using System.Diagnostics;
using System.Globalization;

namespace MLNetWsss.Bench;

/// <summary>Resident memory of this process, in bytes, native memory included.</summary>
internal static class ResidentMemory
{
    /// <summary>Now, after a full garbage collection, so that what managed code has let go is not counted.</summary>
    internal static long AfterCollection()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Now();
    }

    internal static long Now()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    /// <summary>The highest since <see cref="ForgetPeak"/>, or since the process began where that is not possible.</summary>
    internal static long Peak()
    {
        if (Status("VmHWM:") is { } peak)
            return peak;
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    /// <summary>Without the pages of mapped files, which the system takes back when it needs them; all where that is unknown.</summary>
    internal static long Private() => Status("RssAnon:") ?? Now();

    /// <summary>A line of Linux's account of this process, or null where there is none.</summary>
    private static long? Status(string name)
    {
        const string status = "/proc/self/status";
        if (!File.Exists(status))
            return null;
        if (File.ReadLines(status).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal)) is not { } line)
            return null;
        // A tab stands before the number, and spaces only while it has fewer than eight digits.
        string kilobytes = line[name.Length..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[0];
        return long.Parse(kilobytes, CultureInfo.InvariantCulture) << 10;
    }

    /// <summary>Runs work and looks at <see cref="Private"/> all the while; the highest it has seen.</summary>
    internal static long HighestPrivate(Action work)
    {
        using var done = new CancellationTokenSource();
        long highest = Private();
        var watch = new Thread(() =>
        {
            do
                highest = Math.Max(highest, Private());
            while (!done.Token.WaitHandle.WaitOne(5));
        });
        watch.Start();
        try
        {
            work();
        }
        finally
        {
            done.Cancel();
            watch.Join();
        }
        return highest;
    }

    /// <summary>Lets the peak begin anew at the present value (Linux: proc(5), clear_refs, value 5).</summary>
    internal static void ForgetPeak()
    {
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Elsewhere a later step's peak includes the earlier ones'.
        }
    }
}
