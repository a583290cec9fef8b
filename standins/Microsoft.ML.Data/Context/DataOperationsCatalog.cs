using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Makes views of objects and of other views.</summary>
public sealed class DataOperationsCatalog : IInternalCatalog
{
    private readonly IHostEnvironment _env;

    internal DataOperationsCatalog(IHostEnvironment env) => _env = env;

    IHostEnvironment IInternalCatalog.Environment => _env;

    /// <summary>A view of objects. They are enumerated anew for every cursor, and read only as far as it moves.</summary>
    public IDataView LoadFromEnumerable<TRow>(IEnumerable<TRow> data, SchemaDefinition schemaDefinition = null)
        where TRow : class
    {
        ArgumentNullException.ThrowIfNull(data);
        return new EnumerableView<TRow>(data, schemaDefinition);
    }

    /// <summary>A view of objects whose columns take types and annotations from <paramref name="schema"/> by name.</summary>
    public IDataView LoadFromEnumerable<TRow>(IEnumerable<TRow> data, DataViewSchema schema)
        where TRow : class
    {
        ArgumentNullException.ThrowIfNull(data);
        return new EnumerableView<TRow>(data, DefinitionFor(typeof(TRow), schema));
    }

    internal static SchemaDefinition DefinitionFor(Type rowType, DataViewSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var definition = SchemaDefinition.Create(rowType, SchemaDefinition.Direction.Read);
        foreach (var column in definition)
        {
            if (schema.GetColumnOrNull(column.ColumnName) is not { } typed)
                continue;
            column.ColumnType = typed.Type;
            column.SetAnnotations(typed.Annotations);
        }
        return definition;
    }

    /// <summary>The rows of a view as objects: each its own, or the same one over and over.</summary>
    public IEnumerable<TRow> CreateEnumerable<TRow>(IDataView data, bool reuseRowObject, bool ignoreMissingColumns = false,
        SchemaDefinition schemaDefinition = null)
        where TRow : class, new()
    {
        ArgumentNullException.ThrowIfNull(data);
        return Rows(data, new RowFiller<TRow>(data.Schema, ignoreMissingColumns, schemaDefinition), reuseRowObject);
    }

    private static IEnumerable<TRow> Rows<TRow>(IDataView data, RowFiller<TRow> filler, bool reuseRowObject)
        where TRow : class, new()
    {
        using var cursor = data.GetRowCursor(filler.Columns);
        var fill = filler.Open(cursor);
        var row = reuseRowObject ? new TRow() : null;
        while (cursor.MoveNext())
        {
            var filled = row ?? new TRow();
            fill(filled);
            yield return filled;
        }
    }

