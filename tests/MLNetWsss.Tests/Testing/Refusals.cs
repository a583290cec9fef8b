namespace MLNetWsss.Tests.Testing;

/// <summary>Errors of loading a model: ML.NET wraps what a stage throws in errors of its own, once a chain it is nested in.</summary>
internal static class Refusals
{
    /// <summary>Runs what must be refused and unwraps why.</summary>
    internal static FormatException OfModel(Func<object> load)
    {
        var error = Assert.ThrowsAny<Exception>(load);
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
            if (cause is FormatException found)
                return found;
        throw new Xunit.Sdk.XunitException($"Expected a FormatException or one that wraps it, found {error}");
    }
}
