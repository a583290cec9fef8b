using Microsoft.ML.Runtime;

namespace MLNetWsss.Pipeline;

/// <summary>What tags must be before a network learns from them or maps are filtered by them.</summary>
internal static class TrainingTags
{
    /// <summary>Refuses tags that are not 0 or 1 for every class, and warns of classes without a photo; gives each class's photos.</summary>
    /// <exception cref="InvalidOperationException">The message names the row, what was found and the remedy.</exception>
    internal static int[] Check(SampleStore store, StageColumn column, IReadOnlyList<string> classNames, IChannel channel)
    {
        var images = new int[classNames.Count];
        for (int i = 0; i < store.Count; i++)
        {
            float[] tags = store[i].Get<float[]>(column);
            if (tags.Length != classNames.Count)
                throw new InvalidOperationException($"{store.NameOf(i)}: column '{column.Name}' has {tags.Length} values, expected " +
                    $"{classNames.Count}, one for each of {string.Join(", ", classNames)}.");
            for (int k = 0; k < tags.Length; k++)
                images[k] += tags[k] is 0 or 1 ? (int)tags[k] : throw new InvalidOperationException(
                    $"{store.NameOf(i)}: tag '{classNames[k]}' in column '{column.Name}' is {tags[k]}; expected 1 (the class is in the " +
                    "photo) or 0 (it is not).");
        }
        if (images.Sum() == 0)
            throw new InvalidOperationException($"Every tag in column '{column.Name}' is 0: there is nothing to learn from. Check the " +
                "table of tags and the class names.");
        foreach (var (name, _) in classNames.Zip(images).Where(c => c.Second == 0))
            channel.Warning(MessageSensitivity.Schema, $"No training photo has the tag '{name}': its maps will be meaningless.");
        return images;
    }

    /// <summary>K tags of a row at prediction -> which classes are present.</summary>
    /// <exception cref="InvalidOperationException">There are not K tags, or one is NaN.</exception>
    internal static bool[] Present(float[] tags, StageColumn column, IReadOnlyList<string> classNames)
    {
        if (tags.Length != classNames.Count)
            throw new InvalidOperationException($"Column '{column.Name}' has {tags.Length} values, and this model knows " +
                $"{classNames.Count} classes ({string.Join(", ", classNames)}). Give the tags of these classes in this order, or leave the column out.");
        if (Array.FindIndex(tags, float.IsNaN) is >= 0 and var k)
            throw new InvalidOperationException($"Tag '{classNames[k]}' in column '{column.Name}' is NaN; expected 1 (the class is in " +
                "the photo) or 0 (it is not). Fill it, or leave the column out.");
        return [.. tags.Select(t => t > 0.5f)];
    }
}
