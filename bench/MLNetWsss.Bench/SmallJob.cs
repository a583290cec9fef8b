using Microsoft.ML;
using MLNetWsss.ClassActivation;
using MLNetWsss.Data;
using MLNetWsss.Imaging;

namespace MLNetWsss.Bench;

/// <summary>A training small enough to be repeated, on generated scenes: for benchmarks of what is around the arithmetic.</summary>
internal static class SmallJob
{
    /// <summary>
    /// Class activation from scenes of <paramref name="side"/> pixels; in float32, because deciding on bfloat16 takes a measurement.
    /// </summary>
    internal static ClassActivationOptions Options(int side, int batch, int epochs, double width = 0.125) => new()
    {
        Backbone = new() { Architecture = "resnet18", Width = width },
        Augmentation = new() { CropSize = side + 1, AreaMin = 0.6 },
        BatchSize = batch, Epochs = epochs, LearningRate = 1e-3, WarmupSteps = 5, LongSide = side + 1, Scales = [1], Flip = false,
        Precision = Pipeline.Precision.Float32
    };

    /// <summary>Columns Id, Image, Tags, Mask.</summary>
    internal static IDataView Scenes(MLContext ml, int count, int side) => ml.Data.LoadSyntheticScenes(count, 0, new() { Size = side });

    /// <summary>A generated photo cut to any shape.</summary>
    internal static RgbImage Photo(int index, int height, int width)
    {
        int side = Math.Max(height, width);
        var scene = SyntheticScenes.Generate(index, new() { Size = side }).Image;
        var pixels = new byte[height * width * 3];
        for (int y = 0; y < height; y++)
        {
            int row = y + (side - height) / 2, column = (side - width) / 2;
            scene.Pixels.Slice((row * side + column) * 3, width * 3).CopyTo(pixels.AsSpan(y * width * 3));
        }
        return new RgbImage(height, width, pixels);
    }
}
