// Tags, saliency and segmentation teach each other: labels and network improve from round to round.
using Microsoft.ML;
using MLNetWsss;
using MLNetWsss.AuxiliaryAffinity;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Metrics;
using MLNetWsss.Pipeline;

var ml = new MLContext(seed: 1);
var wsss = ml.Transforms.Wsss;
var scenes = new SyntheticSceneOptions { Classes = 3, MaxToys = 1, Rotation = 15 };   // bear, cat or frog, upright: learnt in a minute
var train = ml.Data.LoadSyntheticScenes(120, options: scenes);                        // no saliency column: the built-in detector serves
// The true masks are renamed, out of the stage's sight, which writes a Mask of its own.
var test = ml.Transforms.CopyColumns("Truth", "Mask").Append(ml.Transforms.DropColumns("Mask"))
    .Fit(train).Transform(ml.Data.LoadSyntheticScenes(40, first: 10_000, scenes));

const string Folder = "out/rounds";
if (Directory.Exists(Folder))
    Directory.Delete(Folder, recursive: true);   // else the last run would be gone on with
var model = wsss.AuxiliaryAffinity(new()
{
    Backbone = new() { Architecture = "resnet18", Width = 0.25 },               // small and without pretrained weights
    Head = new() { Channels = 32, Reduced = 0, Dilations = [1, 2, 3] },
    Augmentation = new() { CropSize = 113, Mode = CropMode.ScaleCrop, ScaleMin = 0.8, ScaleMax = 1.2 },
    ClassifierEpochs = 25, Epochs = 8, Rounds = 3, MinChange = 0, BatchSize = 8, WarmupSteps = 20,
    LearningRate = 2e-3, HeadLearningRate = 3e-3, WeightDecay = 1e-2, LongSide = 129, Detector = new() { Scales = [150] },
    CheckpointFolder = Folder                                                   // every round's labels are kept there
}).Fit(train);

var truth = Enumerable.Range(0, 120).Select(i => SyntheticScenes.Generate(i, scenes)).ToArray();
var rounds = AuxiliaryRound.Read(Folder);
foreach (var round in rounds)
{
    var right = new ConfusionMatrix(4);
    for (int i = 0; i < truth.Length; i++)
        right.Add(round.Mask(i), truth[i].Mask);
    Console.WriteLine($"labels of round {round.Round}: {round.Labelled:0.00} of all pixels, mIoU {right.ToMetrics(null).MeanIoU:0.00}");
}
Console.WriteLine($"prediction, unseen scenes: mIoU {wsss.Evaluate(model.Transform(test), "Prediction", "Truth", boundaries: false).MeanIoU:0.00}");

var rows = ml.Data.CreateEnumerable<Row>(ml.Data.TakeRows(model.Transform(train), 6), reuseRowObject: false)
    .Select((r, i) => (IReadOnlyList<RgbImage>)[truth[i].Image, Panels.Maps(r.Cam, truth[i].Image, Palette.Voc), r.RefinedSaliency.Heatmap(0),
        .. rounds.Select(round => round.Mask(i).Colorize(Palette.Voc)), r.Prediction.Colorize(Palette.Voc), truth[i].Mask.Colorize(Palette.Voc)]);
Panels.Grid([.. rows]).ToMLImage().Save("out/auxiliary-affinity.png");
Console.WriteLine("photo | CAM | saliency | labels of round 0 to 3 | prediction | truth: out/auxiliary-affinity.png");

internal sealed class Row
{
    [ScoreMapsType] public ScoreMaps Cam { get; set; } = null!;
    [ScoreMapsType] public ScoreMaps RefinedSaliency { get; set; } = null!;
    [LabelMapType] public LabelMap Prediction { get; set; } = null!;
}

// Output:
