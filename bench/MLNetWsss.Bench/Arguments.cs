using System.Globalization;

namespace MLNetWsss.Bench;

/// <summary>A benchmark could not be run; the message says what to do.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);

/// <summary>The command line behind the benchmark's name: <c>--name value</c>, and switches <c>--name</c>.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string?> _given = [];
    private readonly HashSet<string> _known = [];

    internal Arguments(string[] args)
    {
        for (int i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
                throw new ArgumentException($"'{args[i]}' is no option. Options are --name value.");
            bool hasValue = i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal);
            _given[args[i][2..]] = hasValue ? args[++i] : null;
        }
    }

    internal string? Text(string name) => Value(name, out string? value)
        ? value ?? throw new ArgumentException($"--{name} needs a value.") : null;

    internal int Number(string name, int otherwise) => Text(name) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number
        : throw new ArgumentException($"--{name} is '{text}'; expected a whole number.");

    internal int? Number(string name) => Text(name) is null ? null : Number(name, 0);

    internal double Real(string name, double otherwise) => Text(name) is not { } text ? otherwise
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number
        : throw new ArgumentException($"--{name} is '{text}'; expected a number.");

    internal bool Switch(string name) => Value(name, out string? value)
        && (value is null ? true : throw new ArgumentException($"--{name} takes no value, but has '{value}'."));

    /// <summary>A folder or file that must be there.</summary>
    internal string? ExistingPath(string name) => Text(name) is not { } path ? null
        : Path.Exists(path) ? path : throw new ArgumentException($"--{name} is '{path}', which does not exist.");

    /// <summary>Called last, when the benchmark has asked for everything it knows: a misspelt option must not pass in silence.</summary>
    internal void CheckAllUsed()
    {
        if (_given.Keys.FirstOrDefault(name => !_known.Contains(name)) is { } unknown)
            throw new ArgumentException($"--{unknown} means nothing to this benchmark. It knows " +
                $"{string.Join(", ", _known.Order().Select(n => $"--{n}"))}.");
    }

    private bool Value(string name, out string? value)
    {
        _known.Add(name);
        return _given.TryGetValue(name, out value);
    }
}
