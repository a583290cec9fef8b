using Microsoft.ML;
using Microsoft.ML.Data;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests.BadInput;

/// <summary>Photos that are damaged are refused by name; photos that are only unusual are read right.</summary>
public sealed class ImageTests
{
    /// <summary>What JPEG's quantisation at quality 90 may move a flat colour by.</summary>
    private const int JpegRounding = 6;

    public static TheoryData<string, byte[], string> Damaged()
    {
        byte[] png = SampleFiles.ColourPng(20, 10), jpeg = SampleFiles.GreyJpeg, bmp = SampleFiles.Bmp(5, 4, 1, 2, 3);
        byte[] flippedPng = [.. png];
        flippedPng[png.Length / 2] ^= 4;
        byte[] noSize = [.. jpeg];
        // The frame header's height, behind marker, length and precision.
        int frame = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        (noSize[frame + 5], noSize[frame + 6]) = (0, 0);
        return new()
        {
            { "empty.jpg", [], "empty" },
            { "text.jpg", "this is no image"u8.ToArray(), "74686973" },
            { "page.png", "<html><body>404</body></html>"u8.ToArray(), "no JPEG, PNG or BMP" },
            { "gif.png", [.. "GIF89a"u8, 1, 0, 1, 0, 0, 0, 0, 0x3B], "no JPEG, PNG or BMP" },
            { "tables.jpg", jpeg[..100], "cut off" },
            { "scan.jpg", jpeg[..^12], "before its end marker" },
            { "marker.jpg", jpeg[..^2], "before its end marker" },
            { "half-marker.jpg", jpeg[..^1], "before its end marker" },
            { "pixels-missing.jpg", [.. jpeg[..2], 0xFF, 0xD9], "no frame header" },
            { "no-size.jpg", noSize, "no size" },
            { "header.png", png[..20], "cut off" },
            { "pixels.png", png[..^30], "cut off" },
            { "end.png", png[..^12], "before its end chunk" },
            { "end-checksum.png", png[..^1], "before its end chunk" },
            { "flipped.png", flippedPng, "checksum" },
            { "no-pixels.png", [.. png[..33], .. png[^12..]], "no pixel data" },
            { "header.bmp", bmp[..30], "cut off" },
            { "last-row.bmp", bmp[..^1], "cut off" }
        };
    }

    [Theory, MemberData(nameof(Damaged))]
    public void A_damaged_photo_is_refused_by_name_with_what_is_wrong_and_what_to_do(string name, byte[] file, string reason)
    {
        using var folder = new ScratchFolder();
        File.WriteAllBytes(folder[name], file);
        var view = new MLContext(1).Data.LoadImages(folder.Path);
        // Making the view opens no file.
        var error = Assert.Throws<InvalidDataException>(() => RowDigest.Rows(view, "Image"));
        Assert.Contains(name, error.Message);
        Assert.Contains(reason, error.Message);
        Assert.Contains("OnUnreadableImage.Skip", error.Message);
    }

