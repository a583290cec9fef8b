namespace MLNetWsss.Data;

// From the decompressed bytes to labels: row filters, bit packing, interlacing.
internal static partial class IndexedPng
{
    // PNG 8.2: first column and row of each pass, and the steps between its columns and rows.
    private static readonly Pass[] Adam7 =
        [new(0, 0, 8, 8), new(4, 0, 8, 8), new(0, 4, 4, 8), new(2, 0, 4, 4), new(0, 2, 2, 4), new(1, 0, 2, 2), new(0, 1, 1, 2)];

    private static readonly Pass[] Progressive = [new(0, 0, 1, 1)];

    /// <summary>Undoes the row filters in place (PNG 9.2). At most 8 bits a pixel: the neighbour to the left is one byte back.</summary>
    private static void Unfilter(Span<byte> filtered, int rows, string name)
    {
        int stride = filtered.Length / rows;
        Span<byte> above = [];
        for (int y = 0; y < rows; y++)
        {
            Span<byte> line = filtered.Slice(y * stride, stride);
            Span<byte> row = line[1..];
            switch (line[0])
            {
                case 0: break;
                case 1: AddLeft(row); break;
                case 2 when y == 0: break;
                case 2: AddAbove(row, above); break;
                case 3: AddAverage(row, above); break;
                // Without a row above, Paeth's predictor is the left neighbour.
                case 4 when y == 0: AddLeft(row); break;
                case 4: AddPaeth(row, above); break;
                default: throw Damaged(name, $"its row {y} uses the unknown filter {line[0]}");
            }
            above = row;
        }
    }

    private static void AddLeft(Span<byte> row)
    {
        for (int x = 1; x < row.Length; x++) row[x] += row[x - 1];
    }

    private static void AddAbove(Span<byte> row, ReadOnlySpan<byte> above)
    {
        for (int x = 0; x < row.Length; x++) row[x] += above[x];
    }

    private static void AddAverage(Span<byte> row, ReadOnlySpan<byte> above)
    {
        int left = 0;
        for (int x = 0; x < row.Length; x++)
            left = row[x] = (byte)(row[x] + (left + (above.IsEmpty ? 0 : above[x])) / 2);
    }

    private static void AddPaeth(Span<byte> row, ReadOnlySpan<byte> above)
    {
        int left = 0, corner = 0;
        for (int x = 0; x < row.Length; x++)
        {
            int up = above[x];
            int toLeft = Math.Abs(up - corner), toUp = Math.Abs(left - corner), toCorner = Math.Abs(left + up - 2 * corner);
            int predicted = toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
            left = row[x] = (byte)(row[x] + predicted);
            corner = up;
        }
    }

    /// <summary>Spreads one pass's packed samples over the labels that it covers. The leftmost pixel is in the highest bits.</summary>
    private static void Unpack(ReadOnlySpan<byte> unfiltered, Header header, Pass pass, Span<byte> labels)
    {
        int columns = pass.Columns(header.Width), rows = pass.Rows(header.Height);
        int stride = unfiltered.Length / rows, depth = header.BitDepth, mask = (1 << depth) - 1;
        for (int y = 0; y < rows; y++)
        {
            ReadOnlySpan<byte> row = unfiltered.Slice(y * stride + 1, stride - 1);
            Span<byte> to = labels.Slice((pass.Top + y * pass.RowStep) * header.Width, header.Width);
            if (depth == 8 && pass.ColumnStep == 1)
            {
                row.CopyTo(to);
                continue;
            }
            for (int x = 0; x < columns; x++)
            {
                int bit = x * depth;
                to[pass.Left + x * pass.ColumnStep] = (byte)(row[bit >> 3] >> (8 - depth - (bit & 7)) & mask);
            }
        }
    }

    /// <summary>Bytes of one row with its filter byte; none where a pass has no columns.</summary>
    private static long FilteredStride(int columns, int depth) => columns == 0 ? 0 : 1 + ((long)columns * depth + 7) / 8;

    private readonly record struct Pass(int Left, int Top, int ColumnStep, int RowStep)
    {
        public int Columns(int width) => (int)(((long)width - Left + ColumnStep - 1) / ColumnStep);

        public int Rows(int height) => (int)(((long)height - Top + RowStep - 1) / RowStep);
    }
}
