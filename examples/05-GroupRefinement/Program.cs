// Photos that share a class complete each other's maps: the same photos alone and in their groups.
using Microsoft.ML;
using MLNetWsss;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

const int Shown = 40;
var ml = new MLContext(seed: 1);
var scenes = ml.Data.LoadSyntheticScenes(200, options: new() { Classes = 3, MaxToys = 1, Rotation = 15 });
var crops = new AugmentationOptions { CropSize = 129, AreaMin = 0.5, AspectRatio = 1 };

using var classifier = ml.Transforms.Wsss.ClassActivation(new()
{
    Backbone = new() { Architecture = "resnet18", Width = 0.25 }, Augmentation = crops,
    Epochs = 25, LearningRate = 3e-3, HeadLearningRate = 3e-3, WeightDecay = 1e-2, WarmupSteps = 100, LongSide = 129, Scales = [1]
}).Fit(scenes);
Directory.CreateDirectory("out");
classifier.SaveBackbone("out/classifier.safetensors");
var maps = ml.Transforms.Wsss.Precompute(classifier.Transform(scenes), ["Cam"]);

// The graph goes on from the classifier's backbone, and at prediction from its maps.
using var graph = ml.Transforms.Wsss.GroupRefinement(new()
{
    Backbone = new() { Architecture = "resnet18", Width = 0.25, Weights = "out/classifier.safetensors" }, Augmentation = crops,
    Epochs = 2, Rounds = 2, Temperature = 0.06, Sharpness = 2.5, LongSide = 129, Scales = [1]
}).Fit(maps);

// A view is grouped as a whole; a view of one photo is that photo alone.
Row[] together = [.. Rows(maps).Take(Shown)];
Row[] alone = [.. Enumerable.Range(0, Shown).SelectMany(i => Rows(ml.Data.TakeRows(i == 0 ? maps : ml.Data.SkipRows(maps, i), 1)))];
Console.WriteLine($"alone:    mIoU {Score(alone):0.00}");
Console.WriteLine($"in group: mIoU {Score(together):0.00}");

Panels.Grid([.. together.Zip(alone).Take(6).Select(p => (IReadOnlyList<RgbImage>)[p.First.Image.ToRgb(), Over(p.Second), Over(p.First)])])
    .ToMLImage().Save("out/group-refinement.png");
Console.WriteLine("photo | alone | in its group: out/group-refinement.png");

IEnumerable<Row> Rows(IDataView photos) => ml.Data.CreateEnumerable<Row>(graph.Transform(photos), reuseRowObject: false);

double Score(Row[] rows) => ml.Transforms.Wsss.EvaluateMaps(ml.Data.LoadFromEnumerable(rows)).Otsu.Metrics.MeanIoU;

static RgbImage Over(Row row) => Panels.Maps(row.Cam, row.Image.ToRgb(), Palette.Voc);

internal sealed class Row
{
    [ImageOfAnySize] public Microsoft.ML.Data.MLImage Image { get; set; } = null!;
    [ScoreMapsType] public ScoreMaps Cam { get; set; } = null!;
    [LabelMapType] public LabelMap Mask { get; set; } = null!;
}

// Output:
// alone:    mIoU 0.43
// in group: mIoU 0.45
// photo | alone | in its group: out/group-refinement.png
