using System.Collections;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(TransformerChain<ITransformer>), typeof(TransformerChainLoader), null, typeof(SignatureLoadModel),
    "Transformer chain", TransformerChainLoader.LoaderSignature)]

namespace Microsoft.ML.Data;

/// <summary>When a transformer of a chain takes part.</summary>
[Flags]
public enum TransformerScope
{
    None = 0,
    Training = 1 << 0,
    Testing = 1 << 1,
    Scoring = 1 << 2,
    TrainTest = Training | Testing,
    Everything = Training | Testing | Scoring,
}

/// <summary>Transformers, one after the other; lazy as they are.</summary>
public sealed class TransformerChain<TLastTransformer> : ITransformer, IEnumerable<ITransformer>, IDisposable
    where TLastTransformer : class, ITransformer
{
    private readonly ITransformer[] _transformers;
    private readonly TransformerScope[] _scopes;
    private bool _disposed;

    /// <summary>The last transformer, or null for an empty chain.</summary>
    public readonly TLastTransformer LastTransformer;

    public TransformerChain(IEnumerable<ITransformer> transformers, IEnumerable<TransformerScope> scopes)
    {
        _transformers = transformers?.ToArray() ?? [];
        _scopes = scopes?.ToArray() ?? [];
        if (_transformers.Length != _scopes.Length)
            throw new InvalidOperationException($"{_transformers.Length} transformers need as many scopes, not {_scopes.Length}.");
        LastTransformer = _transformers.LastOrDefault() as TLastTransformer;
        if (_transformers.Length > 0 && LastTransformer is null)
            throw new InvalidOperationException(
                $"The last transformer is a {_transformers[^1]?.GetType().ToString() ?? "null"}, not a {typeof(TLastTransformer)}.");
    }

    public TransformerChain(params ITransformer[] transformers)
        : this(transformers, transformers?.Select(_ => TransformerScope.Everything))
    {
    }

    bool ITransformer.IsRowToRowMapper => _transformers.All(transformer => transformer.IsRowToRowMapper);

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => GetOutputSchema(inputSchema, TransformerScope.Scoring);

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema, TransformerScope scope)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return InScope(scope).Aggregate(inputSchema, (schema, transformer) => transformer.GetOutputSchema(schema));
    }

    public IDataView Transform(IDataView input) => Transform(input, TransformerScope.Scoring);

    public IDataView Transform(IDataView input, TransformerScope scope)
    {
        ArgumentNullException.ThrowIfNull(input);
        // The schemas are checked first, so that a chain that does not fit fails before any stage is applied.
        GetOutputSchema(input.Schema, scope);
        return InScope(scope).Aggregate(input, (view, transformer) => transformer.Transform(view));
    }

    /// <summary>The part of the chain that takes part in any of <paramref name="scopeFilter"/>.</summary>
    public TransformerChain<ITransformer> GetModelFor(TransformerScope scopeFilter) =>
        new(InScope(scopeFilter), _scopes.Where(scope => (scope & scopeFilter) != TransformerScope.None));

    public TransformerChain<TNewLast> Append<TNewLast>(TNewLast transformer, TransformerScope scope = TransformerScope.Everything)
        where TNewLast : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(transformer);
        return new TransformerChain<TNewLast>(_transformers.Append(transformer), _scopes.Append(scope));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var stages = InScope(TransformerScope.Scoring).ToArray();
        if (stages.FirstOrDefault(stage => !stage.IsRowToRowMapper) is { } whole)
            throw new InvalidOperationException(
                $"{nameof(ITransformer.GetRowToRowMapper)} was called, but {whole.GetType()} of the chain does not map row to row.");
        var mappers = new IRowToRowMapper[stages.Length];
        var schema = inputSchema;
        for (int i = 0; i < mappers.Length; i++)
        {
            mappers[i] = stages[i].GetRowToRowMapper(schema);
            schema = mappers[i].OutputSchema;
        }
        return new CompositeRowToRowMapper(inputSchema, mappers);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => TransformerChainLoader.Save(ctx, _transformers, _scopes);

    public IEnumerator<ITransformer> GetEnumerator() => ((IEnumerable<ITransformer>)_transformers).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Disposes the transformers.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (var transformer in _transformers)
            (transformer as IDisposable)?.Dispose();
    }

    private IEnumerable<ITransformer> InScope(TransformerScope scope) =>
        _transformers.Where((_, index) => (_scopes[index] & scope) != TransformerScope.None);
}

/// <summary>Writes and reads chains.</summary>
internal static class TransformerChainLoader
{
    public const string LoaderSignature = "TransformerChain";

    private static VersionInfo Version =>
        new("XF CHAIN", 0x00010001, 0x00010001, 0x00010001, typeof(TransformerChainLoader).Assembly.FullName, LoaderSignature);

    private static string FolderOf(int index) => $"Transform_{index:000}";

    public static void Save(ModelSaveContext ctx, ITransformer[] transformers, TransformerScope[] scopes)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version);
        ctx.Writer.Write(transformers.Length);
        for (int i = 0; i < transformers.Length; i++)
        {
            ctx.Writer.Write((int)scopes[i]);
            ctx.SaveModel(transformers[i], FolderOf(i));
        }
    }

    public static TransformerChain<ITransformer> Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version);
        int count = ctx.Reader.ReadInt32();
        long left = ctx.Reader.BaseStream.Length - ctx.Reader.BaseStream.Position;
        if (count < 0 || count > left / sizeof(int))
            throw env.Process(new FormatException($"The model is damaged: a chain of {count} transformers in {left} bytes."));
        var transformers = new ITransformer[count];
        var scopes = new TransformerScope[count];
        for (int i = 0; i < count; i++)
        {
            scopes[i] = (TransformerScope)ctx.Reader.ReadInt32();
            transformers[i] = ctx.LoadModel<ITransformer>(env, FolderOf(i));
        }
        return new TransformerChain<ITransformer>(transformers, scopes);
    }
}
