using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standins.Tests.Data;

public sealed class EnumerableTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Members_become_columns_as_their_attributes_say()
    {
        var schema = _ml.Data.LoadFromEnumerable(Sample.Rows(1)).Schema;

        Assert.Equal(["Kind", "Label", "Name", "Score", "X"], Views.ColumnsOf(schema).Order());
        Assert.Equal("Vector<Single, 3>", schema["X"].Type.ToString());
        Assert.Equal("Key<UInt32, 0-2>", schema["Kind"].Type.ToString());
        Assert.Same(BooleanDataViewType.Instance, schema["Label"].Type);
        Assert.Same(TextDataViewType.Instance, schema["Name"].Type);
    }

    [Fact]
    public void Rows_are_enumerated_only_as_far_as_they_are_read_and_anew_for_each_pass()
    {
        int read = 0;
        IEnumerable<Sample> Counted()
        {
            foreach (var row in Sample.Rows(20))
            {
                read++;
                yield return row;
            }
        }
        var view = _ml.Data.LoadFromEnumerable(Counted());
        Assert.Equal(0, read);
        Assert.Null(view.GetRowCount());

        Assert.Equal(["r0", "r1", "r2"], Views.NamesOf(_ml.Data.TakeRows(view, 3)));
        Assert.Equal(3, read);
        Views.NamesOf(view);
        Assert.Equal(23, read);
    }

    [Fact]
    public void Objects_come_back_as_they_went_in()
    {
        var view = _ml.Data.LoadFromEnumerable(Sample.Rows(4));
        var rows = _ml.Data.CreateEnumerable<Sample>(view, reuseRowObject: false).ToArray();

        Assert.Equal(Sample.Names(4), rows.Select(row => row.Name));
        Assert.Equal([3f, 6, 1], rows[3].X);
        Assert.Equal([1u, 2, 3, 1], rows.Select(row => row.Kind));
        Assert.Equal(4, rows.Distinct().Count());
        Assert.Single(_ml.Data.CreateEnumerable<Sample>(view, reuseRowObject: true).Distinct());
    }

    [Fact]
    public void Members_without_a_column_are_refused_or_ignored()
    {
        var view = _ml.Data.LoadFromEnumerable(Sample.Rows(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.CreateEnumerable<Scaled>(view, false).ToArray());
        Assert.Equal(2, _ml.Data.CreateEnumerable<Scaled>(view, false, ignoreMissingColumns: true).Count());
    }

    [Fact]
    public void Members_of_another_type_are_refused() =>
        Assert.Throws<InvalidOperationException>(() =>
            _ml.Data.CreateEnumerable<NumberedName>(_ml.Data.LoadFromEnumerable(Sample.Rows(2)), false).ToArray());

    [Fact]
    public void A_column_is_read_in_each_of_its_forms()
    {
        var view = _ml.Data.LoadFromEnumerable(Sample.Rows(3));
        Assert.Equal([0f, 1, 2], view.GetColumn<float>("Score"));
        Assert.Equal([2f, 4, 1], view.GetColumn<float[]>("X").Last());
        Assert.Equal(4, view.GetColumn<VBuffer<float>>("X").Last().GetItemOrDefault(1));
        Assert.Equal("r1", view.GetColumn<ReadOnlyMemory<char>>("Name").ElementAt(1).ToString());
        Assert.ThrowsAny<Exception>(() => view.GetColumn<int>("Score").ToArray());
    }

    [Fact]
    public void A_definition_renames_retypes_annotates_and_drops()
    {
        var definition = SchemaDefinition.Create(typeof(Sample));
        definition["X"].ColumnName = "Renamed";
        definition.Remove(definition["Name"]);
        definition["Renamed"].AddAnnotation("SlotNames",
            new VBuffer<ReadOnlyMemory<char>>(3, ["a".AsMemory(), "b".AsMemory(), "c".AsMemory()]),
            new VectorDataViewType(TextDataViewType.Instance, 3));
        var view = _ml.Data.LoadFromEnumerable(Sample.Rows(2), definition);

        Assert.Null(view.Schema.GetColumnOrNull("Name"));
        Assert.True(view.Schema["Renamed"].HasSlotNames());
        Assert.Equal([1f, 2, 1], view.GetColumn<float[]>("Renamed").Last());

        var bySchema = _ml.Data.LoadFromEnumerable(Sample.Rows(2), view.Schema);
        Assert.Equal(view.Schema["Kind"].Type, bySchema.Schema["Kind"].Type);
    }

    [Fact]
    public void A_member_without_a_column_type_is_named_with_its_remedy()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.LoadFromEnumerable(new[] { new Unmarked() }));
        Assert.Contains(nameof(Unmarked.Builder), error.Message);
        Assert.Contains("NoColumn", error.Message);
    }

    [Fact]
    public void A_preview_shows_the_first_rows_and_all_columns()
    {
        var preview = _ml.Data.LoadFromEnumerable(Sample.Rows(9)).Preview(3);
        Assert.Equal(3, preview.RowView.Length);
        Assert.Equal(5, preview.ColumnView.Length);
    }

    [Fact]
    public void Vectors_of_text_and_null_text()
    {
        var view = _ml.Data.LoadFromEnumerable(new[] { new Tagged { Tags = ["a", "b"] }, new Tagged() });
        Assert.Equal(["a", "b"], view.GetColumn<string[]>("Tags").First());
        Assert.Empty(view.GetColumn<string[]>("Tags").Last());
        Assert.Equal("", view.GetColumn<ReadOnlyMemory<char>>("Title").Last().ToString());
    }

    private sealed class NumberedName
    {
        public int Name = 0;
    }

    private sealed class Unmarked
    {
        public System.Text.StringBuilder Builder = new();
    }

    private sealed class Tagged
    {
        public string[] Tags = null;
        public string Title = null;
    }
}
