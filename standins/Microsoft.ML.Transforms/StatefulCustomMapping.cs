using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>Adds columns that a user's method computes from a row and from what it kept of the rows before.</summary>
public sealed class StatefulCustomMappingEstimator<TSrc, TDst, TState>
    : TrivialEstimator<StatefulCustomMappingTransformer<TSrc, TDst, TState>>
    where TSrc : class, new()
    where TDst : class, new()
    where TState : class, new()
{
    internal StatefulCustomMappingEstimator(
        IHostEnvironment env, Action<TSrc, TDst, TState> mapAction, Action<TState> stateInitAction, string contractName)
        : base(env.Register("StatefulCustomMappingEstimator"),
            new StatefulCustomMappingTransformer<TSrc, TDst, TState>(env, mapAction, stateInitAction, contractName))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        CustomMapper<TSrc, TDst>.OutputShape(Host, inputSchema, null, null);
}

/// <summary>Adds columns that a user's method computes from a row and what it kept of the rows before; each cursor begins anew.</summary>
public sealed class StatefulCustomMappingTransformer<TSrc, TDst, TState> : ITransformer
    where TSrc : class, new()
    where TDst : class, new()
    where TState : class, new()
{
    private readonly IHost _host;
    private readonly Action<TSrc, TDst, TState> _map;
    private readonly Action<TState> _begin;
    private readonly string _contract;

    internal StatefulCustomMappingTransformer(
        IHostEnvironment env, Action<TSrc, TDst, TState> mapAction, Action<TState> stateInitAction, string contractName)
    {
        ArgumentNullException.ThrowIfNull(mapAction);
        _host = env.Register("StatefulCustomMappingTransformer");
        (_map, _begin, _contract) = (mapAction, stateInitAction, contractName);
    }

    // A row's columns depend on the rows before it.
    bool ITransformer.IsRowToRowMapper => false;

    void ICanSaveModel.Save(ModelSaveContext ctx) => CustomMappingLoader.Save(_host, ctx, _contract);

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new RowToRowMapperTransform(inputSchema, Mapper(inputSchema)).OutputSchema;
    }

    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new RowToRowMapperTransform(new SequentialView(input), Mapper(input.Schema));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) =>
        throw _host.Process(new InvalidOperationException("A custom mapping with a state maps views, not single rows. Use Transform."));

    private CustomMapper<TSrc, TDst> Mapper(DataViewSchema schema) => new(schema, null, null, () =>
    {
        var state = new TState();
        _begin?.Invoke(state);
        return (source, result) => _map(source, result, state);
    });
}

/// <summary>Makes the methods of a stateful custom mapping anew where a saved model is loaded.</summary>
public abstract class StatefulCustomMappingFactory<TSrc, TDst, TState> : ICustomMappingFactory
    where TSrc : class, new()
    where TDst : class, new()
    where TState : class, new()
{
    protected StatefulCustomMappingFactory()
    {
    }

    public abstract Action<TSrc, TDst, TState> GetMapping();

    public abstract Action<TState> GetStateInitAction();

    ITransformer ICustomMappingFactory.CreateTransformer(IHostEnvironment env, string contractName) =>
        new StatefulCustomMappingTransformer<TSrc, TDst, TState>(env, GetMapping(), GetStateInitAction(), contractName);
}
