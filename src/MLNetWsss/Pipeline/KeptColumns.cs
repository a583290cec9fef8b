using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace MLNetWsss.Pipeline;

/// <summary>
/// Columns that fitted stages compute over a view, kept in a file: what an earlier run has computed is not computed again. The file is
/// checked against the stages (their options and weights) and each row against what it was computed from.
/// </summary>
internal sealed class KeptColumns
{
    private readonly List<ITransformer> _stages;
    private readonly IDataView _root, _view;
    private readonly IReadOnlyList<(StageColumn Wanted, DataViewSchema.Column Found)> _columns;
    private readonly DataViewSchema.Column[] _inputs;
    private readonly string _path, _names;
    private readonly IChannel _channel;
    private readonly CancellationToken _cancellation;

    /// <param name="data">A view; where stages of this library made it, they count among what computes the columns.</param>
    /// <param name="model">What is applied to the view, or null for nothing more.</param>
    /// <param name="columns">The columns to keep.</param>
    /// <param name="folder">Folder of the file, which is named after the columns.</param>
    /// <param name="channel">Told what is there already.</param>
    /// <param name="cancellation">Ends the computation; what is computed stays.</param>
    /// <exception cref="ArgumentException">No model and no stage made the view, so there is nothing to check a file against.</exception>
    internal KeptColumns(IDataView data, ITransformer? model, IReadOnlyList<StageColumn> columns, string folder, IChannel channel,
        CancellationToken cancellation)
    {
        (_channel, _cancellation) = (channel, cancellation);
        _stages = model is null ? [] : [model];
        for (_root = data; _root is IStageView made; _root = made.Source)
            _stages.Insert(0, made.Stage);
        if (_stages.Count == 0)
            throw new ArgumentException("No stage of this library made the view, so a file of its columns could not be checked against what " +
                "computes them. Keep the columns right behind the stage's Transform, or without a folder.", nameof(data));
        _view = Apply(_root);
        _columns = new StageColumns { Reads = columns }.Bind("Precompute", _view.Schema, training: false);
        _inputs = [.. Inputs().Where(FingerprintedRows.CanRead)];
        _names = string.Join(", ", columns.Select(c => c.Name));
        _path = Path.Combine(folder, $"{string.Concat(string.Join("-", columns.Select(c => c.Name)).Select(Plain))}.rows");
    }

    private bool RowToRow => _stages.All(s => s.IsRowToRowMapper);

    private IDataView Apply(IDataView view) => _stages.Aggregate(view, (data, stage) => stage.Transform(data));

    /// <summary>The view with the columns read from the file, which holds every row when this returns.</summary>
    /// <param name="each">Told the number of rows that are there, after each that was computed.</param>
    /// <exception cref="InvalidOperationException">The file belongs to other stages or to other data; the message says how.</exception>
    internal PrecomputedView Compute(Action<int>? each = null)
    {
        string maker = string.Join(", ", _stages.SelectMany(Flat).Select(Identity));
        var codec = new RowCodec([.. _columns.Select(c => c.Wanted)]);
        var ids = new List<DataViewRowId>();
        using (var found = ColumnFile.Find(_path, maker, codec))
            if (found is not null && Verify(found, ids))
            {
                _channel.Info(MessageSensitivity.None, $"All {ids.Count} rows of {_names} are in '{_path}'.");
                return new PrecomputedView(_view, _columns, found.ToStore(ids.Count), [.. ids]);
            }
        using var file = ColumnFile.Extend(_path, maker, codec);
        // Rows of one batch pass the network together, and the last bits of a sum may depend on the company: so the batches of an
        // interrupted run begin where those of an undisturbed one do. A stage that maps whole views is run on all of it again.
        int known = Math.Min(ids.Count, file.Count), first = RowToRow ? known - known % BatchOfAll() : 0;
        file.Truncate(first);
        ids.RemoveRange(first, ids.Count - first);
        _channel.Info(MessageSensitivity.None, $"{first} rows of {_names} are in '{_path}'; the others are computed now.");
        Extend(file, ids, each);
        return new PrecomputedView(_view, _columns, file.ToStore(ids.Count), [.. ids]);
    }

