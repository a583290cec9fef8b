using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests.Data;

/// <summary>A data set in VOC's layout with photos of one colour, made file by file.</summary>
internal sealed class VocFolder : IDisposable
{
    private readonly ScratchFolder _folder = new();

    internal string Path => _folder.Path;

    internal string this[params string[] parts] => _folder[parts];

    internal VocFolder Photo(string file, byte red = 200, int height = 8, int width = 12)
    {
        using var image = Solid(height, width, red).ToMLImage();
        image.Save(_folder["JPEGImages", file]);
        return this;
    }

    internal VocFolder Mask(string id, params byte[] labels)
    {
        IndexedPng.Write(_folder["SegmentationClass", id + ".png"], labels, labels.Length, 1, Palette.Voc);
        return this;
    }

    internal VocFolder Split(string name, string text)
    {
        File.WriteAllText(_folder["ImageSets", "Segmentation", name + ".txt"], text);
        return this;
    }

    internal VocFolder Table(string text)
    {
        File.WriteAllText(_folder["labels.csv"], text);
        return this;
    }

    internal VocFolder Annotation(string id, params string[] objects)
    {
        string xml = string.Concat(objects.Select(o => $"<object><name>{o}</name><bndbox><xmin>1</xmin></bndbox></object>"));
        File.WriteAllText(_folder["Annotations", id + ".xml"], $"<annotation><filename>{id}.jpg</filename>{xml}</annotation>");
        return this;
    }

    internal static RgbImage Solid(int height, int width, byte red)
    {
        var pixels = new byte[height * width * 3];
        for (int i = 0; i < pixels.Length; i += 3)
            (pixels[i], pixels[i + 1], pixels[i + 2]) = (red, 100, 30);
        return new RgbImage(height, width, pixels);
    }

    public void Dispose() => _folder.Dispose();
}
