using System.Diagnostics;
using Microsoft.ML.Runtime;
using MLNetWsss.Backbones;
using MLNetWsss.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Pipeline;

/// <summary>
/// A trained network made ready to predict: evaluation mode, batch norm folded, channels-last weights, the number format decided. The
/// decision is saved with the model, so that a loaded one gives the same bits.
/// </summary>
internal sealed class NetworkRunner<TNetwork> where TNetwork : nn.Module, IStageNetwork
{
    private readonly TNetwork _network;
    private readonly MultiScaleInference _inference;
    private readonly int _threads;

    /// <summary>Pixels of a forward pass whose activations wait for a backward pass: about 2 kB each in MobileNetV2.</summary>
    internal const long PixelsPerGradient = 1 << 18;

    /// <param name="environment">Decides the device.</param>
    /// <param name="network">The network, changed in place.</param>
    /// <param name="options">Its options.</param>
    /// <param name="gradients">
    /// Whether prediction asks for gradients. They are computed in float32, whatever <see cref="TrainingOptions.Precision"/> says of passes
    /// that only go forward: bfloat16 is no faster backward, and rounds small gradients away.
    /// </param>
    internal NetworkRunner(IHostEnvironment environment, TNetwork network, TrainingOptions options, bool gradients = false)
    {
        var device = Devices.Choose(environment);
        (_network, _threads) = (network, options.Threads);
        network.eval();
        network.FoldBatchNorm();
        network.to(device);
        ChannelsLast.Apply(network);
        network.backbone.ComputeType = options.Precision == Precision.BFloat16 && !gradients
            ? ScalarType.BFloat16 : ScalarType.Float32;
        foreach (var parameter in network.parameters())
            parameter.requires_grad = false;
        _inference = new(network.backbone.Normalization, network.backbone.Options.OutputStride, device)
        {
            PixelsPerBatch = gradients ? PixelsPerGradient : MultiScaleInference.DefaultPixelsPerBatch
        };
    }

    /// <summary>
    /// The options as they are saved: what training alone needs, and what belongs to the machine it ran on, is left out; what was decided
    /// in training is written down.
    /// </summary>
    internal static TOptions Saved<TOptions>(TOptions options, TNetwork network) where TOptions : TrainingOptions => options with
    {
        Backbone = options.Backbone with
        {
            Weights = null, FreezeBatchNorm = true,
            Normalization = ReferenceEquals(network.backbone.Normalization, Normalization.HalfHalf)
                ? InputNormalization.HalfHalf : InputNormalization.ImageNet
        },
        Precision = Precisions.Decide(options.Precision),
        CheckpointFolder = null, Progress = null, Cancellation = default
    };

    internal static TNetwork Load<TOptions>(StageArchive archive, TOptions options, Func<BackboneOptions, Generator, TNetwork> create)
        where TOptions : TrainingOptions
    {
        using var generator = new Generator(0, CPU);
        var network = create(options.Backbone, generator);
        try
        {
            Weights.Load(network, archive["weights"], $"the saved {archive.Stage}");
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    internal void Store(StageArchive archive) => archive["weights"] = Weights.Save(_network);

    /// <summary>N images -> N x K maps of ceil(H / mapStride) x ceil(W / mapStride), averaged over scales and mirrored runs.</summary>
    internal ScoreMaps[] Maps(IReadOnlyList<RgbImage> images, IReadOnlyList<double> scales, bool flip, int longSide, int mapStride,
        Func<TNetwork, Tensor, Tensor> forward)
    {
        Devices.UseThreads(_threads);
        using var pause = CollectionPause.Begin();
        return _inference.Maps(images, scales, flip, longSide, mapStride, x => forward(_network, x));
    }

    /// <summary>The same for a forward pass that asks which images it sees.</summary>
    internal ScoreMaps[] Maps(IReadOnlyList<RgbImage> images, IReadOnlyList<double> scales, bool flip, int longSide, int mapStride,
        Func<TNetwork, Tensor, InferencePass, Tensor> forward)
    {
        Devices.UseThreads(_threads);
        using var pause = CollectionPause.Begin();
        return _inference.Maps(images, scales, flip, longSide, mapStride, (x, pass) => forward(_network, x, pass));
    }

    /// <summary>N images -> N tensors [1,C,h,w] at scale 1, in the network's own resolution; the caller disposes of them.</summary>
    internal Tensor[] Features(IReadOnlyList<RgbImage> images, int longSide, Func<TNetwork, Tensor, Tensor> forward)
    {
        Devices.UseThreads(_threads);
        using var pause = CollectionPause.Begin();
        return _inference.Features(images, longSide, x => forward(_network, x));
    }

    /// <summary>N images -> N vectors, at scale 1.</summary>
    internal float[][] Vectors(IReadOnlyList<RgbImage> images, int longSide, Func<TNetwork, Tensor, Tensor> forward)
    {
        Devices.UseThreads(_threads);
        using var pause = CollectionPause.Begin();
        return _inference.Vectors(images, longSide, x => forward(_network, x));
    }
}

/// <summary>Which number format is faster on this processor, measured once a process.</summary>
internal static class Precisions
{
    // Below this gain bfloat16's rounding is not worth it, and a noisy measurement cannot tip the decision from run to run.
    private const double WorthIt = 1.3;

    private static readonly Lazy<bool> BFloat16IsFaster = new(Measure);

    internal static Precision Decide(Precision wanted) => wanted != Precision.Auto ? wanted
        : BFloat16IsFaster.Value ? Precision.BFloat16 : Precision.Float32;

    /// <summary>Times a 3x3 convolution of 64 channels in both formats.</summary>
    private static bool Measure()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var x = ChannelsLast.Of(ones([8, 64, 64, 64]));
        var weight = ChannelsLast.Of(ones([64, 64, 3, 3]));
        double Seconds(ScalarType type)
        {
            var (a, w) = (x.to(type), weight.to(type));
            double best = double.MaxValue;
            for (int run = 0; run < 4; run++)
            {
                long start = Stopwatch.GetTimestamp();
                nn.functional.conv2d(a, w, null, [1, 1], [1, 1]).Dispose();
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
            return best;
        }
        return Seconds(ScalarType.Float32) > WorthIt * Seconds(ScalarType.BFloat16);
    }
}
