using System.Globalization;
using MLNetWsss.Imaging;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Backbones;

/// <summary>
/// Saves and restores the state of a whole network as safetensors, with what the tensors alone do not tell in the file's notes: which
/// parts are folded, and how each backbone wants its input scaled. So a network made without its pretrained file and loaded from here
/// predicts what the saved one did.
/// </summary>
public static class NetworkWeights
{
    private const string FoldedNote = "folded";
    private const string NormalizationNoteName = "normalization";

    /// <summary>Writes parameters and buffers of a network; the same network gives the same bytes.</summary>
    /// <param name="stream">Where to write; it need not seek.</param>
    /// <param name="network">Any module; backbones and foldable parts are found inside it.</param>
    public static void Write(Stream stream, Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        Safetensors.Write(stream, StateLoading.StateOf(network), Notes(network));
    }

    /// <summary>
    /// Writes a file; see <see cref="Write(Stream, Module)"/>. A file of a bare backbone can serve as
    /// <see cref="BackboneOptions.Weights"/>.
    /// </summary>
    /// <param name="path">Path of the file, replaced if it exists.</param>
    /// <param name="network">Any module.</param>
    public static void Write(string path, Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        Safetensors.Write(path, StateLoading.StateOf(network), Notes(network));
    }

    /// <summary>
    /// Restores what <see cref="Write(Stream, Module)"/> wrote: folds the same parts, sets the normalisations and copies every tensor.
    /// </summary>
    /// <param name="stream">The stream, read to its end.</param>
    /// <param name="network">A network made from the same options.</param>
    /// <exception cref="InvalidDataException">The content is damaged or belongs to another network; the message lists every key that
    /// differs.</exception>
    public static void Read(Stream stream, Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        using var file = Safetensors.Read(stream);
        foreach (var (path, module) in Parts(network))
        {
            if (module is IFoldable foldable && file.Metadata.ContainsKey(Key(path, FoldedNote)))
                foldable.FoldBatchNorm();
            if (module is Backbone backbone && NormalizationNote(file.Metadata, path) is { } normalization)
                backbone.Normalization = normalization;
        }
        StateLoading.Load(network, file.Tensors, mayBeMissing: _ => false, mayBeUnexpected: _ => false);
    }

    /// <summary>The normalisation that a file notes for the backbone at a path within its network, or null.</summary>
    /// <exception cref="InvalidDataException">The note is not six numbers.</exception>
    internal static Normalization? NormalizationNote(IReadOnlyDictionary<string, string> metadata, string path)
    {
        if (!metadata.TryGetValue(Key(path, NormalizationNoteName), out var note))
            return null;
        var numbers = new List<float>();
        foreach (var part in note.Split(['/', ',']))
            numbers.Add(float.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : float.NaN);
        if (numbers.Count != 6 || numbers.Any(number => !float.IsFinite(number)) || numbers.Skip(3).Any(number => number <= 0))
            throw new InvalidDataException($"The note on normalisation is '{note}'; expected six numbers such as 0.5,0.5,0.5/0.5,0.5,0.5.");
        var noted = new Normalization([.. numbers[..3]], [.. numbers[3..]]);
        // The two usual ones keep their identity, so that options can name them again.
        return new[] { Normalization.HalfHalf, Normalization.ImageNet }.FirstOrDefault(usual => Join(usual) == Join(noted)) ?? noted;
    }

    private static Dictionary<string, string> Notes(Module network)
    {
        var notes = new Dictionary<string, string>();
        foreach (var (path, module) in Parts(network))
        {
            if (module is IFoldable { Folded: true })
                notes[Key(path, FoldedNote)] = "true";
            if (module is Backbone { Normalization: var normalization })
                notes[Key(path, NormalizationNoteName)] = Join(normalization);
        }
        return notes;
    }

    private static IEnumerable<(string Path, Module Module)> Parts(Module network) => network.named_modules().Prepend(("", network));

    private static string Key(string path, string note) => path.Length == 0 ? note : $"{path}:{note}";

    private static string Join(Normalization normalization) => $"{Join(normalization.Mean)}/{Join(normalization.Std)}";

    private static string Join(ReadOnlySpan<float> values) =>
        string.Join(",", values.ToArray().Select(value => value.ToString("R", CultureInfo.InvariantCulture)));
}
