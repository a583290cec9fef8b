using System.Reflection;
using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace MLNetWsss.Pipeline;

/// <summary>A stage that loads itself from what it saved.</summary>
/// <typeparam name="TSelf">The transformer.</typeparam>
internal interface ILoadableStage<TSelf> where TSelf : StageTransformer, ILoadableStage<TSelf>
{
    /// <summary>Makes the stage of an archive that it wrote.</summary>
    static abstract TSelf Load(IHostEnvironment environment, StageArchive archive);
}

/// <summary>
/// A fitted stage. It adds its columns lazily and in batches through one cursor, row by row for <c>PredictionEngine</c>, saves itself into
/// ML.NET's zip, and may be used from several threads at once.
/// </summary>
public abstract class StageTransformer : ITransformer, IDisposable
{
    internal const string LoaderSignature = "MLNetWsssStage"; // at most 24 characters

    private bool _disposed;

    private protected StageTransformer(IHostEnvironment environment, StageOptions options, StageColumns columns, IReadOnlyList<string> classNames)
    {
        Host = environment.Register(Name);
        Options = options;
        Columns = columns;
        ClassNames = classNames;
    }

    /// <summary>What the stage reads and writes.</summary>
    public StageColumns Columns { get; }

    /// <summary>Foreground class names, in the order of the tags; empty where the stage takes them from its input.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    internal string Name => GetType().Name.Replace("Transformer", "");
    internal virtual int BatchSize => Options.PredictionBatch;
    private protected IHost Host { get; }
    private protected StageOptions Options { get; }

    /// <summary>Adds every wanted column to every row.</summary>
    private protected abstract void Map(IReadOnlyList<StageRow> rows, IReadOnlySet<StageColumn> wanted);

    /// <summary>Puts what training learned into the archive.</summary>
    private protected virtual void Store(StageArchive archive) { }

    /// <summary>The foreground class names of the written columns, for a given input.</summary>
    internal virtual IReadOnlyList<string> ClassNamesFor(DataViewSchema input) => ClassNames;

    /// <summary>Throws if the stage has been disposed.</summary>
    internal void RequireAlive() => ObjectDisposedException.ThrowIf(_disposed, this);

    internal void MapChecked(IReadOnlyList<StageRow> rows, IReadOnlySet<StageColumn> wanted)
    {
        RequireAlive();
        try
        {
            Map(rows, wanted);
        }
        catch (AggregateException e) when (e.InnerExceptions.Count > 0)
        {
            // What failed on a worker thread is the caller's to catch by its own type.
            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
        }
    }

    /// <inheritdoc/>
    public virtual bool IsRowToRowMapper => true;

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new StageMapper(this, inputSchema).OutputSchema;

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(inputSchema);
        return IsRowToRowMapper ? new StageMapper(this, inputSchema) : throw new InvalidOperationException(
            $"{Name} maps whole views: what it makes of a row depends on the others. Use Transform on a view with all rows, not a " +
            "PredictionEngine.");
    }

    /// <summary>The input with this stage's columns added, computed as they are read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="ObjectDisposedException">The stage has been disposed.</exception>
    public IDataView Transform(IDataView input)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(input);
        return ViewOf(input, new StageMapper(this, input.Schema));
    }

    private protected virtual IDataView ViewOf(IDataView input, StageMapper mapper) => new StageView(input, mapper);

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        MLNetInternals.SaveStage(ctx, writer => Archive().Write(writer.BaseStream));
    }

    internal StageArchive Archive()
    {
        var archive = new StageArchive { Stage = Name, OptionsJson = Options.ToJson(), ClassNames = ClassNames };
        Store(archive);
        return archive;
    }

    /// <summary>This stage with other options of prediction, as an archive.</summary>
    /// <param name="own">The options that it has.</param>
    /// <param name="changed">Those that it should have.</param>
    /// <param name="predicting">The first options, with those of prediction taken from the second.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or is one that only training can change.</exception>
    private protected StageArchive ArchiveWith<TOptions>(TOptions own, TOptions changed, Func<TOptions, TOptions, TOptions> predicting)
        where TOptions : StageOptions
    {
        RequireAlive();
        changed.Validate();
        var trained = predicting(changed, own);
        var wrong = typeof(TOptions).GetProperties().FirstOrDefault(p => p.CanWrite && !Equals(p.GetValue(trained), p.GetValue(own)));
        if (wrong is not null)
            throw new ArgumentException($"Option {wrong.Name} is {wrong.GetValue(changed)} and was {wrong.GetValue(own)} in " +
                "training; expected the same, since the weights stay. Fit a new stage with it.", nameof(changed));
        var archive = new StageArchive { Stage = Name, OptionsJson = changed.ToJson(), ClassNames = ClassNames };
        Store(archive);
        return archive;
    }

    // ML.NET's component catalog finds this by its name and parameters.
    private static StageTransformer Create(IHostEnvironment env, object ctx)
    {
        try
        {
            if (MLNetInternals.ArchiveOf(ctx) is { } file)
                ModelFile.RequireWhole(file);
            StageArchive? archive = null;
            if (!MLNetInternals.TryLoadStage(ctx, reader => archive = StageArchive.Read(reader.BaseStream)))
                throw new FormatException("The saved model is damaged: a stage's contents are missing. Copy or save the file again.");
            return Load(env, archive!);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw env.Process(e);
        }
    }

    /// <summary>A stage's name is its folder, its namespace and its transformer's prefix; only stages of this library can be named.</summary>
    internal static StageTransformer Load(IHostEnvironment environment, StageArchive archive)
    {
        var type = typeof(StageTransformer).Assembly.GetType($"MLNetWsss.{archive.Stage}.{archive.Stage}Transformer");
        if (type is null || !type.IsSubclassOf(typeof(StageTransformer)))
            throw new FormatException($"The model has a stage '{archive.Stage}' that this version of MLNetWsss does not know. Update the package.");
        var load = type.GetMethod("Load", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public,
            [typeof(IHostEnvironment), typeof(StageArchive)])!;
        return (StageTransformer)load.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [environment, archive], null)!;
    }

    /// <summary>Frees the network's memory. Using the stage afterwards throws <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        if (!_disposed)
            Release();
        _disposed = true;
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the stage holds natively.</summary>
    private protected virtual void Release() { }
}
