using System.Reflection;
using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>What one component reads itself from: a reader of its own fields, named streams, and nested components.</summary>
internal sealed class ModelLoadContext : IDisposable
{
    public readonly RepositoryReader Repository;
    public readonly string Directory;
    public readonly BinaryReader Reader;
    public readonly VersionInfo Header;

    private readonly long _start;

    private ModelLoadContext(RepositoryReader repository, string directory, Stream entry)
    {
        Repository = repository;
        Directory = directory;
        Reader = new BinaryReader(entry, Encoding.UTF8);
        Header = ModelHeader.Read(Reader);
        _start = entry.Position;
    }

    /// <summary>
    /// Checks that nothing has been read yet and that the entry was written by the component described by <paramref name="ver"/>.
    /// </summary>
    public void CheckAtModel(VersionInfo ver)
    {
        if (Reader.BaseStream.Position != _start)
        {
            throw HostEnvironment.Mark(new InvalidOperationException(
                "A component must be at the beginning of its entry of the model, but something is read already."));
        }
        ModelHeader.Check(Header, ver);
    }

    public string LoadStringOrNull() => ModelHeader.ReadText(Reader);

    public string LoadString() =>
        LoadStringOrNull() ?? throw HostEnvironment.Mark(new FormatException("The model is damaged: a text is missing."));

    public string LoadNonEmptyString()
    {
        string text = LoadString();
        return text.Length > 0
            ? text : throw HostEnvironment.Mark(new FormatException("The model is damaged: a text is empty that never is."));
    }

    /// <summary>Reads the named stream beside the component's own entry, if there is one.</summary>
    public bool TryLoadBinaryStream(string name, Action<BinaryReader> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        using var entry = Repository.OpenEntryOrNull(Directory, name);
        if (entry is null)
            return false;
        using var reader = new BinaryReader(entry, Encoding.UTF8);
        action(reader);
        return true;
    }

    /// <summary>Reads the nested component of folder <paramref name="name"/>.</summary>
    public TResult LoadModel<TResult>(IHostEnvironment env, string name)
        where TResult : class => LoadModel<TResult>(env, Repository, RepositoryPath.Join(Directory, name));

    public static TResult LoadModel<TResult>(IHostEnvironment env, RepositoryReader repository, string directory)
        where TResult : class
    {
        using var entry = repository.OpenEntry(directory, ModelSaveContext.ModelEntryName);
        ModelLoadContext ctx;
        try
        {
            ctx = new ModelLoadContext(repository, directory, entry);
        }
        catch (FormatException ex)
        {
            throw env.Process(ex);
        }
        using (ctx)
            return ctx.Create<TResult>(env);
    }

    private TResult Create<TResult>(IHostEnvironment env)
        where TResult : class
    {
        if (string.IsNullOrEmpty(Header.LoaderSignature))
            throw env.Process(new FormatException($"The model's entry '{Directory}' names no loader."));
        if (!string.IsNullOrWhiteSpace(Header.LoaderAssemblyName))
            env.ComponentCatalog.RegisterAssembly(Assembly.Load(Header.LoaderAssemblyName));
        object component = env.ComponentCatalog.CreateFromModel(env, Header.LoaderSignature, this)
            ?? throw env.Process(new FormatException(
                $"No loader '{Header.LoaderSignature}' is declared by assembly '{Header.LoaderAssemblyName}' or by a registered one."));
        return component as TResult
            ?? throw env.Process(
                new FormatException($"The model's entry '{Directory}' is a {component.GetType()}, not a {typeof(TResult)}."));
    }

    public void Dispose() => Reader.Dispose();
}
