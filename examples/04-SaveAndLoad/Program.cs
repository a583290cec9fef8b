// Train and save in one process, load and predict in another: nothing is registered first, the file is all there is.
using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.ML;
using MLNetWsss;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

var ml = new MLContext(seed: 1);
var test = ml.Data.LoadSyntheticScenes(8, first: 10_000);

if (args is [var path])
{
    ITransformer loaded = ml.Model.Load(path, out _);
    Console.WriteLine($"second process: masks {Digest(loaded)}");
    return;
}

var model = ml.Transforms.Wsss.Segmentation(new()
{
    Backbone = new() { Architecture = "resnet18", Width = 0.25 },
    Augmentation = new() { CropSize = 97, Mode = CropMode.ScaleCrop }, LongSide = 129, Epochs = 2, LearningRate = 3e-3
}).Fit(ml.Data.LoadSyntheticScenes(64));

Directory.CreateDirectory("out");
ml.Model.Save(model, test.Schema, "out/segmenter.zip");
Console.WriteLine($"first process:  masks {Digest(model)}");
using var second = Process.Start(Environment.ProcessPath!, ["out/segmenter.zip"]);
second.WaitForExit();

string Digest(ITransformer segmenter)
{
    var masks = ml.Data.CreateEnumerable<Row>(segmenter.Transform(test), reuseRowObject: false);
    return Convert.ToHexString(SHA256.HashData([.. masks.SelectMany(r => r.Prediction.Labels.ToArray())]))[..16];
}

internal sealed class Row
{
    [LabelMapType] public LabelMap Prediction { get; set; } = null!;
}

// Output:
// first process:  masks FA43239BCEE7B97C
// second process: masks FA43239BCEE7B97C
