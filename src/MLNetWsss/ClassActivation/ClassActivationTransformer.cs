using Microsoft.ML.Runtime;
using MLNetWsss.Backbones;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.ClassActivation;

/// <summary>
/// A trained classifier that writes, for each photo, the maps of its classes. Where the tags are there, maps of absent classes are zero;
/// where not, those of classes that the classifier does not find.
/// </summary>
public sealed class ClassActivationTransformer : StageTransformer, ILoadableStage<ClassActivationTransformer>
{
    private readonly ClassActivationOptions _options;
    private readonly ClassActivationNetwork _network;
    private readonly NetworkRunner<ClassActivationNetwork> _runner;
    private readonly StageColumn _image, _tags, _cam, _probabilities;

    internal ClassActivationTransformer(
        IHostEnvironment environment, ClassActivationOptions options, ClassActivationNetwork network, IReadOnlyList<string> classNames)
        : base(environment, options = NetworkRunner<ClassActivationNetwork>.Saved(options, network), ClassActivationEstimator.ColumnsOf(options), classNames)
    {
        (_options, _network) = (options, network);
        (_image, _tags, _cam, _probabilities) = (Columns.Reads[0], Columns.Uses[0], Columns.Writes[0], Columns.Writes[1]);
        _runner = new(Host, network, options, options.UsesGradients);
    }

    private protected override void Map(IReadOnlyList<StageRow> rows, IReadOnlySet<StageColumn> wanted)
    {
        var images = rows.Select(r => r.Get<RgbImage>(_image)).ToArray();
        bool maps = wanted.Contains(_cam), guess = maps && rows.Any(r => r.Find<float[]>(_tags) is null);
        if (guess || wanted.Contains(_probabilities))
            foreach (var (row, probabilities) in rows.Zip(Classify(images)))
                row.Set(_probabilities, probabilities);
        if (!maps)
            return;
        bool[][] present = [.. rows.Select(Present)];
        var sums = _runner.Maps(images, _options.Scales, _options.Flip, _options.LongSide, _options.MapStride,
            (network, x, pass) => RectifiedMaps(network, x, pass, present));
        for (int i = 0; i < rows.Count; i++)
            rows[i].Set(_cam, Normalise(sums[i], present[i]));
    }

    /// <summary>[n,3,H,W] -> [n,K,h,w], by the method of the options.</summary>
    private Tensor RectifiedMaps(ClassActivationNetwork network, Tensor x, InferencePass pass, bool[][] present)
    {
        if (_options.AdvCam is { } climb)
            return AdversarialClimbing.Maps(network, x, pass, present, climb);
        if (_options.Method != MapMethod.Cam)
            return GradientMaps.Of(network, x, _options.Method, _options.Layer, [.. pass.Images.Select(i => present[i])]);
        return _options.Seam is null ? network.Maps(x).relu() : RefinedMaps(network, x, pass, present);
    }

    /// <summary>[n,3,H,W] -> [n,K,h,w] maps refined by pixel correlation, in which only classes that are present take part.</summary>
    private static Tensor RefinedMaps(ClassActivationNetwork network, Tensor x, InferencePass pass, bool[][] present)
    {
        using var scope = NewDisposeScope();
        float[] flags = [.. pass.Images.SelectMany(i => present[i]).Select(there => there ? 1f : 0)];
        var refined = network.MapsAndRefined(x, tensor(flags, [pass.Images.Count, network.Classes]).to(x.device)).Refined;
        return refined.narrow(1, 1, network.Classes).MoveToOuterDisposeScope();
    }

    /// <summary>N images -> N x K probabilities, at scale 1.</summary>
    private IEnumerable<float[]> Classify(RgbImage[] images) =>
        _runner.Vectors(images, _options.LongSide, (network, x) => network.call(x).sigmoid());

    private bool[] Present(StageRow row) => row.Find<float[]>(_tags) is { } tags
        ? TrainingTags.Present(tags, _tags, ClassNames)
        : [.. row.Get<float[]>(_probabilities).Select(p => p >= _options.PredictedTagThreshold)];

    /// <summary>ReLU, then each present class divided by its maximum + 1e-5 (SEAM's and PSA's code); absent classes are zero.</summary>
    internal static ScoreMaps Normalise(ScoreMaps maps, bool[] present)
    {
        var scores = new float[maps.Scores.Length];
        int area = maps.Height * maps.Width;
        for (int k = 0; k < maps.Classes; k++)
        {
            if (!present[k])
                continue;
            var source = maps.Class(k);
            float top = 0;
            foreach (float s in source)
                top = Math.Max(top, s);
            float scale = 1 / (top + 1e-5f);
            var target = scores.AsSpan(k * area, area);
            for (int i = 0; i < area; i++)
                target[i] = Math.Max(source[i], 0) * scale;
        }
        return new ScoreMaps(maps.Classes, maps.Height, maps.Width, scores);
    }

    /// <summary>
    /// Writes the trained backbone as a safetensors file, for <see cref="BackboneOptions.Weights"/> of a later stage. Where there are no
    /// pretrained weights, a segmentation network that starts from its classifier is far ahead of one that starts from nothing.
    /// </summary>
    /// <param name="path">The file, replaced if it is there.</param>
    public void SaveBackbone(string path) => NetworkWeights.Write(path, _network.backbone);

    /// <summary>
    /// A second stage on a copy of the trained weights that predicts with other options: another
    /// <see cref="ClassActivationOptions.Method"/>, other scales, adversarial climbing. So a model that was trained, or loaded, once can be asked in several ways. Dispose of both.
    /// </summary>
    /// <param name="change">Gives the new options from those of this stage.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or is one that only training can change.</exception>
    public ClassActivationTransformer With(Func<ClassActivationOptions, ClassActivationOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Load(Host, ArchiveWith(_options, change(_options), (options, other) => options.Predicting(other)));
    }

    private protected override void Store(StageArchive archive) => _runner.Store(archive);

    static ClassActivationTransformer ILoadableStage<ClassActivationTransformer>.Load(IHostEnvironment environment, StageArchive archive) =>
        Load(environment, archive);

    internal static new ClassActivationTransformer Load(IHostEnvironment environment, StageArchive archive)
    {
        var options = archive.Options<ClassActivationOptions>();
        var network = NetworkRunner<ClassActivationNetwork>.Load(archive, options, (backbone, generator) =>
            new ClassActivationNetwork(backbone, archive.ClassNames.Count, generator, options.Seam));
        return new(environment, options, network, archive.ClassNames);
    }

    private protected override void Release() => _network.Dispose();
}
