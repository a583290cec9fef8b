using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
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
    private readonly StageColumn[] _columns;
    private readonly List<StageRow?> _rows = [];
    private readonly List<(long Offset, int Length)> _spilled = [];
    private FileStream? _file;
    private MemoryMappedFile? _map;
    private MemoryMappedViewAccessor? _view;

    private SampleStore(StageColumn[] columns) => _columns = columns;

    /// <summary>Number of rows.</summary>
    internal int Count => _rows.Count;

    /// <summary>Bytes of rows in memory.</summary>
    internal long MemoryBytes { get; private set; }

    /// <summary>Bytes of rows in the temporary file.</summary>
    internal long SpilledBytes { get; private set; }

    /// <summary>Reads the stage's columns of every row in one pass.</summary>
    /// <exception cref="IOException">The temporary folder is full; the message says how much was needed.</exception>
    internal static SampleStore Read(IDataView input, IReadOnlyList<(StageColumn Wanted, DataViewSchema.Column Found)> columns,
        int maxSide, long budget, string? temporaryFolder, CancellationToken cancellation, Action<DataViewRowId>? each = null)
    {
        var store = new SampleStore([.. columns.Select(c => c.Wanted)]);
        try
        {
            using var cursor = input.GetRowCursor([.. columns.Select(c => c.Found)]);
            var readers = columns.Select(c => (c.Wanted, Read: StageRow.Reader(cursor, c.Found, c.Wanted))).ToArray();
            var id = cursor.GetIdGetter();
            while (cursor.MoveNext())
            {
                cancellation.ThrowIfCancellationRequested();
                var row = new StageRow();
                foreach (var (column, read) in readers)
                    row.Set(column, Shrink(read(), maxSide));
                store.Add(row, budget, temporaryFolder);
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

    /// <summary>One row; safe to call from several threads.</summary>
    internal StageRow this[int index] => _rows[index] ?? Unspill(index);

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
        return side <= maxSide ? null : (Math.Max(1, height * maxSide / side), Math.Max(1, width * maxSide / side));
    }

    private void Add(StageRow row, long budget, string? temporaryFolder)
    {
        long bytes = _columns.Sum(c => (long)Size(row.Get<object>(c)));
        if (MemoryBytes + bytes <= budget)
        {
            MemoryBytes += bytes;
            _rows.Add(row);
            _spilled.Add(default);
            return;
        }
        if (_file is null)
        {
            string folder = string.IsNullOrEmpty(temporaryFolder) ? Path.GetTempPath() : temporaryFolder;
            Directory.CreateDirectory(folder);
            // Deleted when closed, and by the system if the process dies.
            _file = new FileStream(Path.Combine(folder, $"wsss-{Guid.NewGuid():N}.rows"), FileMode.CreateNew, FileAccess.ReadWrite,
                FileShare.None, 1 << 20, FileOptions.DeleteOnClose);
        }
        var encoded = new byte[bytes];
        Encode(row, encoded);
        try
        {
            _file.Write(encoded);
        }
        catch (IOException e)
        {
            throw new IOException($"Row {_rows.Count} does not fit into the temporary folder '{Path.GetDirectoryName(_file.Name)}' after " +
                $"{SpilledBytes >> 20} MB. Free space there, set MLContext.TempFilePath to another disk, raise MemoryBudgetMB or lower MaxSide.", e);
        }
        _rows.Add(null);
        _spilled.Add((SpilledBytes, encoded.Length));
        SpilledBytes += encoded.Length;
    }

    private void Seal()
    {
        if (_file is null)
            return;
        _file.Flush();
        _map = MemoryMappedFile.CreateFromFile(_file, null, SpilledBytes, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _map.CreateViewAccessor(0, SpilledBytes, MemoryMappedFileAccess.Read);
    }

    private StageRow Unspill(int index)
    {
        var (offset, length) = _spilled[index];
        var bytes = new byte[length];
        _view!.ReadArray(offset, bytes, 0, length);
        return Decode(bytes);
    }

    // ---- one row as bytes: two sizes and the payload a column, in the columns' order

    private static int Size(object value) => 8 + value switch
    {
        RgbImage image => image.Pixels.Length,
        float[] vector => vector.Length * sizeof(float),
        LabelMap labels => labels.Labels.Length,
        ScoreMaps maps => sizeof(int) + maps.Scores.Length * sizeof(float),
        _ => throw new NotSupportedException($"A training row cannot keep a {value.GetType()}.")
    };

    private void Encode(StageRow row, Span<byte> bytes)
    {
        foreach (var column in _columns)
        {
            object value = row.Get<object>(column);
            var (height, width) = value switch
            {
                RgbImage image => (image.Height, image.Width),
                LabelMap labels => (labels.Height, labels.Width),
                ScoreMaps maps => (maps.Height, maps.Width),
                _ => (1, ((float[])value).Length)
            };
            BinaryPrimitives.WriteInt32LittleEndian(bytes, height);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], width);
            var payload = bytes[8..Size(value)];
            switch (value)
            {
                case RgbImage image: image.Pixels.CopyTo(payload); break;
                case LabelMap labels: labels.Labels.CopyTo(payload); break;
                case float[] vector: MemoryMarshal.AsBytes<float>(vector).CopyTo(payload); break;
                case ScoreMaps maps:
                    BinaryPrimitives.WriteInt32LittleEndian(payload, maps.Classes);
                    MemoryMarshal.AsBytes(maps.Scores).CopyTo(payload[4..]);
                    break;
            }
            bytes = bytes[Size(value)..];
        }
    }

    private StageRow Decode(ReadOnlySpan<byte> bytes)
    {
        var row = new StageRow();
        foreach (var column in _columns)
        {
            int height = BinaryPrimitives.ReadInt32LittleEndian(bytes), width = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
            bytes = bytes[8..];
            int length;
            switch (column.Kind)
            {
                case ColumnKind.Image:
                    length = height * width * 3;
                    row.Set(column, new RgbImage(height, width, bytes[..length].ToArray()));
                    break;
                case ColumnKind.Labels:
                    length = height * width;
                    row.Set(column, new LabelMap(height, width, bytes[..length].ToArray()));
                    break;
                case ColumnKind.Vector:
                    length = width * sizeof(float);
                    row.Set(column, MemoryMarshal.Cast<byte, float>(bytes[..length]).ToArray());
                    break;
                default:
                    int classes = BinaryPrimitives.ReadInt32LittleEndian(bytes);
                    length = sizeof(int) + classes * height * width * sizeof(float);
                    row.Set(column, new ScoreMaps(classes, height, width, MemoryMarshal.Cast<byte, float>(bytes[4..length]).ToArray()));
                    break;
            }
            bytes = bytes[length..];
        }
        return row;
    }

    public void Dispose()
    {
        _view?.Dispose();
        _map?.Dispose();
        _file?.Dispose();
    }
}