    [Fact]
    public void A_photo_cut_off_anywhere_is_refused()
    {
        foreach (byte[] whole in new[] { SampleFiles.GreyJpeg, SampleFiles.CmykJpeg, SampleFiles.ColourPng(9, 7), SampleFiles.Bmp(5, 4, 1, 2, 3) })
        {
            EncodedImage.RequireWhole(whole);
            // Bytes behind the end are other programs' notes, and harmless.
            EncodedImage.RequireWhole([.. whole, 1, 2, 3]);
            for (int length = 0; length < whole.Length; length++)
                Assert.Throws<FormatException>(() => EncodedImage.RequireWhole(whole.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Unreadable_photos_are_left_out_of_every_pass_and_counted()
    {
        using var folder = new ScratchFolder();
        for (int i = 0; i < 5; i++)
            File.WriteAllBytes(folder[$"photo{i}.png"], i is 1 or 3 ? SampleFiles.ColourPng(8, 8)[..^20] : SampleFiles.ColourPng(8, 8));
        var logged = new LoggedContext();
        var view = logged.Ml.Data.LoadImages(folder.Path, OnUnreadableImage.Skip);
        Assert.Null(view.GetRowCount());
        Assert.Empty(logged.With("cannot be read"));

        string[] expected = ["photo0", "photo2", "photo4"];
        // A pass that never asks for the photos must have the same rows as one that does.
        Assert.Equal(expected, Ids(view, withImages: false));
        Assert.Equal(expected, Ids(view, withImages: true));
        Assert.Equal(expected, Ids(view, withImages: false));
        Assert.Equal(3, view.GetRowCount());
        Assert.Contains("2 of 5 photos", Assert.Single(logged.With("were left out")));
        Assert.Contains("photo1.png", Assert.Single(logged.With("photo1")));
    }

    [Fact]
    public void Positions_have_no_gaps_and_ids_stay_with_their_rows_where_rows_are_left_out()
    {
        using var folder = new ScratchFolder();
        for (int i = 0; i < 4; i++)
            File.WriteAllBytes(folder[$"photo{i}.png"], i == 0 ? [] : SampleFiles.ColourPng(8, 8));
        var view = new MLContext(1).Data.LoadImages(folder.Path, OnUnreadableImage.Skip);
        using var cursor = view.GetRowCursor([]);
        var id = cursor.GetIdGetter();
        for (int row = 0; row < 3; row++)
        {
            Assert.True(cursor.MoveNext());
            DataViewRowId found = default;
            id(ref found);
            Assert.Equal((row, (ulong)row + 1), (cursor.Position, found.Low));
        }
        Assert.False(cursor.MoveNext());
    }

    [Fact]
    public void Training_goes_on_without_unreadable_photos()
    {
        using var folder = new ScratchFolder();
        WriteTrainingSet(folder, damaged: 2);
        var logged = new LoggedContext();
        var stage = StageCase.Named("ClassActivation");
        using var model = FittedStage.Fit(stage, data: logged.Ml.Data.LoadFolder(folder.Path, folder["tags.csv"],
            new() { OnUnreadableImage = OnUnreadableImage.Skip })).Model;
        Assert.Contains("2 of 6 photos", Assert.Single(logged.With("were left out")));
        var error = Assert.Throws<InvalidDataException>(() =>
            FittedStage.Fit(stage, data: logged.Ml.Data.LoadFolder(folder.Path, folder["tags.csv"])));
        Assert.Contains("photo0.png", error.Message);
    }

    [Fact]
    public void Grey_palette_deep_and_transparent_photos_are_read_right()
    {
        // One pixel each, or two: what is stored and what must come out.
        Assert.Equal([77, 77, 77], Pixels(SampleFiles.Png(1, 1, 8, SampleFiles.Grey, [77])));
        // 1 bit: the left pixel is the highest bit, white.
        Assert.Equal([255, 255, 255, 0, 0, 0], Pixels(SampleFiles.Png(2, 1, 1, SampleFiles.Grey, [0b10000000])));
        // 16 bits a sample: 0x8080 of 0xFFFF is 128 of 255.
        Assert.Equal([128, 0, 255], Pixels(SampleFiles.Png(1, 1, 16, SampleFiles.Colour, [0x80, 0x80, 0, 0, 0xFF, 0xFF])));
        Assert.Equal([128, 128, 128], Pixels(SampleFiles.Png(1, 1, 16, SampleFiles.Grey, [0x80, 0x80])));
        // Index 1 of the palette.
        Assert.Equal([40, 50, 60], Pixels(SampleFiles.Png(1, 1, 8, SampleFiles.Indexed, [1], ("PLTE", [1, 2, 3, 40, 50, 60]))));
    }

    [Fact]
    public void Transparency_shows_white()
    {
        // Opaque red, half red (1/2 red + 1/2 white = 255, 127, 127), nothing.
        byte[] pixels = Pixels(SampleFiles.Png(3, 1, 8, SampleFiles.ColourAlpha, [255, 0, 0, 255, 255, 0, 0, 128, 9, 9, 9, 0]));
        Assert.Equal([255, 0, 0], pixels[..3]);
        Assert.Equal(255, pixels[3]);
        Assert.InRange(pixels[4], 126, 128);
        Assert.Equal([255, 255, 255], pixels[6..]);
        // Grey with alpha, and a palette whose first colour is transparent.
        Assert.Equal([10, 10, 10, 255, 255, 255], Pixels(SampleFiles.Png(2, 1, 8, SampleFiles.GreyAlpha, [10, 255, 10, 0])));
        Assert.Equal([255, 255, 255, 40, 50, 60],
            Pixels(SampleFiles.Png(2, 1, 8, SampleFiles.Indexed, [0, 1], ("PLTE", [1, 2, 3, 40, 50, 60]), ("tRNS", [0]))));
    }

    [Fact]
    public void A_fourth_byte_that_nobody_filled_is_no_transparency()
    {
        using var image = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Rgba32, [1, 2, 3, 0, 4, 5, 6, 0]);
        Assert.Equal([1, 2, 3, 4, 5, 6], image.ToRgb().Pixels.ToArray());
    }

    [Fact]
    public void Jpegs_in_grey_and_in_printing_colours_are_read_right()
    {
        var grey = Read(SampleFiles.GreyJpeg);
        AssertNear((0, 0, 0), grey[4, 4]);
        AssertNear((80, 80, 80), grey[4, 12]);
        AssertNear((160, 160, 160), grey[12, 4]);
        AssertNear((240, 240, 240), grey[12, 12]);
        var cmyk = Read(SampleFiles.CmykJpeg);
        AssertNear((255, 255, 255), cmyk[4, 4]);
        AssertNear((255, 0, 0), cmyk[4, 12]);
        AssertNear((0, 255, 0), cmyk[12, 4]);
        // Blue with black ink that lets half of the light through.
        AssertNear((0, 0, 128), cmyk[12, 12]);
    }

    [Theory]
    [InlineData(1, 0, 80, 160)]
    [InlineData(3, 240, 160, 80)]
    [InlineData(6, 160, 0, 240)]
    [InlineData(8, 80, 240, 0)]
    public void A_rotated_photo_is_turned_upright(byte orientation, byte topLeft, byte topRight, byte bottomLeft)
    {
        // Stored as 0 80 / 160 240. Orientation 6 is turned clockwise: 160 0 / 240 80 (EXIF 2.3, tag 274).
        var image = Read(SampleFiles.WithOrientation(SampleFiles.GreyJpeg, orientation));
        AssertNear((topLeft, topLeft, topLeft), image[4, 4]);
        AssertNear((topRight, topRight, topRight), image[4, 12]);
        AssertNear((bottomLeft, bottomLeft, bottomLeft), image[12, 4]);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 200)]
    [InlineData(30_000, 2)]
    public void Photos_of_one_pixel_or_one_line_go_through_training_and_prediction(int width, int height)
    {
        using var folder = new ScratchFolder();
        Directory.CreateDirectory(folder["masks", "x"]);
        File.WriteAllLines(folder["tags.csv"], ["id,cat,dog", "odd,1,0", "even,0,1"]);
        File.WriteAllBytes(folder["odd.png"], SampleFiles.ColourPng(width, height));
        File.WriteAllBytes(folder["even.png"], SampleFiles.ColourPng(40, 30));
        File.WriteAllBytes(folder["masks", "odd.png"], SampleFiles.MaskPng(width, height, 1, 1));
        File.WriteAllBytes(folder["masks", "even.png"], SampleFiles.MaskPng(40, 30, 2));
        var data = new MLContext(1).Data.LoadFolder(folder.Path, folder["tags.csv"], new() { MasksFolder = folder["masks"] });
        foreach (string name in new[] { "ClassActivation", "Segmentation" })
        {
            var options = (TrainingOptions)StageCase.Named(name).Options with { BatchSize = 2, MaxSide = 64 };
            using var model = FittedStage.Fit(StageCase.Named(name), options, data).Model;
            var mapped = model.Transform(data);
            foreach (var column in model.Columns.Writes)
                Assert.Equal(2, RowDigest.Rows(mapped, column.Name).Count);
            if (name == "Segmentation")
                Assert.Equal((height, width), SizeOfFirstPrediction(mapped));
            else
                foreach (var crf in new[] { null, new DenseCrfOptions() })
                    Assert.Equal(2, RowDigest.Rows(
                        new MLContext(1).Transforms.Wsss.PseudoLabels(new() { DenseCrf = crf }).Fit(mapped).Transform(mapped), "Mask").Count);
        }
    }

    [Fact]
    public void A_photo_that_is_gone_is_named_with_the_list_that_wants_it()
    {
        using var folder = new ScratchFolder();
        File.WriteAllLines(folder["tags.csv"], ["id,cat", "here,1", "gone,0"]);
        File.WriteAllBytes(folder["here.png"], SampleFiles.ColourPng(4, 4));
        var error = Assert.Throws<FileNotFoundException>(() => new MLContext(1).Data.LoadFolder(folder.Path, folder["tags.csv"]));
        Assert.Contains("'gone'", error.Message);
        Assert.Contains("tags.csv", error.Message);
    }

    /// <summary>Six photos of two classes with tags; the first ones are cut off.</summary>
    private static void WriteTrainingSet(ScratchFolder folder, int damaged)
    {
        File.WriteAllLines(folder["tags.csv"], ["id,cat,dog", .. Enumerable.Range(0, 6).Select(i => $"photo{i},{i % 2},{(i + 1) % 2}")]);
        for (int i = 0; i < 6; i++)
            File.WriteAllBytes(folder[$"photo{i}.png"], i < damaged ? SampleFiles.ColourPng(40, 30)[..^9] : SampleFiles.ColourPng(40, 30));
    }

    private static (int, int) SizeOfFirstPrediction(IDataView view)
    {
        using var cursor = view.GetRowCursor([view.Schema["Prediction"]]);
        var getter = cursor.GetGetter<LabelMap>(view.Schema["Prediction"]);
        Assert.True(cursor.MoveNext());
        LabelMap? labels = null;
        getter(ref labels!);
        return (labels.Height, labels.Width);
    }

    private static string[] Ids(IDataView view, bool withImages)
    {
        using var cursor = view.GetRowCursor(withImages ? [view.Schema["Id"], view.Schema["Image"]] : [view.Schema["Id"]]);
        var id = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Id"]);
        var image = withImages ? cursor.GetGetter<MLImage>(view.Schema["Image"]) : null;
        var ids = new List<string>();
        while (cursor.MoveNext())
        {
            ReadOnlyMemory<char> text = default;
            id(ref text);
            ids.Add(text.ToString());
            MLImage? read = null;
            image?.Invoke(ref read!);
            Assert.Equal(withImages, read is { Width: 8 });
            read?.Dispose();
        }
        return [.. ids];
    }

    private static byte[] Pixels(byte[] file) => Read(file).Pixels.ToArray();

    private static RgbImage Read(byte[] file)
    {
        using var folder = new ScratchFolder();
        File.WriteAllBytes(folder["photo"], file);
        using var image = ImageFiles.Image(folder["photo"]);
        return image.ToRgb();
    }

    private static void AssertNear((int R, int G, int B) expected, (byte R, byte G, byte B) found)
    {
        Assert.InRange(found.R, expected.R - JpegRounding, expected.R + JpegRounding);
        Assert.InRange(found.G, expected.G - JpegRounding, expected.G + JpegRounding);
        Assert.InRange(found.B, expected.B - JpegRounding, expected.B + JpegRounding);
    }
}
