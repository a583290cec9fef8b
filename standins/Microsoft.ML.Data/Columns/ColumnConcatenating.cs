using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(ColumnConcatenatingTransformer), null, typeof(SignatureLoadModel), "Concatenate columns",
    ColumnConcatenatingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms
{
    /// <summary>Puts columns of one item type into one vector.</summary>
    public sealed class ColumnConcatenatingEstimator : IEstimator<ColumnConcatenatingTransformer>
    {
        private readonly IHost _host;
        private readonly string _output;
        private readonly string[] _inputs;

        internal ColumnConcatenatingEstimator(IHostEnvironment env, string outputColumnName, string[] inputColumnNames)
        {
            _host = env.Register(nameof(ColumnConcatenatingEstimator));
            ArgumentException.ThrowIfNullOrEmpty(outputColumnName);
            _output = outputColumnName;
            _inputs = inputColumnNames is { Length: > 0 } ? inputColumnNames : [outputColumnName];
        }

        public ColumnConcatenatingTransformer Fit(IDataView input)
        {
            ArgumentNullException.ThrowIfNull(input);
            var transformer = new ColumnConcatenatingTransformer(_host, _output, _inputs);
            transformer.GetOutputSchema(input.Schema);
            return transformer;
        }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema)
        {
            ArgumentNullException.ThrowIfNull(inputSchema);
            var columns = inputSchema.ToDictionary(column => column.Name);
            var sources = _inputs.Select(name => columns.TryGetValue(name, out var column)
                ? column
                : throw _host.Process(new ArgumentOutOfRangeException(nameof(inputSchema),
                    $"Could not find input column '{name}'; the columns are: {string.Join(", ", columns.Keys)}."))).ToArray();
            bool Differs(SchemaShape.Column source) => !source.ItemType.Equals(sources[0].ItemType) || source.IsKey != sources[0].IsKey;
            if (sources.FirstOrDefault(Differs) is { Name: { } odd })
                throw _host.Process(new ArgumentOutOfRangeException(nameof(inputSchema),
                    $"Column '{odd}' differs in item type from '{sources[0].Name}', so they cannot be concatenated."));
            bool isVariable = sources.Any(source => source.Kind == SchemaShape.Column.VectorKind.VariableVector);
            var kind = isVariable ? SchemaShape.Column.VectorKind.VariableVector : SchemaShape.Column.VectorKind.Vector;
            columns[_output] = new SchemaShape.Column(_output, kind, sources[0].ItemType, sources[0].IsKey);
            return new SchemaShape(columns.Values);
        }
    }
}

namespace Microsoft.ML.Data
{
    /// <summary>Puts columns of one item type into one vector.</summary>
    public sealed class ColumnConcatenatingTransformer : RowToRowTransformerBase
    {
        internal const string LoaderSignature = "ConcatTransform";

        private readonly string _output;
        private readonly string[] _inputs;

        internal ColumnConcatenatingTransformer(IHostEnvironment env, string output, string[] inputs)
            : base(env.Register(nameof(ColumnConcatenatingTransformer)))
        {
            _output = output;
            _inputs = inputs;
        }

        private static VersionInfo Version =>
            new("CONCATCT", 0x00010001, 0x00010001, 0x00010001, typeof(ColumnConcatenatingTransformer).Assembly.FullName, LoaderSignature);

        private static ColumnConcatenatingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
        {
            ctx.CheckAtModel(Version);
            string output = ctx.LoadNonEmptyString();
            int count = ctx.Reader.ReadInt32();
            long left = ctx.Reader.BaseStream.Length - ctx.Reader.BaseStream.Position;
            if (count <= 0 || count > left / sizeof(int))
                throw env.Process(new FormatException($"The model is damaged: {count} column names in {left} bytes."));
            var inputs = new string[count];
            for (int i = 0; i < count; i++)
                inputs[i] = ctx.LoadNonEmptyString();
            return new ColumnConcatenatingTransformer(env, output, inputs);
        }

        private protected override void SaveModel(ModelSaveContext ctx)
        {
            ctx.CheckAtModel();
            ctx.SetVersionInfo(Version);
            ctx.SaveNonEmptyString(_output);
            ctx.Writer.Write(_inputs.Length);
            foreach (string input in _inputs)
                ctx.SaveNonEmptyString(input);
        }

        private protected override IRowMapper MakeRowMapper(DataViewSchema schema)
        {
            var inputs = _inputs.Select(name => FindInput(schema, name)).ToArray();
            var items = inputs.Select(ItemOf).ToArray();
            for (int i = 0; i < inputs.Length; i++)
            {
                if (items[i] is null || !items[i].Equals(items[0]))
                {
                    throw Host.Process(new ArgumentOutOfRangeException(nameof(schema),
                        $"Column '{inputs[i].Name}' is a {inputs[i].Type} and cannot be concatenated "
                        + $"with '{inputs[0].Name}', a {inputs[0].Type}."));
                }
            }
            int[] sizes = [.. inputs.Select(input => input.Type is VectorDataViewType vector ? vector.Size : 1)];
            // One input of unknown size makes the size of the whole unknown.
            return new Mapper(_output, new VectorDataViewType(items[0], sizes.Contains(0) ? 0 : sizes.Sum()), inputs);
        }

        private static PrimitiveDataViewType ItemOf(DataViewSchema.Column column) =>
            column.Type is VectorDataViewType vector ? vector.ItemType : column.Type as PrimitiveDataViewType;

        private sealed class Mapper(string name, VectorDataViewType type, DataViewSchema.Column[] inputs) : IRowMapper
        {
            public DataViewSchema.DetachedColumn[] GetOutputColumns() => [new(name, type)];

            public Func<int, bool> GetDependencies(Func<int, bool> activeOutput) =>
                activeOutput(0) ? index => inputs.Any(input => input.Index == index) : _ => false;

            public Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action disposer)
            {
                disposer = null;
                if (!activeOutput(0))
                    return [null];
                var joined = typeof(Mapper).GetMethod(nameof(Joined), BindingFlags.Instance | BindingFlags.NonPublic);
                return [(Delegate)joined
                    .MakeGenericMethod(type.ItemType.RawType).Invoke(this, BindingFlags.DoNotWrapExceptions, null, [input], null)];
            }

            private ValueGetter<VBuffer<T>> Joined<T>(DataViewRow row)
            {
                var parts = inputs.Select(input => PartOf<T>(row, input)).ToArray();
                return (ref VBuffer<T> destination) =>
                {
                    var vectors = parts.Select(read => read()).ToArray();
                    var editor = VBufferEditor.Create(ref destination, vectors.Sum(vector => vector.Length));
                    int start = 0;
                    foreach (var vector in vectors)
                    {
                        vector.CopyTo(editor.Values, start);
                        start += vector.Length;
                    }
                    destination = editor.Commit();
                };
            }

            private static Func<VBuffer<T>> PartOf<T>(DataViewRow row, DataViewSchema.Column input)
            {
                VBuffer<T> vector = default;
                if (input.Type is VectorDataViewType)
                {
                    var getVector = row.GetGetter<VBuffer<T>>(input);
                    return () =>
                    {
                        getVector(ref vector);
                        return vector;
                    };
                }
                var getItem = row.GetGetter<T>(input);
                var item = new T[1];
                vector = new VBuffer<T>(1, item);
                return () =>
                {
                    getItem(ref item[0]);
                    return vector;
                };
            }
        }
    }
}
