using System.Text;
using Microsoft.ML;
using MLNetWsss.Data;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests.BadInput;

/// <summary>Tables of tags: what is malformed is named by line and column, what is only written differently is read alike.</summary>
public sealed class TagsTableTests
{
    [Theory]
    [InlineData("", "is empty", "id,cat,dog")]
    [InlineData("\n\n", "is empty", "id,cat,dog")]
    [InlineData("cat,dog\n1,0", "first column is 'cat'", "id, image")]
    [InlineData("id;cat;dog\na;1;0", "first column is 'id;cat;dog'", "commas")]
    [InlineData("id,cat,dog\na,1", "line 2", "2 columns, expected 3")]
    [InlineData("id,cat,dog\na,1,0\nb,1,0,1", "line 3", "4 columns, expected 3")]
    [InlineData("id,cat,dog\n,1,0", "line 2", "id is empty")]
    [InlineData("id,cat,dog\na,1,0\na,0,1", "line 3", "'a' has a row already")]
    [InlineData("id,cat,dog\na,1,NaN", "line 2, column 'dog'", "'NaN' is not a tag")]
    [InlineData("id,cat,dog\na,1,2", "line 2, column 'dog'", "expected 1")]
    [InlineData("id,cat,dog\na,yes,0", "line 2, column 'cat'", "'yes' is not a tag")]
    [InlineData("id,cat,cat\na,1,0", "line 1", "columns 2 and 3, twice")]
    [InlineData("id,cat,\na,1,0", "line 1", "column 3 has no name")]
    [InlineData("id\na", "names no class", "id,cat,dog")]
    [InlineData("image,tags\na,", "names no class", "image,tags")]
    [InlineData("id,background,dog\na,1,0", "'background'", "label 0")]
    [InlineData("id,cat,dog\n\"a,1,0", "line 2", "never closed")]
    [InlineData("id,cat,dog\n\"a\"b,1,0", "line 2", "follows a closing quote")]
    [InlineData("image,split,tags\na,train", "line 2", "2 columns, expected 3")]
    public void A_malformed_table_is_refused_with_place_and_reason(string table, string place, string reason)
    {
        string message = Refused(table).Message;
        Assert.Contains("tags.csv", message);
        Assert.Contains(place, message);
        Assert.Contains(reason, message);
    }

    [Theory]
    [InlineData("id,cat,dgo\na,1,0", "'dog'", "cat, dgo")]
    [InlineData("image,tags\na,cat\nb,dgo", "line 3: class 'dgo' is unknown", "cat, dog")]
    public void An_unknown_class_is_named_with_the_known_ones(string table, string place, string known)
    {
        string message = Refused(table, ["cat", "dog"]).Message;
        Assert.Contains(place, message);
        Assert.Contains(known, message);
    }

    [Fact]
    public void A_class_of_a_larger_task_is_no_mistake()
    {
        var csv = Read("image,tags\na,cat\nb,horse;cow", ["cat", "cow"], ["cat", "cow", "horse"]);
        Assert.Equal([0f, 1], csv.TagsOf("b"));
        Assert.Throws<InvalidDataException>(() => Read("image,tags\na,unicorn", ["cat", "cow"], ["cat", "cow", "horse"]));
    }

    [Fact]
    public void Line_endings_quotes_blanks_and_a_byte_order_mark_change_nothing()
    {
        const string Plain = "id,cat,dog\na,1,0\nb,0,1\n";
        foreach (string other in new[]
        {
            Plain.Replace("\n", "\r\n"), Plain.Replace("\n", "\r"), Plain.TrimEnd(), Plain + "\n\r\n  \n",
            "id,\"cat\",dog\n\"a\",\"1\",0\n b , 0 , 1", "\uFEFF" + Plain
        })
        {
            var csv = Read(other);
            Assert.Equal(["a", "b"], csv.Ids);
            Assert.Equal(["cat", "dog"], csv.Classes);
            Assert.Equal([1f, 0], csv.TagsOf("a"));
            Assert.Equal([0f, 1], csv.TagsOf("b"));
        }
    }

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-8", false)]
    public void Names_in_any_script_survive_the_encodings_that_tell_themselves(string encoding, bool mark)
    {
        var text = encoding == "utf-8" ? new UTF8Encoding(mark) : Encoding.GetEncoding(encoding);
        using var folder = new ScratchFolder();
        File.WriteAllText(folder["tags.csv"], "image,tags\nfoto_ä,Kätzchen;犬\n", text);
        Assert.Equal(["Kätzchen", "犬"], TagsCsv.Read(folder["tags.csv"], null).Classes);
    }

