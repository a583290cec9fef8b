using MLNetWsss.Backbones;
using MLNetWsss.Pipeline;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.PairwiseAffinity;

/// <summary>
/// What two pixels have in common, from all four resolutions of a backbone: features to compare (AffinityNet, Ahn and Kwak 2018), or the
/// probability of a border and a displacement (IRN, Ahn, Cho and Kwak 2019).
/// </summary>
public sealed class PairwiseAffinityNetwork : Module<Tensor, Tensor>, IStageNetwork, IFoldable
{
    private readonly AffinityTaps taps;
    private readonly Conv2dLayer output;
    private readonly AffinityTaps? displacement_taps;
    private readonly DisplacementHead? displacement;

    /// <summary>
    /// A network with random weights from the generator, or the backbone's pretrained ones where its options name a file.
    /// </summary>
    /// <param name="options">The backbone.</param>
    /// <param name="head">What stands on it.</param>
    /// <param name="mode">Features or borders.</param>
    /// <param name="generator">Source of random weights, on the CPU; the process-wide generator is not touched.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidDataException">The weights file is damaged or does not fit.</exception>
    public PairwiseAffinityNetwork(BackboneOptions options, AffinityHeadOptions head, AffinityMode mode, Generator generator)
        : base(nameof(PairwiseAffinityNetwork))
    {
        ArgumentNullException.ThrowIfNull(head);
        head.Validate();
        (Mode, Stride) = (mode, head.Stride);
        backbone = Backbone.Create(options, generator);
        register_module("backbone", backbone);
        bool borders = mode == AffinityMode.Irn;
        register_module("taps", taps = new AffinityTaps(backbone.Channels, head.TapChannels, grouped: borders, generator));
        output = new Conv2dLayer(taps.Channels, borders ? 1 : head.Channels, 1, generator, hasBias: borders);
        register_module("output", output);
        if (borders && head.DisplacementChannels > 0)
        {
            int[] channels = [.. head.TapChannels.Select(c => c == 0 ? 0 : head.DisplacementChannels)];
            register_module("displacement_taps", displacement_taps = new AffinityTaps(backbone.Channels, channels, grouped: true, generator));
            register_module("displacement", displacement = new DisplacementHead(displacement_taps.Channels, head.DisplacementChannels, generator));
        }
        foreach (var part in Head)
            ChannelsLast.Apply(part);
    }

    /// <summary>Features or borders.</summary>
    public AffinityMode Mode { get; }

    /// <summary>Input pixels per step of the output.</summary>
    public int Stride { get; }

    /// <summary>The feature extractor.</summary>
    public Backbone backbone { get; }

    /// <inheritdoc/>
    public bool Folded => backbone.Folded;

    /// <inheritdoc/>
    public void FoldBatchNorm() => backbone.FoldBatchNorm();

    /// <summary>The head's parameters, which learn faster than the pretrained ones.</summary>
    public IEnumerable<Parameter> HeadParameters => Head.SelectMany(part => part.parameters());

    private IEnumerable<Module> Head => new Module?[] { taps, output, displacement_taps, displacement }.OfType<Module>();

    /// <summary>
    /// [N,3,H,W] normalised colours -> float32 at <see cref="Stride"/>: PSA [N,C,h,w] features, IRN [N,1,h,w] logits of a border.
    /// </summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Output(backbone.call(input), input).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// [N,3,H,W] -> as <see cref="forward"/>, and [N,2,h,w] displacements down and right in steps of the grid where there is a branch for
    /// them, from one pass.
    /// </summary>
    public (Tensor Output, Tensor? Displacements) OutputAndDisplacements(Tensor input)
    {
        using var scope = NewDisposeScope();
        var features = backbone.call(input);
        var moved = displacement?.call(displacement_taps!.call(features, Side(input, 2), Side(input, 3)));
        return (Output(features, input).MoveToOuterDisposeScope(), moved?.MoveToOuterDisposeScope());
    }

    private Tensor Output(Tensor[] features, Tensor input)
    {
        using var scope = NewDisposeScope();
        var y = output.call(taps.call(features, Side(input, 2), Side(input, 3)));
        return (Mode == AffinityMode.Psa ? functional.elu(y, 1) : y).MoveToOuterDisposeScope();
    }

    private long Side(Tensor input, int dimension) => (input.shape[dimension] + Stride - 1) / Stride;
}
