using System.Diagnostics;
using System.Globalization;

namespace MLNetWsss.Bench;

/// <summary>
/// Where a long benchmark keeps what it has trained and computed, so that one that was ended goes on when it is started again; without a
/// folder it keeps nothing.
/// </summary>
internal sealed class Kept(string? root, int seed)
{
    /// <summary>The folder of one training or of one computed column, or null.</summary>
    internal string? this[string name] =>
        root is null ? null : Directory.CreateDirectory(Path.Combine(root, $"seed-{seed}", name)).FullName;

    /// <summary>
    /// Makes something, or goes on making it, in its folder. The seconds are those of the run that finished it, also when it is only read.
    /// </summary>
    internal T Timed<T>(string name, Func<string?, T> make, out double seconds)
    {
        string? folder = this[name], note = folder is null ? null : Path.Combine(folder, "seconds.txt");
        seconds = note is not null && File.Exists(note) ? double.Parse(File.ReadAllText(note), CultureInfo.InvariantCulture) : 0;
        long start = Stopwatch.GetTimestamp();
        T made = make(folder);
        if (seconds == 0)
            seconds = Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 1);
        if (note is not null)
            File.WriteAllText(note, seconds.ToString(CultureInfo.InvariantCulture));
        return made;
    }
}
