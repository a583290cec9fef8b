using Microsoft.ML;
using Microsoft.ML.Data;
using MLNetWsss.AuxiliaryAffinity;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.OnnxTests;

/// <summary>A saliency network in ONNX, ahead of the stage that learns from it.</summary>
public sealed class OnnxSaliencyTests : IDisposable
{
    private const int Side = 32;

    private readonly string _folder = Directory.CreateTempSubdirectory("wsss-onnx-").FullName;
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _scenes;

    public OnnxSaliencyTests() => _scenes = _ml.Data.LoadSyntheticScenes(8, options: new() { Classes = 3, MaxToys = 1 });

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_networks_output_column_is_the_saliency_and_the_whole_chain_is_one_model()
    {
        var chain = Network(sigmoid: true).Append(_ml.Transforms.Wsss.AuxiliaryAffinity(Tiny)).Fit(_scenes);
        var rows = Rows(chain.Transform(_scenes));
        Assert.All(rows, row => Assert.Equal(Side * Side, row.Saliency.Length));
        // Brightness in 0..1 through a sigmoid: sigmoid(0) = 0.5 to sigmoid(1) = 0.731.
        Assert.All(rows.SelectMany(row => row.Saliency), value => Assert.InRange(value, 0.5f, 0.7311f));

        string path = Path.Combine(_folder, "model.zip");
        _ml.Model.Save(chain, _scenes.Schema, path);
        var loaded = Rows(new MLContext(seed: 1).Model.Load(path, out _).Transform(_scenes));
        foreach (var (expected, actual) in rows.Zip(loaded))
        {
            Assert.Equal(expected.RefinedSaliency.Scores, actual.RefinedSaliency.Scores);
            Assert.Equal(expected.Prediction.Labels, actual.Prediction.Labels);
        }
    }

    [Fact]
    public void Logits_are_refused_with_the_row_and_what_is_expected()
    {
        // Colours from -255 to 0: their mean is no probability.
        var chain = Network(sigmoid: false, offset: 255).Append(_ml.Transforms.Wsss.AuxiliaryAffinity(Tiny));
        var error = Assert.Throws<InvalidOperationException>(() => chain.Fit(_scenes));
        Assert.Contains("column 'Saliency' holds -", error.Message);
        Assert.Contains("expected probabilities from 0 to 1, or levels from 0 to 255", error.Message);
    }

    private static AuxiliaryAffinityOptions Tiny => new()
    {
        Backbone = new() { Architecture = "resnet18", Width = 0.125 }, Head = new() { Channels = 8, Reduced = 16 }, Epochs = 1, Rounds = 1,
        BatchSize = 4, LongSide = 65, Scales = [1], Flip = false, Augmentation = new() { CropSize = 65 }
    };

    private IEstimator<ITransformer> Network(bool sigmoid, float offset = 0)
    {
        string path = Path.Combine(_folder, "saliency.onnx");
        File.WriteAllBytes(path, BrightnessModel.Bytes(Side, sigmoid));
        return _ml.Transforms.ResizeImages("small", Side, Side, "Image")
            .Append(_ml.Transforms.ExtractPixels(BrightnessModel.Input, "small", offsetImage: offset, scaleImage: sigmoid ? 1 / 255f : 1))
            .Append(_ml.Transforms.ApplyOnnxModel([BrightnessModel.Output], [BrightnessModel.Input], path, new Dictionary<string, int[]>
            {
                [BrightnessModel.Input] = [1, 3, Side, Side], [BrightnessModel.Output] = [1, 1, Side, Side]
            }, recursionLimit: 100));
    }

    private Row[] Rows(IDataView view) => [.. _ml.Data.CreateEnumerable<Row>(view, reuseRowObject: false)];

    private sealed class Row
    {
        public float[] Saliency { get; set; } = [];
        [ScoreMapsType] public ScoreMaps RefinedSaliency { get; set; } = null!;
        [LabelMapType] public LabelMap Prediction { get; set; } = null!;
    }
}
