using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Backbones;

/// <summary>
/// MobileNetV2 (Sandler et al. 2018) with torchvision's names: features.0 to features.18, classifier.1. Channels 24, 32, 96, 1280 at
/// width 1.
/// </summary>
internal sealed class MobileNetV2 : Backbone
{
    /// <summary>Expansion, channels, blocks and stride of the seven groups (Sandler et al. 2018, table 2).</summary>
    private static readonly (int Expansion, int Channels, int Blocks, int Stride)[] Groups =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    /// <summary>
    /// Index behind the last layer of each of the five stages: a stage ends before the layer that halves the resolution again.
    /// </summary>
    private static readonly int[] StageEnds = [2, 4, 7, 14, 19];

    /// <summary>
    /// The last layers, which widen for the classifier. Behind them positions of one class look all alike; before them they compare
    /// better.
    /// </summary>
    private const int WideningLayers = 2;

    private const int FirstChannels = 32;
    private const int LastChannels = 1280;
    private const int ImageNetClasses = 1000;

    private readonly LayerList features;
    private readonly LayerList? _classifier;
    private readonly Func<Tensor, Tensor>[][] _stages;

    internal MobileNetV2(BackboneOptions options, Generator generator) : base(nameof(MobileNetV2), options)
    {
        var plan = new DilationPlan(options.OutputStride);
        var channels = Scaled(FirstChannels, options.Width);
        var outputs = new List<int> { channels };
        List<Module<Tensor, Tensor>> layers = [new ConvBlock(3, channels, 3, generator, plan.Next(2).Stride, activation: Activation.Relu6)];
        foreach (var group in Groups)
        {
            var next = Scaled(group.Channels, options.Width);
            for (var i = 0; i < group.Blocks; i++)
            {
                var (stride, dilation, _) = plan.Next(i == 0 ? group.Stride : 1);
                layers.Add(new InvertedResidual(channels, next, group.Expansion, stride, dilation, residual: i > 0, generator));
                outputs.Add(channels = next);
            }
        }
        // The published network widens its last layer with the multiplier but never narrows it.
        var last = Scaled(LastChannels, Math.Max(1.0, options.Width));
        layers.Add(new ConvBlock(channels, last, 1, generator, activation: Activation.Relu6));
        outputs.Add(last);

        features = new LayerList(layers);
        register_module("features", features);
        if (options.Classifier)
        {
            _classifier = new LayerList([new SeededDropout(0.2, generator), new LinearLayer(last, ImageNetClasses, generator)]);
            register_module("classifier", _classifier);
        }
        Channels = [.. StageEnds.Skip(1).Select(end => outputs[end - 1])];
        _stages = [.. Enumerable.Range(0, StageEnds.Length).Select(stage => Steps([.. StageLayers(stage)]).ToArray())];
        Module<Tensor, Tensor>[] deepest = [.. StageLayers(StageEnds.Length - 1)];
        Func<Tensor, Tensor>[] compared = [.. Steps(deepest[..^WideningLayers])];
        _stages[^1] = [.. compared, .. Steps(deepest[^WideningLayers..])];
        (ComparedAfter, ComparedChannels) = (compared.Length, outputs[^(WideningLayers + 1)]);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> Channels { get; }

    private protected override Func<Tensor, Tensor>[][] Stages => _stages;

    private protected override int ComparedAfter { get; }

    private protected override int ComparedChannels { get; }

    private protected override IEnumerable<IBackboneUnit> StageUnits(int stage) =>
        StageLayers(stage).OfType<IConvUnits>().SelectMany(layer => layer.Units);

    private protected override Tensor? Classification(Tensor features) => _classifier?.call(FeatureMaps.GlobalAverage(features));

    private IEnumerable<Module<Tensor, Tensor>> StageLayers(int stage)
    {
        var start = stage == 0 ? 0 : StageEnds[stage - 1];
        return features.Layers.Skip(start).Take(StageEnds[stage] - start);
    }

    /// <summary>The layers one by one, but those that follow each other with the same dilation as one step.</summary>
    private IEnumerable<Func<Tensor, Tensor>> Steps(Module<Tensor, Tensor>[] layers)
    {
        for (var i = 0; i < layers.Length; i++)
        {
            if (layers[i] is not InvertedResidual { Dilation: > 1 and var dilation })
            {
                yield return layers[i].call;
                continue;
            }
            InvertedResidual[] run = [.. layers.Skip(i).OfType<InvertedResidual>().TakeWhile(block => block.Dilation == dilation)];
            i += run.Length - 1;
            yield return x => RunDilated(run, dilation, x);
        }
    }

    /// <summary>[N,C,H,W] -> [N,C',H,W], through blocks of one dilation.</summary>
    private Tensor RunDilated(InvertedResidual[] blocks, int dilation, Tensor x)
    {
        var units = blocks.SelectMany(block => block.Units);
        // Only gradients are slow as they are, and positions that are none must not enter a batch's statistics.
        if (!Options.DilateOnSubgrids || x.device_type != DeviceType.CPU || !is_grad_enabled() || units.Any(unit => unit.Norm.UsesBatch))
            return FeatureMaps.Chain(x, blocks.Select(block => (Func<Tensor, Tensor>)block.call));
        using var scope = NewDisposeScope();
        var inside = Subgrids.Inside(x, dilation);
        var y = FeatureMaps.Chain(Subgrids.Split(x, dilation),
            blocks.Select(block => (Func<Tensor, Tensor>)(maps => block.RunOnSubgrids(maps, inside))));
        return Subgrids.Join(y, dilation, x.shape[2], x.shape[3]).MoveToOuterDisposeScope();
    }

    /// <summary>The multiple of 8 nearest to channels x width, at least 8 and not more than a tenth below the product.</summary>
    private static int Scaled(int channels, double width)
    {
        var exact = channels * width;
        var rounded = Math.Max(8, (int)(exact + 4) / 8 * 8);
        return rounded < 0.9 * exact ? rounded + 8 : rounded;
    }

    /// <summary>
    /// Expansion by 1x1, depthwise 3x3, linear projection by 1x1, and the input added where the shape allows (section 3.3 and 3.4).
    /// </summary>
    private sealed class InvertedResidual : Module<Tensor, Tensor>, IConvUnits
    {
        private readonly ConvUnit[] _units;
        private readonly bool _residual;

        internal InvertedResidual(int inputs, int outputs, int expansion, int stride, int dilation, bool residual, Generator generator)
            : base(nameof(InvertedResidual))
        {
            var hidden = inputs * expansion;
            _residual = residual;
            Dilation = dilation;
            List<Module<Tensor, Tensor>> layers = [];
            if (expansion > 1)
                layers.Add(new ConvBlock(inputs, hidden, 1, generator, activation: Activation.Relu6));
            layers.Add(new ConvBlock(hidden, hidden, 3, generator, stride, dilation, hidden, Activation.Relu6));
            var projection = new ConvUnit(new(hidden, outputs, 1, generator, gain: 1), new(outputs), Activation.Identity);
            _units = [.. layers.OfType<IConvUnits>().SelectMany(layer => layer.Units), projection];
            register_module("conv", new LayerList([.. layers, projection.Convolution, projection.Norm]));
        }

        public IEnumerable<ConvUnit> Units => _units;

        /// <summary>Of the depthwise convolution.</summary>
        internal int Dilation { get; }

        /// <summary>[N,C,H,W] -> [N,C',H/stride,W/stride].</summary>
        public override Tensor forward(Tensor input) => Run(input, unit => unit.Run);

        /// <summary>[N,C,h,w] subgrids -> [N,C',h,w]; <paramref name="inside"/> marks the positions that exist.</summary>
        internal Tensor RunOnSubgrids(Tensor input, Tensor? inside) => Run(input, unit => x => unit.RunOnSubgrids(x, inside));

        private Tensor Run(Tensor input, Func<ConvUnit, Func<Tensor, Tensor>> pass)
        {
            using var scope = NewDisposeScope();
            var y = FeatureMaps.Chain(input, _units.Select(pass));
            return (_residual ? y.add_(input) : y).MoveToOuterDisposeScope();
        }
    }
}
