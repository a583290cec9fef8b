using Microsoft.ML;
using Microsoft.ML.Transforms.Image;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests.BadInput;

/// <summary>Masks that are missing, damaged, of another size or with labels that no class has.</summary>
public sealed class MaskTests
{
    [Fact]
    public void A_photo_without_a_mask_is_named()
    {
        using var folder = Folder();
        File.Delete(folder["masks", "b.png"]);
        var view = View(folder);
        var error = Assert.Throws<FileNotFoundException>(() => RowDigest.Rows(view, "Mask"));
        Assert.Contains("b.png", error.Message);
        Assert.Contains("has no mask", error.Message);
        // What does not need masks works without them.
        Assert.Equal(2, RowDigest.Rows(view, "Image").Count);
    }

    [Fact]
    public void Where_only_some_photos_have_masks_the_log_counts_and_reading_names_the_photo()
    {
        using var folder = Folder();
        Directory.CreateDirectory(folder["voc", "JPEGImages"]);
        foreach (string name in new[] { "a", "b" })
            File.Copy(folder[$"{name}.png"], folder["voc", "JPEGImages", $"{name}.png"]);
        File.Copy(folder["masks", "a.png"], folder["voc", "SegmentationClass", "a.png"]);
        File.WriteAllLines(folder["voc", "ImageSets", "Segmentation", "train.txt"], ["a", "b"]);
        var logged = new LoggedContext();
        var view = logged.Ml.Data.LoadVoc(folder["voc"], options: new() { Classes = ClassMap.Of("cat", "dog") });
        Assert.Contains("1 of 2 photos have no mask", Assert.Single(logged.With("no mask")));
        Assert.Contains("b.png", Assert.Throws<FileNotFoundException>(() => RowDigest.Rows(view, "Mask")).Message);
    }

    [Fact]
    public void A_mask_of_another_size_stops_training_and_is_named_with_its_photo_and_both_sizes()
    {
        using var folder = Folder();
        // Twice the size: shrunk to the same side as its photo it would pass unseen.
        File.WriteAllBytes(folder["masks", "b.png"], SampleFiles.MaskPng(80, 60, 1));
        var options = (TrainingOptions)StageCase.Named("Segmentation").Options with { MaxSide = 32 };
        var error = Assert.Throws<InvalidOperationException>(() => FittedStage.Fit(StageCase.Named("Segmentation"), options, View(folder)));
        Assert.Contains("Row 1", error.Message);
        Assert.Contains("b.png", error.Message);
        Assert.Contains("60 x 80", error.Message);
        Assert.Contains("30 x 40", error.Message);
    }

    [Fact]
    public void A_label_beyond_the_classes_is_named_by_file_and_pixel_with_the_classes()
    {
        using var folder = Folder();
        File.WriteAllBytes(folder["masks", "b.png"], SampleFiles.MaskPng(40, 30, 2, first: 7));
        var error = Assert.Throws<InvalidDataException>(() => RowDigest.Rows(View(folder), "Mask"));
        Assert.Contains("b.png", error.Message);
        Assert.Contains("label 7 in row 0, column 0", error.Message);
        Assert.Contains("cat, dog", error.Message);
    }

    [Fact]
    public void Labels_of_other_classes_of_a_class_map_are_ignored_by_design()
    {
        using var folder = Folder();
        var labels = ImageFiles.Mask(new("a", "a.png", folder["masks", "a.png"], null), ClassMap.Of("cat").Lookup, ["cat"]);
        // The folder's mask of "a" has label 2 nearly everywhere, which is no class of this task.
        Assert.Equal([0, 255], labels.Labels[..2].ToArray());
    }

    [Fact]
    public void A_label_beyond_the_classes_is_refused_where_no_file_is_behind_it()
    {
        var error = Assert.Throws<InvalidOperationException>(() => FittedStage.Fit(StageCase.Named("Segmentation"), data: WithStrangeLabel()));
        Assert.Contains("Row 2", error.Message);
        Assert.Contains("label 9", error.Message);
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("cut off")]
    [InlineData("colours")]
    [InlineData("photo")]
    public void A_damaged_mask_and_one_of_colours_are_named(string what)
    {
        using var folder = Folder();
        File.WriteAllBytes(folder["masks", "b.png"], what switch
        {
            "empty" => [],
            "cut off" => SampleFiles.MaskPng(40, 30, 1)[..^14],
            "colours" => SampleFiles.ColourPng(40, 30),
            _ => SampleFiles.GreyJpeg
        });
        var error = Assert.Throws<InvalidDataException>(() => RowDigest.Rows(View(folder), "Mask"));
        Assert.Contains("b.png", error.Message);
    }

    [Fact]
    public void Evaluation_names_the_row_whose_mask_has_another_size()
    {
        using var folder = Folder();
        using var segmenter = FittedStage.Fit(StageCase.Named("Segmentation"), data: View(folder)).Model;
        File.WriteAllBytes(folder["masks", "b.png"], SampleFiles.MaskPng(20, 30, 1));
        var error = Assert.Throws<InvalidOperationException>(() => new MLContext(1).Transforms.Wsss.Evaluate(segmenter.Transform(View(folder))));
        Assert.Contains("Row 1", error.Message);
        Assert.Contains("b.png", error.Message);
        Assert.Contains("30 x 20", error.Message);
    }

    [Fact]
    public void Masks_that_teach_nothing_are_refused()
    {
        using var folder = Folder();
        foreach (string name in new[] { "a.png", "b.png" })
            File.WriteAllBytes(folder["masks", name], SampleFiles.MaskPng(40, 30, 255, first: 255));
        var error = Assert.Throws<InvalidOperationException>(() => FittedStage.Fit(StageCase.Named("Segmentation"), data: View(folder)));
        Assert.Contains("255", error.Message);
    }

    private static ScratchFolder Folder()
    {
        var folder = new ScratchFolder();
        File.WriteAllLines(folder["tags.csv"], ["id,cat,dog", "a,1,0", "b,0,1"]);
        foreach (string name in new[] { "a.png", "b.png" })
        {
            File.WriteAllBytes(folder[name], SampleFiles.ColourPng(40, 30));
            File.WriteAllBytes(folder["masks", name], SampleFiles.MaskPng(40, 30, 2));
        }
        return folder;
    }

    private static IDataView View(ScratchFolder folder) =>
        new MLContext(1).Data.LoadFolder(folder.Path, folder["tags.csv"], new() { MasksFolder = Path.Combine(folder.Path, "masks") });

    /// <summary>Scenes whose third mask has a label that no class has.</summary>
    private static SourceView WithStrangeLabel() => new(3,
        SourceColumn.Of("Image", new ImageDataViewType(), i => TinyScenes.Scene(i).Image.ToMLImage()),
        SourceColumn.Of("Mask", LabelMapDataViewType.Instance, i => i < 2 ? TinyScenes.Scene(i).Mask : Strange(TinyScenes.Scene(i).Mask),
            ClassNames.AnnotationsOf(new("Mask", ColumnKind.Labels), TinyScenes.ClassNames)));

    private static LabelMap Strange(LabelMap mask)
    {
        byte[] labels = mask.Labels.ToArray();
        labels[5] = 9;
        return new(mask.Height, mask.Width, labels);
    }
}
