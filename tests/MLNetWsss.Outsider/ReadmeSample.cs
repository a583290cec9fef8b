using Microsoft.ML;
using Microsoft.ML.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.Outsider;

/// <summary>The samples of the README, compiled and run: a test holds them equal line by line.</summary>
internal static class ReadmeSample
{
    internal static void FromTagsToMasks()
    {
        // README sample: from tags to masks
        var ml = new MLContext(seed: 1);
        var train = ml.Data.LoadVoc("data/voc", split: "train");      // Image, Tags (and Mask, if there are any)
        var val = ml.Data.LoadVoc("data/voc", split: "val");

        var seeds = ml.Transforms.Wsss.ClassActivation(new() { Epochs = 5 })       // Image + Tags -> Cam
            .Append(ml.Transforms.Wsss.PseudoLabels());                            // Cam -> Mask

        var model = ml.Transforms.Wsss.Segmentation(new() { Epochs = 10 })         // Image + Mask -> Prediction
            .SupervisedBy(seeds)                                                   // the seeds run once; they are no part of the model
            .Fit(train);

        Console.WriteLine(ml.Transforms.Wsss.Evaluate(model.Transform(val)));      // mIoU, per-class IoU, boundaries
        ml.Model.Save(model, train.Schema, "segmenter.zip");

        ITransformer loaded = ml.Model.Load("segmenter.zip", out var schema);      // elsewhere, in a fresh process
    }

    internal static void OnePhoto(MLContext ml, ITransformer loaded)
    {
        // README sample: one photo
        using var engine = ml.Model.CreatePredictionEngine<Photo, Masked>(loaded);
        using var image = MLImage.CreateFromFile("photo.jpg");
        LabelMap mask = engine.Predict(new Photo { Image = image }).Prediction;    // a byte a pixel: 0 background, 1 ... the classes
        mask.Overlay(image.ToRgb(), Palette.Voc).ToMLImage().Save("mask.png");
    }

    class Photo { [ImageOfAnySize] public MLImage Image { get; set; } = null!; }
    class Masked { [LabelMapType] public LabelMap Prediction { get; set; } = null!; }
}
