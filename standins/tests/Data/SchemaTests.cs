using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standins.Tests.Data;

public sealed class SchemaTests
{
    [Fact]
    public void Types_print_and_compare_by_what_they_are()
    {
        Assert.Equal("Vector<Single, 3>", new VectorDataViewType(NumberDataViewType.Single, 3).ToString());
        Assert.Equal("Key<UInt32, 0-2>", new KeyDataViewType(typeof(uint), 3).ToString());
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 2, 3), new VectorDataViewType(NumberDataViewType.Single, 2, 3));
        Assert.NotEqual<DataViewType>(new VectorDataViewType(NumberDataViewType.Single, 6),
            new VectorDataViewType(NumberDataViewType.Single, 2, 3));
        Assert.NotEqual<DataViewType>(new KeyDataViewType(typeof(uint), 3), new KeyDataViewType(typeof(uint), 4));
        Assert.NotEqual<DataViewType>(NumberDataViewType.Single, NumberDataViewType.Double);
    }

    [Fact]
    public void A_vector_with_an_unknown_dimension_has_no_size()
    {
        var type = new VectorDataViewType(NumberDataViewType.Byte, 2, 0);
        Assert.False(type.IsKnownSize);
        Assert.Equal(0, type.Size);
        Assert.Equal(typeof(VBuffer<byte>), type.RawType);
        Assert.Throws<ArgumentOutOfRangeException>(() => new VectorDataViewType(NumberDataViewType.Byte, -1));
    }

    [Fact]
    public void A_key_has_at_least_one_value_and_fits_its_carrier()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyDataViewType(typeof(uint), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyDataViewType(typeof(byte), 256));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyDataViewType(typeof(int), 3));
    }

    [Fact]
    public void Of_two_columns_with_one_name_the_last_is_found_and_the_first_is_hidden()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("A", TextDataViewType.Instance);
        builder.AddColumn("A", BooleanDataViewType.Instance);
        var schema = builder.ToSchema();

        Assert.Equal(2, schema.Count);
        Assert.Same(BooleanDataViewType.Instance, schema["A"].Type);
        Assert.Equal(1, schema["A"].Index);
        Assert.True(schema[0].IsHidden);
        Assert.False(schema[1].IsHidden);
    }

    [Fact]
    public void A_missing_column_is_named_together_with_those_that_are_there()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Apple", TextDataViewType.Instance);
        var schema = builder.ToSchema();

        Assert.Null(schema.GetColumnOrNull("Pear"));
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => schema["Pear"]);
        Assert.Contains("Pear", error.Message);
        Assert.Contains("Apple", error.Message);
    }

    [Fact]
    public void Annotations_are_read_through_getters()
    {
        var names = new VBuffer<ReadOnlyMemory<char>>(2, ["x".AsMemory(), "y".AsMemory()]);
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add("SlotNames", new VectorDataViewType(TextDataViewType.Instance, 2),
            (ref VBuffer<ReadOnlyMemory<char>> destination) => names.CopyTo(ref destination));
        annotations.AddPrimitiveValue("IsNormalized", BooleanDataViewType.Instance, true);
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("V", new VectorDataViewType(NumberDataViewType.Single, 2), annotations.ToAnnotations());
        var column = builder.ToSchema()["V"];

        VBuffer<ReadOnlyMemory<char>> found = default;
        column.GetSlotNames(ref found);
        Assert.True(column.HasSlotNames());
        Assert.True(column.IsNormalized());
        Assert.Equal("y", found.GetItemOrDefault(1).ToString());
        bool wrong = false;
        Assert.Throws<InvalidOperationException>(() => column.Annotations.GetValue("Nothing", ref wrong));
        Assert.Throws<InvalidOperationException>(() => column.Annotations.GetValue("SlotNames", ref wrong));
    }

    [Fact]
    public void A_shape_knows_kinds_and_item_types_but_no_sizes()
    {
        var schema = new MLContext().Data.LoadFromEnumerable(Sample.Rows(1)).Schema;
        var shape = SchemaShape.Create(schema).ToDictionary(column => column.Name);

        Assert.Equal(SchemaShape.Column.VectorKind.Vector, shape["X"].Kind);
        Assert.Same(NumberDataViewType.Single, shape["X"].ItemType);
        Assert.True(shape["Kind"].IsKey);
        Assert.Same(NumberDataViewType.UInt32, shape["Kind"].ItemType);
        Assert.Equal(SchemaShape.Column.VectorKind.Scalar, shape["Name"].Kind);
    }
}
