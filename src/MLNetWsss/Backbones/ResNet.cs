using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Backbones;

/// <summary>
/// Residual networks (He et al. 2016) of 18, 34, 50 and 101 layers with torchvision's names: conv1, bn1, layer1 to layer4, fc. The
/// bottleneck's stride sits in its 3x3 convolution, as in torchvision's weights. Channels 64, 128, 256, 512, four times as many for 50
/// and 101 layers, at width 1.
/// </summary>
internal sealed class ResNet : Backbone
{
    private const int ImageNetClasses = 1000;

    private readonly ConvUnit _stem;
    private readonly LayerList[] _layers;
    private readonly LinearLayer? fc;
    private readonly Func<Tensor, Tensor>[][] _stages;

    internal ResNet(BackboneOptions options, Generator generator) : base(nameof(ResNet), options)
    {
        var (blocks, bottleneck) = Depth(options.Architecture);
        var plan = new DilationPlan(options.OutputStride);
        var channels = Scaled(64, options.Width);
        _stem = new(new(3, channels, 7, generator, plan.Next(2).Stride), new(channels), Activation.Relu);
        register_module("conv1", _stem.Convolution);
        register_module("bn1", _stem.Norm);
        plan.Next(2); // The max pooling behind the stem.

        _layers = new LayerList[blocks.Length];
        var outputs = new int[blocks.Length];
        for (var layer = 0; layer < blocks.Length; layer++)
        {
            var planes = Scaled(64 << layer, options.Width);
            var (stride, dilation, following) = plan.Next(layer == 0 ? 1 : 2);
            var next = bottleneck ? planes * ResidualBlock.BottleneckExpansion : planes;
            List<ResidualBlock> list = [new(channels, planes, bottleneck, stride, dilation, following, generator)];
            while (list.Count < blocks[layer])
                list.Add(new(next, planes, bottleneck, 1, following, following, generator));
            channels = next;
            register_module($"layer{layer + 1}", _layers[layer] = new LayerList(list));
            outputs[layer] = next;
        }
        Channels = outputs;
        if (options.Classifier)
            register_module("fc", fc = new LinearLayer(channels, ImageNetClasses, generator));
        _stages =
        [
            [_stem.Run],
            [x => functional.max_pool2d(x, 3L, 2L, 1L), _layers[0].call],
            [_layers[1].call],
            [_layers[2].call],
            [_layers[3].call],
        ];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> Channels { get; }

    private protected override Func<Tensor, Tensor>[][] Stages => _stages;

    private protected override IEnumerable<IBackboneUnit> StageUnits(int stage) => stage == 0 ? [_stem] : _layers[stage - 1].Units;

    private protected override Tensor? Classification(Tensor features) => fc?.call(FeatureMaps.GlobalAverage(features));

    /// <summary>Blocks per layer and the kind of block (He et al. 2016, table 1).</summary>
    private static (int[] Blocks, bool Bottleneck) Depth(string architecture) => architecture switch
    {
        "resnet18" => ([2, 2, 2, 2], false),
        "resnet34" => ([3, 4, 6, 3], false),
        "resnet50" => ([3, 4, 6, 3], true),
        "resnet101" => ([3, 4, 23, 3], true),
        _ => throw new ArgumentException($"'{architecture}' is no residual network. Use resnet18, resnet34, resnet50 or resnet101."),
    };

    private static int Scaled(int channels, double width) => Math.Max(8, (int)Math.Round(channels * width / 8) * 8);
}
