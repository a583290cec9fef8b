using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace MLNetWsss.Pipeline;

/// <summary>A stage that can be fitted: checks its columns, then trains or just binds its options.</summary>
/// <typeparam name="TTransformer">What fitting makes.</typeparam>
public abstract class StageEstimator<TTransformer> : IEstimator<TTransformer> where TTransformer : StageTransformer
{
    private protected StageEstimator(IHostEnvironment environment, StageOptions options, StageColumns columns)
    {
        options.Validate();
        Host = environment.Register(Name);
        Columns = columns;
    }

    /// <summary>What the stage reads, trains on and writes.</summary>
    public StageColumns Columns { get; }

    internal string Name => GetType().Name.Replace("Estimator", "");
    private protected IHost Host { get; }

    /// <summary>Makes the transformer from data whose columns have been checked.</summary>
    private protected abstract TTransformer FitChecked(IDataView input, IReadOnlyList<(StageColumn, DataViewSchema.Column)> columns, IChannel channel);

    /// <summary>Fits the stage to <paramref name="input"/>, which is read once and left as it is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public TTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var columns = Columns.Bind(Name, input.Schema, training: true);
        using var channel = Host.Start("Fit");
        return FitChecked(input, columns, channel);
    }

    /// <summary>The columns that the fitted stage will make of a view of shape <paramref name="inputSchema"/>.</summary>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => Columns.Promise(Name, inputSchema, training: true);

    /// <summary>The same for a view at prediction, which need not have the training columns.</summary>
    internal SchemaShape GetPredictionSchema(SchemaShape inputSchema) => Columns.Promise(Name, inputSchema, training: false);
}
