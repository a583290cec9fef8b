using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using Names = MLNetWsss.Pipeline.ClassNames;

namespace MLNetWsss.Tests.Testing;

/// <summary>
/// Scenes of a few dozen pixels with every column that a stage may read. A stage that needs another column gets it here, once for all
/// tests.
/// </summary>
internal static class TinyScenes
{
    internal const int Height = 48;

    internal static IReadOnlyList<string> ClassNames { get; } = [.. SyntheticScenes.ClassNames.Take(3)];

    /// <summary>Rows <paramref name="first"/> … of the set, with the columns asked for; none asked for means all.</summary>
    /// <param name="count">Rows.</param>
    /// <param name="first">Index of the first scene.</param>
    /// <param name="columns">Names of the columns.</param>
    /// <param name="onRead">Told the column's name at each reading of a value.</param>
    internal static IDataView View(int count, int first = 0, IReadOnlyCollection<string>? columns = null, Action<string>? onRead = null)
    {
        var scenes = Enumerable.Range(first, count).Select(Scene).ToArray();
        T Told<T>(string column, T value)
        {
            onRead?.Invoke(column);
            return value;
        }
        DataViewSchema.Annotations NamesOn(string column, ColumnKind kind) => Names.AnnotationsOf(new(column, kind), ClassNames);
        SourceColumn[] all =
        [
            SourceColumn.Of("Id", TextDataViewType.Instance, i => Told("Id", $"scene{first + i}".AsMemory())),
            SourceColumn.Of("Index", NumberDataViewType.Single, i => Told("Index", (float)(first + i))),
            SourceColumn.Of("Image", new ImageDataViewType(), i => Told("Image", scenes[i].Image.ToMLImage())),
            SourceColumn.Vector("Tags", ClassNames, i => Told("Tags", scenes[i].TagVector(ClassNames.Count)),
                NamesOn("Tags", ColumnKind.Vector)),
            SourceColumn.Of("Cam", ScoreMapsDataViewType.Instance, i => Told("Cam", Maps(scenes[i])), NamesOn("Cam", ColumnKind.Maps)),
            SourceColumn.Of("Saliency", ScoreMapsDataViewType.Instance, i => Told("Saliency", Saliency(scenes[i]))),
            SourceColumn.Of("Mask", LabelMapDataViewType.Instance, i => Told("Mask", scenes[i].Mask), NamesOn("Mask", ColumnKind.Labels))
        ];
        return new SourceView(count, [.. all.Where(c => columns is null || columns.Contains(c.Name))]);
    }

    /// <summary>Every other scene is cropped to a narrower one, so that rows of several sizes meet in a batch.</summary>
    internal static SyntheticScene Scene(int index)
    {
        var scene = SyntheticScenes.Generate(index, new() { Size = Height, Classes = ClassNames.Count, MaxToys = 2, Clutter = 0.3 });
        return index % 2 == 0 ? scene : scene with { Image = Narrow(scene.Image), Mask = Narrow(scene.Mask) };
    }

    private static RgbImage Narrow(RgbImage image)
    {
        int width = image.Width - 8;
        var pixels = new byte[image.Height * width * 3];
        for (int y = 0; y < image.Height; y++)
            image.Pixels.Slice((y * image.Width + 4) * 3, width * 3).CopyTo(pixels.AsSpan(y * width * 3));
        return new RgbImage(image.Height, width, pixels);
    }

    private static LabelMap Narrow(LabelMap mask)
    {
        int width = mask.Width - 8;
        var labels = new byte[mask.Height * width];
        for (int y = 0; y < mask.Height; y++)
            mask.Labels.Slice(y * mask.Width + 4, width).CopyTo(labels.AsSpan(y * width));
        return new LabelMap(mask.Height, width, labels);
    }

    /// <summary>What stands out: all objects, faintly the rest.</summary>
    private static ScoreMaps Saliency(SyntheticScene scene)
    {
        var scores = new float[scene.Mask.Labels.Length];
        for (int i = 0; i < scores.Length; i++)
            scores[i] = scene.Mask.Labels[i] is LabelMap.Background ? 0.05f : 0.8f;
        return new ScoreMaps(1, scene.Mask.Height, scene.Mask.Width, scores);
    }

    /// <summary>What a good classifier might see: each class's share of every 4 x 4 block, fading from the top as from a head.</summary>
    private static ScoreMaps Maps(SyntheticScene scene)
    {
        int height = scene.Mask.Height / 4, width = scene.Mask.Width / 4, area = height * width;
        var scores = new float[ClassNames.Count * area];
        for (int y = 0; y < scene.Mask.Height; y++)
            for (int x = 0; x < scene.Mask.Width; x++)
                if (scene.Mask[y, x] is > 0 and var label)
                    scores[(label - 1) * area + y / 4 * width + x / 4] += (1 - 0.5f * y / scene.Mask.Height) / 16;
        return new ScoreMaps(ClassNames.Count, height, width, scores);
    }
}
