using System.IO.Compression;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Paths of entries inside a model file.</summary>
internal static class RepositoryPath
{
    /// <summary>Joins a folder and a name, both inside the model; refuses what could point elsewhere once unpacked.</summary>
    public static string Join(string directory, string name)
    {
        string path = string.IsNullOrEmpty(directory) ? name : $"{directory}/{name}";
        foreach (string part in (path ?? "").Split('/'))
        {
            if (part.Length == 0 || part is "." or ".." || part.AsSpan().ContainsAny("\\:\0"))
                throw new ArgumentException(
                    $"'{path}' is no entry path: it must be relative, without '.', '..', ':', '\\' or empty parts.", nameof(name));
        }
        return path;
    }
}

/// <summary>Collects the entries of a model file and writes them as one zip on <see cref="Commit"/>.</summary>
internal sealed class RepositoryWriter(IHostEnvironment env, Stream destination) : IDisposable
{
    private readonly string _tempDirectory = RepositoryReader.TempDirectoryOf(env);
    private readonly Dictionary<string, SpoolStream> _entries = [];

    public SpoolStream CreateBuffer() => new(_tempDirectory);

    /// <summary>Opens a new entry for writing; it stays open until the repository is disposed.</summary>
    public Stream CreateEntry(string directory, string name)
    {
        string path = RepositoryPath.Join(directory, name);
        var entry = CreateBuffer();
        if (!_entries.TryAdd(path, entry))
            throw env.Process(new InvalidOperationException($"The model has an entry '{path}' already."));
        return entry;
    }

    public void Commit()
    {
        using var archive = new ZipArchive(destination, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var (path, entry) in _entries)
        {
            entry.Position = 0;
            using var target = archive.CreateEntry(path, CompressionLevel.Fastest).Open();
            entry.CopyTo(target);
        }
    }

    public void Dispose()
    {
        foreach (var entry in _entries.Values)
            entry.Dispose();
    }
}

/// <summary>The entries of a model file.</summary>
internal sealed class RepositoryReader : IDisposable
{
    private readonly IHostEnvironment _env;
    private readonly ZipArchive _archive;

    public RepositoryReader(IHostEnvironment env, Stream source)
    {
        _env = env;
        try
        {
            _archive = new ZipArchive(source, ZipArchiveMode.Read, leaveOpen: true);
        }
        catch (Exception ex) when (ex is InvalidDataException or EndOfStreamException)
        {
            throw env.Process(new FormatException("The model is damaged or is no model: it cannot be read as a zip archive.", ex));
        }
    }

    internal static string TempDirectoryOf(IHostEnvironment env) => (env as IHostEnvironmentInternal)?.TempFilePath ?? Path.GetTempPath();

    /// <summary>Opens an entry as a seekable stream, or returns null if there is none.</summary>
    public Stream OpenEntryOrNull(string directory, string name)
    {
        string path = RepositoryPath.Join(directory, name);
        var buffer = new SpoolStream(TempDirectoryOf(_env));
        try
        {
            var entry = _archive.GetEntry(path);
            if (entry is not null)
            {
                using var packed = entry.Open();
                CopyAtMost(packed, buffer, entry.Length, path);
                buffer.Position = 0;
                return buffer;
            }
        }
        catch (Exception ex)
        {
            buffer.Dispose();
            // A damaged directory of the archive shows only when its first entry is looked up.
            if (ex is InvalidDataException or EndOfStreamException)
                throw _env.Process(new FormatException($"The model is damaged: its entry '{path}' cannot be unpacked.", ex));
            throw;
        }
        buffer.Dispose();
        return null;
    }

    public Stream OpenEntry(string directory, string name) => OpenEntryOrNull(directory, name)
        ?? throw _env.Process(
            new FormatException($"The model is damaged or is no model: it has no entry '{RepositoryPath.Join(directory, name)}'."));

    // A zip entry that unpacks to more than it declares is damaged or hostile.
    private static void CopyAtMost(Stream source, Stream target, long length, string path)
    {
        byte[] block = new byte[1 << 16];
        long copied = 0;
        for (int read; (read = source.Read(block)) > 0;)
        {
            copied += read;
            if (copied > length)
                throw new InvalidDataException($"Entry '{path}' unpacks to more than its {length} bytes.");
            target.Write(block.AsSpan(0, read));
        }
        if (copied < length)
            throw new InvalidDataException($"Entry '{path}' unpacks to {copied} of its {length} bytes.");
    }

    public void Dispose() => _archive.Dispose();
}
