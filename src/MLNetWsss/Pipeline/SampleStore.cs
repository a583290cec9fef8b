using System.IO.MemoryMappedFiles;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNetWsss.Imaging;

namespace MLNetWsss.Pipeline;

/// <summary>
/// The training rows, read once from a lazy view and then served in any order, from any thread. Rows are kept in memory up to a budget and
/// in a memory-mapped temporary file beyond it. Photos are kept as 8-bit pixels, at most <c>maxSide</c> long.
/// </summary>
internal sealed class SampleStore : IDisposable
{
    private const string SpillPrefix = "wsss-", SpillSuffix = ".rows";

    private readonly RowCodec _codec;
    private readonly List<StageRow?> _rows = [];
    private readonly List<(long Offset, int Length)> _spilled = [];
    private readonly List<string?> _paths = [];
    private Stream? _file;
    private MemoryMappedFile? _map;
    private MemoryMappedViewAccessor? _view;
    private bool _disposed;

    private SampleStore(RowCodec codec) => _codec = codec;

    /// <summary>Number of rows.</summary>
    internal int Count => _rows.Count;

    /// <summary>Bytes of rows in memory.</summary>
    internal long MemoryBytes { get; private set; }

    /// <summary>Bytes of rows in the temporary file.</summary>
    internal long SpilledBytes { get; private set; }

    /// <summary>Tells these rows, in this order, from others.</summary>
    internal ulong Fingerprint { get; private set; }

    /// <summary>What errors call a row: its number, and its photo's file where the data have a column <c>ImagePath</c>.</summary>
    internal string NameOf(int row) => RowNames.Of(row, _paths.ElementAtOrDefault(row));

