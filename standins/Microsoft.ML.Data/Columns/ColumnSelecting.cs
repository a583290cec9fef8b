using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(typeof(ColumnSelectingTransformer), null, typeof(SignatureLoadModel), "Select columns",
    ColumnSelectingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

/// <summary>Keeps, or drops, the columns named.</summary>
public sealed class ColumnSelectingEstimator : TrivialEstimator<ColumnSelectingTransformer>
{
    internal ColumnSelectingEstimator(IHostEnvironment env, string[] columnNames, bool keeps, bool keepHidden)
        : base(env.Register(nameof(ColumnSelectingEstimator)), new ColumnSelectingTransformer(env, columnNames, keeps, keepHidden))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        Transformer.CheckPresent(inputSchema.Select(column => column.Name));
        return Transformer.Keeps
            ? new SchemaShape(Transformer.Names.Select(name => inputSchema.Last(column => column.Name == name)))
            : new SchemaShape(inputSchema.Where(column => !Transformer.Names.Contains(column.Name)));
    }
}

/// <summary>Keeps the columns named, in the order of the names, or drops them.</summary>
public sealed class ColumnSelectingTransformer : ITransformer
{
    internal const string LoaderSignature = "SelectColumnsTransform";

    private readonly IHost _host;
    private readonly bool _keepHidden;

    internal ColumnSelectingTransformer(IHostEnvironment env, string[] columnNames, bool keeps, bool keepHidden)
    {
        _host = env.Register(nameof(ColumnSelectingTransformer));
        if (columnNames is not { Length: > 0 } || columnNames.Any(string.IsNullOrEmpty))
            throw _host.Process(new ArgumentException("At least one column is named, and no name is empty.", nameof(columnNames)));
        Names = [.. columnNames.Distinct()];
        Keeps = keeps;
        _keepHidden = keepHidden;
    }

    internal string[] Names { get; }

    internal bool Keeps { get; }

    bool ITransformer.IsRowToRowMapper => true;

    private static VersionInfo Version =>
        new("SELCOLST", 0x00010001, 0x00010001, 0x00010001, typeof(ColumnSelectingTransformer).Assembly.FullName, LoaderSignature);

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => SubsetOf(inputSchema).OutputSchema;

    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ColumnSubsetView(input, SubsetOf(input.Schema));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => SubsetOf(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version);
        ctx.Writer.Write(Keeps);
        ctx.Writer.Write(_keepHidden);
        ctx.Writer.Write(Names.Length);
        foreach (string name in Names)
            ctx.SaveNonEmptyString(name);
    }

    private static ColumnSelectingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version);
        bool keeps = ctx.Reader.ReadBoolean(), keepHidden = ctx.Reader.ReadBoolean();
        int count = ctx.Reader.ReadInt32();
        long left = ctx.Reader.BaseStream.Length - ctx.Reader.BaseStream.Position;
        if (count <= 0 || count > left / sizeof(int))
            throw env.Process(new FormatException($"The model is damaged: {count} column names in {left} bytes."));
        var names = new string[count];
        for (int i = 0; i < count; i++)
            names[i] = ctx.LoadNonEmptyString();
        return new ColumnSelectingTransformer(env, names, keeps, keepHidden);
    }

    internal void CheckPresent(IEnumerable<string> present)
    {
        var known = present.ToHashSet();
        if (Names.FirstOrDefault(name => !known.Contains(name)) is { } missing)
            throw _host.Process(new ArgumentOutOfRangeException(nameof(present),
                $"Could not find column '{missing}'; the columns are: {string.Join(", ", known)}."));
    }

    private ColumnSubset SubsetOf(DataViewSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        CheckPresent(schema.Select(column => column.Name));
        var kept = Keeps
            ? Names.SelectMany(name => schema.Where(column => column.Name == name && (_keepHidden || !column.IsHidden)))
            : schema.Where(column => !Names.Contains(column.Name));
        return new ColumnSubset(schema, kept.Select(column => column.Index));
    }
}
