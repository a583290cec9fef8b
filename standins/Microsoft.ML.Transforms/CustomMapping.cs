using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(typeof(ITransformer), typeof(CustomMappingLoader), null, typeof(SignatureLoadModel), "Custom mapping",
    CustomMappingLoader.LoaderSignature)]

namespace Microsoft.ML.Transforms;

/// <summary>Adds columns that a user's method computes from a row.</summary>
public sealed class CustomMappingEstimator<TSrc, TDst> : TrivialEstimator<CustomMappingTransformer<TSrc, TDst>>
    where TSrc : class, new()
    where TDst : class, new()
{
    internal CustomMappingEstimator(IHostEnvironment env, Action<TSrc, TDst> mapAction, string contractName,
        SchemaDefinition inputSchemaDefinition, SchemaDefinition outputSchemaDefinition)
        : base(env.Register("CustomMappingEstimator"),
            new CustomMappingTransformer<TSrc, TDst>(env, mapAction, contractName, inputSchemaDefinition, outputSchemaDefinition))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        CustomMapper<TSrc, TDst>.OutputShape(Host, inputSchema, Transformer.InputDefinition, Transformer.OutputDefinition);
}

/// <summary>Adds columns that a user's method computes from a row, when they are asked for.</summary>
public sealed class CustomMappingTransformer<TSrc, TDst> : ITransformer
    where TSrc : class, new()
    where TDst : class, new()
{
    private readonly IHost _host;
    private readonly Action<TSrc, TDst> _map;
    private readonly string _contract;

    internal CustomMappingTransformer(IHostEnvironment env, Action<TSrc, TDst> mapAction, string contractName,
        SchemaDefinition inputSchemaDefinition = null, SchemaDefinition outputSchemaDefinition = null)
    {
        ArgumentNullException.ThrowIfNull(mapAction);
        _host = env.Register("CustomMappingTransformer");
        (_map, _contract) = (mapAction, contractName);
        (InputDefinition, OutputDefinition) = (inputSchemaDefinition, outputSchemaDefinition);
    }

    internal SchemaDefinition InputDefinition { get; }

    internal SchemaDefinition OutputDefinition { get; }

    bool ITransformer.IsRowToRowMapper => true;

    void ICanSaveModel.Save(ModelSaveContext ctx) => CustomMappingLoader.Save(_host, ctx, _contract);

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Map(inputSchema).OutputSchema;

    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new RowToRowMapperTransform(input, Mapper(input.Schema));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => Map(inputSchema);

    private RowToRowMapperTransform Map(DataViewSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new RowToRowMapperTransform(schema, Mapper(schema));
    }

    private CustomMapper<TSrc, TDst> Mapper(DataViewSchema schema) => new(schema, InputDefinition, OutputDefinition, () => _map);
}

/// <summary>Makes the method of a custom mapping anew where a saved model is loaded.</summary>
public abstract class CustomMappingFactory<TSrc, TDst> : ICustomMappingFactory
    where TSrc : class, new()
    where TDst : class, new()
{
    protected CustomMappingFactory()
    {
    }

    public abstract Action<TSrc, TDst> GetMapping();

    ITransformer ICustomMappingFactory.CreateTransformer(IHostEnvironment env, string contractName) =>
        new CustomMappingTransformer<TSrc, TDst>(env, GetMapping(), contractName);
}

/// <summary>Names the contract that a factory of custom mappings fulfils.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class CustomMappingFactoryAttributeAttribute : ExtensionBaseAttribute
{
    public CustomMappingFactoryAttributeAttribute(string contractName)
        : base(contractName)
    {
    }
}

/// <summary>A factory of custom mappings, whatever its row types are.</summary>
internal interface ICustomMappingFactory
{
    ITransformer CreateTransformer(IHostEnvironment env, string contractName);
}

/// <summary>Saves custom mappings as the name of their contract, and finds the factory of that contract on loading.</summary>
internal static class CustomMappingLoader
{
    internal const string LoaderSignature = "CustomMapping";

    private static VersionInfo Version =>
        new("CUSTOMXF", 0x00010001, 0x00010001, 0x00010001, typeof(CustomMappingLoader).Assembly.FullName, LoaderSignature);

    internal static void Save(IHost host, ModelSaveContext ctx, string contract)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        if (string.IsNullOrEmpty(contract))
            throw host.Process(new InvalidOperationException("A custom mapping without a contract name cannot be saved. " +
                "Give CustomMapping a contractName, and put [CustomMappingFactoryAttribute(contractName)] on a factory class."));
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version);
        ctx.SaveNonEmptyString(contract);
    }

    private static ITransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version);
        string contract = ctx.LoadNonEmptyString();
        if (env.ComponentCatalog.GetExtension<CustomMappingFactoryAttributeAttribute>(contract) is ICustomMappingFactory factory)
            return factory.CreateTransformer(env, contract);
        throw env.Process(new InvalidOperationException($"The model has a custom mapping of contract '{contract}', for which no factory " +
            "is known. Register the assembly of its factory by ComponentCatalog.RegisterAssembly before loading."));
    }
}
