using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Microsoft.ML;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests.BadInput;

/// <summary>Saved models that were cut off, changed, made by a newer version, or made to do harm.</summary>
public sealed class SavedModelTests
{
    // A chain with an entry of ML.NET's own: its list of stages, the saved schema and the stages' headers can be damaged too.
    private static readonly Lazy<(byte[] Zip, IDataView Data, string[] Columns, string Digest, string Schema)> Saved = new(() =>
    {
        var stage = FittedStage.Of("PseudoLabels");
        var ml = stage.Context;
        var chain = ml.Transforms.CopyColumns("Copy", "Index").Fit(stage.Data).Append(stage.Model);
        using var stream = new MemoryStream();
        ml.Model.Save(chain, stage.Data.Schema, stream);
        string[] columns = ["Copy", .. stage.Written];
        return (stream.ToArray(), stage.Data, columns, RowDigest.Of(chain.Transform(stage.Data), columns), Described(LoadSchema(stream.ToArray())));
    });

    [Fact]
    public void Every_flipped_bit_of_a_saved_chain_is_refused_or_changes_nothing()
    {
        var (zip, data, columns, digest, schema) = Saved.Value;
        var (start, length) = DataOf(zip, "Schema");
        int refused = 0;
        for (int bit = 0; bit < zip.Length * 8; bit++)
        {
            byte[] flipped = [.. zip];
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            try
            {
                // ML.NET reads the schema before any stage is asked, and may do so for ever where it is damaged.
                if (bit / 8 >= start && bit / 8 < start + length)
                    Whole(flipped);
                var model = Load(flipped, out var found);
                Assert.True(Described(found) == schema, $"Bit {bit} of {zip.Length * 8} changed the schema.");
                Assert.True(RowDigest.Of(model.Transform(data), columns) == digest, $"Bit {bit} of {zip.Length * 8} changed the output.");
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                refused++;
                // ML.NET wraps what its own components throw, which it loads before any stage is asked.
                Assert.True(e.GetBaseException() is FormatException or InvalidDataException or IOException or InvalidOperationException
                    or NotSupportedException or ArgumentException, $"Bit {bit}: {e}");
            }
        }
        Assert.True(refused > 0);
    }

    [Theory]
    [InlineData("Schema")]
    [InlineData("TransformerChain/Model.key")]
    [InlineData("TransformerChain/Transform_000/Model.key")]
    [InlineData("TransformerChain/Transform_001/Model.key")]
    public void A_change_of_ML_NETs_own_entries_is_found_before_anything_is_read(string entry)
    {
        // In an archive without compression an entry's bytes lie open, and .NET reads them without comparing their checksum.
        byte[] zip = Stored(Saved.Value.Zip);
        var (start, length) = DataOf(zip, entry);
        Assert.True(length > 20);
        for (int i = 0; i < length; i++)
        {
            byte[] changed = [.. zip];
            changed[start + i] ^= 0x20;
            var error = Assert.Throws<FormatException>(() => Whole(changed));
            Assert.Contains($"the checksum of its entry '{entry}' does not match", error.Message);
        }
    }

