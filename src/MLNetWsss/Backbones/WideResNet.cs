using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Backbones;

/// <summary>
/// The wide residual network of 38 layers that PSA, SEAM and AuxSegNet stand on (Wu et al. 2019, "Wider or Deeper", model A), with the
/// names of PSA's code: conv1a, b2 to b7 with b2_1 and so on, bn7. Channels 256, 512, 1024, 4096 at width 1. Its blocks begin with batch
/// norm, so that the four maps but the last are sums that no rectifier has passed.
/// </summary>
internal sealed class WideResNet : Backbone
{
    private const int ImageNetClasses = 1000;

    /// <summary>Name, middle and last channels, blocks, stride of the levels (Wu et al. 2019, table 1).</summary>
    private static readonly (string Name, int Planes, int Channels, int Blocks, int Stride)[] Levels =
        [("b2", 128, 128, 3, 2), ("b3", 256, 256, 3, 2), ("b4", 512, 512, 6, 2), ("b5", 512, 1024, 3, 2)];

    /// <summary>Name, channels, stride and dropout of the two bottlenecks behind them.</summary>
    private static readonly (string Name, int Channels, int Stride, double Dropout)[] Bottlenecks =
        [("b6", 2048, 2, 0.3), ("b7", 4096, 1, 0.5)];

    private readonly LinearLayer? fc;
    private readonly IBackboneUnit[][] _units;
    private readonly Func<Tensor, Tensor>[][] _stages;

    internal WideResNet(BackboneOptions options, Generator generator) : base(nameof(WideResNet), options)
    {
        var plan = new DilationPlan(options.OutputStride);
        int channels = Scaled(64);
        Conv2dLayer first = new(3, channels, 3, generator, plan.Next(1).Stride);
        register_module("conv1a", first);
        var stages = new List<(List<Func<Tensor, Tensor>> Steps, List<IBackboneUnit> Units)> { ([first.call], [new PlainConvolution(first)]) };
        void Add(string name, PreActivatedBlock block, int outputs)
        {
            register_module(name, block);
            stages[^1].Steps.Add(block.call);
            stages[^1].Units.AddRange(block.Units);
            channels = outputs;
        }
        foreach (var level in Levels)
        {
            if (level.Name != "b2")
                stages.Add(([], []));
            for (var i = 0; i < level.Blocks; i++)
            {
                var (stride, dilation, following) = plan.Next(i == 0 ? level.Stride : 1);
                int outputs = Scaled(level.Channels);
                Add(i == 0 ? level.Name : $"{level.Name}_{i}",
                    new(channels, [new(Scaled(level.Planes), 3, stride, dilation), new(outputs, 3, 1, following)], 0, generator), outputs);
            }
        }
        stages.Add(([], []));
        foreach (var (name, width, step, dropout) in Bottlenecks)
        {
            // The stride sits in the 1x1 convolution, so the 3x3 behind it counts among those that follow.
            var (stride, _, following) = plan.Next(step);
            int outputs = Scaled(width);
            Add(name, new(channels, [new(Scaled(width / 4), 1, stride, 1), new(Scaled(width / 2), 3, 1, following), new(outputs, 1, 1, 1)],
                dropout, generator), outputs);
        }
        var last = new PreActivation(new(channels));
        register_module("bn7", last.Norm);
        stages[^1].Steps.Add(last.Run);
        stages[^1].Units.Add(last);
        if (options.Classifier)
            register_module("fc", fc = new LinearLayer(channels, ImageNetClasses, generator));
        Channels = [.. Levels.Skip(1).Select(level => Scaled(level.Channels)), channels];
        _stages = [.. stages.Select(stage => stage.Steps.ToArray())];
        _units = [.. stages.Select(stage => stage.Units.ToArray())];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> Channels { get; }

    private protected override Func<Tensor, Tensor>[][] Stages => _stages;

    private protected override IEnumerable<IBackboneUnit> StageUnits(int stage) => _units[stage];

    private protected override Tensor? Classification(Tensor features) => fc?.call(FeatureMaps.GlobalAverage(features));

    private int Scaled(int channels) => Math.Max(8, (int)Math.Round(channels * Options.Width / 8) * 8);
}
