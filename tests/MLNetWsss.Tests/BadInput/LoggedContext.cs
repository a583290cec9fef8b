using Microsoft.ML;

namespace MLNetWsss.Tests.BadInput;

/// <summary>An ML.NET context that keeps what it logs.</summary>
internal sealed class LoggedContext
{
    private readonly List<string> _lines = [];

    internal LoggedContext()
    {
        Ml = new MLContext(seed: 1);
        Ml.Log += (_, e) =>
        {
            lock (_lines)
                _lines.Add(e.Message);
        };
    }

    internal MLContext Ml { get; }

    /// <summary>The logged lines that contain a text.</summary>
    internal string[] With(string text)
    {
        lock (_lines)
            return [.. _lines.Where(l => l.Contains(text, StringComparison.Ordinal))];
    }
}
