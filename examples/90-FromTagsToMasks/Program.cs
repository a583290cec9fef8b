// The whole story: from image tags to pixel masks, measured at every step.
//   dotnet run -c Release --project examples/90-FromTagsToMasks [-- --data DIR --protocol animals7 --weights FILE --epochs N --out DIR]
using Microsoft.ML;
using MLNetWsss;
using MLNetWsss.Imaging;

var settings = Settings.Parse(args);
var ml = new MLContext(seed: 1);
var (train, val) = settings.Load(ml);          // Image, Tags; Truth is for scoring only
var wsss = ml.Transforms.Wsss;
var story = new Story(settings);

// 1. A classifier learns the tags; its activation maps say where it looked.
var classifier = story.Train("ClassActivation", progress => wsss.ClassActivation(settings.ClassActivation(progress)).Fit(train));
Console.WriteLine(wsss.EvaluateTags(classifier.Transform(val)));

// 2. Maps become masks; what is unsure becomes 255. Both are computed once and kept.
var labeler = wsss.PseudoLabels(settings.PseudoLabels()).Fit(classifier.Transform(train));
var seeded = story.Run("PseudoLabels", settings.Count(train), rows =>
    wsss.Precompute(labeler.Transform(classifier.Transform(train)), ["Cam", "Mask"], progress: rows, folder: settings.Resume));
story.Tell("cam-train", wsss.EvaluateMaps(seeded, truth: "Truth"));
story.Tell("pseudo-train", wsss.Evaluate(seeded, "Mask", "Truth"));

// 3. A segmentation network learns from those masks, and sees past their mistakes.
classifier.SaveBackbone(settings.ClassifierBackbone);
var segmenter = story.Train("Segmentation", progress => wsss.Segmentation(settings.Segmentation(progress)).Fit(seeded));

// 4. On photos that no stage has seen: the maps, and the masks that came of them.
var unseen = story.Run("Prediction", settings.Count(val), rows =>
    wsss.Precompute(segmenter.Transform(classifier.Transform(val)), ["Cam", "Prediction"], progress: rows, folder: settings.Resume));
story.Tell("cam-val", wsss.EvaluateMaps(unseen, truth: "Truth"));
story.Tell("segmentation-val", wsss.Evaluate(unseen, "Prediction", "Truth"));

// 5. The model is one file; the pictures are for looking at.
ml.Model.Save(segmenter, val.Schema, Path.Combine(settings.Out, "segmenter.zip"));
story.Draw(ml, unseen, Palette.Voc);
story.End();
