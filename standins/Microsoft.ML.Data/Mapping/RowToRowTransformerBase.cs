using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A transformer that adds columns, row by row.</summary>
public abstract class RowToRowTransformerBase : ITransformer
{
    private protected readonly IHost Host;

    private protected RowToRowTransformerBase(IHost host) => Host = host ?? throw new ArgumentNullException(nameof(host));

    bool ITransformer.IsRowToRowMapper => true;

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        SaveModel(ctx);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new RowToRowMapperTransform(inputSchema, MakeRowMapper(inputSchema));
    }

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new RowToRowMapperTransform(inputSchema, MakeRowMapper(inputSchema)).OutputSchema;
    }

    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new RowToRowMapperTransform(input, MakeRowMapper(input.Schema));
    }

    private protected abstract void SaveModel(ModelSaveContext ctx);

    private protected abstract IRowMapper MakeRowMapper(DataViewSchema schema);

    /// <summary>Finds an input column, or says which columns there are.</summary>
    private protected DataViewSchema.Column FindInput(DataViewSchema schema, string name) => schema.GetColumnOrNull(name)
        ?? throw Host.Process(new ArgumentOutOfRangeException(nameof(schema),
            $"Could not find input column '{name}'; the columns are: {string.Join(", ", schema.Select(column => column.Name))}."));
}

/// <summary>A transformer that makes each output column of one input column.</summary>
public abstract class OneToOneTransformerBase : RowToRowTransformerBase
{
    private protected readonly (string outputColumnName, string inputColumnName)[] ColumnPairs;

    private protected OneToOneTransformerBase(IHost host, params (string outputColumnName, string inputColumnName)[] columns)
        : base(host)
    {
        if (columns is not { Length: > 0 })
            throw host.Process(new ArgumentException("At least one pair of columns is needed.", nameof(columns)));
        var names = new HashSet<string>();
        foreach (var (output, input) in columns)
        {
            ArgumentException.ThrowIfNullOrEmpty(output);
            ArgumentException.ThrowIfNullOrEmpty(input);
            if (!names.Add(output))
                throw host.Process(new ArgumentException($"Output column '{output}' is given twice.", nameof(columns)));
        }
        ColumnPairs = columns;
    }

    private protected OneToOneTransformerBase(IHost host, ModelLoadContext ctx)
        : this(host, ReadColumns(host, ctx))
    {
    }

    /// <summary>Writes the column pairs; reads as the loading constructor does.</summary>
    private protected void SaveColumns(ModelSaveContext ctx)
    {
        ctx.Writer.Write(ColumnPairs.Length);
        foreach (var (output, input) in ColumnPairs)
        {
            ctx.SaveNonEmptyString(output);
            ctx.SaveNonEmptyString(input);
        }
    }

    private static (string Output, string Input)[] ReadColumns(IHost host, ModelLoadContext ctx)
    {
        // Each pair takes at least two lengths and two characters, so the rest of the entry bounds their number.
        const int FewestBytesOfPair = 10;
        long left = ctx.Reader.BaseStream.Length - ctx.Reader.BaseStream.Position;
        int count = ctx.Reader.ReadInt32();
        if (count <= 0 || count > left / FewestBytesOfPair)
            throw host.Process(new FormatException($"The model is damaged: {count} pairs of columns in {left} bytes."));
        var pairs = new (string, string)[count];
        for (int i = 0; i < count; i++)
            pairs[i] = (ctx.LoadNonEmptyString(), ctx.LoadNonEmptyString());
        return pairs;
    }
}

/// <summary>An estimator that learns nothing: it was made with its transformer.</summary>
public abstract class TrivialEstimator<TTransformer> : IEstimator<TTransformer>
    where TTransformer : class, ITransformer
{
    private protected readonly IHost Host;
    private protected readonly TTransformer Transformer;

    private protected TrivialEstimator(IHost host, TTransformer transformer)
    {
        Host = host ?? throw new ArgumentNullException(nameof(host));
        Transformer = transformer ?? throw new ArgumentNullException(nameof(transformer));
    }

    public TTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        // The schema is checked here, before any data is read.
        Transformer.GetOutputSchema(input.Schema);
        return Transformer;
    }

    public abstract SchemaShape GetOutputSchema(SchemaShape inputSchema);
}
