using System.Text;
using MLNetWsss.Data;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests.Data;

public sealed class TagsCsvTests
{
    [Theory]
    [InlineData("id,cat,dog\na,1,0\nb,0,1\n")]
    [InlineData("id,cat,dog\r\na,1,0\r\nb,0,1\r\n")]
    [InlineData("id,cat,dog\ra,1,0\rb,0,1")]
    [InlineData("\uFEFFid,cat,dog\na,1,0\nb,0,1")]
    [InlineData("\"id\",\"cat\",\"dog\"\n\"a\",\"1\",\"0\"\n\"b\",0,1\n")]
    [InlineData("ID , cat , dog\n\n a , 1 , 0 \n\n\nb,,true\n")]
    [InlineData("image,tags\na,cat\nb,dog")]
    [InlineData("Filename,Labels\na,\"cat\"\nb,dog;dog")]
    public void All_ways_to_write_a_table_are_read(string text)
    {
        var csv = Read(text);
        Assert.Equal(["cat", "dog"], csv.Classes);
        Assert.Equal(["a", "b"], csv.Ids);
        Assert.Equal([1f, 0f], csv.TagsOf("a"));
        Assert.Equal([0f, 1f], csv.TagsOf("b"));
    }

    [Fact]
    public void Quoted_cells_may_hold_commas_quotes_and_line_ends()
    {
        var csv = Read("image,tags\n\"a, \"\"the\"\" first.jpg\",cat\n\"two\r\nlines\",dog\n");
        Assert.Equal(["a, \"the\" first.jpg", "two\r\nlines"], csv.Ids);
    }

    [Fact]
    public void Names_are_separated_by_semicolons_bars_or_blanks()
    {
        var csv = Read("image,tags\na,cat;dog\nb,cat|dog\nc,cat dog\nd, cat ; dog \n");
        Assert.All(csv.Ids, id => Assert.Equal([1f, 1f], csv.TagsOf(id)));
    }

    [Fact]
    public void The_tasks_classes_decide_the_order()
    {
        Assert.Equal([0f, 1f], Read("id,cat,dog\na,1,0", ["dog", "cat"]).TagsOf("a"));
        Assert.Equal([0f, 1f], Read("image,tags\na,cat", ["dog", "cat"]).TagsOf("a"));
        Assert.Equal([1f], Read("id,cat,dog\na,1,0", ["cat"]).TagsOf("a"));
    }

    [Theory]
    [InlineData("", "is empty", "id,cat,dog")]
    [InlineData("\n \n", "is empty")]
    [InlineData("photo,cat\na,1", "'photo'", "filename")]
    [InlineData("id,cat,dog\na,1,0\nb,1\n", "line 3", "2 columns, expected 3")]
    [InlineData("id,cat,dog\na,1,0,1\n", "line 2", "4 columns, expected 3")]
    [InlineData("id,cat\na,1\n\na,0\n", "line 4", "'a' has a row already")]
    [InlineData("id,cat\n ,1\n", "line 2", "id is empty")]
    [InlineData("id,cat\na,yes\n", "line 2", "'cat'", "'yes'")]
    [InlineData("id,cat\na,0.5\n", "line 2", "'0.5'")]
    [InlineData("id,cat,cat\na,1,0\n", "'cat'", "twice")]
    [InlineData("image,tags\na,\"cat\nb,dog\n", "line 2", "never closed")]
    [InlineData("image,tags\n\"two\nlines\",cat\nb,dog,bird\n", "line 4", "3 columns")]
    public void A_malformed_table_is_refused_with_line_and_remedy(string text, params string[] said)
    {
        var error = Assert.Throws<InvalidDataException>(() => Read(text));
        Assert.All(said, part => Assert.Contains(part, error.Message));
        Assert.Contains("tags.csv", error.Message);
    }

    [Fact]
    public void An_unknown_class_is_refused_with_its_line_unless_it_is_known_elsewhere()
    {
        const string Text = "image,tags\na,cat\nb,cta;dog\n";
        var error = Assert.Throws<InvalidDataException>(() => Read(Text, ["cat", "dog"]));
        Assert.Contains("line 3", error.Message);
        Assert.Contains("'cta'", error.Message);
        Assert.Contains("cat, dog", error.Message);
        Assert.Equal([0f], Read("image,tags\na,dog\n", ["cat"], known: ["cat", "dog"]).TagsOf("a"));
        Assert.Throws<InvalidDataException>(() => Read(Text, ["cat"], known: ["cat", "dog"]));
        var column = Assert.Throws<InvalidDataException>(() => Read("id,cat\na,1\n", ["cat", "dog"]));
        Assert.Contains("'dog'", column.Message);
    }

    [Fact]
    public void An_id_without_a_row_is_named() =>
        Assert.Contains("'zebra'", Assert.Throws<InvalidDataException>(() => Read("id,cat\na,1").TagsOf("zebra")).Message);

    private static TagsCsv Read(string text, IReadOnlyList<string>? wanted = null, IReadOnlyCollection<string>? known = null)
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder["tags.csv"], text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return TagsCsv.Read(folder["tags.csv"], wanted, known);
    }
}