    private static char Plain(char c) => char.IsLetterOrDigit(c) || c == '-' ? c : '_';

    /// <summary>Compares the rows that are there with the data. True if the data have no further row.</summary>
    private bool Verify(ColumnFile file, List<DataViewRowId> ids)
    {
        using var rows = new FingerprintedRows(_root, _inputs, 0);
        while (rows.MoveNext())
        {
            _cancellation.ThrowIfCancellationRequested();
            if (ids.Count == file.Count)
                return false;
            if (rows.Fingerprint() != file.InputOf(ids.Count))
                throw new InvalidOperationException($"Row {ids.Count} of '{_path}' was computed from other data: " +
                    $"{string.Join(", ", _inputs.Select(c => c.Name))} have changed, or the rows come in another order. Delete the file " +
                    "to compute its columns anew, or name another folder.");
            ids.Add(rows.Id());
        }
        return true;
    }

    private void Extend(ColumnFile file, List<DataViewRowId> ids, Action<int>? each)
    {
        using var sources = new FingerprintedRows(_root, _inputs, file.Count);
        var rest = Apply(file.Count == 0 ? _root : new SkippedView(_root, file.Count));
        var columns = _columns.Select(c => (c.Wanted, Found: rest.Schema[c.Found.Index])).ToArray();
        using var cursor = rest.GetRowCursor(columns.Select(c => c.Found));
        var readers = columns.Select(c => (c.Wanted, Read: StageRow.Reader(cursor, c.Found, c.Wanted))).ToArray();
        var id = cursor.GetIdGetter();
        while (cursor.MoveNext())
        {
            _cancellation.ThrowIfCancellationRequested();
            DataViewRowId rowId = default;
            id(ref rowId);
            if (!sources.MoveNext() || !sources.Id().Equals(rowId))
                throw new InvalidOperationException($"Row {file.Count} is another row in each reading: the data come in another order each " +
                    "time. Shuffle behind this, not before.");
            var row = new StageRow();
            foreach (var (column, read) in readers)
                row.Set(column, read());
            file.Append(row, sources.Fingerprint());
            ids.Add(rowId);
            each?.Invoke(file.Count);
        }
    }

    /// <summary>The root's columns that the kept ones depend on; all of them, where a stage does not say.</summary>
    private IEnumerable<DataViewSchema.Column> Inputs()
    {
        if (!RowToRow)
            return _root.Schema;
        var mappers = new List<IRowToRowMapper>();
        foreach (var stage in _stages)
            mappers.Add(stage.GetRowToRowMapper(mappers.Count == 0 ? _root.Schema : mappers[^1].OutputSchema));
        return mappers.AsEnumerable().Reverse().Aggregate(
            _columns.Select(c => mappers[^1].OutputSchema[c.Found.Index]), (needed, mapper) => mapper.GetDependencies(needed));
    }

    private static IEnumerable<ITransformer> Flat(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(Flat) : [model];

    /// <summary>A stage of this library by its options and weights, another's by its type alone: it shows no more of itself.</summary>
    private static string Identity(ITransformer transformer)
    {
        if (transformer is not StageTransformer stage)
            return transformer.GetType().ToString();
        using var archive = new MemoryStream();
        stage.Archive().Write(archive);
        // An archive ends in the SHA-256 of all of it; eight bytes tell any two apart.
        return $"{stage.Name} {Convert.ToHexString(archive.GetBuffer().AsSpan((int)archive.Length - 32, 8))}";
    }

    /// <summary>The least number of rows after which the batches of all stages begin anew together.</summary>
    private int BatchOfAll() => _stages.SelectMany(Flat).OfType<StageTransformer>().Select(s => s.BatchSize).Aggregate(1, (all, size) =>
    {
        var (a, b) = (all, size);
        while (b != 0)
            (a, b) = (b, a % b);
        return all / a * size;
    });
}
