using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Standins.Tests.Modules;

/// <summary>One of each kind of member: parameter, buffer, sequence, list and layer. [N,3,H,W] images -> [N,4].</summary>
internal sealed class SampleNetwork : Module<Tensor, Tensor>
{
    /// <summary>The keys in PyTorch's order: own parameters, own buffers, then the modules in the order of declaration.</summary>
    public const string Keys =
        "scale table stem.0.weight stem.0.bias stem.1.weight stem.1.bias stem.1.running_mean stem.1.running_var "
        + "stem.1.num_batches_tracked blocks.0.weight blocks.0.bias blocks.1.weight blocks.1.bias head.weight head.bias";

    public readonly Parameter scale;
    private readonly Tensor table;
    public readonly Sequential stem;
    private readonly ModuleList<Linear> blocks;
    public readonly Linear head;

    public SampleNetwork() : base(nameof(SampleNetwork))
    {
        scale = Parameter(ones(1));
        table = ones(4);
        stem = Sequential(Conv2d(3, 8, 3, padding: 1), BatchNorm2d(8), ReLU(true));
        blocks = ModuleList<Linear>(Linear(8, 8), Linear(8, 8));
        head = Linear(8, 4);
        RegisterComponents();
    }

    public Conv2d First => (Conv2d)stem[0];

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var y = functional.adaptive_avg_pool2d(stem.call(x), 1).flatten(1) * scale;
        foreach (var block in blocks)
            y = functional.relu(block.call(y));
        return (head.call(y) * table).MoveToOuterDisposeScope();
    }
}
