// A segmentation network, learnt from true masks (the upper bound) and from nothing but tags.
using Microsoft.ML;
using MLNetWsss;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.PseudoLabels;
using MLNetWsss.Segmentation;

var ml = new MLContext(seed: 1);
var wsss = ml.Transforms.Wsss;
var scenes = new SyntheticSceneOptions { Classes = 3, MaxToys = 1, Rotation = 15 };   // bear, cat or frog, upright: learnt in a minute
var train = ml.Data.LoadSyntheticScenes(200, options: scenes);
var test = ml.Data.LoadSyntheticScenes(50, first: 10_000, scenes);

var classifier = wsss.ClassActivation(new()
{
    Backbone = new() { Architecture = "resnet18", Width = 0.25 },
    Augmentation = new() { CropSize = 129, AreaMin = 0.5, AspectRatio = 1 },
    Epochs = 25, LearningRate = 3e-3, HeadLearningRate = 3e-3, WeightDecay = 1e-2, WarmupSteps = 100, LongSide = 129, Scales = [1]
}).Fit(train);

// There are no pretrained weights for scenes: both networks start from the classifier's backbone.
Directory.CreateDirectory("out");
classifier.SaveBackbone("out/backbone.safetensors");
var network = new SegmentationOptions
{
    Backbone = new() { Architecture = "resnet18", Width = 0.25, Weights = "out/backbone.safetensors" },
    Augmentation = new() { CropSize = 113, Mode = CropMode.ScaleCrop, ScaleMin = 0.8, ScaleMax = 1.2 },
    Epochs = 15, LearningRate = 1e-3, HeadLearningRate = 3e-3, LongSide = 129
};
var full = wsss.Segmentation(network).Fit(train);

// Any estimator that writes Mask can be the teacher; it overwrites the true one, which is not seen.
var maps = classifier.Transform(train);
var seeds = wsss.PseudoLabels(new() { Background = BackgroundRule.Otsu, DenseCrf = DenseCrfOptions.Psa with { BilateralDeviation = 30 } });
var weak = wsss.Segmentation(network).Fit(seeds.Fit(maps).Transform(maps));

double upper = wsss.Evaluate(full.Transform(test), boundaries: false).MeanIoU;
double reached = wsss.Evaluate(weak.Transform(test), boundaries: false).MeanIoU;
Console.WriteLine($"from masks mIoU {upper:0.00}");
Console.WriteLine($"from tags  mIoU {reached:0.00}");

// Output:
// from masks mIoU 0.71
// from tags  mIoU 0.51