    /// <summary>A view that reads each column of its source once. Columns of images and of users' own types are not part of it.</summary>
    public IDataView Cache(IDataView input, params string[] columnsToPrefetch)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new CachedView(input, columnsToPrefetch);
    }

    /// <summary>The rows whose value of a column is in [<paramref name="lowerBound"/>, <paramref name="upperBound"/>).</summary>
    public IDataView FilterRowsByColumn(IDataView input, string columnName, double lowerBound = double.NegativeInfinity,
        double upperBound = double.PositiveInfinity)
    {
        var column = ColumnOf(input, columnName);
        if (!(lowerBound < upperBound))
            throw _env.Process(new ArgumentOutOfRangeException(nameof(upperBound),
                $"The upper bound {upperBound} must be above the lower bound {lowerBound}."));
        return new FilteredView(input, [column], cursor =>
        {
            var value = RowTests.Number(cursor, column);
            return () => value() is double x && lowerBound <= x && x < upperBound;
        });
    }

    /// <summary>
    /// The rows whose key, as a fraction of its count, is in [<paramref name="lowerBound"/>, <paramref name="upperBound"/>).
    /// </summary>
    public IDataView FilterRowsByKeyColumnFraction(IDataView input, string columnName, double lowerBound = 0, double upperBound = 1)
    {
        var column = ColumnOf(input, columnName);
        if (!(0 <= lowerBound && lowerBound < upperBound && upperBound <= 1))
            throw _env.Process(new ArgumentOutOfRangeException(nameof(upperBound),
                $"The bounds are fractions in order, not {lowerBound} and {upperBound}."));
        return new FilteredView(input, [column], cursor =>
        {
            var fraction = RowTests.KeyFraction(cursor, column);
            return () => fraction() is double x && lowerBound <= x && x < upperBound;
        });
    }

    /// <summary>The rows that have no missing value (NaN, key 0) in any of the columns.</summary>
    public IDataView FilterRowsByMissingValues(IDataView input, params string[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var tested = columns.Select(name => ColumnOf(input, name)).ToArray();
        return new FilteredView(input, tested, cursor =>
        {
            var missing = tested.Select(column => RowTests.Missing(cursor, column)).ToArray();
            return () => !missing.Any(isMissing => isMissing());
        });
    }

    /// <summary>
    /// The rows in another order, the same for every cursor. Columns of images and of users' own types are not part of it.
    /// </summary>
    public IDataView ShuffleRows(IDataView input, int? seed = null, int shufflePoolSize = 1000, bool shuffleSource = true)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (shufflePoolSize <= 0)
            throw _env.Process(new ArgumentOutOfRangeException(nameof(shufflePoolSize),
                $"The pool holds at least one row, not {shufflePoolSize}."));
        return new ShuffledView(input, seed ?? _env.Register("Shuffle").Rand.Next(), shufflePoolSize, shuffleSource);
    }

    public IDataView TakeRows(IDataView input, long count)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return new SkipTakeView(input, 0, count);
    }

    public IDataView SkipRows(IDataView input, long count)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return new SkipTakeView(input, count, long.MaxValue);
    }

    /// <summary>Two parts of the rows. Rows that share a value of <paramref name="samplingKeyColumnName"/> go to the same part.</summary>
    public TrainTestData TrainTestSplit(IDataView data, double testFraction = 0.1, string samplingKeyColumnName = null, int? seed = null)
    {
        if (!(testFraction is > 0 and < 1))
            throw _env.Process(new ArgumentOutOfRangeException(nameof(testFraction),
                $"The test fraction is between 0 and 1, both excluded, not {testFraction}."));
        var parts = Sampler(data, samplingKeyColumnName, seed);
        return new TrainTestData(parts(x => x >= testFraction), parts(x => x < testFraction));
    }

    /// <summary>For each fold, the rows outside and inside of it.</summary>
    public IReadOnlyList<TrainTestData> CrossValidationSplit(IDataView data, int numberOfFolds = 5, string samplingKeyColumnName = null,
        int? seed = null)
    {
        if (numberOfFolds <= 1)
            throw _env.Process(new ArgumentOutOfRangeException(nameof(numberOfFolds),
                $"At least two folds are needed, not {numberOfFolds}."));
        var parts = Sampler(data, samplingKeyColumnName, seed);
        return [.. Enumerable.Range(0, numberOfFolds).Select(fold => new TrainTestData(
            parts(x => (int)(x * numberOfFolds) != fold), parts(x => (int)(x * numberOfFolds) == fold)))];
    }

    // A row's part is a function of its identifier (or its key) and the seed, so it does not depend on the order of enumeration.
    private Func<Func<double, bool>, IDataView> Sampler(IDataView data, string samplingKeyColumnName, int? seed)
    {
        ArgumentNullException.ThrowIfNull(data);
        DataViewSchema.Column? key = samplingKeyColumnName is null ? null : ColumnOf(data, samplingKeyColumnName);
        uint salt = (uint)(seed ?? _env.Register("Split").Rand.Next());
        return isIn => new FilteredView(data, key is { } tested ? [tested] : [], cursor =>
        {
            var place = RowTests.Sample(cursor, key, salt);
            return () => isIn(place());
        });
    }

    private static DataViewSchema.Column ColumnOf(IDataView view, string name)
    {
        ArgumentNullException.ThrowIfNull(view);
        return view.Schema[name];
    }

    /// <summary>The two parts of a split.</summary>
    public struct TrainTestData
    {
        public readonly IDataView TrainSet;
        public readonly IDataView TestSet;

        internal TrainTestData(IDataView trainSet, IDataView testSet)
        {
            TrainSet = trainSet;
            TestSet = testSet;
        }
    }
}
