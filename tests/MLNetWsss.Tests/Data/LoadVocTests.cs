using Microsoft.ML;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;
using Names = MLNetWsss.Pipeline.ClassNames;

namespace MLNetWsss.Tests.Data;

public sealed class LoadVocTests
{
    private static readonly MLContext Ml = new(seed: 1);

    private static readonly VocOptions CatAndDog = new() { Classes = ClassMap.VocSubset("dog", "cat") };

    /// <summary>JPEG at its usual quality moves a colour that fills the photo by this much at most.</summary>
    private const int JpegRounding = 4;

    [Fact]
    public void Photos_tags_and_masks_come_in_the_order_of_the_split()
    {
        using var voc = new VocFolder().Photo("b.png", red: 10).Photo("a.jpg", red: 240, height: 20, width: 10)
            .Mask("a", 0, 8, 255).Mask("b", 12, 0).Split("train", "b\na\n").Table("image,tags\na,cat\nb,dog;person\n");
        var view = Ml.Data.LoadVoc(voc.Path, "train", CatAndDog);
        Assert.Equal(["Id", "ImagePath", "Image", "Tags", "Mask"], view.Names());
        Assert.Equal(2, view.GetRowCount());
        Assert.Equal(["b", "a"], view.Column<string>("Id"));
        Assert.Equal([voc["JPEGImages", "b.png"], voc["JPEGImages", "a.jpg"]], view.Column<string>("ImagePath"));
        Assert.Equal([[1f, 0f], [0f, 1f]], view.Column<float[]>("Tags"));
        var images = view.Column<RgbImage>("Image");
        Assert.Equal((8, 12, (byte)10), (images[0].Height, images[0].Width, images[0][0, 0].R));
        Assert.Equal((20, 10), (images[1].Height, images[1].Width));
        Assert.InRange(images[1][3, 3].R, 240 - JpegRounding, 240 + JpegRounding);
        Assert.Equal(["dog", "cat"], Names.Find(view.Schema["Tags"]));
        Assert.Equal(["dog", "cat"], Names.Find(view.Schema["Mask"]));
    }

    [Fact]
    public void Masks_speak_of_the_tasks_classes_and_ignore_the_others()
    {
        // VOC: 8 cat, 12 dog, 1 aeroplane. The task: 1 dog, 2 cat.
        using var voc = new VocFolder().Photo("a.png").Mask("a", 0, 8, 12, 1, 255, 20).Split("val", "a");
        var mask = Ml.Data.LoadVoc(voc.Path, "val", CatAndDog).Column<LabelMap>("Mask").Single();
        Assert.Equal([0, 2, 1, 255, 255, 255], mask.Labels.ToArray());
        var all = Ml.Data.LoadVoc(voc.Path, "val").Column<LabelMap>("Mask").Single();
        Assert.Equal([0, 8, 12, 1, 255, 20], all.Labels.ToArray());
    }

    [Fact]
    public void Animals_of_the_seven_class_protocol_are_numbered_by_it()
    {
        // cat 8, cow 10, dog 12, horse 13, person 15, sheep 17 -> 1 … 6
        using var voc = new VocFolder().Photo("a.png").Mask("a", 8, 10, 12, 13, 15, 17, 3).Split("val", "a");
        var mask = Ml.Data.LoadVoc(voc.Path, "val", new() { Classes = ClassMap.Animals7 }).Column<LabelMap>("Mask").Single();
        Assert.Equal([1, 2, 3, 4, 5, 6, 255], mask.Labels.ToArray());
    }

