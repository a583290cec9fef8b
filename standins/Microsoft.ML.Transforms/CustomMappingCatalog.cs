using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

namespace Microsoft.ML;

/// <summary>Columns and filters by methods of the user.</summary>
public static class CustomMappingCatalog
{
    /// <summary>
    /// Adds the columns of <typeparamref name="TDst"/>, computed from those of <typeparamref name="TSrc"/>. Without a contract name it
    /// cannot be saved.
    /// </summary>
    public static CustomMappingEstimator<TSrc, TDst> CustomMapping<TSrc, TDst>(this TransformsCatalog catalog, Action<TSrc, TDst> mapAction,
        string contractName, SchemaDefinition inputSchemaDefinition = null, SchemaDefinition outputSchemaDefinition = null)
        where TSrc : class, new()
        where TDst : class, new() =>
        new(EnvironmentOf(catalog), mapAction, contractName, inputSchemaDefinition, outputSchemaDefinition);

    /// <summary>As CustomMapping, with a state that is new for each pass over the rows.</summary>
    public static StatefulCustomMappingEstimator<TSrc, TDst, TState> StatefulCustomMapping<TSrc, TDst, TState>(
        this TransformsCatalog catalog, Action<TSrc, TDst, TState> mapAction, Action<TState> stateInitAction, string contractName)
        where TSrc : class, new()
        where TDst : class, new()
        where TState : class, new() =>
        new(EnvironmentOf(catalog), mapAction, stateInitAction, contractName);

    /// <summary>The rows for which <paramref name="filterPredicate"/> is false; those for which it is true are dropped.</summary>
    public static IDataView FilterByCustomPredicate<TSrc>(
        this DataOperationsCatalog catalog, IDataView input, Func<TSrc, bool> filterPredicate)
        where TSrc : class, new()
    {
        ArgumentNullException.ThrowIfNull(filterPredicate);
        return Filter(catalog, input, () => filterPredicate);
    }

    /// <summary>As FilterByCustomPredicate, with a state that is new for each pass over the rows.</summary>
    public static IDataView FilterByStatefulCustomPredicate<TSrc, TState>(this DataOperationsCatalog catalog, IDataView input,
        Func<TSrc, TState, bool> filterPredicate, Action<TState> stateInitAction)
        where TSrc : class, new()
        where TState : class, new()
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(filterPredicate);
        return Filter<TSrc>(catalog, new SequentialView(input), () =>
        {
            var state = new TState();
            stateInitAction?.Invoke(state);
            return row => filterPredicate(row, state);
        });
    }

    private static FilteredView Filter<TSrc>(DataOperationsCatalog catalog, IDataView input, Func<Func<TSrc, bool>> open)
        where TSrc : class, new()
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(input);
        var filler = new RowFiller<TSrc>(input.Schema, ignoreMissingColumns: false);
        return new FilteredView(input, filler.Columns, cursor =>
        {
            Action<TSrc> fill = filler.Open(cursor);
            Func<TSrc, bool> drops = open();
            var row = new TSrc();
            return () =>
            {
                fill(row);
                return !drops(row);
            };
        });
    }

    private static IHostEnvironment EnvironmentOf(TransformsCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return ((IInternalCatalog)catalog).Environment;
    }
}
