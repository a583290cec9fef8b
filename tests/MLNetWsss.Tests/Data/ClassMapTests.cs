using MLNetWsss.Data;

namespace MLNetWsss.Tests.Data;

public sealed class ClassMapTests
{
    [Fact]
    public void Voc_has_its_twenty_classes_in_order()
    {
        Assert.Equal(20, ClassMap.Voc.Names.Count);
        Assert.Equal(("aeroplane", (byte)1), (ClassMap.Voc.Names[0], ClassMap.Voc.FileLabels[0]));
        Assert.Equal(("person", (byte)15), (ClassMap.Voc.Names[14], ClassMap.Voc.FileLabels[14]));
        Assert.Equal(("tvmonitor", (byte)20), (ClassMap.Voc.Names[19], ClassMap.Voc.FileLabels[19]));
    }

    [Fact]
    public void Classes_of_ones_own_are_labelled_from_one()
    {
        var map = ClassMap.Of("ripe", "rotten");
        Assert.Equal([1, 2], map.FileLabels);
        Assert.Equal([0, 1, 2, 255, 255], map.Lookup[..4].Append(map.Lookup[255]));
    }

    [Fact]
    public void A_name_that_voc_does_not_have_is_refused_with_those_it_has()
    {
        var error = Assert.Throws<ArgumentException>(() => ClassMap.VocSubset("cat", "zebra"));
        Assert.Contains("'zebra'", error.Message);
        Assert.Contains("sheep", error.Message);
    }

    [Theory]
    [InlineData(new string[0], new byte[0])]
    [InlineData(new[] { "a", "b" }, new byte[] { 1 })]
    [InlineData(new[] { "a", "a" }, new byte[] { 1, 2 })]
    [InlineData(new[] { "a", "b" }, new byte[] { 1, 1 })]
    [InlineData(new[] { "a" }, new byte[] { 0 })]
    [InlineData(new[] { "a" }, new byte[] { 255 })]
    public void Names_and_labels_must_fit(string[] names, byte[] labels) =>
        Assert.Throws<ArgumentException>(() => new ClassMap(names, labels));
}
