using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Estimators, each fitted on what the transformers before it make of the data.</summary>
public sealed class EstimatorChain<TLastTransformer> : IEstimator<TransformerChain<TLastTransformer>>
    where TLastTransformer : class, ITransformer
{
    private readonly (IEstimator<ITransformer> Estimator, TransformerScope Scope, bool CacheAfter)[] _stages;

    public EstimatorChain()
        : this([])
    {
    }

    private EstimatorChain((IEstimator<ITransformer> Estimator, TransformerScope Scope, bool CacheAfter)[] stages)
    {
        _stages = stages;
        LastEstimator = stages.LastOrDefault().Estimator as IEstimator<TLastTransformer>;
    }

    /// <summary>The last estimator, or null for an empty chain.</summary>
    public readonly IEstimator<TLastTransformer> LastEstimator;

    public TransformerChain<TLastTransformer> Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        // The shapes are checked first, so that a chain that does not fit fails before anything is trained.
        GetOutputSchema(SchemaShape.Create(input.Schema));
        var data = input;
        var transformers = new ITransformer[_stages.Length];
        for (int i = 0; i < _stages.Length; i++)
        {
            transformers[i] = _stages[i].Estimator.Fit(data);
            data = transformers[i].Transform(data);
            if (_stages[i].CacheAfter && i < _stages.Length - 1)
                data = new CachedView(data);
        }
        return new TransformerChain<TLastTransformer>(transformers, _stages.Select(stage => stage.Scope));
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return _stages.Aggregate(inputSchema, (shape, stage) => stage.Estimator.GetOutputSchema(shape));
    }

    public EstimatorChain<TNewTrans> Append<TNewTrans>(IEstimator<TNewTrans> estimator,
        TransformerScope scope = TransformerScope.Everything)
        where TNewTrans : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(estimator);
        return new EstimatorChain<TNewTrans>([.. _stages, (estimator, scope, false)]);
    }

    /// <summary>Keeps what comes out of the chain so far in memory while the estimators appended later are fitted.</summary>
    public EstimatorChain<TLastTransformer> AppendCacheCheckpoint(IHostEnvironment env)
    {
        ArgumentNullException.ThrowIfNull(env);
        if (_stages.Length == 0)
            throw env.Process(new InvalidOperationException("An empty chain has nothing to cache: append an estimator first."));
        var stages = _stages.ToArray();
        stages[^1].CacheAfter = true;
        return new EstimatorChain<TLastTransformer>(stages);
    }
}
