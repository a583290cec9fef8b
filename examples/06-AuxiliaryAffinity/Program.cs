// Tags, saliency and segmentation teach each other, round by round: labels, what learns from them, and better labels by that.
using Microsoft.ML;
using MLNetWsss;
using MLNetWsss.AuxiliaryAffinity;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Metrics;
using MLNetWsss.Pipeline;

var toys = new SyntheticSceneOptions { Classes = 3, MaxToys = 1, Rotation = 15 };
var truth = Enumerable.Range(0, 200).Select(i => SyntheticScenes.Generate(i, toys)).ToArray();
var ml = new MLContext(seed: 1);
var wsss = ml.Transforms.Wsss;
// The stage writes a Mask of its own: the true one is renamed.
var rename = ml.Transforms.CopyColumns("Truth", "Mask").Append(ml.Transforms.DropColumns("Mask")).Fit(ml.Data.LoadSyntheticScenes(1));
var train = rename.Transform(ml.Data.LoadSyntheticScenes(truth.Length, options: toys));
var unseen = rename.Transform(ml.Data.LoadSyntheticScenes(40, first: 10_000, toys));
using var classifier = wsss.ClassActivation(new()
{
    Backbone = new() { Architecture = "resnet18", Width = 0.25 }, Augmentation = new() { CropSize = 129, AreaMin = 0.5, AspectRatio = 1 },
    Epochs = 25, LearningRate = 3e-3, HeadLearningRate = 3e-3, WeightDecay = 1e-2, WarmupSteps = 100, LongSide = 129, Scales = [1]
}).Fit(train);
string weights = Path.Combine(Directory.CreateDirectory("out").FullName, "classifier.safetensors");
classifier.SaveBackbone(weights);               // drawn scenes have no pretrained weights
var maps = wsss.Precompute(classifier.Transform(train), ["Cam"]);
using var model = wsss.AuxiliaryAffinity(new()  // no saliency column: the built-in detector serves
{
    Backbone = new() { Architecture = "resnet18", Width = 0.25, Weights = weights, OutputStride = 8 },
    Head = new() { Channels = 32, Reduced = 0, Dilations = [1, 2, 3], Temperature = 0.1 }, Detector = new() { Scales = [150] },
    Augmentation = new() { CropSize = 113, Mode = CropMode.ScaleCrop, ScaleMin = 0.8, ScaleMax = 1.2 }, LongSide = 129, SaliencyCrf = null,
    SeedsColumn = "Cam", Epochs = 10, Rounds = 3, MinChange = 0, CamThreshold = 0.35, SaliencyThreshold = 0.1, WarmupSteps = 20,
    LearningRate = 1e-3, HeadLearningRate = 3e-3, CheckpointFolder = "out/rounds"
}).Fit(maps);
var rounds = AuxiliaryRound.Read("out/rounds"); // the labels of every round are kept
foreach (var round in rounds)
{
    var counts = new ConfusionMatrix(4);
    foreach (var (i, scene) in truth.Index())
        counts.Add(round.Mask(i), scene.Mask);
    Console.WriteLine($"labels of round {round.Round}: mIoU {counts.ToMetrics(null).MeanIoU:0.00}");
}
Console.WriteLine($"prediction, unseen scenes: mIoU {wsss.Evaluate(model.Transform(unseen), "Prediction", "Truth").MeanIoU:0.00}");
var rows = ml.Data.CreateEnumerable<Row>(ml.Data.TakeRows(model.Transform(maps), 6), reuseRowObject: false);
Panels.Grid([.. rows.Select((r, i) => (IReadOnlyList<RgbImage>)[truth[i].Image, Panels.Maps(r.Cam, truth[i].Image, Palette.Voc),
    r.RefinedSaliency.Heatmap(0), .. rounds.Select(x => x.Mask(i)).Append(r.Prediction).Append(truth[i].Mask)
        .Select(m => m.Colorize(Palette.Voc))])]).ToMLImage().Save("out/auxiliary-affinity.png");
Console.WriteLine("photo | CAM | saliency | labels of round 0 to 3 | prediction | truth: out/auxiliary-affinity.png");
internal sealed class Row
{
    [ScoreMapsType] public ScoreMaps Cam { get; set; } = null!;
    [ScoreMapsType] public ScoreMaps RefinedSaliency { get; set; } = null!;
    [LabelMapType] public LabelMap Prediction { get; set; } = null!;
}
// Output:
// labels of round 0: mIoU 0.63
// labels of round 1: mIoU 0.61
// labels of round 2: mIoU 0.63
// labels of round 3: mIoU 0.64
// prediction, unseen scenes: mIoU 0.55
// photo | CAM | saliency | labels of round 0 to 3 | prediction | truth: out/auxiliary-affinity.png
