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

    internal static bool HasImageExtension(string path) => Extensions.Contains(Path.GetExtension(path));

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
        if (onUnreadable == OnUnreadableImage.Skip)
            items = Readable(environment, items);
        var columns = new List<SourceColumn>
        {
            SourceColumn.Of("Id", TextDataViewType.Instance, i => items[i].Id.AsMemory()),
            SourceColumn.Of("ImagePath", TextDataViewType.Instance, i => items[i].ImagePath.AsMemory()),
            SourceColumn.Of(imageColumn, new ImageDataViewType(), i => Image(items[i].ImagePath))
        };
        if (items.All(i => i.Tags is not null))
            columns.Add(SourceColumn.Vector(tagsColumn, classes, i => items[i].Tags!,
                ClassNames.AnnotationsOf(new(tagsColumn, ColumnKind.Vector), classes)));
        if (items.Count > 0 && items.All(i => i.MaskPath is not null))
            columns.Add(SourceColumn.Of(maskColumn, LabelMapDataViewType.Instance, i => Mask(items[i].MaskPath!, maskLookup),
                ClassNames.AnnotationsOf(new(maskColumn, ColumnKind.Labels), classes)));
        return new SourceView(items.Count, [.. columns]);
    }

    private static IReadOnlyList<Item> Readable(IHostEnvironment environment, IReadOnlyList<Item> items)
    {
        using var channel = environment.Start("Load");
        var readable = new List<Item>();
        foreach (var item in items)
            try
            {
                Image(item.ImagePath).Dispose();
                readable.Add(item);
            }
            catch (InvalidDataException e)
            {
                channel.Warning(MessageSensitivity.UserData, $"Left out: {e.Message}");
            }
        if (readable.Count < items.Count)
            channel.Warning(MessageSensitivity.None, $"{items.Count - readable.Count} of {items.Count} photos cannot be read and were left out.");
        return readable;
    }

    /// <summary>Decodes a photo and turns it upright by its EXIF orientation.</summary>
    /// <exception cref="InvalidDataException">The file is not a whole image; the message names it.</exception>
    internal static MLImage Image(string path)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            if (bytes.Length == 0)
                throw new ArgumentException("the file is empty");
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
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or NotSupportedException)
        {
            throw new InvalidDataException($"'{path}' cannot be read as an image: {e.Message} Expected a JPEG, PNG or BMP; replace the file, " +
                "or load with OnUnreadableImage.Skip.", e);
        }
    }

    internal static LabelMap Mask(string path, byte[]? lookup)
    {
        var (labels, width, height) = IndexedPng.Read(path);
        if (lookup is not null)
            for (int i = 0; i < labels.Length; i++)
                labels[i] = lookup[labels[i]];
        return new LabelMap(height, width, labels);
    }
}
