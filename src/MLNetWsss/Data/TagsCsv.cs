using System.Text;
using MLNetWsss.Pipeline;

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

    /// <summary>Ids of the rows whose <c>split</c> column has this value.</summary>
    /// <exception cref="InvalidDataException">There is no such column, or no such value in it.</exception>
    internal IEnumerable<string> IdsOf(string split)
    {
        string[] splits = [.. _rows.Values.Select(r => r.Split).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        return splits.Contains(split) ? _rows.Where(r => r.Value.Split == split).Select(r => r.Key) : throw new InvalidDataException(
            $"{Path} has no row of split '{split}'; " +
            (splits.Length == 0 ? "it has no column 'split'" : $"its splits are {string.Join(", ", splits)}") + ". Name one of them, or leave Split null for all rows.");
    }

    /// <param name="path">The file.</param>
    /// <param name="wanted">Classes of the task, in its order, or null for all that the table has.</param>
    /// <param name="known">Classes that may occur besides the wanted ones without being a mistake; null allows any.</param>
    /// <exception cref="InvalidDataException">The table is malformed; the message names the row, what was expected and what was found.</exception>
    internal static TagsCsv Read(string path, IReadOnlyList<string>? wanted, IReadOnlyCollection<string>? known = null)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"No table of tags at '{path}'. Expected a CSV with a row an image: 'id,cat,dog' or 'image,tags'.", path);
        var records = Parse(Text(path), path);
        if (records.Count == 0)
            throw new InvalidDataException($"{path} is empty; expected a header such as 'id,cat,dog' and a row an image.");
        string[] header = [.. records[0].Cells.Select(h => h.Trim())];
        if (!IdNames.Contains(header[0].ToLowerInvariant()))
            throw new InvalidDataException($"{path}: the first column is '{Shortened(header[0])}'; expected one of " +
                $"{string.Join(", ", IdNames)}, and commas between the columns.");
        for (int c = 1; c < header.Length; c++)
            if (header[c].Length == 0 || Array.IndexOf(header, header[c]) < c)
                throw new InvalidDataException($"{path}, line {records[0].Line}: " + (header[c].Length == 0
                    ? $"column {c + 1} has no name" : $"'{header[c]}' names columns {Array.IndexOf(header, header[c]) + 1} and {c + 1}, twice") +
                    "; expected a name of its own for each column. Rename or remove one.");
        int split = Array.FindIndex(header, h => h.Equals("split", StringComparison.OrdinalIgnoreCase));
        int list = Array.FindIndex(header, h => ListNames.Contains(h.ToLowerInvariant()));
        var csv = list >= 0 && header.Length == (split >= 0 ? 3 : 2)
            ? ReadList(path, records, list, split, wanted, known)
            : ReadMatrix(path, records, header, split, wanted);
        csv.CheckClasses();
        return csv;
    }

    /// <summary>The file's text: UTF-8, or UTF-16 with a byte-order mark. Another encoding would misspell names silently.</summary>
    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"{path} is no UTF-8 text: {e.Message} Save it as CSV in UTF-8.", e);
        }
    }

    private static string Shortened(string cell) => cell.Length <= 40 ? cell : cell[..40] + "…";

    private void CheckClasses()
    {
        if (Classes.Count == 0)
            throw new InvalidDataException(
                $"{Path} names no class; expected a column a class (id,cat,dog) or tags in the rows (image,tags). Add them.");
        if (Classes.Count > 254)
            throw new InvalidDataException(
                $"{Path} has {Classes.Count} classes; expected at most 254, because a mask keeps a label in one byte. Load fewer.");
        if (Classes.Contains(ClassNames.Background))
            throw new InvalidDataException($"{Path} has a class '{ClassNames.Background}', which is the name of label 0: every pixel that " +
                "no class claims. Remove its tags, or name the class otherwise.");
    }

    private static TagsCsv ReadMatrix(
        string path, List<(int Line, string[] Cells)> records, string[] header, int split, IReadOnlyList<string>? wanted)
    {
        var columns = Enumerable.Range(1, header.Length - 1).Where(c => c != split).ToDictionary(c => header[c]);
        var classes = wanted ?? [.. columns.Keys];
        int[] picked = [.. classes.Select(name => columns.TryGetValue(name, out int c) ? c : throw new InvalidDataException(
            $"{path}: no column for class '{name}'; it has {string.Join(", ", columns.Keys)}. Correct the name or add the column."))];
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
                "Quote values that contain commas, and give every column a value.");
    }

    private void Add(int line, string id, float[] tags, string? split)
    {
        if (id.Length == 0)
            throw new InvalidDataException(
                $"{Path}, line {line}: the image's id is empty; expected a path relative to the folder. Add it, or remove the row.");
        if (!_rows.TryAdd(id, (tags, split)))
            throw new InvalidDataException($"{Path}, line {line}: image '{id}' has a row already. Merge the two.");
    }

    private float Tag(int line, string name, string cell) => cell switch
    {
        "1" or "1.0" or "true" or "True" => 1,
        "0" or "0.0" or "false" or "False" or "" => 0,
        _ => throw new InvalidDataException(
            $"{Path}, line {line}, column '{name}': '{Shortened(cell)}' is not a tag; expected 1 (in the photo) or 0 (not).")
    };

    /// <summary>Records with the line on which each begins; blank lines are passed over.</summary>
    private static List<(int Line, string[] Cells)> Parse(string text, string path)
    {
        var records = new List<(int, string[])>();
        var cells = new List<string>();
        var cell = new StringBuilder();
        int line = 1, began = 1;
        bool quoted = false, closed = false;
        void EndCell()
        {
            cells.Add(cell.ToString());
            cell.Clear();
            closed = false;
        }
        void EndRecord()
        {
            EndCell();
            if (cells.Count > 1 || cells[0].Trim().Length > 0)
                records.Add((began, [.. cells]));
            cells.Clear();
        }
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            bool ends = c == '\n' || c == '\r' && (i + 1 == text.Length || text[i + 1] != '\n');
            line += ends ? 1 : 0;
            if (quoted)
            {
                if (c != '"')
                    cell.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"')
                    cell.Append(text[++i]);
                else
                    (quoted, closed) = (false, true);
            }
            else if (ends)
            {
                EndRecord();
                began = line;
            }
            else if (c == ',')
                EndCell();
            else if (c == '"' && !closed && cell.ToString().Trim().Length == 0)
            {
                cell.Clear();
                quoted = true;
            }
            else if (closed && !char.IsWhiteSpace(c))
                throw new InvalidDataException($"{path}, line {line}: '{c}' follows a closing quote, expected a comma or the line's end. " +
                    "Write a quote inside quotes twice.");
            else if (c != '\r' && !closed)
                cell.Append(c);
        }
        if (quoted)
            throw new InvalidDataException($"{path}, line {began}: a quote is opened and never closed. Close it, or write it twice if it " +
                "is part of the value.");
        EndRecord();
        return records;
    }
}
