namespace MLNetWsss.Bench;

/// <summary>A folder that goes with the benchmark that made it.</summary>
internal sealed class ScratchFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("wsss-bench-").FullName;

    internal string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
