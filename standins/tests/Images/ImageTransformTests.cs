using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Standins.Tests.Images;

public sealed class ImageTransformTests : IDisposable
{
    private static readonly ImagePixelExtractingEstimator.ColorBits All = ImagePixelExtractingEstimator.ColorBits.All;
    private static readonly ImagePixelExtractingEstimator.ColorsOrder Abgr = ImagePixelExtractingEstimator.ColorsOrder.ABGR;

    private readonly MLContext _ml = new(seed: 1);
    private readonly string _folder = Directory.CreateTempSubdirectory("standins-").FullName;
    private readonly IDataView _paths;

    public ImageTransformTests()
    {
        for (int i = 0; i < 3; i++)
            File.WriteAllBytes(Path.Combine(_folder, $"{i}.png"), PngFile.Create(6, 4, 8, PngFile.Rgb, Pixels(6 * 4 * 3, i)));
        _paths = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 3).Select(i => new PathRow { File = $"{i}.png" }));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Images_are_loaded_with_their_path_as_tag()
    {
        var view = _ml.Transforms.LoadImages("Image", _folder, "File").Fit(_paths).Transform(_paths);
        var images = view.GetColumn<MLImage>("Image").ToArray();
        Assert.Equal(Path.Combine(_folder, "2.png"), images[2].Tag);
        Assert.Equal((6, 4), (images[2].Width, images[2].Height));
        // Red, green, blue in the file.
        Assert.Equal(Pixels(3, 2).Reverse(), images[2].Pixels[..3].ToArray());
    }

    [Fact]
    public void A_missing_file_fails_only_where_its_image_is_asked_for()
    {
        var rows = _ml.Data.LoadFromEnumerable(new[] { new PathRow { File = "none.png" } });
        var view = _ml.Transforms.LoadImages("Image", _folder, "File").Fit(rows).Transform(rows);
        Assert.Single(view.GetColumn<string>("File"));
        Assert.Throws<ArgumentException>(() => view.GetColumn<MLImage>("Image").Count());
        Assert.Throws<ArgumentException>(() => _ml.Transforms.LoadImages("Image", _folder + "/nowhere", "File").Fit(rows));
    }

    [Fact]
    public void Pixels_become_planes_of_red_green_and_blue_and_an_image_again()
    {
        var model = _ml.Transforms.LoadImages("Image", _folder, "File").Append(_ml.Transforms.ResizeImages("Same", 6, 4, "Image"))
            .Append(_ml.Transforms.ExtractPixels("Planes", "Same")).Append(_ml.Transforms.ConvertToImage(4, 6, "Back", "Planes"))
            .Fit(_paths);
        var view = model.Transform(_paths);
        Assert.Equal("Vector<Single, 3, 4, 6>", view.Schema["Planes"].Type.ToString());

        byte[] file = Pixels(6 * 4 * 3, 1);
        float[] planes = view.GetColumn<float[]>("Planes").ElementAt(1);
        Assert.Equal(Enumerable.Range(0, 3).SelectMany(c => Enumerable.Range(0, 24).Select(i => (float)file[i * 3 + c])), planes);
        using var cursor = view.GetRowCursor(view.Schema);
        cursor.MoveNext();
        Assert.Equal(Value(cursor, "Same").Pixels.ToArray(), Value(cursor, "Back").Pixels.ToArray());
    }

    [Fact]
    public void Pixels_are_shifted_scaled_interleaved_and_ordered()
    {
        var view = Memory(Uniform(4, 2, 40));
        var model = _ml.Transforms.ExtractPixels("P", "Image", interleavePixelColors: true, offsetImage: 10, scaleImage: .5f,
            colorsToExtract: All, orderOfExtraction: Abgr).Fit(view);
        float[] pixels = model.Transform(view).GetColumn<float[]>("P").Single();

        // Alpha, blue, green, red of (40, 80, 120, 255): (x - 10) / 2.
        Assert.Equal([122.5f, 15, 35, 55], pixels[..4]);
        Assert.Equal(4 * 2 * 4, pixels.Length);
    }

    [Fact]
    public void Extraction_disposes_of_images_in_memory_so_that_a_second_pass_fails()
    {
        var view = Memory(Uniform(4, 2, 40));
        var extracted = _ml.Transforms.ExtractPixels("P", "Image").Fit(view).Transform(view);
        Assert.Single(extracted.GetColumn<float[]>("P"));
        Assert.Throws<InvalidOperationException>(() => extracted.GetColumn<float[]>("P").ToArray());
    }

    [Theory]
    [InlineData(ImageResizingEstimator.ResizingKind.Fill)]
    [InlineData(ImageResizingEstimator.ResizingKind.IsoCrop)]
    [InlineData(ImageResizingEstimator.ResizingKind.IsoPad)]
    public void One_colour_stays_one_colour_under_every_resizing(ImageResizingEstimator.ResizingKind kind)
    {
        var resized = Resized(Uniform(8, 4, 40), 6, 6, kind);
        byte[] colour = [40, 80, 120, 255], bar = [0, 0, 0, 0];
        var colours = Enumerable.Range(0, 36).Select(i => Convert.ToHexString(resized.Pixels.Slice(4 * i, 4))).ToList();

        Assert.Equal((6, 6), (resized.Width, resized.Height));
        // Padding an 8 x 4 image to 6 x 6 leaves it 6 x 3.
        int bars = kind == ImageResizingEstimator.ResizingKind.IsoPad ? 3 * 6 : 0;
        Assert.Equal(bars, colours.Count(found => found == Convert.ToHexString(bar)));
        Assert.Equal(36 - bars, colours.Count(found => found == Convert.ToHexString(colour)));
    }

    [Fact]
    public void Cropping_keeps_the_side_of_its_anchor()
    {
        // Left half 0, right half 200.
        byte[] halves = [.. Enumerable.Range(0, 8 * 4)
            .SelectMany(i => Enumerable.Repeat((byte)(i % 8 < 4 ? 0 : 200), 3).Append((byte)255))];
        MLImage Halves() => MLImage.CreateFromPixels(8, 4, MLPixelFormat.Bgra32, halves);
        var crop = ImageResizingEstimator.ResizingKind.IsoCrop;

        Assert.Equal(0, Resized(Halves(), 4, 4, crop, ImageResizingEstimator.Anchor.Left).Pixels[0]);
        Assert.Equal(200, Resized(Halves(), 4, 4, crop, ImageResizingEstimator.Anchor.Right).Pixels[0]);
    }

    [Fact]
    public void Grey_weighs_the_colours_alike_in_every_channel()
    {
        var view = Memory(Uniform(2, 2, 40));
        using var grey = _ml.Transforms.ConvertToGrayscale("G", "Image").Fit(view).Transform(view).GetColumn<MLImage>("G").Single();
        Assert.Equal(grey.Pixels[0], grey.Pixels[1]);
        Assert.Equal(grey.Pixels[0], grey.Pixels[2]);
        // Between the smallest and the largest of the three.
        Assert.InRange(grey.Pixels[0], 41, 119);
        Assert.Equal(255, grey.Pixels[3]);
    }

    [Fact]
    public void A_saved_pipeline_of_images_gives_the_same_pixels()
    {
        var model = _ml.Transforms.LoadImages("Image", _folder, "File").Append(_ml.Transforms.ResizeImages("Small", 3, 2, "Image"))
            .Append(_ml.Transforms.ConvertToGrayscale("Grey", "Small")).Append(_ml.Transforms.ExtractPixels("P", "Grey")).Fit(_paths);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, _paths.Schema, stream);
        stream.Position = 0;
        var loaded = new MLContext().Model.Load(stream, out _);
        float[][] Run(ITransformer transformer) => [.. transformer.Transform(_paths).GetColumn<float[]>("P")];

        Assert.Equal(Run(model), Run(loaded));
    }

    [Fact]
    public void Raw_bytes_are_the_file()
    {
        var view = _ml.Transforms.LoadRawImageBytes("Bytes", _folder, "File").Fit(_paths).Transform(_paths);
        Assert.Equal(File.ReadAllBytes(Path.Combine(_folder, "0.png")), view.GetColumn<byte[]>("Bytes").First());
    }

    [Fact]
    public void Columns_that_hold_no_images_and_images_without_a_size_are_refused()
    {
        Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.ResizeImages("S", 3, 3, "File").Fit(_paths));
        var images = _ml.Transforms.LoadImages("Image", _folder, "File").Fit(_paths).Transform(_paths);
        Assert.ThrowsAny<ArgumentException>(() => _ml.Transforms.ExtractPixels("P", "Image").Fit(images));
    }

    [Fact]
    public void Image_types_compare_by_size_and_an_attribute_needs_one()
    {
        Assert.True(new ImageDataViewType(2, 3).Equals(new ImageDataViewType(2, 3)));
        Assert.False(new ImageDataViewType(2, 3).Equals(new ImageDataViewType()));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageDataViewType(0, 3));
        Assert.ThrowsAny<ArgumentException>(() => _ml.Data.LoadFromEnumerable(new List<Unsized>()));
    }

    [Fact]
    public void A_prediction_engine_takes_and_gives_images()
    {
        var view = Memory(Uniform(4, 2, 40));
        var model = _ml.Transforms.ResizeImages("Big", 8, 4, "Image").Fit(view);
        using var engine = _ml.Model.CreatePredictionEngine<ImageRow, BigRow>(model);
        Assert.Equal(8, engine.Predict(new ImageRow { Image = Uniform(4, 2, 7) }).Big.Width);
    }

    private MLImage Resized(MLImage image, int width, int height, ImageResizingEstimator.ResizingKind kind,
        ImageResizingEstimator.Anchor anchor = ImageResizingEstimator.Anchor.Center)
    {
        var view = Memory(image);
        var model = _ml.Transforms.ResizeImages("R", width, height, "Image", kind, anchor).Fit(view);
        return model.Transform(view).GetColumn<MLImage>("R").Single();
    }

    private IDataView Memory(MLImage image)
    {
        var definition = SchemaDefinition.Create(typeof(ImageRow));
        definition["Image"].ColumnType = new ImageDataViewType(image.Height, image.Width);
        return _ml.Data.LoadFromEnumerable(new List<ImageRow> { new() { Image = image } }, definition);
    }

    /// <summary>Every pixel blue b, green 2 b, red 3 b, opaque.</summary>
    private static MLImage Uniform(int width, int height, byte b) => MLImage.CreateFromPixels(width, height, MLPixelFormat.Bgra32,
        [.. Enumerable.Repeat(new byte[] { b, (byte)(2 * b), (byte)(3 * b), 255 }, width * height).SelectMany(pixel => pixel)]);

    private static byte[] Pixels(int count, int seed) => [.. Enumerable.Range(0, count).Select(i => (byte)(7 * i + 50 * seed))];

    private static MLImage Value(DataViewRow row, string column)
    {
        MLImage image = null;
        row.GetGetter<MLImage>(row.Schema[column])(ref image);
        return image;
    }

    private sealed class PathRow
    {
        public string File { get; set; }
    }

    private sealed class ImageRow
    {
        [ImageType(2, 4)]
        public MLImage Image { get; set; }
    }

    private sealed class BigRow
    {
        [ImageType(4, 8)]
        public MLImage Big { get; set; }
    }

    private sealed class Unsized
    {
        [ImageType]
        public MLImage Image { get; set; }
    }
}
