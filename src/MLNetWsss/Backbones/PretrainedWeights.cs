using MLNetWsss.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Backbones;

/// <summary>
/// Loads a file of pretrained weights with torchvision's names. Files come in three kinds: with batch norm as trained; folded, but with
/// the identity in batch norm's place (scale 1, mean 0, variance 1 - epsilon), as converters from TensorFlow write them; and folded
/// without batch norm, as this library does.
/// </summary>
internal static class PretrainedWeights
{
    /// <summary>How far the stored identity may be off: four steps of float32 at 1.</summary>
    private const double IdentityTolerance = 5e-7;

    internal static FileNotFoundException Missing(string path) => new($"BackboneOptions.Weights names '{path}', which does not exist. Give the " +
        "path of a safetensors file, or null for random weights.", path);

    internal static void LoadInto(Backbone backbone, string path)
    {
        if (!File.Exists(path))
            throw Missing(path);
        using var file = Safetensors.Read(path);
        try
        {
            Load(backbone, file);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"'{path}': {e.Message}", e);
        }
    }

    private static void Load(Backbone backbone, SafetensorsFile file)
    {
        var withoutNorm = !file.Tensors.Keys.Any(name => name.EndsWith(".running_mean", StringComparison.Ordinal));
        if (withoutNorm)
            backbone.FoldBatchNorm();
        StateLoading.Load(backbone, file.Tensors,
            mayBeMissing: name => name.EndsWith(".num_batches_tracked", StringComparison.Ordinal),
            mayBeUnexpected: name => !backbone.Options.Classifier
                && (name.StartsWith("classifier.", StringComparison.Ordinal) || name.StartsWith("fc.", StringComparison.Ordinal)));
        var identity = !withoutNorm && NormIsIdentity(file.Tensors);
        if (identity)
            backbone.FoldBatchNorm();
        backbone.Normalization = NetworkWeights.NormalizationNote(file.Metadata, "")
            ?? (identity ? Normalization.HalfHalf : Normalization.ImageNet);
    }

    /// <summary>Whether every batch norm of the file maps x to x + bias.</summary>
    private static bool NormIsIdentity(IReadOnlyDictionary<string, Tensor> tensors) =>
        tensors.Keys.Where(name => name.EndsWith(".running_mean", StringComparison.Ordinal)).All(name =>
        {
            var norm = name[..^"running_mean".Length];
            return AllNear(tensors[name], 0) && AllNear(tensors[norm + "weight"], 1)
                && AllNear(tensors[norm + "running_var"], 1 - BatchNormLayer.Epsilon);
        });

    private static bool AllNear(Tensor values, double expected)
    {
        using var scope = NewDisposeScope();
        return values.sub(expected).abs().max().to(ScalarType.Float64).item<double>() < IdentityTolerance;
    }
}
