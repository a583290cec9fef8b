using System.Buffers.Binary;
using Microsoft.ML;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;
using Names = MLNetWsss.Pipeline.ClassNames;

namespace MLNetWsss.Tests.Data;

public sealed class LoadFolderTests
{
    private static readonly MLContext Ml = new(seed: 1);

    [Fact]
    public void A_column_a_class()
    {
        using var folder = Photos("a.png", "b.png");
        File.WriteAllText(folder["tags.csv"], "id,cat,dog\na,1,0\nb.png,1,1\n");
        var view = Ml.Data.LoadFolder(folder.Path, folder["tags.csv"]);
        Assert.Equal(["Id", "ImagePath", "Image", "Tags"], view.Names());
        Assert.Equal(["a", "b"], view.Column<string>("Id"));
        Assert.Equal([[1f, 0f], [1f, 1f]], view.Column<float[]>("Tags"));
        Assert.Equal(["cat", "dog"], Names.Find(view.Schema["Tags"]));
        Assert.Equal(2, view.Column<RgbImage>("Image").Length);
    }

    [Fact]
    public void A_list_of_names()
    {
        using var folder = Photos("a.png", Path.Combine("sub", "b.png"));
        File.WriteAllText(folder["tags.csv"], "image,tags\na.png,dog;cat\nsub/b,\n");
        var view = Ml.Data.LoadFolder(folder.Path, folder["tags.csv"]);
        Assert.Equal(["cat", "dog"], Names.Find(view.Schema["Tags"]));
        Assert.Equal([[1f, 1f], [0f, 0f]], view.Column<float[]>("Tags"));
        Assert.Equal(["a", "sub/b"], view.Column<string>("Id"));
    }

    [Fact]
    public void Rows_of_one_split()
    {
        using var folder = Photos("a.png", "b.png", "c.png");
        File.WriteAllText(folder["tags.csv"], "image,split,tags\na,train,dog\nb,val,cat\nc,train,\n");
        Assert.Equal(["a", "c"], Ml.Data.LoadFolder(folder.Path, folder["tags.csv"], new() { Split = "train" }).Column<string>("Id"));
        File.WriteAllText(folder["tags.csv"], "image,cat,split\na,1,train\nb,0,val\nc,1,train\n");
        var val = Ml.Data.LoadFolder(folder.Path, folder["tags.csv"], new() { Split = "val" });
        Assert.Equal(["b"], val.Column<string>("Id"));
        Assert.Equal(["cat"], Names.Find(val.Schema["Tags"]));
    }

    [Fact]
    public void Masks_beside_the_photos()
    {
        using var folder = Photos("a.png");
        IndexedPng.Write(folder["masks", "a.png"], [0, 1, 255], 3, 1, Palette.Voc);
        File.WriteAllText(folder["tags.csv"], "image,tags\na,cat\n");
        var view = Ml.Data.LoadFolder(folder.Path, folder["tags.csv"], new() { MasksFolder = folder["masks"] });
        Assert.Equal([0, 1, 255], view.Column<LabelMap>("Mask").Single().Labels.ToArray());
        Assert.Equal(["cat"], Names.Find(view.Schema["Mask"]));
        var missing = Ml.Data.LoadFolder(folder.Path, folder["tags.csv"], new() { MasksFolder = folder["elsewhere", "x"] });
        Assert.ThrowsAny<IOException>(() => missing.Column<LabelMap>("Mask"));
    }

    [Fact]
    public void A_dot_in_a_name_is_no_extension()
    {
        using var folder = Photos("photo.v2.png");
        IndexedPng.Write(folder["masks", "photo.v2.png"], [1], 1, 1, Palette.Voc);
        File.WriteAllText(folder["tags.csv"], "image,tags\nphoto.v2,cat\n");
        var view = Ml.Data.LoadFolder(folder.Path, folder["tags.csv"], new() { MasksFolder = folder["masks"] });
        Assert.Equal(["photo.v2"], view.Column<string>("Id"));
        Assert.Equal([1], view.Column<LabelMap>("Mask").Single().Labels.ToArray());
    }

    [Fact]
    public void Missing_photos_and_tables_are_named()
    {
        using var folder = Photos("a.png");
        File.WriteAllText(folder["tags.csv"], "image,tags\na,cat\nzebra,dog\n");
        Assert.Contains("'zebra'", Assert.Throws<FileNotFoundException>(() => Ml.Data.LoadFolder(folder.Path, folder["tags.csv"])).Message);
        Assert.Contains("none.csv", Assert.Throws<FileNotFoundException>(() => Ml.Data.LoadFolder(folder.Path, folder["none.csv"]))
            .Message);
    }

