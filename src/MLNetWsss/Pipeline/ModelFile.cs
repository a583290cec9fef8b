using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace MLNetWsss.Pipeline;

/// <summary>
/// The zip that ML.NET keeps a whole model in, of which a stage's archive is one entry. A stage's digest cannot see damage to the others:
/// a flipped bit in a chain's list drops a stage or skips it, one in the saved schema renames a column or a class, and .NET's zip reader
/// compares no checksum. So the first stage that is loaded from a file compares them all.
/// </summary>
internal static class ModelFile
{
    private const int Block = 1 << 16;

    // A model of several stages is loaded stage by stage from one archive, which need not be read through for each.
    private static readonly ConditionalWeakTable<ZipArchive, object> Checked = [];

    /// <summary>Compares every entry's checksum, length and name with what they should be.</summary>
    /// <exception cref="FormatException">The file is damaged, or names an entry outside itself; the message names the entry.</exception>
    internal static void RequireWhole(ZipArchive file)
    {
        if (Checked.TryGetValue(file, out _))
            return;
        var names = new HashSet<string>();
        foreach (var entry in file.Entries)
        {
            RequireInside(entry.FullName);
            if (!names.Add(entry.FullName.Replace('\\', '/')))
                throw Damaged($"it has two entries '{entry.FullName}'");
            if (!HasOwnDigest(entry))
                RequireChecksum(entry);
        }
        // ML.NET takes a model without this entry for one that was saved without a schema.
        if (!names.Contains("Schema") && names.FirstOrDefault(n => !n.Contains('/') && n != "Model.key") is { } stray)
            throw Damaged($"its entry '{stray}' is none that ML.NET writes, and 'Schema' is missing");
        Checked.TryAdd(file, file);
    }

    /// <summary>Nothing is unpacked under an entry's own name, but what names a place outside the file was not made by ML.NET.</summary>
    private static void RequireInside(string name)
    {
        string[] parts = name.Split('/', '\\');
        // A folder's own entry, which zip tools add, ends in a slash.
        var named = parts[^1].Length == 0 && parts.Length > 1 ? parts[..^1] : parts;
        if (named.Any(part => part is "" or "." or "..") || name.Contains(':'))
            throw new FormatException($"The model's entry '{name}' points outside the file; expected a path inside it. Do not use this file: " +
                "get it again from where the model was made.");
    }

    /// <summary>A stage's archive is closed by a SHA-256 of its own, which is stronger and about to be compared.</summary>
    private static bool HasOwnDigest(ZipArchiveEntry entry)
    {
        if (entry.Name != "Stage")
            return false;
        try
        {
            using var content = entry.Open();
            return StageArchive.Begins(content);
        }
        catch (InvalidDataException e)
        {
            throw Damaged($"its entry '{entry.FullName}' cannot be unpacked", e);
        }
    }

    private static void RequireChecksum(ZipArchiveEntry entry)
    {
        uint crc = Crc32.Start;
        long length = 0;
        var block = new byte[Block];
        try
        {
            using var content = entry.Open();
            for (int read; (read = content.Read(block)) > 0; length += read)
                crc = Crc32.Append(crc, block.AsSpan(0, read));
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            throw Damaged($"its entry '{entry.FullName}' cannot be unpacked", e);
        }
        if (~crc != entry.Crc32 || length != entry.Length)
            throw Damaged($"the checksum of its entry '{entry.FullName}' does not match");
    }

    private static FormatException Damaged(string how, Exception? cause = null) =>
        new($"The saved model is damaged: {how}. Copy the file again from where it was made, or train and save it anew.", cause);
}
