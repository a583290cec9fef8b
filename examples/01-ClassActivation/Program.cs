// From image tags to class activation maps: where does a classifier look when it says "bear"?
using Microsoft.ML;
using MLNetWsss;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

var ml = new MLContext(seed: 1);
var train = ml.Data.LoadSyntheticScenes(200);               // Image, Tags (and Mask, which nothing here trains on)
var test = ml.Data.LoadSyntheticScenes(50, first: 10_000);

var classifier = ml.Transforms.Wsss.ClassActivation(new()
{
    Backbone = new() { Architecture = "resnet18", Width = 0.25 },            // small and without pretrained weights
    Augmentation = new() { CropSize = 97, AreaMin = 0.6 },
    Epochs = 8, LearningRate = 2e-3, LongSide = 129, Scales = [1]
});

var model = classifier.Fit(train);
var result = model.Transform(test);

Console.WriteLine(ml.Transforms.Wsss.EvaluateTags(result));  // does it find the tags?
Console.WriteLine(ml.Transforms.Wsss.EvaluateMaps(result));  // does it find the pixels?

Directory.CreateDirectory("out");
var rows = ml.Data.CreateEnumerable<Row>(ml.Data.TakeRows(result, 6), reuseRowObject: false)
    .Select(r => (IReadOnlyList<RgbImage>)[r.Image.ToRgb(), Panels.Maps(r.Cam, r.Image.ToRgb(), Palette.Voc)]).ToArray();
Panels.Grid(rows).ToMLImage().Save("out/class-activation.png");
Console.WriteLine("photo | maps: out/class-activation.png");

internal sealed class Row
{
    [Microsoft.ML.Transforms.Image.ImageType(1, 1)] public Microsoft.ML.Data.MLImage Image { get; set; } = null!;
    [ScoreMapsType] public ScoreMaps Cam { get; set; } = null!;
}