    [Fact]
    public void A_table_of_columns_is_read_as_well()
    {
        string header = "id,split," + string.Join(',', ClassMap.Voc.Names);
        string row = string.Join(',', ClassMap.Voc.Names.Select(n => n is "cat" or "person" ? 1 : 0));
        using var voc = new VocFolder().Photo("a.png").Split("val", "a").Table($"{header}\na,val,{row}\n");
        Assert.Equal([[0f, 1f]], Ml.Data.LoadVoc(voc.Path, "val", CatAndDog).Column<float[]>("Tags"));
        var all = Ml.Data.LoadVoc(voc.Path, "val").Column<float[]>("Tags").Single();
        Assert.Equal(["cat", "person"], ClassMap.Voc.Names.Where((_, k) => all[k] == 1));
    }

    [Fact]
    public void Without_a_table_tags_come_from_the_xml_annotations()
    {
        using var voc = new VocFolder().Photo("a.png").Photo("b.png").Split("train", "a\nb")
            .Annotation("a", "dog", "dog", "car").Annotation("b", "cat", "dog");
        Assert.Equal([[1f, 0f], [1f, 1f]], Ml.Data.LoadVoc(voc.Path, "train", CatAndDog).Column<float[]>("Tags"));
    }

    [Fact]
    public void What_a_folder_lacks_is_no_column()
    {
        using var voc = new VocFolder().Photo("a.png").Photo("b.png").Mask("a", 0).Split("train", "a\nb").Split("one", "b");
        Assert.Equal(["Id", "ImagePath", "Image"], Ml.Data.LoadVoc(voc.Path, "one").Names());
        // Where only some have masks, the column is there, and reading one that is missing names the photo.
        var some = Ml.Data.LoadVoc(voc.Path);
        Assert.Equal(["Id", "ImagePath", "Image", "Mask"], some.Names());
        Assert.Contains("b.png", Assert.Throws<FileNotFoundException>(() => some.Column<LabelMap>("Mask")).Message);
    }

    [Fact]
    public void Columns_and_folders_can_be_named()
    {
        using var voc = new VocFolder().Split("train", "a");
        using (var image = VocFolder.Solid(4, 4, 9).ToMLImage())
            image.Save(voc["Photos", "a.PNG"]);
        File.WriteAllText(voc["tags.csv"], "id,tags\na,cat\n");
        var view = Ml.Data.LoadVoc(voc.Path, options: CatAndDog with
        {
            ImagesFolder = "Photos", TagsFile = "tags.csv", ImageColumn = "Photo", TagsColumn = "What", MaskColumn = "Where"
        });
        Assert.Equal(["Id", "ImagePath", "Photo", "What"], view.Names());
        Assert.Equal(9, view.Column<RgbImage>("Photo").Single()[1, 1].R);
    }

    [Fact]
    public void Lists_may_have_blanks_other_line_ends_and_further_words()
    {
        using var voc = new VocFolder().Photo("a.png").Photo("b.png").Photo("c.png").Split("train", "a  1\r\n\r\n b\t-1\r\nc");
        Assert.Equal(["a", "b", "c"], Ml.Data.LoadVoc(voc.Path).Column<string>("Id"));
        Assert.Equal(["a", "b"], Ml.Data.LoadVoc(voc.Path, options: new() { MaxImages = 2 }).Column<string>("Id"));
    }

    [Fact]
    public void A_missing_split_photo_row_or_annotation_is_named()
    {
        using var voc = new VocFolder().Photo("a.png").Split("train", "a\nb").Split("ok", "a").Table("image,tags\nz,cat\n");
        Assert.Contains("test.txt", Assert.Throws<FileNotFoundException>(() => Ml.Data.LoadVoc(voc.Path, "test")).Message);
        var photo = Assert.ThrowsAny<IOException>(() => Ml.Data.LoadVoc(voc.Path, "train", new() { TagsFile = "none.csv" }));
        Assert.Contains("'b'", photo.Message);
        Assert.Contains("train.txt", photo.Message);
        var row = Assert.Throws<InvalidDataException>(() => Ml.Data.LoadVoc(voc.Path, "ok"));
        Assert.Contains("labels.csv", row.Message);
        Assert.Contains("'a'", row.Message);
        voc.Annotation("z", "cat");
        Assert.Contains("a.xml", Assert.Throws<InvalidDataException>(() =>
            Ml.Data.LoadVoc(voc.Path, "ok", new() { TagsFile = "none.csv" })).Message);
    }