    /// <summary>Reads the stage's columns of every row in one pass.</summary>
    /// <param name="input">The view.</param>
    /// <param name="columns">The columns to keep.</param>
    /// <param name="maxSide">Photos, masks and maps are shrunk to at most this many pixels a side.</param>
    /// <param name="budget">Bytes kept in memory.</param>
    /// <param name="temporaryFolder">Where the others go; null takes the system's.</param>
    /// <param name="cancellation">Ends the pass.</param>
    /// <param name="each">Told each row's id.</param>
    /// <param name="check">Sees each row as it was read, before it is shrunk, with its name; throws if it cannot be used.</param>
    /// <param name="spill">Opens the temporary file at a path.</param>
    /// <exception cref="IOException">The temporary folder is full or cannot be written; the message says how much was needed.</exception>
    internal static SampleStore Read(IDataView input, IReadOnlyList<(StageColumn Wanted, DataViewSchema.Column Found)> columns, int maxSide,
        long budget, string? temporaryFolder, CancellationToken cancellation, Action<DataViewRowId>? each = null,
        Action<StageRow, string>? check = null, Func<string, Stream>? spill = null)
    {
        var store = new SampleStore(new([.. columns.Select(c => c.Wanted)]));
        try
        {
            using var cursor = input.GetRowCursor([.. columns.Select(c => c.Found), .. RowNames.Columns(input.Schema)]);
            var readers = columns.Select(c => (c.Wanted, Read: StageRow.Reader(cursor, c.Found, c.Wanted))).ToArray();
            var path = RowNames.Reader(cursor);
            var id = cursor.GetIdGetter();
            while (cursor.MoveNext())
            {
                cancellation.ThrowIfCancellationRequested();
                store._paths.Add(path());
                var row = new StageRow();
                foreach (var (column, read) in readers)
                    row.Set(column, read());
                check?.Invoke(row, store.NameOf(store.Count));
                foreach (var (column, _) in readers)
                    row.Set(column, Shrink(row.Get<object>(column), maxSide));
                store.Add(row, budget, temporaryFolder, spill ?? CreateSpill);
                DataViewRowId rowId = default;
                id(ref rowId);
                each?.Invoke(rowId);
            }
            store.Seal();
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Keeps rows as they are made, in their order.</summary>
    /// <exception cref="IOException">As for <see cref="Read"/>.</exception>
    internal static SampleStore Collect(
        IReadOnlyList<StageColumn> columns, IEnumerable<StageRow> rows, long budget, string? temporaryFolder)
    {
        var store = new SampleStore(new(columns));
        try
        {
            foreach (var row in rows)
                store.Add(row, budget, temporaryFolder, CreateSpill);
            store.Seal();
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Rows that lie encoded in a file already, which the store owns from here on.</summary>
    internal static SampleStore Over(FileStream file, RowCodec codec, IEnumerable<(long Offset, int Length)> rows)
    {
        var store = new SampleStore(codec) { _file = file };
        foreach (var row in rows)
        {
            store._rows.Add(null);
            store._spilled.Add(row);
        }
        store.Seal();
        return store;
    }

    /// <summary>One row; safe to call from several threads.</summary>
    internal StageRow this[int index]
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _rows[index] ?? Unspill(index);
        }
    }

    private static object Shrink(object value, int maxSide) => value switch
    {
        RgbImage image when Scaled(image.Height, image.Width, maxSide) is var (h, w) => image.Resize(h, w),
        LabelMap labels when Scaled(labels.Height, labels.Width, maxSide) is var (h, w) => labels.Resize(h, w),
        ScoreMaps maps when Scaled(maps.Height, maps.Width, maxSide) is var (h, w) => maps.Resize(h, w),
        _ => value
    };

    private static (int Height, int Width)? Scaled(int height, int width, int maxSide)
    {
        int side = Math.Max(height, width);
        int Shrunk(int length) => Math.Max(1, (int)((long)length * maxSide / side));
        return side <= maxSide ? null : (Shrunk(height), Shrunk(width));
    }

    private void Add(StageRow row, long budget, string? temporaryFolder, Func<string, Stream> spill)
    {
        long bytes = _codec.Size(row);
        Fingerprint = Randomness.Mix((long)Fingerprint, (long)_codec.Fingerprint(row));
        if (MemoryBytes + bytes <= budget)
        {
            MemoryBytes += bytes;
            _rows.Add(row);
            _spilled.Add(default);
            return;
        }
        string folder = string.IsNullOrEmpty(temporaryFolder) ? Path.GetTempPath() : temporaryFolder;
        var encoded = new byte[bytes];
        _codec.Encode(row, encoded);
        try
        {
            _file ??= spill(Path.Combine(folder, $"{SpillPrefix}{Guid.NewGuid():N}{SpillSuffix}"));
            _file.Write(encoded);
            // Errors of a full disk come to light here, while the row is known.
            _file.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{NameOf(_rows.Count)} ({bytes >> 10} KB) does not fit into the temporary folder '{folder}', where " +
                $"{SpilledBytes >> 20} MB of rows are already: {e.Message} Free space there, set MLContext.TempFilePath to another disk, " +
                "raise MemoryBudgetMB or lower MaxSide.", e);
        }
        _rows.Add(null);
        _spilled.Add((SpilledBytes, encoded.Length));
        SpilledBytes += encoded.Length;
    }

    /// <summary>A file that goes when it is closed. A killed process leaves its own, so the next one clears away what nobody holds.</summary>
    private static FileStream CreateSpill(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        foreach (string left in Directory.EnumerateFiles(folder, $"{SpillPrefix}*{SpillSuffix}"))
            try
            {
                // A living process holds its file open without sharing it.
                new FileStream(left, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
            }
        return new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
    }

    private void Seal()
    {
        if (_file is not FileStream { Length: > 0 } file)
            return;
        _map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
    }

    private StageRow Unspill(int index)
    {
        var (offset, length) = _spilled[index];
        var bytes = new byte[length];
        _view!.ReadArray(offset, bytes, 0, length);
        return _codec.Decode(bytes);
    }

    public void Dispose()
    {
        _disposed = true;
        _view?.Dispose();
        _map?.Dispose();
        _file?.Dispose();
    }
}
