namespace MLNetWsss.Tests.Testing;

/// <summary>Errors of loading a model: ML.NET wraps what a stage throws in errors of its own, one a chain that the stage is nested in.</summary>
internal static class Refusals
{
    /// <summary>Runs what must be refused as damaged and unwraps why.</summary>
    internal static FormatException OfModel(Func<object> load) => OfModel<FormatException>(load, _ => true);

    /// <summary>Runs what must be refused and unwraps the first error of a kind.</summary>
    internal static TException OfModel<TException>(Func<object> load, Func<TException, bool> wanted) where TException : Exception
    {
        var error = Assert.ThrowsAny<Exception>(load);
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
            if (cause is TException found && wanted(found))
                return found;
        throw new Xunit.Sdk.XunitException($"Expected such a {typeof(TException).Name} or one that wraps it, found {error}");
    }
}