    [Theory]
    [InlineData("<annotation><object>")]
    [InlineData("not xml")]
    [InlineData("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><annotation>&x;</annotation>")]
    public void A_broken_annotation_is_refused_by_name(string xml)
    {
        using var voc = new VocFolder().Photo("a.png").Split("train", "a").Annotation("a");
        File.WriteAllText(voc["Annotations", "a.xml"], xml);
        Assert.Contains("a.xml", Assert.Throws<InvalidDataException>(() => Ml.Data.LoadVoc(voc.Path)).Message);
    }

    [Fact]
    public void An_unreadable_photo_throws_at_its_row_or_is_left_out_with_a_warning()
    {
        using var voc = new VocFolder().Photo("a.png").Photo("c.png").Split("train", "a\nb\nc");
        File.WriteAllBytes(voc["JPEGImages", "b.jpg"], [0xFF, 0xD8, 0xFF, 1, 2, 3]);
        var view = Ml.Data.LoadVoc(voc.Path);
        Assert.Equal(["a", "b", "c"], view.Column<string>("Id"));
        var error = Assert.Throws<InvalidDataException>(() => view.Column<RgbImage>("Image"));
        Assert.Contains("b.jpg", error.Message);
        Assert.Contains("OnUnreadableImage.Skip", error.Message);

        var log = new List<string>();
        var ml = new MLContext(1);
        ml.Log += (_, e) => log.Add(e.Message);
        var skipped = ml.Data.LoadVoc(voc.Path, options: new() { OnUnreadableImage = OnUnreadableImage.Skip });
        Assert.Equal(["a", "c"], skipped.Column<string>("Id"));
        Assert.Equal(2, skipped.Column<RgbImage>("Image").Length);
        Assert.Contains(log, line => line.Contains("b.jpg"));
        Assert.Contains(log, line => line.Contains("1 of 3 photos"));
    }

    [Fact]
    public void An_empty_photo_is_unreadable_too()
    {
        using var voc = new VocFolder().Photo("a.png").Split("train", "a");
        File.WriteAllBytes(voc["JPEGImages", "a.png"], []);
        Assert.Contains("empty", Assert.Throws<InvalidDataException>(() => Ml.Data.LoadVoc(voc.Path).Column<RgbImage>("Image")).Message);
    }

    [Fact]
    public void Written_scenes_load_as_the_scenes_that_they_were()
    {
        using var folder = new ScratchFolder();
        var options = new SyntheticSceneOptions { Size = 40, Classes = 4 };
        SyntheticScenesFolder.Write(folder.Path, train: 2, val: 3, options);
        var voc = new VocOptions { Classes = ClassMap.Of([.. SyntheticScenes.ClassNames.Take(4)]), ImagesFolder = "Images" };
        var (loaded, made) = (Ml.Data.LoadVoc(folder.Path, "val", voc), Ml.Data.LoadSyntheticScenes(3, first: 2, options));
        foreach (string column in new[] { "Image", "Tags", "Mask" })
            Assert.Equal(Outsider.RowDigest.Rows(made, column), Outsider.RowDigest.Rows(loaded, column));
    }

    [Fact]
    public void Views_can_be_read_any_number_of_times_and_from_several_threads()
    {
        var view = Ml.Data.LoadSyntheticScenes(6, options: new() { Size = 32 });
        string expected = Outsider.RowDigest.Of(view, "Id", "Image", "Tags", "Mask");
        Parallel.For(0, 6, _ => Assert.Equal(expected, Outsider.RowDigest.Of(view, "Id", "Image", "Tags", "Mask")));
        Assert.Equal(["scene00004", "scene00005"], Ml.Data.LoadSyntheticScenes(2, first: 4).Column<string>("Id"));
    }
}
