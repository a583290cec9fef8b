using System.Text;

namespace MLNetWsss.Data;

/// <summary>
/// A table of image tags. Either one column a class with 0 or 1 (<c>id,cat,dog</c>), or one column with class names separated by ';', '|'
/// or spaces (<c>image,tags</c>). Commas, quotes as in RFC 4180, any line ending, with or without a byte-order mark.
/// </summary>
internal sealed class TagsCsv
{
    private static readonly string[] IdNames = ["id", "image", "file", "filename", "path", "name"];
    private static readonly string[] ListNames = ["tags", "tag", "labels", "label", "classes", "class"];

    private readonly Dictionary<string, (float[] Tags, string? Split)> _rows = new(StringComparer.Ordinal);

    private TagsCsv(string path, IReadOnlyList<string> classes) => (Path, Classes) = (path, classes);

    internal string Path { get; }

    /// <summary>Foreground class names: the wanted ones, else the header's, else all that occur, sorted.</summary>
    internal IReadOnlyList<string> Classes { get; }

    /// <summary>Ids in the file's order.</summary>
    internal IEnumerable<string> Ids => _rows.Keys;

    /// <summary>The tags of an image.</summary>
    /// <exception cref="InvalidDataException">The table has no such id.</exception>
    internal float[] TagsOf(string id) => _rows.TryGetValue(id, out var row) ? row.Tags
        : throw new InvalidDataException($"{Path}: no row for image '{id}'. Add one, or leave the image out of the split.");

    internal string? SplitOf(string id) => _rows[id].Split;

    /// <param name="path">The file.</param>
    /// <param name="wanted">Classes of the task, in its order, or null for all that the table has.</param>
    /// <param name="known">Classes that may occur besides the wanted ones without being a mistake; null allows any.</param>
    /// <exception cref="InvalidDataException">The table is malformed; the message names the row, what was expected and what was found.</exception>
    internal static TagsCsv Read(string path, IReadOnlyList<string>? wanted, IReadOnlyCollection<string>? known = null)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"No table of tags at '{path}'. Expected a CSV with a row an image: 'id,cat,dog' or 'image,tags'.", path);
        var records = Parse(File.ReadAllText(path, Encoding.UTF8), path);
        if (records.Count == 0)
            throw new InvalidDataException($"{path} is empty; expected a header such as 'id,cat,dog' and a row an image.");
        var (_, header) = records[0];
        if (!IdNames.Contains(header[0].Trim().ToLowerInvariant()))
            throw new InvalidDataException($"{path}: the first column is '{header[0]}'; expected one of {string.Join(", ", IdNames)}.");
        int split = Array.FindIndex(header, h => h.Trim().Equals("split", StringComparison.OrdinalIgnoreCase));
        int list = Array.FindIndex(header, h => ListNames.Contains(h.Trim().ToLowerInvariant()));
        return list >= 0 && header.Length == (split >= 0 ? 3 : 2)
            ? ReadList(path, records, list, split, wanted, known)
            : ReadMatrix(path, records, header, split, wanted);
    }

    private static TagsCsv ReadMatrix(
        string path, List<(int Line, string[] Cells)> records, string[] header, int split, IReadOnlyList<string>? wanted)
    {
        var columns = Enumerable.Range(1, header.Length - 1).Where(c => c != split).ToDictionary(c => header[c].Trim());
        var classes = wanted ?? [.. columns.Keys];
        int[] picked = [.. classes.Select(name => columns.TryGetValue(name, out int c) ? c : throw new InvalidDataException(
            $"{path}: no column for class '{name}'; the classes are {string.Join(", ", columns.Keys)}."))];
        var csv = new TagsCsv(path, classes);
        foreach (var (line, cells) in records.Skip(1))
        {
            csv.Expect(line, cells, header.Length);
            csv.Add(line, cells[0].Trim(), [.. picked.Select(c => csv.Tag(line, header[c], cells[c].Trim()))], split >= 0 ? cells[split].Trim() : null);
        }
        return csv;
    }

    private static TagsCsv ReadList(string path, List<(int Line, string[] Cells)> records, int list, int split,
        IReadOnlyList<string>? wanted, IReadOnlyCollection<string>? known)
    {
        var rows = records.Skip(1).Select(r => (r.Line, r.Cells,
            Tags: r.Cells.Length > list ? r.Cells[list].Split([';', '|', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [])).ToList();
        var classes = wanted ?? [.. rows.SelectMany(r => r.Tags).Distinct().Order(StringComparer.Ordinal)];
        var csv = new TagsCsv(path, classes);
        foreach (var (line, cells, tags) in rows)
        {
            csv.Expect(line, cells, records[0].Cells.Length);
            var values = new float[classes.Count];
            foreach (string tag in tags)
            {
                int k = Enumerable.Range(0, classes.Count).FirstOrDefault(i => classes[i] == tag, -1);
                if (k >= 0)
                    values[k] = 1;
                else if (known is not null && !known.Contains(tag) || known is null && wanted is not null)
                    throw new InvalidDataException($"{path}, line {line}: class '{tag}' is unknown; the classes are {string.Join(", ", classes)}. " +
                        "Correct the name or add the class.");
            }
            csv.Add(line, cells[0].Trim(), values, split >= 0 ? cells[split].Trim() : null);
        }
        return csv;
    }

    private void Expect(int line, string[] cells, int columns)
    {
        if (cells.Length != columns)
            throw new InvalidDataException($"{Path}, line {line}: {cells.Length} columns, expected {columns} as in the header. " +
                "Quote values that contain commas.");
    }

    private void Add(int line, string id, float[] tags, string? split)
    {
        if (id.Length == 0)
            throw new InvalidDataException($"{Path}, line {line}: the image's id is empty.");
        if (!_rows.TryAdd(id, (tags, split)))
            throw new InvalidDataException($"{Path}, line {line}: image '{id}' has a row already. Merge the two.");
    }

    private float Tag(int line, string name, string cell) => cell switch
    {
        "1" or "1.0" or "true" or "True" => 1,
        "0" or "0.0" or "false" or "False" or "" => 0,
        _ => throw new InvalidDataException($"{Path}, line {line}, column '{name}': '{cell}' is not a tag; expected 1 (in the photo) or 0 (not).")
    };

    /// <summary>Records with the line on which each begins; blank lines are passed over.</summary>
    private static List<(int Line, string[] Cells)> Parse(string text, string path)
    {
        var records = new List<(int, string[])>();
        var cells = new List<string>();
        var cell = new StringBuilder();
        int line = 1, began = 1;
        bool quoted = false;
        void EndRecord()
        {
            cells.Add(cell.ToString());
            cell.Clear();
            if (cells.Count > 1 || cells[0].Trim().Length > 0)
                records.Add((began, [.. cells]));
            cells.Clear();
        }
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is '\n' || c is '\r' && (i + 1 == text.Length || text[i + 1] != '\n'))
                line++;
            if (quoted)
            {
                if (c != '"')
                    cell.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"')
                    cell.Append(text[++i]);
                else
                    quoted = false;
            }
            else if (c == '"' && cell.Length == 0)
                quoted = true;
            else if (c == ',')
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else if (c == '\n' || c == '\r' && (i + 1 == text.Length || text[i + 1] != '\n'))
            {
                EndRecord();
                began = line;
            }
            else if (c != '\r')
                cell.Append(c);
        }
        if (quoted)
            throw new InvalidDataException($"{path}, line {began}: a quote is opened and never closed.");
        EndRecord();
        return records;
    }
}
