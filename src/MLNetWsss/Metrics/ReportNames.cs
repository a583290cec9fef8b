namespace MLNetWsss.Metrics;

/// <summary>Names of classes for reports.</summary>
internal static class ReportNames
{
    /// <summary>The given names if there are as many as classes, or "background", "class 1", ... if none are given.</summary>
    public static IReadOnlyList<string> Checked(IReadOnlyList<string>? names, int classes)
    {
        if (names is null)
            return [.. Enumerable.Range(0, classes).Select(k => k == 0 ? "background" : $"class {k}")];
        if (names.Count != classes)
            throw new ArgumentException(
                $"There are {classes} classes, background included, but {names.Count} names. Put the background's name first.",
                nameof(names));
        return [.. names];
    }
}