    [Fact]
    public void A_file_that_is_no_model_is_named()
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder["model.zip"], "not a zip");
        var error = Assert.Throws<FormatException>(() => new MLContext(1).Model.RequireWhole(folder["model.zip"]));
        Assert.Contains(folder["model.zip"], error.Message);
        Assert.Contains("no saved model", error.Message);
    }

    [Fact]
    public void A_whole_model_passes_and_the_stream_stays_where_it_was()
    {
        using var stream = new MemoryStream(Saved.Value.Zip);
        new MLContext(1).Model.RequireWhole(stream);
        Assert.Equal(0, stream.Position);
        new MLContext(1).Model.Load(stream, out var schema);
        Assert.Equal(Saved.Value.Schema, Described(schema));
    }

    [Fact]
    public void A_model_cut_off_anywhere_is_refused()
    {
        byte[] zip = Saved.Value.Zip;
        for (int length = 0; length < zip.Length; length += Step(zip.Length, 200))
            Assert.ThrowsAny<Exception>(() => Load(zip[..length], out _));
        Assert.Contains("its end is missing", Assert.Throws<FormatException>(() => Whole(zip[..(zip.Length / 2)])).Message);
    }

    [Fact]
    public void A_stage_from_a_newer_version_is_refused_with_the_remedy()
    {
        byte[] newer = Changed(Saved.Value.Zip, "Stage", stage =>
        {
            var header = Encoding.UTF8.GetString(stage, 16, (int)BinaryPrimitives.ReadInt64LittleEndian(stage.AsSpan(8)));
            byte[] json = Encoding.UTF8.GetBytes(header.Replace("\"Format\":1", "\"Format\":2"));
            byte[] body = [.. stage[..16], .. json, .. stage[(16 + json.Length)..^32]];
            return [.. body, .. System.Security.Cryptography.SHA256.HashData(body)];
        });
        var error = Refusals.OfModel(() => Load(newer, out _));
        Assert.Contains("format 2", error.Message);
        Assert.Contains("Update the package", error.Message);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(1L << 31)]
    [InlineData(-1)]
    public void A_stage_whose_lengths_lie_is_refused(long claimed)
    {
        byte[] lying = Changed(Saved.Value.Zip, "Stage", stage =>
        {
            BinaryPrimitives.WriteInt64LittleEndian(stage.AsSpan(8), claimed);
            return stage;
        });
        Assert.Contains("damaged", Refusals.OfModel(() => Load(lying, out _)).Message);
    }

    [Theory]
    [InlineData("../outside.txt")]
    [InlineData("TransformerChain/../../outside.txt")]
    [InlineData("/outside.txt")]
    [InlineData("..\\outside.txt")]
    [InlineData("C:\\outside.txt")]
    public void An_entry_that_points_outside_the_file_is_refused_and_nothing_is_written_there(string path)
    {
        using var folder = new ScratchFolder();
        using var stream = new MemoryStream();
        stream.Write(Saved.Value.Zip);
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        using (var entry = archive.CreateEntry(path).Open())
            entry.Write("harm"u8);
        var ml = new MLContext(1) { TempFilePath = folder["inner", "x"] };
        stream.Position = 0;
        var error = Refusals.OfModel(() => ml.Model.Load(stream, out _));
        Assert.Contains(path, error.Message);
        Assert.DoesNotContain(Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories), file => file.EndsWith("outside.txt"));
    }

    [Fact]
    public void A_model_that_a_zip_tool_packed_anew_with_entries_for_its_folders_is_loaded()
    {
        using var stream = new MemoryStream();
        stream.Write(Changed(Saved.Value.Zip, "none", bytes => bytes));
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
            archive.CreateEntry("TransformerChain/");
        var model = Load(stream.ToArray(), out _);
        Assert.Equal(Saved.Value.Digest, RowDigest.Of(model.Transform(Saved.Value.Data), Saved.Value.Columns));
    }

    [Fact]
    public void Two_entries_of_one_name_are_refused()
    {
        using var stream = new MemoryStream();
        stream.Write(Saved.Value.Zip);
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        using (var entry = archive.CreateEntry("TransformerChain/Transform_001/Stage").Open())
            entry.Write("another"u8);
        Assert.Contains("two entries", Refusals.OfModel(() => Load(stream.ToArray(), out _)).Message);
    }

    [Fact]
    public void A_model_without_a_schema_is_loaded_and_one_whose_schema_was_renamed_is_not()
    {
        var stage = FittedStage.Of("PseudoLabels");
        using var stream = new MemoryStream();
        stage.Context.Model.Save(stage.Model, null, stream);
        Assert.NotNull(Load(stream.ToArray(), out var none));
        Assert.Null(none);
        byte[] renamed = [.. Saved.Value.Zip];
        // The name stands in the entry itself and in the archive's directory, which comes last and counts.
        int at = renamed.AsSpan().LastIndexOf("Schema"u8);
        renamed[at + 2] ^= 1;
        var error = Refusals.OfModel(() => Load(renamed, out _));
        // h is 0x68, i is 0x69.
        Assert.Contains("'Sciema'", error.Message);
    }

    [Fact]
    public void A_file_that_is_no_model_and_one_that_is_not_there_are_refused()
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder["model.zip"], "no zip");
        Refusals.OfModel(() => new MLContext(1).Model.Load(folder["model.zip"], out _));
        Assert.Throws<FileNotFoundException>(() => new MLContext(1).Model.Load(folder["none.zip"], out _));
    }

    private static int Step(int all, int wanted) => Math.Max(1, all / wanted) | 1;

    private static DataViewSchema LoadSchema(byte[] zip)
    {
        Load(zip, out var schema);
        return schema!;
    }

    private static ITransformer Load(byte[] zip, out DataViewSchema? schema) => new MLContext(1).Model.Load(new MemoryStream(zip), out schema);

    private static void Whole(byte[] zip) => new MLContext(1).Model.RequireWhole(new MemoryStream(zip));

    /// <summary>Where an entry's bytes lie in a zip: behind its local header, which ends with its name and an extra field.</summary>
    private static (int Start, int Length) DataOf(byte[] zip, string entry)
    {
        const int Name = 30, LengthOfName = 26, LengthOfExtra = 28;
        int header = zip.AsSpan().IndexOf(Encoding.ASCII.GetBytes(entry)) - Name;
        Assert.Equal(entry.Length, BinaryPrimitives.ReadUInt16LittleEndian(zip.AsSpan(header + LengthOfName)));
        using var archive = new ZipArchive(new MemoryStream(zip));
        return (header + Name + entry.Length + BinaryPrimitives.ReadUInt16LittleEndian(zip.AsSpan(header + LengthOfExtra)),
            (int)archive.GetEntry(entry)!.CompressedLength);
    }

    private static string Described(DataViewSchema? schema) => schema is null ? "none" : string.Join("; ", schema.Select(c =>
        $"{c.Name} {c.Type} [{string.Join(", ", ClassNames.Find(c) ?? [])}]"));

    private static byte[] Stored(byte[] zip) => Rewritten(zip, CompressionLevel.NoCompression, (_, bytes) => bytes);

    private static byte[] Changed(byte[] zip, string name, Func<byte[], byte[]> change) =>
        Rewritten(zip, CompressionLevel.Fastest, (entry, bytes) => entry == name ? change(bytes) : bytes);

    private static byte[] Rewritten(byte[] zip, CompressionLevel level, Func<string, byte[], byte[]> change)
    {
        using var output = new MemoryStream();
        using (var source = new ZipArchive(new MemoryStream(zip)))
        using (var target = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var entry in source.Entries)
            {
                using var content = new MemoryStream();
                using (var from = entry.Open())
                    from.CopyTo(content);
                using var to = target.CreateEntry(entry.FullName, level).Open();
                to.Write(change(entry.Name, content.ToArray()));
            }
        return output.ToArray();
    }
}
