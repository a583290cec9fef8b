using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standins.Tests.Data;

/// <summary>Column types of other assemblies, registered by an attribute on the member.</summary>
public sealed class OwnTypeTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly Boxed[] _rows = [.. Enumerable.Range(0, 4).Select(i => new Boxed { Wide = new Box { Content = i }, Name = "n" + i })];
    private readonly IDataView _view;

    public OwnTypeTests() => _view = _ml.Data.LoadFromEnumerable(_rows);

    [Fact]
    public void Values_pass_by_reference_and_come_back()
    {
        Assert.IsType<BoxType>(_view.Schema["Wide"].Type);
        Assert.Equal([0, 1, 2, 3], _ml.Data.CreateEnumerable<Boxed>(_view, false).Select(row => row.Wide.Content));
        Assert.Same(_rows[0].Wide, _view.GetColumn<Box>("Wide").First());
    }

    [Fact]
    public void Attributes_that_differ_make_types_that_differ()
    {
        Assert.Equal("box 4", _view.Schema["Wide"].Type.ToString());
        Assert.Equal("box 3", _view.Schema["Narrow"].Type.ToString());
        Assert.NotEqual(_view.Schema["Wide"].Type, _view.Schema["Narrow"].Type);
        Assert.IsType<BoxType>(SchemaDefinition.Create(typeof(Boxed))["Wide"].ColumnType);
    }

    [Fact]
    public void Caches_and_shuffles_leave_such_columns_out_and_filters_keep_them()
    {
        Assert.Equal(["Name"], Views.ColumnsOf(_ml.Data.Cache(_view).Schema));
        Assert.Equal(["Name"], Views.ColumnsOf(_ml.Data.ShuffleRows(_view).Schema));
        Assert.Equal(4, _ml.Data.FilterRowsByMissingValues(_view).GetColumn<Box>("Wide").Count());
        Assert.Equal([0, 1], _ml.Data.TakeRows(_view, 2).GetColumn<Box>("Wide").Select(box => box.Content));
    }

    [Fact]
    public void A_saved_schema_leaves_such_columns_out()
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(null, _view.Schema, stream);
        stream.Position = 0;
        _ml.Model.Load(stream, out var schema);
        Assert.Equal(["Name"], Views.ColumnsOf(schema));
    }

    [Fact]
    public void A_cached_column_asked_for_by_name_that_cannot_be_cached_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Data.Cache(_view, "Wide"));

    private sealed class Boxed
    {
        [BoxType(4)]
        public Box Wide { get; set; }

        [BoxType(3)]
        public Box Narrow { get; set; } = new();

        public string Name { get; set; }
    }

    private sealed class Box
    {
        public int Content;
    }

    private sealed class BoxType(int size) : StructuredDataViewType(typeof(Box))
    {
        private readonly int _size = size;

        public override bool Equals(DataViewType other) => other is BoxType box && box._size == _size;

        public override bool Equals(object other) => other is BoxType box && box._size == _size;

        public override int GetHashCode() => _size;

        public override string ToString() => "box " + _size;
    }

    private sealed class BoxTypeAttribute(int size) : DataViewTypeAttribute
    {
        private readonly int _size = size;

        public override void Register() => DataViewTypeManager.Register(new BoxType(_size), typeof(Box), this);

        public override bool Equals(DataViewTypeAttribute other) => other is BoxTypeAttribute box && box._size == _size;

        public override int GetHashCode() => _size;
    }
}
