namespace MLNetWsss.Data;

/// <summary>What happens to a photo that cannot be read.</summary>
public enum OnUnreadableImage
{
    /// <summary>Reading the row throws; the message names the file.</summary>
    Throw,

    /// <summary>
    /// The row is left out and counted in the log. A photo is tested when it is first read, so making the view costs nothing; the number of
    /// rows is unknown until a pass has seen them all.
    /// </summary>
    Skip
}

/// <summary>Options of <c>mlContext.Data.LoadVoc</c>.</summary>
public sealed record VocOptions
{
    /// <summary>The task's classes. Default: VOC's twenty.</summary>
    public ClassMap Classes { get; init; } = ClassMap.Voc;

    /// <summary>Name of the column with the photos.</summary>
    public string ImageColumn { get; init; } = "Image";

    /// <summary>Name of the column with the tags.</summary>
    public string TagsColumn { get; init; } = "Tags";

    /// <summary>Name of the column with the masks, which is there if the folder has masks.</summary>
    public string MaskColumn { get; init; } = "Mask";

    /// <summary>Table of tags, relative to the folder. Where it is missing, tags are read from <c>Annotations/*.xml</c>.</summary>
    public string TagsFile { get; init; } = "labels.csv";

    /// <summary>Folder of the photos, relative to the data set's.</summary>
    public string ImagesFolder { get; init; } = "JPEGImages";

    /// <summary>Folder of the masks, relative to the data set's.</summary>
    public string MasksFolder { get; init; } = "SegmentationClass";

    /// <summary>Folder of the splits' lists, relative to the data set's.</summary>
    public string SplitsFolder { get; init; } = "ImageSets/Segmentation";

    /// <summary>Keeps at most this many images, from the start of the split; null keeps all.</summary>
    public int? MaxImages { get; init; }

    /// <summary>What happens to a photo that cannot be read.</summary>
    public OnUnreadableImage OnUnreadableImage { get; init; }
}

/// <summary>Options of <c>mlContext.Data.LoadFolder</c>.</summary>
public sealed record FolderOptions
{
    /// <summary>The task's class names; null takes those of the table.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Only rows whose <c>split</c> column says this; null takes all.</summary>
    public string? Split { get; init; }

    /// <summary>Folder of index-PNG masks named as the images, or null.</summary>
    public string? MasksFolder { get; init; }

    /// <summary>Name of the column with the photos.</summary>
    public string ImageColumn { get; init; } = "Image";

    /// <summary>Name of the column with the tags.</summary>
    public string TagsColumn { get; init; } = "Tags";

    /// <summary>Name of the column with the masks.</summary>
    public string MaskColumn { get; init; } = "Mask";

    /// <summary>What happens to a photo that cannot be read.</summary>
    public OnUnreadableImage OnUnreadableImage { get; init; }
}
