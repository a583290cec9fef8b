using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Standins.Tests.Data;

[assembly: LoadableClass(typeof(ScalingTransformer), null, typeof(SignatureLoadModel), "Scaling", ScalingTransformer.LoaderSignature)]

namespace Standins.Tests.Data;

/// <summary>A component as another assembly would write it: Twice = Factor x Score, on the public base classes only.</summary>
internal sealed class ScalingEstimator(IHostEnvironment env, float factor = 2, string input = "Score", string output = "Twice")
    : IEstimator<ScalingTransformer>
{
    public ScalingTransformer Fit(IDataView view)
    {
        using var channel = env.Register(nameof(ScalingEstimator)).Start("Fit");
        channel.Info(MessageSensitivity.None, "fitting");
        return new ScalingTransformer(factor, input, output);
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        if (!inputSchema.Any(column => column.Name == input))
            throw env.Process(new ArgumentOutOfRangeException(nameof(inputSchema), $"Could not find input column '{input}'."));
        var twice = new SchemaShape.Column(output, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Single, false);
        return new SchemaShape(inputSchema.Where(column => column.Name != output).Append(twice));
    }
}

internal sealed class ScalingTransformer(float factor, string input, string output) : ITransformer, IDisposable
{
    public const string LoaderSignature = "ScalingOfTests";

    public static readonly string AssemblyName = typeof(ScalingTransformer).Assembly.FullName;

    public bool IsDisposed { get; private set; }

    /// <summary>Rows computed so far.</summary>
    public int Computed { get; set; }

    /// <summary>Bytes of a stream beside the component's own entry.</summary>
    public byte[] Ballast { get; init; } = [];

    /// <summary>The assembly that the saved model names.</summary>
    public string SavedAssembly { get; init; } = AssemblyName;

    /// <summary>The stream's name in the model.</summary>
    public string StreamName { get; init; } = "Ballast";

    public float Factor => factor;

    public bool IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new ScalingMapper(this, inputSchema, input, output).OutputSchema;

    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new ScalingMapper(this, inputSchema, input, output);

    public IDataView Transform(IDataView view) => new ScalingView(view, new ScalingMapper(this, view.Schema, input, output));

    public void Dispose() => IsDisposed = true;

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version(SavedAssembly));
        ctx.SaveNonEmptyString(input);
        ctx.SaveNonEmptyString(output);
        ctx.Writer.Write(factor);
        ctx.SaveBinaryStream(StreamName, writer => writer.Write(Ballast));
    }

    private static ScalingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version(AssemblyName));
        string input = ctx.LoadNonEmptyString(), output = ctx.LoadNonEmptyString();
        float factor = ctx.Reader.ReadSingle();
        byte[] ballast = [];
        if (!ctx.TryLoadBinaryStream("Ballast", reader => ballast = reader.ReadBytes((int)reader.BaseStream.Length)))
            throw env.Process(new FormatException("The model has no stream 'Ballast'."));
        return new ScalingTransformer(factor, input, output) { Ballast = ballast };
    }

    private static VersionInfo Version(string assembly) => new("SCALTEST", 0x00010001, 0x00010001, 0x00010001, assembly, LoaderSignature);
}

internal sealed class ScalingMapper : IRowToRowMapper
{
    private readonly ScalingTransformer _model;
    private readonly DataViewSchema.Column _input;
    private readonly int _added;

    public ScalingMapper(ScalingTransformer model, DataViewSchema schema, string input, string output)
    {
        _model = model;
        _input = schema[input];
        InputSchema = schema;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(schema);
        builder.AddColumn(output, NumberDataViewType.Single);
        OutputSchema = builder.ToSchema();
        _added = schema.Count;
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    public bool IsAdded(DataViewSchema.Column column) => column.Index == _added;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        [.. dependingColumns.Select(column => IsAdded(column) ? _input : InputSchema[column.Index]).DistinctBy(column => column.Index)];

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) =>
        new Row(this, input, activeColumns.Select(column => column.Index).ToHashSet());

    public ValueGetter<float> Scaled(DataViewRow row)
    {
        var get = row.GetGetter<float>(_input);
        return (ref float value) =>
        {
            ObjectDisposedException.ThrowIf(_model.IsDisposed, _model);
            get(ref value);
            value *= _model.Factor;
            _model.Computed++;
        };
    }

    private sealed class Row(ScalingMapper mapper, DataViewRow input, HashSet<int> active) : DataViewRow
    {
        public override DataViewSchema Schema => mapper.OutputSchema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => mapper.IsAdded(column)
            ? (ValueGetter<TValue>)(Delegate)mapper.Scaled(input)
            : input.GetGetter<TValue>(mapper.InputSchema[column.Index]);
    }
}

internal sealed class ScalingView(IDataView source, ScalingMapper mapper) : IDataView
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => mapper.OutputSchema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var columns = columnsNeeded.ToArray();
        var cursor = source.GetRowCursor(mapper.GetDependencies(columns), rand);
        return new Cursor(cursor, mapper.GetRow(cursor, columns));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(DataViewRowCursor source, DataViewRow row) : DataViewRowCursor
    {
        public override DataViewSchema Schema => row.Schema;

        public override long Position => source.Position;

        public override long Batch => source.Batch;

        public override bool MoveNext() => source.MoveNext();

        public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => row.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => row.GetGetter<TValue>(column);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                source.Dispose();
            base.Dispose(disposing);
        }
    }
}
