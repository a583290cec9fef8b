using System.Runtime.CompilerServices;
using System.Text.Json;
using MLNetWsss.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Tests.Backbones;

/// <summary>Files of numbers beside these tests, and the formulas that their scripts share with them.</summary>
internal static class Goldens
{
    internal static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Folder(), file));

    internal static JsonElement Json(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(), file)));
        return document.RootElement.Clone();
    }

    internal static float[] Floats(this JsonElement numbers) => [.. numbers.EnumerateArray().Select(number => number.GetSingle())];

    /// <summary>torchvision_outputs.py: uniform. Numbers in [0, 1) by a hash of stream and position.</summary>
    internal static double Uniform(int stream, long position)
    {
        unchecked
        {
            var hashed = (uint)((ulong)(position + 1 + 100003L * stream) * 2654435761);
            hashed ^= hashed >> 15;
            return hashed * 2246822519u / 4294967296.0;
        }
    }

    /// <summary>[N,3,H,W] input of torchvision_outputs.py.</summary>
    internal static Tensor Input(int images, int side) =>
        FromFormula([images, 3, side, side], position => 2 * Uniform(9999, position) - 1);

    /// <summary>A tensor whose value at each row-major position comes from a formula.</summary>
    internal static Tensor FromFormula(long[] shape, Func<long, double> formula)
    {
        var values = new float[shape.Aggregate(1L, (product, side) => product * side)];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)formula(i);
        return tensor(values, shape);
    }

    /// <summary>torchvision_outputs.py: fill. Streams follow torchvision's order of names.</summary>
    internal static Dictionary<string, Tensor> FormulaState(IEnumerable<(string Name, long[] Shape)> state) => state
        .Select((entry, stream) => (entry.Name, Tensor: FormulaTensor(entry.Name, entry.Shape, stream)))
        .ToDictionary(entry => entry.Name, entry => entry.Tensor);

    /// <summary>mobilenet_v2_logits.py: pattern. Three interfering triangle waves.</summary>
    internal static RgbImage Pattern(int height, int width)
    {
        (int A, int B, int Period)[] waves = [(3, 1, 97), (1, 4, 131), (2, 3, 61)];
        var pixels = new byte[height * width * 3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    var (a, b, period) = waves[channel];
                    var phase = (a * x + b * y + 40 * channel) % period;
                    pixels[(y * width + x) * 3 + channel] = (byte)(Math.Min(phase, period - phase) * 2 * 255 / period);
                }
            }
        }
        return new RgbImage(height, width, pixels);
    }

    /// <summary>[1,3,H,W] normalised colours of an image.</summary>
    internal static Tensor ToTensor(RgbImage image, Normalization normalization)
    {
        var hwc = new float[image.Height * image.Width * 3];
        normalization.Fill(image, hwc);
        return tensor(hwc, [1, image.Height, image.Width, 3]).permute(0, 3, 1, 2);
    }

    private static Tensor FormulaTensor(string name, long[] shape, int stream)
    {
        if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            return zeros(shape, ScalarType.Int64);
        double fanIn = shape.Skip(1).Aggregate(1L, (product, side) => product * side);
        Func<double, double> formula = name switch
        {
            _ when name.EndsWith("running_var", StringComparison.Ordinal) => u => 0.5 + u,
            _ when name.EndsWith("running_mean", StringComparison.Ordinal) => u => 0.2 * (u - 0.5),
            _ when shape.Length > 1 => u => (2 * u - 1) * Math.Sqrt(6 / fanIn),
            _ when name.EndsWith("weight", StringComparison.Ordinal) => u => 0.6 + 0.4 * u,
            _ => u => 0.2 * (u - 0.5),
        };
        return FromFormula(shape, position => formula(Uniform(stream, position)));
    }

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
