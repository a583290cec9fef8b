using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MLNetWsss.Backbones;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Backbones;
using MLNetWsss.Tests.Testing;
using TorchSharp;

namespace MLNetWsss.Tests.BadInput;

/// <summary>
/// What holds for any input of the parsers: what was written is read back, and anything else is read right or refused by the one exception
/// that the parser promises.
/// </summary>
public sealed class ParserPropertyTests
{
    private static readonly Config Checks = Config.QuickThrowOnFailure.WithMaxTest(200);

    /// <summary>Characters that CSV treats specially, and some that it does not.</summary>
    private static readonly Gen<string> Cell = Gen.Elements("abcdefgh,\"'\n\r;| \tä犬=.-/0".ToCharArray()).ArrayOf()
        .Select(chars => new string(chars).Trim()).Where(cell => cell.Length > 0);

    private static readonly Gen<byte> AnyByte = Gen.Choose(0, 255).Select(b => (byte)b);

    [Fact]
    public void Tags_of_any_names_survive_a_table_in_any_spelling()
    {
        var tables =
            from names in Cell.ArrayOf(4)
            from ids in Cell.ArrayOf(5)
            from tags in Gen.Elements(0f, 1f).ArrayOf(4 * 5)
            from ending in Gen.Elements("\n", "\r\n", "\r")
            from last in Gen.Elements(true, false)
            from mark in Gen.Elements(true, false)
            where names.Distinct().Count() == 4 && ids.Distinct().Count() == 5
                && !names.Contains("background") && !names.Contains("split", StringComparer.OrdinalIgnoreCase)
            select (Names: names, Ids: ids, Tags: tags, Ending: ending, Last: last, Mark: mark);
        Check.One(Checks, Prop.ForAll(tables.ToArbitrary(), table =>
        {
            string[][] rows = [["id", .. table.Names], .. table.Ids.Select((id, r) =>
                new[] { id }.Concat(table.Tags.Skip(4 * r).Take(4).Select(t => t.ToString())).ToArray())];
            string text = string.Join(table.Ending, rows.Select(r => string.Join(",", r.Select(c => $"\"{c.Replace("\"", "\"\"")}\""))));
            var csv = ReadTags(text + (table.Last ? table.Ending : ""), table.Mark);
            return csv.Classes.SequenceEqual(table.Names) && csv.Ids.SequenceEqual(table.Ids)
                && table.Ids.Select((id, r) => csv.TagsOf(id).SequenceEqual(table.Tags.Skip(4 * r).Take(4))).All(same => same);
        }));
    }

    [Fact]
    public void Any_text_is_a_table_of_tags_or_is_refused_as_one()
    {
        var texts = Gen.Elements("id", "image", "tags", "cat", "dog", "split", "1", "0", ",", ",", "\n", "\n", "\r", "\"", ";", " ", "\0", "x")
            .ArrayOf().Select(string.Concat);
        Check.One(Checks, Prop.ForAll(texts.ToArbitrary(), text => ReadsOr<InvalidDataException>(() => ReadTags(text, false))));
        Check.One(Checks, Prop.ForAll(texts.Select(text => "id,cat,dog\n" + text).ToArbitrary(), text => ReadsOr<InvalidDataException>(() =>
        {
            var csv = ReadTags(text, false);
            Assert.All(csv.Ids, id => Assert.All(csv.TagsOf(id), tag => Assert.True(tag is 0 or 1)));
        })));
    }

    [Fact]
    public void Masks_of_any_labels_survive_a_file()
    {
        var masks =
            from width in Gen.Choose(1, 40)
            from height in Gen.Choose(1, 40)
            from labels in AnyByte.ArrayOf(width * height)
            select (width, height, labels);
        Check.One(Checks, Prop.ForAll(masks.ToArbitrary(), mask =>
        {
            var (labels, width, height) = IndexedPng.Decode(IndexedPng.Encode(mask.labels, mask.width, mask.height, Palette.Voc), "mask");
            return (width, height) == (mask.width, mask.height) && labels.SequenceEqual(mask.labels);
        }));
    }

    [Fact]
    public void A_changed_mask_is_refused_or_read_as_it_was()
    {
        byte[] labels = [.. Enumerable.Range(0, 30 * 20).Select(i => (byte)(i / 100))];
        byte[] whole = IndexedPng.Encode(labels, 30, 20, Palette.Voc);
        Check.One(Checks, Prop.ForAll(Changed(whole).ToArbitrary(), file =>
            ReadsOr<InvalidDataException>(() => Assert.Equal(labels, IndexedPng.Decode(file, "mask").Labels))));
        Check.One(Checks, Prop.ForAll(Noise([.. whole[..8]]).ToArbitrary(), file =>
            ReadsOr<InvalidDataException>(() => IndexedPng.Decode(file, "mask"))));
    }

    [Fact]
    public void Any_file_is_a_whole_image_or_is_refused_as_one()
    {
        foreach (byte[] whole in new[] { SampleFiles.GreyJpeg, SampleFiles.ColourPng(9, 5), SampleFiles.Bmp(5, 3, 1, 2, 3) })
        {
            foreach (var files in new[] { Changed(whole), Noise(whole[..8]) })
                Check.One(Checks, Prop.ForAll(files.ToArbitrary(), file => ReadsOr<FormatException>(() => EncodedImage.RequireWhole(file))));
        }
    }

    [Fact]
    public void Tensors_of_any_names_and_shapes_survive_a_file()
    {
        var files = (from name in Cell from rows in Gen.Choose(0, 3) from columns in Gen.Choose(0, 4) select (name, rows, columns)).ArrayOf();
        Check.One(Checks, Prop.ForAll(files.ToArbitrary(), tensors =>
        {
            using var scope = torch.NewDisposeScope();
            var written = tensors.Where(t => t.name != "__metadata__").DistinctBy(t => t.name)
                .ToDictionary(t => t.name, t => torch.arange(t.rows * t.columns, torch.float32).reshape(t.rows, t.columns));
            using var stream = new MemoryStream();
            Safetensors.Write(stream, written);
            stream.Position = 0;
            using var read = Safetensors.Read(stream);
            return read.Tensors.Count == written.Count && written.All(w => read.Tensors[w.Key].shape.SequenceEqual(w.Value.shape)
                && read.Tensors[w.Key].bytes.SequenceEqual(w.Value.bytes));
        }));
    }

    [Fact]
    public void A_changed_file_of_tensors_is_read_or_refused_and_leaves_nothing_behind()
    {
        byte[] whole;
        using (torch.NewDisposeScope())
        using (var stream = new MemoryStream())
        {
            Safetensors.Write(stream, new Dictionary<string, torch.Tensor> { ["a"] = torch.ones(2, 3), ["b"] = torch.zeros(4) });
            whole = stream.ToArray();
        }
        long live = LiveTensors.Settled();
        // Most changes near the start hit the header's length or its JSON.
        foreach (var files in new[] { Changed(whole), Changed(whole, within: 150), Noise([]) })
            Check.One(Checks, Prop.ForAll(files.ToArbitrary(), file =>
                ReadsOr<InvalidDataException>(() => Safetensors.Read(new MemoryStream(file)).Dispose())));
        Assert.Equal(live, LiveTensors.Count);
    }

    [Fact]
    public void Archives_of_any_contents_survive_a_file()
    {
        var contents =
            from names in Cell.ArrayOf()
            from sections in (from name in Cell from bytes in AnyByte.ArrayOf() select (name, bytes)).ArrayOf()
            select (Names: names, Sections: sections.DistinctBy(s => s.name).ToArray());
        Check.One(Checks, Prop.ForAll(contents.ToArbitrary(), content =>
        {
            var written = new StageArchive { Stage = "PseudoLabels", OptionsJson = "{\"Threshold\":0.25}", ClassNames = content.Names };
            foreach (var (name, bytes) in content.Sections)
                written[name] = bytes;
            var read = StageArchive.Read(new MemoryStream(Bytes(written)));
            return read.ClassNames.SequenceEqual(content.Names) && read.OptionsJson == written.OptionsJson
                && content.Sections.All(s => read[s.name].SequenceEqual(s.bytes));
        }));
    }

    [Fact]
    public void A_changed_archive_is_always_refused()
    {
        var archive = new StageArchive { Stage = "PseudoLabels", OptionsJson = "{}", ClassNames = ["cat", "dog"] };
        archive["weights"] = [.. Enumerable.Range(0, 300).Select(i => (byte)i)];
        byte[] whole = Bytes(archive);
        Check.One(Checks, Prop.ForAll(Changed(whole).Where(file => !file.AsSpan().StartsWith(whole)).ToArbitrary(), file =>
        {
            Assert.Throws<FormatException>(() => StageArchive.Read(new MemoryStream(file)));
        }));
        Check.One(Checks, Prop.ForAll(Noise([.. whole[..8]]).ToArbitrary(), file =>
        {
            Assert.Throws<FormatException>(() => StageArchive.Read(new MemoryStream(file)));
        }));
    }

    /// <summary>The bytes after some bits were flipped, a piece was taken out or doubled, or the end was cut off.</summary>
    private static Gen<byte[]> Changed(byte[] whole, int within = int.MaxValue)
    {
        int last = Math.Min(within, whole.Length) - 1;
        var flipped = Gen.Choose(0, last * 8 + 7).ArrayOf().Where(bits => bits.Length > 0).Select(bits =>
        {
            byte[] file = [.. whole];
            foreach (int bit in bits)
                file[bit / 8] ^= (byte)(1 << bit % 8);
            return file;
        });
        var cut = Gen.Choose(0, last).Select(length => whole[..length]);
        var moved =
            from start in Gen.Choose(0, last)
            from length in Gen.Choose(0, last - start)
            from copies in Gen.Elements(0, 2)
            let piece = Enumerable.Repeat(whole[start..(start + length)], copies).SelectMany(bytes => bytes)
            select (byte[])[.. whole[..start], .. piece, .. whole[(start + length)..]];
        return Gen.OneOf(flipped, flipped, cut, moved);
    }

    /// <summary>Any bytes behind a beginning that the parser lets pass.</summary>
    private static Gen<byte[]> Noise(byte[] start) => AnyByte.ArrayOf().Select(bytes => (byte[])[.. start, .. bytes]);

    /// <summary>True if the reading succeeds or fails as promised; any other failure is the property's.</summary>
    private static bool ReadsOr<TPromised>(Action read) where TPromised : Exception
    {
        try
        {
            read();
        }
        catch (TPromised)
        {
        }
        return true;
    }

    private static TagsCsv ReadTags(string text, bool mark)
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder["tags.csv"], text, new UTF8Encoding(mark));
        return TagsCsv.Read(folder["tags.csv"], null);
    }

    private static byte[] Bytes(StageArchive archive)
    {
        using var stream = new MemoryStream();
        archive.Write(stream);
        return stream.ToArray();
    }
}
