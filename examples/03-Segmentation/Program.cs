// A segmentation network, learnt from true masks (the upper bound) and from nothing but tags.
using Microsoft.ML;
using MLNetWsss;
using MLNetWsss.ClassActivation;
using MLNetWsss.Imaging;
using MLNetWsss.PseudoLabels;
using MLNetWsss.Segmentation;

var ml = new MLContext(seed: 1);
var wsss = ml.Transforms.Wsss;
var train = ml.Data.LoadSyntheticScenes(200);
var test = ml.Data.LoadSyntheticScenes(50, first: 10_000);

var network = new SegmentationOptions
{
    Backbone = new() { Architecture = "resnet18", Width = 0.25 },
    Augmentation = new() { CropSize = 97, Mode = CropMode.ScaleCrop, ScaleMin = 0.8, ScaleMax = 1.2 },
    Epochs = 20, LearningRate = 3e-3, HeadLearningRate = 3e-3, LongSide = 129
};
var seeds = wsss.ClassActivation(new()
    {
        Backbone = network.Backbone, Augmentation = new() { CropSize = 97, AreaMin = 0.6 },
        Epochs = 30, LearningRate = 3e-3, HeadLearningRate = 3e-3, LongSide = 129, Scales = [1]
    })
    .Append(wsss.PseudoLabels(new() { Background = BackgroundRule.Otsu }));

var full = wsss.Segmentation(network).Fit(train);
var weak = wsss.Segmentation(network).SupervisedBy(seeds).Fit(train);  // the seeds overwrite Mask: the truth is not seen

double upper = wsss.Evaluate(full.Transform(test), boundaries: false).MeanIoU;
double reached = wsss.Evaluate(weak.Transform(test), boundaries: false).MeanIoU;
Console.WriteLine($"from masks mIoU {upper:0.00}");
Console.WriteLine($"from tags  mIoU {reached:0.00}");
