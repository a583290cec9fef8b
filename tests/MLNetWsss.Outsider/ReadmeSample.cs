using Microsoft.ML;

namespace MLNetWsss.Outsider;

/// <summary>The sample of the README, compiled and run: a test holds the two equal line by line.</summary>
internal static class ReadmeSample
{
    internal static void Run()
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
}
