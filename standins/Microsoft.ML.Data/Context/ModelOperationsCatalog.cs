using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Saves and loads models, and makes prediction engines of them.</summary>
public sealed class ModelOperationsCatalog : IInternalCatalog
{
    private const string SchemaEntryName = "Schema";
    private const string TransformerFolder = "TransformerChain";

    private readonly IHostEnvironment _env;

    internal ModelOperationsCatalog(IHostEnvironment env) => _env = env;

    IHostEnvironment IInternalCatalog.Environment => _env;

    /// <summary>
    /// Writes a model and the schema of its input; columns whose type cannot be saved, such as images, are left out of the schema.
    /// </summary>
    public void Save(ITransformer model, DataViewSchema inputSchema, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var repository = new RepositoryWriter(_env, stream);
        ModelSaveContext.SaveModel(repository, model ?? new TransformerChain<ITransformer>(), TransformerFolder);
        if (inputSchema is not null)
        {
            using var writer = new BinaryWriter(repository.CreateEntry(null, SchemaEntryName), System.Text.Encoding.UTF8, leaveOpen: true);
            SavedSchema.Write(writer, inputSchema);
        }
        repository.Commit();
    }

    public void Save(ITransformer model, DataViewSchema inputSchema, string filePath)
    {
        ArgumentException.ThrowIfNullOrEmpty(filePath);
        using var stream = File.Create(filePath);
        Save(model, inputSchema, stream);
    }

    /// <summary>Reads a model and the schema of its input, which is null if none was saved.</summary>
    public ITransformer Load(Stream stream, out DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var repository = new RepositoryReader(_env, stream);
        inputSchema = null;
        using (var entry = repository.OpenEntryOrNull(null, SchemaEntryName))
        {
            if (entry is not null)
                inputSchema = SavedSchema.Read(_env, entry);
        }
        return ModelLoadContext.LoadModel<ITransformer>(_env, repository, TransformerFolder);
    }

    public ITransformer Load(string filePath, out DataViewSchema inputSchema)
    {
        ArgumentException.ThrowIfNullOrEmpty(filePath);
        using var stream = File.OpenRead(filePath);
        return Load(stream, out inputSchema);
    }

    public PredictionEngine<TSrc, TDst> CreatePredictionEngine<TSrc, TDst>(ITransformer transformer, bool ignoreMissingColumns = true,
        SchemaDefinition inputSchemaDefinition = null, SchemaDefinition outputSchemaDefinition = null)
        where TSrc : class
        where TDst : class, new() => CreatePredictionEngine<TSrc, TDst>(transformer, new PredictionEngineOptions
        {
            IgnoreMissingColumns = ignoreMissingColumns,
            InputSchemaDefinition = inputSchemaDefinition,
            OutputSchemaDefinition = outputSchemaDefinition,
        });

    /// <summary>Makes an engine whose input members take their column types from <paramref name="inputSchema"/>.</summary>
    public PredictionEngine<TSrc, TDst> CreatePredictionEngine<TSrc, TDst>(ITransformer transformer, DataViewSchema inputSchema)
        where TSrc : class
        where TDst : class, new() => CreatePredictionEngine<TSrc, TDst>(transformer, ignoreMissingColumns: false,
            DataOperationsCatalog.DefinitionFor(typeof(TSrc), inputSchema));

    public PredictionEngine<TSrc, TDst> CreatePredictionEngine<TSrc, TDst>(ITransformer transformer, PredictionEngineOptions options)
        where TSrc : class
        where TDst : class, new()
    {
        ArgumentNullException.ThrowIfNull(options);
        return new PredictionEngine<TSrc, TDst>(_env, transformer, options);
    }
}
