using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.Data;

/// <summary>Photos and masks on disk as a lazy view.</summary>
internal static class ImageFiles
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".JPG", ".JPEG", ".PNG", ".BMP"];

    internal static bool HasImageExtension(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>An id without the extension that it may carry; a dot elsewhere in the name is part of it.</summary>
    internal static string WithoutExtension(string id) => HasImageExtension(id) ? Path.ChangeExtension(id, null) : id;

    internal sealed record Item(string Id, string ImagePath, string? MaskPath, float[]? Tags);

    /// <summary>The photo of an id that may or may not carry its extension.</summary>
    internal static string Find(string folder, string id, string origin)
    {
        string path = Path.Combine(folder, id);
        if (File.Exists(path))
            return path;
        foreach (string extension in Extensions)
            if (File.Exists(path + extension))
                return path + extension;
        throw new FileNotFoundException($"{origin} names image '{id}', and '{folder}' has no such .jpg, .png or .bmp. Add the file or remove the row.", path);
    }

    internal static IDataView View(IHostEnvironment environment, IReadOnlyList<Item> items, IReadOnlyList<string> classes,
        string imageColumn, string tagsColumn, string maskColumn, byte[]? maskLookup, OnUnreadableImage onUnreadable)
    {
        var readable = onUnreadable == OnUnreadableImage.Skip ? new ReadablePhotos(environment, [.. items.Select(i => i.ImagePath)]) : null;
        var columns = new List<SourceColumn>
        {
            SourceColumn.Of("Id", TextDataViewType.Instance, i => items[i].Id.AsMemory()),
            SourceColumn.Of("ImagePath", TextDataViewType.Instance, i => items[i].ImagePath.AsMemory()),
            SourceColumn.Of(imageColumn, new ImageDataViewType(), i => readable?.Image(i) ?? Image(items[i].ImagePath))
        };
        if (items.All(i => i.Tags is not null))
            columns.Add(SourceColumn.Vector(tagsColumn, classes, i => items[i].Tags!,
                ClassNames.AnnotationsOf(new(tagsColumn, ColumnKind.Vector), classes)));
        int masks = items.Count(i => i.MaskPath is not null);
        if (masks > 0)
            columns.Add(SourceColumn.Of(maskColumn, LabelMapDataViewType.Instance, i => Mask(items[i], maskLookup, classes),
                ClassNames.AnnotationsOf(new(maskColumn, ColumnKind.Labels), classes)));
        if (masks > 0 && masks < items.Count)
            WarnOfMissingMasks(environment, items, masks, maskColumn);
        return readable is null
            ? new SourceView(items.Count, [.. columns])
            : new SourceView(items.Count, [.. columns]) { Keeps = readable.CanRead, Kept = () => readable.Count };
    }

    private static void WarnOfMissingMasks(IHostEnvironment environment, IReadOnlyList<Item> items, int masks, string column)
    {
        using var channel = environment.Start("Load");
        channel.Warning(MessageSensitivity.UserData, $"{items.Count - masks} of {items.Count} photos have no mask, the first of them " +
            $"'{items.First(i => i.MaskPath is null).ImagePath}'. Column '{column}' can be read of the others only.");
    }

    /// <summary>Decodes a photo and turns it upright by its EXIF orientation.</summary>
    /// <exception cref="InvalidDataException">The file is not a whole image; the message names it.</exception>
    internal static MLImage Image(string path)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            EncodedImage.RequireWhole(bytes);
            var image = MLImage.CreateFromStream(new MemoryStream(bytes, writable: false));
            int orientation = ExifOrientation.Read(bytes);
            if (orientation != ExifOrientation.Upright)
            {
                using var turned = image;
                image = turned.ToRgb().Upright(orientation).ToMLImage();
            }
            image.Tag = path;
            return image;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or NotSupportedException
            or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"'{path}' cannot be read as an image: {e.Message} Expected a whole JPEG, PNG or BMP; replace " +
                "the file, or load with OnUnreadableImage.Skip.", e);
        }
    }

    /// <summary>An item's labels, as the task numbers them.</summary>
    /// <param name="item">The image.</param>
    /// <param name="lookup">The task's label of each label in the file, or null where they are the same.</param>
    /// <param name="classes">Foreground class names.</param>
    /// <exception cref="FileNotFoundException">The image has no mask.</exception>
    /// <exception cref="InvalidDataException">The mask is damaged, or a label is no class's; the message names file and pixel.</exception>
    internal static LabelMap Mask(Item item, byte[]? lookup, IReadOnlyList<string> classes)
    {
        if (item.MaskPath is not { } path || !File.Exists(path))
            throw new FileNotFoundException($"Photo '{item.ImagePath}' has no mask: expected " +
                $"{(item.MaskPath is null ? "one named as the photo" : $"'{item.MaskPath}'")}. Add the mask, leave the photo out, or use " +
                "only columns that do not need masks.", item.MaskPath);
        var (labels, width, height) = IndexedPng.Read(path);
        for (int i = 0; i < labels.Length; i++)
            if (lookup is not null)
                labels[i] = lookup[labels[i]];
            else if (labels[i] > classes.Count && labels[i] != LabelMap.Ignore)
                throw new InvalidDataException($"Mask '{path}' has label {labels[i]} in row {i / width}, column {i % width}; expected 0 " +
                    $"(background), 1 to {classes.Count} ({string.Join(", ", classes)}) or 255 (ignore). Map other labels to 255, or add " +
                    "the class.");
        return new LabelMap(height, width, labels);
    }
}
