using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>How a prediction engine is made.</summary>
public sealed class PredictionEngineOptions
{
    public PredictionEngineOptions()
    {
    }

    public bool IgnoreMissingColumns = true;

    public SchemaDefinition InputSchemaDefinition;

    public SchemaDefinition OutputSchemaDefinition;

    /// <summary>Whether disposing the engine disposes the transformer.</summary>
    public bool OwnsTransformer = true;
}

/// <summary>Applies a transformer to single objects.</summary>
public abstract class PredictionEngineBase<TSrc, TDst> : IDisposable
    where TSrc : class
    where TDst : class, new()
{
    private readonly InputRow<TSrc> _input;
    private readonly Action<TDst> _fill;
    private readonly ITransformer _owned;
    private bool _disposed;

    private protected PredictionEngineBase(IHostEnvironment env, ITransformer transformer, PredictionEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(transformer);
        if (!transformer.IsRowToRowMapper)
        {
            throw env.Process(new InvalidOperationException(
                $"A prediction engine needs a transformer that maps row to row, which {transformer.GetType()} does not: "
                + "apply Transform to a whole view instead."));
        }
        _owned = options.OwnsTransformer ? transformer : null;
        _input = new InputRow<TSrc>(options.InputSchemaDefinition);
        var mapper = transformer.GetRowToRowMapper(_input.Schema);
        OutputSchema = mapper.OutputSchema;
        var filler = new RowFiller<TDst>(OutputSchema, options.IgnoreMissingColumns, options.OutputSchemaDefinition);
        // The engine reads one row for all its life and never disposes it: the mapped row must keep nothing that needs disposal.
        _fill = filler.Open(mapper.GetRow(_input, filler.Columns));
    }

    public DataViewSchema OutputSchema { get; }

    public TDst Predict(TSrc example)
    {
        var prediction = new TDst();
        Predict(example, ref prediction);
        return prediction;
    }

    public abstract void Predict(TSrc example, ref TDst prediction);

    private protected void FillPrediction(TSrc example, ref TDst prediction)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _input.Replace(example);
        prediction ??= new TDst();
        _fill(prediction);
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        (_owned as IDisposable)?.Dispose();
    }
}

/// <summary>Applies a transformer to single objects; not for use by several threads at once.</summary>
public sealed class PredictionEngine<TSrc, TDst> : PredictionEngineBase<TSrc, TDst>
    where TSrc : class
    where TDst : class, new()
{
    internal PredictionEngine(IHostEnvironment env, ITransformer transformer, PredictionEngineOptions options)
        : base(env, transformer, options)
    {
    }

    public override void Predict(TSrc example, ref TDst prediction) => FillPrediction(example, ref prediction);
}
