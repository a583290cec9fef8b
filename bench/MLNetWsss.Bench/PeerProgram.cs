using System.Diagnostics;
using System.Globalization;

namespace MLNetWsss.Bench;

/// <summary>
/// The same work in PyTorch, as a Python program that waits for orders: a line in, a line out. It sleeps while this process measures.
/// </summary>
internal sealed class PeerProgram : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts <c>bench/peers/SCRIPT</c>, after making sure that PyTorch is installed, and waits until it is ready.</summary>
    /// <param name="script">The program.</param>
    /// <param name="keepsMemory">Whether its C library keeps freed memory, as this library has it do; not PyTorch's default.</param>
    /// <param name="arguments">Its command line.</param>
    internal PeerProgram(string script, bool keepsMemory, params string[] arguments)
    {
        var start = new ProcessStartInfo(Python(), [Path.Combine(Folder, script), .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true
        };
        // As in this process: a thread that spins while it waits would take the core from whoever works.
        start.Environment.TryAdd("OMP_WAIT_POLICY", "passive");
        if (keepsMemory)
            (start.Environment["MALLOC_MMAP_MAX_"], start.Environment["MALLOC_TRIM_THRESHOLD_"]) = ("0", $"{long.MaxValue}");
        _process = Process.Start(start)!;
        Ready = Answer();
    }

    /// <summary>What the program said when it was ready.</summary>
    internal string Ready { get; }

    /// <summary>Sends an order and returns the answer.</summary>
    internal string Ask(string order)
    {
        _process.StandardInput.WriteLine(order);
        _process.StandardInput.Flush();
        return Answer();
    }

    /// <summary>Sends an order whose answer is what it took: seconds, and processor seconds.</summary>
    internal Cost AskCost(string order)
    {
        double[] numbers = [.. Ask(order).Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture))];
        return new(numbers[0], numbers[1]);
    }

    private string Answer() => _process.StandardOutput.ReadLine()
        ?? throw new BenchmarkException("The peer program ended early; its message is above.");

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string Folder
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
                if (Path.Combine(folder.FullName, "bench", "peers") is var peers && Directory.Exists(peers))
                    return peers;
            return Path.GetFullPath(Path.Combine("bench", "peers"));
        }
    }

    /// <summary>The interpreter that has PyTorch; setup.sh installs it if need be and prints its path last.</summary>
    private static string Python()
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Folder, "setup.sh")]) { RedirectStandardOutput = true };
        using var setup = Process.Start(start)!;
        string[] lines = setup.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        setup.WaitForExit();
        return setup.ExitCode == 0 && lines.Length > 0 ? lines[^1]
            : throw new BenchmarkException("PyTorch for Python is not there and could not be installed; see bench/peers/setup.sh.");
    }
}
