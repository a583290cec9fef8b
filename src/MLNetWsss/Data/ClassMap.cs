using MLNetWsss.Pipeline;

namespace MLNetWsss.Data;

/// <summary>
/// Which classes a task has, and which label each has in the mask files. Labels of other classes become 255 (ignore), so that pixels of a
/// class outside the task count neither for nor against it.
/// </summary>
public sealed record ClassMap
{
    private static readonly string[] VocNames =
    [
        "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable", "dog", "horse", "motorbike", "person",
        "pottedplant", "sheep", "sofa", "train", "tvmonitor"
    ];

    /// <summary>The 20 classes of PASCAL VOC, labels 1 to 20 in the masks.</summary>
    public static ClassMap Voc { get; } = new(VocNames, [.. Enumerable.Range(1, 20).Select(i => (byte)i)]);

    /// <summary>Cat, cow, dog, horse, person and sheep: with the background, the seven-class protocol for the animals of VOC.</summary>
    public static ClassMap Animals7 { get; } = VocSubset("cat", "cow", "dog", "horse", "person", "sheep");

    /// <summary>A task of the given foreground classes.</summary>
    /// <param name="names">Class names, in the order of labels 1, 2, …</param>
    /// <param name="fileLabels">The label that each class has in mask files, 1 to 254, no two alike.</param>
    /// <exception cref="ArgumentException">Lengths differ, a name or label repeats or is out of range, or a class has no name of its
    /// own.</exception>
    public ClassMap(IReadOnlyList<string> names, IReadOnlyList<byte> fileLabels)
    {
        if (names.Count == 0 || names.Count > 254 || names.Count != fileLabels.Count)
            throw new ArgumentException($"Expected 1 to 254 names with a label each, found {names.Count} names and {fileLabels.Count} labels.");
        if (names.Distinct().Count() != names.Count || fileLabels.Distinct().Count() != fileLabels.Count)
            throw new ArgumentException("Class names and labels must not repeat: " + string.Join(", ", names.Zip(fileLabels)));
        if (fileLabels.Any(l => l is 0 or 255))
            throw new ArgumentException("Labels 0 (background) and 255 (ignore) cannot be a class's: " + string.Join(", ", names.Zip(fileLabels)));
        if (names.Any(string.IsNullOrWhiteSpace) || names.Contains(ClassNames.Background))
            throw new ArgumentException(
                $"A class needs a name, other than '{ClassNames.Background}', which is label 0's: {string.Join(", ", names)}.");
        (Names, FileLabels) = (names, fileLabels);
        var map = new byte[256];
        Array.Fill(map, (byte)255);
        map[0] = 0;
        for (int k = 0; k < names.Count; k++)
            map[fileLabels[k]] = (byte)(k + 1);
        Lookup = map;
    }

    /// <summary>Foreground class names.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The classes' labels in mask files.</summary>
    public IReadOnlyList<byte> FileLabels { get; }

    internal byte[] Lookup { get; }

    /// <summary>Classes labelled 1, 2, … in the masks, in this order.</summary>
    public static ClassMap Of(params IReadOnlyList<string> names) => new(names, [.. Enumerable.Range(1, names.Count).Select(i => (byte)i)]);

    /// <summary>Some of VOC's classes.</summary>
    /// <exception cref="ArgumentException">A name is not one of VOC's.</exception>
    public static ClassMap VocSubset(params IReadOnlyList<string> names) => new(names, [.. names.Select(n => Array.IndexOf(VocNames, n) is >= 0 and var i
        ? (byte)(i + 1) : throw new ArgumentException($"'{n}' is not a class of VOC; those are {string.Join(", ", VocNames)}."))]);
}
