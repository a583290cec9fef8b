// Photos that share a class complete each other's maps: the same photos alone and in their groups.
using Microsoft.ML;
using MLNetWsss;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

var ml = new MLContext(seed: 1);
var scenes = new SyntheticSceneOptions { Classes = 3, MaxToys = 1, Rotation = 15 };   // bear, cat or frog, upright: learnt in a minute
var train = ml.Data.LoadSyntheticScenes(200, options: scenes);
var test = ml.Data.LoadSyntheticScenes(50, first: 10_000, scenes);

// One network, trained in groups of four; it reads tags and nothing else.
var model = ml.Transforms.Wsss.GroupRefinement(new()
{
    Backbone = new() { Architecture = "resnet18", Width = 0.25 },            // small and without pretrained weights
    Augmentation = new() { CropSize = 129, AreaMin = 0.5, AspectRatio = 1 },
    Epochs = 25, LearningRate = 3e-3, HeadLearningRate = 3e-3, WeightDecay = 1e-2, WarmupSteps = 100, LongSide = 129, Scales = [1]
}).Fit(train);

// A view is grouped as a whole, so a view of one photo is that photo alone.
var together = ml.Transforms.Wsss.Precompute(model.Transform(test), ["Cam"]);
var alone = Enumerable.Range(0, 50).SelectMany(i => Rows(ml.Data.LoadSyntheticScenes(1, first: 10_000 + i, scenes))).ToArray();

Console.WriteLine($"alone:    {ml.Transforms.Wsss.EvaluateMaps(ml.Data.LoadFromEnumerable(alone)).Otsu}");
Console.WriteLine($"in group: {ml.Transforms.Wsss.EvaluateMaps(together).Otsu}");

Directory.CreateDirectory("out");
var pictures = alone.Zip(ml.Data.CreateEnumerable<Row>(together, reuseRowObject: false)).Take(6)
    .Select(p => (IReadOnlyList<RgbImage>)[p.Second.Image.ToRgb(), Over(p.First), Over(p.Second)]).ToArray();
Panels.Grid(pictures).ToMLImage().Save("out/group-refinement.png");
Console.WriteLine("photo | alone | in its group: out/group-refinement.png");

Row[] Rows(IDataView one) => [.. ml.Data.CreateEnumerable<Row>(model.Transform(one), reuseRowObject: false)];

static RgbImage Over(Row row) => Panels.Maps(row.Cam, row.Image.ToRgb(), Palette.Voc);

internal sealed class Row
{
    [Microsoft.ML.Transforms.Image.ImageType(1, 1)] public Microsoft.ML.Data.MLImage Image { get; set; } = null!;
    [ScoreMapsType] public ScoreMaps Cam { get; set; } = null!;
    [LabelMapType] public LabelMap Mask { get; set; } = null!;
}

// Output:
// alone:    mIoU 0.0000 at background threshold 0.00 (mean of Otsu's thresholds per image, free of ground truth)
// in group: mIoU 0.0000 at background threshold 0.00 (mean of Otsu's thresholds per image, free of ground truth)
// photo | alone | in its group: out/group-refinement.png
