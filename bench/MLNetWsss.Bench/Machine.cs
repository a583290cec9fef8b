using System.Globalization;

namespace MLNetWsss.Bench;

/// <summary>Where a figure was measured, and how busy that place was.</summary>
internal static class Machine
{
    /// <summary>Processor and number of cores.</summary>
    internal static string Name { get; } = $"{Processor()}, {Environment.ProcessorCount} cores";

    /// <summary>Processes wanting to run, mean of the last minute; more than the cores tell of others at work. Null if unknown.</summary>
    internal static double? Load
    {
        get
        {
            const string file = "/proc/loadavg";
            return File.Exists(file) ? double.Parse(File.ReadAllText(file).Split(' ')[0], CultureInfo.InvariantCulture) : null;
        }
    }

    private static string Processor()
    {
        const string file = "/proc/cpuinfo";
        string? line = File.Exists(file)
            ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':') + 1)..].Trim() ?? System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
    }
}
