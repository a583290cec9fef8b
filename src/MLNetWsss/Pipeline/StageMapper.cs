using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNetWsss.Pipeline;

/// <summary>A stage bound to one input schema: its output schema, its dependencies, and rows mapped one at a time.</summary>
internal sealed class StageMapper : IRowToRowMapper
{
    internal StageMapper(StageTransformer stage, DataViewSchema input)
    {
        Stage = stage;
        InputSchema = input;
        Sources = stage.Columns.Bind(stage.Name, input, training: false);
        var names = stage.ClassNamesFor(input);
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        foreach (var column in stage.Columns.Writes)
            builder.AddColumn(column.Name, ClassNames.TypeOf(column, names), ClassNames.AnnotationsOf(column, names));
        OutputSchema = builder.ToSchema();
    }

    internal StageTransformer Stage { get; }
    internal IReadOnlyList<(StageColumn Wanted, DataViewSchema.Column Found)> Sources { get; }
    public DataViewSchema InputSchema { get; }
    public DataViewSchema OutputSchema { get; }

    internal bool IsAdded(DataViewSchema.Column column) => column.Index >= InputSchema.Count;
    internal StageColumn Added(DataViewSchema.Column column) => Stage.Columns.Writes[column.Index - InputSchema.Count];

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var needed = new HashSet<int>();
        foreach (var column in dependingColumns)
            if (IsAdded(column))
                needed.UnionWith(Sources.Select(s => s.Found.Index));
            else
                needed.Add(column.Index);
        return InputSchema.Where(c => needed.Contains(c.Index));
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) => new MappedRow(input, this, activeColumns);

    /// <summary>The stage's written columns among the active ones.</summary>
    internal HashSet<StageColumn> Wanted(IEnumerable<DataViewSchema.Column> active) => [.. active.Where(IsAdded).Select(Added)];

    /// <summary>Row by row, computed when a written column is first asked for: the path of PredictionEngine.</summary>
    private sealed class MappedRow : DataViewRow
    {
        private readonly DataViewRow _input;
        private readonly StageMapper _mapper;
        private readonly bool[] _active;
        private readonly HashSet<StageColumn> _wanted;
        private readonly (StageColumn Column, Func<object> Read)[] _readers = [];
        private StageRow? _current;
        private long _position = long.MinValue;

        internal MappedRow(DataViewRow input, StageMapper mapper, IEnumerable<DataViewSchema.Column> active)
        {
            (_input, _mapper) = (input, mapper);
            var columns = active.ToArray();
            _active = new bool[mapper.OutputSchema.Count];
            foreach (var column in columns)
                _active[column.Index] = true;
            _wanted = mapper.Wanted(columns);
            if (_wanted.Count > 0)
                _readers = [.. mapper.Sources.Select(s => (s.Wanted, StageRow.Reader(input, s.Found, s.Wanted)))];
        }

        public override DataViewSchema Schema => _mapper.OutputSchema;
        public override long Position => _input.Position;
        public override long Batch => _input.Batch;
        public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();
        public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

        private StageRow Current()
        {
            if (_current is null || _position != _input.Position)
            {
                var row = new StageRow();
                foreach (var (column, read) in _readers)
                    row.Set(column, read());
                _mapper.Stage.MapChecked([row], _wanted);
                (_current, _position) = (row, _input.Position);
            }
            return _current;
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!_active[column.Index])
                throw new InvalidOperationException($"Column '{column.Name}' was not asked for when this row was made.");
            if (!_mapper.IsAdded(column))
                return _input.GetGetter<TValue>(_mapper.InputSchema[column.Index]);
            return StageRow.Getter(_mapper.Added(column), Current) as ValueGetter<TValue> ?? throw WrongType<TValue>(column);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _input.Dispose();
            base.Dispose(disposing);
        }
    }

    internal static InvalidOperationException WrongType<TValue>(DataViewSchema.Column column) =>
        new($"Column '{column.Name}' holds {column.Type}, not {typeof(TValue)}.");
}
