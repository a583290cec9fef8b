using System.Diagnostics;

namespace MLNetWsss.Bench;

/// <summary>This program again, in a process of its own: for memory that nothing before has touched, and for being killed.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;

    /// <param name="benchmark">A name that Program.cs knows.</param>
    /// <param name="arguments">Its options.</param>
    internal ChildProcess(string benchmark, params string[] arguments)
    {
        string self = typeof(ChildProcess).Assembly.Location;
        _process = Process.Start(new ProcessStartInfo("dotnet", [self, benchmark, .. arguments]) { RedirectStandardOutput = true })!;
    }

    /// <summary>The next line that it prints, or null when it has ended.</summary>
    internal string? ReadLine() => _process.StandardOutput.ReadLine();

    /// <summary>Ends it at once, as <c>kill -9</c> does; false if it had ended by itself.</summary>
    internal bool Kill()
    {
        if (_process.HasExited)
            return false;
        _process.Kill();
        _process.WaitForExit();
        return _process.ExitCode != 0;
    }

    /// <summary>Waits for its last line.</summary>
    /// <exception cref="BenchmarkException">It failed.</exception>
    internal string LastLine()
    {
        string? last = null;
        while (ReadLine() is { } line)
            last = line;
        _process.WaitForExit();
        return _process.ExitCode == 0 && last is not null ? last
            : throw new BenchmarkException($"A process of the benchmark ended with code {_process.ExitCode}; its message is above.");
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }
}
