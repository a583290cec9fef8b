using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standins.Tests.Data;

public sealed class ModelFileTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _view;

    public ModelFileTests() => _view = _ml.Data.LoadFromEnumerable(Sample.Rows(10));

    [Fact]
    public void A_chain_with_a_component_of_another_assembly_loads_with_nothing_registered_first()
    {
        var model = _ml.Transforms.CopyColumns("Copy", "X").Append(new ScalingEstimator(_ml, 1.1f))
            .Append(_ml.Transforms.Concatenate("All", "Copy", "Twice")).Fit(_view);
        var loaded = RoundTrip(model, out _);

        Assert.Equal(model.Transform(_view).GetColumn<float[]>("All").SelectMany(x => x),
            loaded.Transform(_view).GetColumn<float[]>("All").SelectMany(x => x));
        using var engine = new MLContext().Model.CreatePredictionEngine<Sample, Scaled>(loaded);
        Assert.Equal(1.1f * 3, engine.Predict(Sample.Rows(4)[3]).Twice);
    }

    [Fact]
    public void The_input_schema_survives_with_keys_vectors_and_annotations()
    {
        var definition = SchemaDefinition.Create(typeof(Sample));
        definition["X"].AddAnnotation("SlotNames", new VBuffer<ReadOnlyMemory<char>>(3, ["a".AsMemory(), "b".AsMemory(), "c".AsMemory()]),
            new VectorDataViewType(TextDataViewType.Instance, 3));
        var view = _ml.Data.LoadFromEnumerable(Sample.Rows(1), definition);
        using var stream = new MemoryStream();
        _ml.Model.Save(new ScalingTransformer(2, "Score", "Twice"), view.Schema, stream);
        stream.Position = 0;
        _ml.Model.Load(stream, out var schema);

        Assert.Equal(view.Schema.Select(column => (column.Name, column.Type)), schema.Select(column => (column.Name, column.Type)));
        VBuffer<ReadOnlyMemory<char>> names = default;
        schema["X"].GetSlotNames(ref names);
        Assert.Equal("abc", string.Concat(names.DenseValues()));
    }

    [Fact]
    public void Nothing_saved_is_an_empty_chain()
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(null, null, stream);
        stream.Position = 0;
        var empty = _ml.Model.Load(stream, out var schema);

        Assert.Null(schema);
        Assert.Same(_view, empty.Transform(_view));
    }

    [Fact]
    public void Nested_chains_stay_nested()
    {
        var inner = new ScalingEstimator(_ml).Append(_ml.Transforms.CopyColumns("Copy", "Twice"));
        var loaded = RoundTrip(inner.Append(new ScalingEstimator(_ml, 3, "Copy", "Six")).Fit(_view), out _);
        Assert.Equal(54, loaded.Transform(_view).GetColumn<float>("Six").Last());
    }

    [Fact]
    public void Large_streams_are_spooled_through_the_temporary_folder_and_leave_nothing()
    {
        string folder = Directory.CreateTempSubdirectory("standins-").FullName;
        try
        {
            _ml.TempFilePath = folder;
            byte[] ballast = new byte[3 << 20];
            new Random(5).NextBytes(ballast);
            var loaded = RoundTrip(new ScalingTransformer(2, "Score", "Twice") { Ballast = ballast }, out _);

            Assert.Equal(ballast, Assert.IsType<ScalingTransformer>(loaded).Ballast);
            Assert.Empty(Directory.GetFileSystemEntries(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_callers_stream_stays_open()
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(new ScalingTransformer(2, "Score", "Twice"), _view.Schema, stream);
        stream.Position = 0;
        _ml.Model.Load(stream, out _);
        Assert.True(stream.CanRead);
    }

    [Fact]
    public void A_file_is_an_ordinary_zip()
    {
        string path = Path.GetTempFileName();
        try
        {
            _ml.Model.Save(new ScalingTransformer(2, "Score", "Twice"), _view.Schema, path);
            using (var zip = ZipFile.OpenRead(path))
                Assert.Equal(["Schema", "TransformerChain/Ballast", "TransformerChain/Model.key"],
                    zip.Entries.Select(entry => entry.FullName).Order());
            Assert.IsType<ScalingTransformer>(_ml.Model.Load(path, out _));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/etc/evil")]
    [InlineData("a/../../evil")]
    [InlineData("C:evil")]
    [InlineData("a\\b")]
    [InlineData("a//b")]
    [InlineData("")]
    public void A_component_cannot_write_outside_of_its_folder(string name) =>
        Assert.ThrowsAny<ArgumentException>(() =>
            _ml.Model.Save(new ScalingTransformer(2, "Score", "Twice") { StreamName = name }, null, new MemoryStream()));

    private ITransformer RoundTrip(ITransformer model, out DataViewSchema schema)
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(model, _view.Schema, stream);
        stream.Position = 0;
        return new MLContext { TempFilePath = _ml.TempFilePath }.Model.Load(stream, out schema);
    }
}
