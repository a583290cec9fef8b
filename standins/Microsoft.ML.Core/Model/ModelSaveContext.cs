using System.Text;

namespace Microsoft.ML;

/// <summary>Where one component writes itself: a writer for its own fields, named streams, and nested components.</summary>
public sealed class ModelSaveContext : IDisposable
{
    internal const string ModelEntryName = "Model.key";

    internal readonly RepositoryWriter Repository;
    internal readonly string Directory;
    internal readonly BinaryWriter Writer;

    private readonly SpoolStream _body;
    private VersionInfo? _version;

    internal ModelSaveContext(RepositoryWriter repository, string directory)
    {
        Repository = repository;
        Directory = directory;
        _body = repository.CreateBuffer();
        Writer = new BinaryWriter(_body, Encoding.UTF8, leaveOpen: true);
    }

    /// <summary>Checks that nothing has been written yet.</summary>
    internal void CheckAtModel()
    {
        if (_body.Length != 0 || _version is not null)
            throw new InvalidOperationException("A component must begin its entry of the model, but something is written there already.");
    }

    /// <summary>Says who writes; without it the component cannot be loaded.</summary>
    internal void SetVersionInfo(VersionInfo ver) => _version = ver;

    internal void SaveStringOrNull(string str) => ModelHeader.WriteText(Writer, str);

    internal void SaveString(string str)
    {
        ArgumentNullException.ThrowIfNull(str);
        ModelHeader.WriteText(Writer, str);
    }

    internal void SaveNonEmptyString(string str)
    {
        ArgumentException.ThrowIfNullOrEmpty(str);
        ModelHeader.WriteText(Writer, str);
    }

    /// <summary>Writes a named stream beside the component's own entry.</summary>
    internal void SaveBinaryStream(string name, Action<BinaryWriter> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        using var writer = new BinaryWriter(Repository.CreateEntry(Directory, name), Encoding.UTF8, leaveOpen: true);
        action(writer);
    }

    /// <summary>Writes a nested component into folder <paramref name="name"/>.</summary>
    internal void SaveModel(ICanSaveModel value, string name) => SaveModel(Repository, value, RepositoryPath.Join(Directory, name));

    internal static void SaveModel(RepositoryWriter repository, ICanSaveModel value, string directory)
    {
        ArgumentNullException.ThrowIfNull(value);
        using var ctx = new ModelSaveContext(repository, directory);
        value.Save(ctx);
        ctx.Finish(value);
    }

    private void Finish(object component)
    {
        if (_version is not { } version)
            throw new InvalidOperationException(
                $"{component.GetType()} did not say which component it is; it must set its version information when it saves itself.");
        Writer.Flush();
        using var entry = new BinaryWriter(Repository.CreateEntry(Directory, ModelEntryName), Encoding.UTF8, leaveOpen: true);
        ModelHeader.Write(entry, version);
        entry.Flush();
        _body.Position = 0;
        _body.CopyTo(entry.BaseStream);
    }

    public void Dispose()
    {
        Writer.Dispose();
        _body.Dispose();
    }
}