    [Fact]
    public void A_table_in_an_older_encoding_is_refused_rather_than_misspelt()
    {
        using var folder = new ScratchFolder();
        File.WriteAllBytes(folder["tags.csv"], Encoding.Latin1.GetBytes("image,tags\na,Kätzchen\n"));
        Assert.Contains("UTF-8", Assert.Throws<InvalidDataException>(() => TagsCsv.Read(folder["tags.csv"], null)).Message);
    }

    [Fact]
    public void Two_rows_for_one_photo_are_found_under_both_spellings()
    {
        using var folder = new ScratchFolder();
        File.WriteAllBytes(folder["a.png"], SampleFiles.ColourPng(4, 4));
        File.WriteAllText(folder["tags.csv"], "id,cat\na,1\na.png,0\n");
        var error = Assert.Throws<InvalidDataException>(() => new MLContext(1).Data.LoadFolder(folder.Path, folder["tags.csv"]));
        Assert.Contains("a.png", error.Message);
        Assert.Contains("two rows", error.Message);
    }

    [Theory]
    [InlineData("id,cat,split\na,1,train\n", "its splits are train")]
    [InlineData("id,cat\na,1\n", "no column 'split'")]
    public void A_split_that_is_not_there_is_named_with_those_that_are(string table, string found)
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder["tags.csv"], table);
        var error = Assert.Throws<InvalidDataException>(() =>
            new MLContext(1).Data.LoadFolder(folder.Path, folder["tags.csv"], new() { Split = "val" }));
        Assert.Contains("'val'", error.Message);
        Assert.Contains(found, error.Message);
    }

    [Fact]
    public void An_image_of_a_split_without_a_row_is_named()
    {
        using var folder = new ScratchFolder();
        File.WriteAllBytes(folder["JPEGImages", "a.jpg"], SampleFiles.GreyJpeg);
        File.WriteAllText(folder["ImageSets", "Segmentation", "train.txt"], "a\n");
        File.WriteAllText(folder["labels.csv"], "id,cat\nb,1\n");
        var options = new VocOptions { Classes = ClassMap.VocSubset("cat") };
        var error = Assert.Throws<InvalidDataException>(() => new MLContext(1).Data.LoadVoc(folder.Path, options: options));
        Assert.Contains("no row for image 'a'", error.Message);
        Assert.Contains("labels.csv", error.Message);
        Assert.Contains("'test'", Assert.Throws<FileNotFoundException>(() => new MLContext(1).Data.LoadVoc(folder.Path, "test")).Message);
    }

    [Theory]
    [InlineData("<annotation><object>")]
    [InlineData("no xml at all")]
    [InlineData("<html></html>")]
    [InlineData("<!DOCTYPE a [<!ENTITY x \"y\">]><annotation>&x;</annotation>")]
    public void An_annotation_that_is_none_is_named(string xml)
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder["a.xml"], xml);
        Assert.Contains("a.xml", Assert.Throws<InvalidDataException>(() => VocAnnotation.Tags(folder["a.xml"], ClassMap.Voc)).Message);
        Assert.Contains("b.xml", Assert.Throws<InvalidDataException>(() => VocAnnotation.Tags(folder["b.xml"], ClassMap.Voc)).Message);
    }

    [Fact]
    public void A_task_cannot_name_a_class_background()
    {
        Assert.Contains("background", Assert.Throws<ArgumentException>(() => ClassMap.Of("background", "cat")).Message);
        Assert.Throws<ArgumentException>(() => ClassMap.Of("cat", " "));
    }

    [Fact]
    public void A_table_that_is_not_there_is_named_with_what_it_should_hold()
    {
        using var folder = new ScratchFolder();
        var error = Assert.Throws<FileNotFoundException>(() => new MLContext(1).Data.LoadFolder(folder.Path, folder["none.csv"]));
        Assert.Contains("none.csv", error.Message);
        Assert.Contains("id,cat,dog", error.Message);
    }

    private static InvalidDataException Refused(string table, IReadOnlyList<string>? wanted = null) =>
        Assert.Throws<InvalidDataException>(() => Read(table, wanted));

    private static TagsCsv Read(string table, IReadOnlyList<string>? wanted = null, IReadOnlyCollection<string>? known = null)
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder["tags.csv"], table);
        return TagsCsv.Read(folder["tags.csv"], wanted, known);
    }
}