    [Fact]
    public void Photos_alone_come_in_the_order_of_their_names()
    {
        using var folder = Photos("b.png", "a.jpg", "c.JPEG");
        File.WriteAllText(folder["notes.txt"], "no photo");
        var view = Ml.Data.LoadImages(folder.Path);
        Assert.Equal(["Id", "ImagePath", "Image"], view.Names());
        Assert.Equal(["a", "b", "c"], view.Column<string>("Id"));
        Assert.Equal(3, view.Column<RgbImage>("Image").Length);
        Assert.Throws<DirectoryNotFoundException>(() => Ml.Data.LoadImages(Path.Combine(folder.Path, "nowhere")));
    }

    [Fact]
    public void A_photo_held_sideways_is_turned_upright()
    {
        using var folder = new ScratchFolder();
        // Stored 16 x 32, red on the left, blue on the right. Orientation 6: the first column is the top of the picture.
        var pixels = new byte[16 * 32 * 3];
        for (int i = 0; i < 16 * 32; i++)
            pixels[i * 3 + (i % 32 < 16 ? 0 : 2)] = 255;
        using (var image = new RgbImage(16, 32, pixels).ToMLImage())
            image.Save(folder["a.jpg"]);
        byte[] jpeg = File.ReadAllBytes(folder["a.jpg"]);
        File.WriteAllBytes(folder["a.jpg"], [.. jpeg[..2], .. Exif(6), .. jpeg[2..]]);
        var upright = Ml.Data.LoadImages(folder.Path).Column<RgbImage>("Image").Single();
        Assert.Equal((32, 16), (upright.Height, upright.Width));
        Assert.True(upright[4, 8] is { R: > 200, B: < 60 }, "red is on top");
        Assert.True(upright[28, 8] is { R: < 60, B: > 200 }, "blue is at the bottom");
    }

    /// <summary>TIFF 6.0, section 8, Orientation: where row 0 and column 0 of the stored picture are seen.</summary>
    [Theory]
    [InlineData(1, "top", "left")]
    [InlineData(2, "top", "right")]
    [InlineData(3, "bottom", "right")]
    [InlineData(4, "bottom", "left")]
    [InlineData(5, "left", "top")]
    [InlineData(6, "right", "top")]
    [InlineData(7, "right", "bottom")]
    [InlineData(8, "left", "bottom")]
    public void Row_0_and_column_0_are_seen_where_the_orientation_says(int orientation, string row0, string column0)
    {
        const int Height = 3, Width = 5;
        var pixels = new byte[Height * Width * 3];
        for (int y = 0; y < Height; y++)
            for (int x = 0; x < Width; x++)
                (pixels[(y * Width + x) * 3], pixels[(y * Width + x) * 3 + 1]) = ((byte)y, (byte)x);
        var upright = new RgbImage(Height, Width, pixels).Upright(orientation);
        Assert.All(Side(upright, row0), pixel => Assert.Equal(0, pixel.R));
        Assert.All(Side(upright, column0), pixel => Assert.Equal(0, pixel.G));
        Assert.Equal(Width, Side(upright, row0).Length);
        Assert.Equal(Height, Side(upright, column0).Length);
    }

    private static (byte R, byte G, byte B)[] Side(RgbImage image, string side) => side switch
    {
        "top" => [.. Enumerable.Range(0, image.Width).Select(x => image[0, x])],
        "bottom" => [.. Enumerable.Range(0, image.Width).Select(x => image[image.Height - 1, x])],
        "left" => [.. Enumerable.Range(0, image.Height).Select(y => image[y, 0])],
        _ => [.. Enumerable.Range(0, image.Height).Select(y => image[y, image.Width - 1])]
    };

    private static byte[] Exif(ushort orientation)
    {
        // APP1, its length, "Exif", then a little-endian TIFF directory of one short.
        byte[] tiff = [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0];
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(2 + 6 + tiff.Length));
        return [0xFF, 0xE1, .. length, .. "Exif\0\0"u8, .. tiff];
    }

    private static ScratchFolder Photos(params string[] files)
    {
        var folder = new ScratchFolder();
        foreach (string file in files)
        {
            using var image = VocFolder.Solid(4, 6, 50).ToMLImage();
            image.Save(folder[file]);
        }
        return folder;
    }
}
