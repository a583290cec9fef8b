using System.Diagnostics;

namespace MLNetWsss.Bench;

/// <summary>What some work took: seconds on the clock, and seconds of processors, over all threads of its program.</summary>
internal readonly record struct Cost(double Seconds, double ProcessorSeconds)
{
    /// <summary>Measures work in this process.</summary>
    internal static Cost Of(Action work)
    {
        using var process = Process.GetCurrentProcess();
        var busy = process.TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        work();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        return new(seconds, (process.TotalProcessorTime - busy).TotalSeconds);
    }
}

/// <summary>
/// Measures several programs in turn (A B C A B C …), so that whatever else the machine does in between falls on all alike.
/// </summary>
internal static class Alternation
{
    /// <summary>
    /// What a program achieved, in images per second: the median of its rounds and the spread; and per second of processor time, which
    /// hardly depends on what else the machine does.
    /// </summary>
    internal sealed record Rates(double Median, double Lowest, double Highest, double PerProcessorSecond);

    /// <summary>Runs every program once a round, after one round that does not count.</summary>
    /// <param name="rounds">Rounds that count.</param>
    /// <param name="imagesPerRound">Images that a program handles when it is called once.</param>
    /// <param name="programs">Each does its share and returns what it took.</param>
    internal static Rates[] Run(int rounds, int imagesPerRound, params Func<Cost>[] programs)
    {
        var costs = programs.Select(_ => new List<Cost>()).ToArray();
        for (int round = -1; round < rounds; round++)
            for (int p = 0; p < programs.Length; p++)
            {
                var cost = programs[p]();
                if (round >= 0)
                    costs[p].Add(cost);
            }
        return [.. costs.Select(c => new Rates(imagesPerRound / Median(c.Select(x => x.Seconds)), imagesPerRound / c.Max(x => x.Seconds),
            imagesPerRound / c.Min(x => x.Seconds), imagesPerRound / Median(c.Select(x => x.ProcessorSeconds))))];
    }

    internal static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int half = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
