using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(typeof(ColumnCopyingTransformer), null, typeof(SignatureLoadModel), "Copy columns",
    ColumnCopyingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

/// <summary>Copies a column under another name.</summary>
public sealed class ColumnCopyingEstimator : TrivialEstimator<ColumnCopyingTransformer>
{
    internal ColumnCopyingEstimator(IHostEnvironment env, string outputColumnName, string inputColumnName)
        : base(env.Register(nameof(ColumnCopyingEstimator)), new ColumnCopyingTransformer(env, outputColumnName, inputColumnName))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var columns = inputSchema.ToDictionary(column => column.Name);
        foreach (var (output, input) in Transformer.Pairs)
        {
            if (!inputSchema.TryFindColumn(input, out var column))
                throw Host.Process(new ArgumentOutOfRangeException(nameof(inputSchema),
                    $"Could not find input column '{input}'; the columns are: {string.Join(", ", columns.Keys)}."));
            columns[output] = new SchemaShape.Column(output, column.Kind, column.ItemType, column.IsKey, column.Annotations);
        }
        return new SchemaShape(columns.Values);
    }
}

/// <summary>Copies a column, annotations included, under another name.</summary>
public sealed class ColumnCopyingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "CopyTransform";

    internal ColumnCopyingTransformer(IHostEnvironment env, string outputColumnName, string inputColumnName)
        : base(env.Register(nameof(ColumnCopyingTransformer)), (outputColumnName, inputColumnName))
    {
    }

    private ColumnCopyingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
    {
    }

    internal (string Output, string Input)[] Pairs => ColumnPairs;

    private static VersionInfo Version =>
        new("COPYCOLT", 0x00010001, 0x00010001, 0x00010001, typeof(ColumnCopyingTransformer).Assembly.FullName, LoaderSignature);

    private static ColumnCopyingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version);
        return new ColumnCopyingTransformer(env.Register(nameof(ColumnCopyingTransformer)), ctx);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version);
        SaveColumns(ctx);
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema) =>
        new Mapper(ColumnPairs.Select(pair => (pair.outputColumnName, FindInput(schema, pair.inputColumnName))).ToArray());

    private sealed class Mapper((string Output, DataViewSchema.Column Input)[] pairs) : IRowMapper
    {
        public DataViewSchema.DetachedColumn[] GetOutputColumns() =>
            [.. pairs.Select(pair => new DataViewSchema.DetachedColumn(pair.Output, pair.Input.Type, pair.Input.Annotations))];

        public Func<int, bool> GetDependencies(Func<int, bool> activeOutput)
        {
            var needed = pairs.Where((_, added) => activeOutput(added)).Select(pair => pair.Input.Index).ToHashSet();
            return needed.Contains;
        }

        public Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null;
            return [.. pairs.Select((pair, added) => activeOutput(added) ? RowGetters.Of(input, pair.Input) : null)];
        }
    }
}
