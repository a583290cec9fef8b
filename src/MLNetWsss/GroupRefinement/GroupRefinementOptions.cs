using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.GroupRefinement;

/// <summary>What a node of the graph carries from round to round.</summary>
public enum NodeState
{
    /// <summary>One map a class, as in the authors' code.</summary>
    ClassMaps,

    /// <summary><see cref="GroupRefinementOptions.StateChannels"/> features, from which class maps are read at the end.</summary>
    Features
}

/// <summary>What the co-attention compares two positions by.</summary>
public enum AffinitySource
{
    /// <summary>
    /// The backbone's features: a position with few signs of a class can find its like in another photo and learn from it.
    /// </summary>
    Backbone,

    /// <summary>The node states, as in the authors' code.</summary>
    State
}

/// <summary>How the messages of a node's partners become one.</summary>
public enum GroupAggregation
{
    /// <summary>Their mean: for groups of any size, and the same in whichever order the partners come.</summary>
    Mean,

    /// <summary>Side by side, as in the authors' code: for groups of 3 only, and dependent on the partners' order.</summary>
    ConcatReference
}

/// <summary>Options of <see cref="GroupRefinementEstimator"/>. The defaults suit a laptop CPU and pretrained weights.</summary>
public sealed record GroupRefinementOptions : TrainingOptions
{
    /// <summary>Column with one number a class: 1 where the class is somewhere in the photo, 0 where not.</summary>
    public string TagsColumn { get; init; } = "Tags";

    /// <summary>
    /// Written: the refined maps, K x h x w in [0, 1]. Where prediction finds maps in this column already, the graph starts from them
    /// instead of its own classifier's.
    /// </summary>
    public string CamColumn { get; init; } = "Cam";

    /// <summary>Written: the classifier's probability of each tag before the graph, K numbers in [0, 1].</summary>
    public string ProbabilitiesColumn { get; init; } = "TagProbabilities";

    /// <summary>Column with one map of the salient object's probability, used where it is present for <see cref="MaskColumn"/>.</summary>
    public string SaliencyColumn { get; init; } = "Saliency";

    /// <summary>
    /// Written: masks of the maps as the paper makes them, with the background from <see cref="SaliencyColumn"/>, and from
    /// <see cref="MaskThreshold"/> where there is none.
    /// </summary>
    public string MaskColumn { get; init; } = "GroupMask";

    /// <summary>Background score of the masks where no saliency is present, in [0, 1].</summary>
    public double MaskThreshold { get; init; } = 0.4;

    /// <summary>G, photos a group, 2 to 8. The authors' code takes 3, their figure 4.</summary>
    public int GroupSize { get; init; } = 4;

    /// <summary>T, rounds of messages, 0 to 8; 0 leaves the graph out.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>What a node carries.</summary>
    public NodeState NodeState { get; init; } = NodeState.ClassMaps;

    /// <summary>D, channels of <see cref="GroupRefinement.NodeState.Features"/>, >= 1.</summary>
    public int StateChannels { get; init; } = 32;

    /// <summary>What positions are compared by.</summary>
    public AffinitySource Affinity { get; init; } = AffinitySource.Backbone;

    /// <summary>
    /// Cosine similarities of <see cref="AffinitySource.Backbone"/> are divided by this when training begins; above 0. Smaller listens to
    /// fewer positions.
    /// </summary>
    public double Temperature { get; init; } = 0.03;

    /// <summary>How messages become one.</summary>
    public GroupAggregation Aggregation { get; init; } = GroupAggregation.Mean;

    /// <summary>
    /// Chance that the graph dropout layer halves what stands out, in [0, 1]; else it weighs by importance (the authors' code: 0.8).
    /// </summary>
    public double DropRate { get; init; } = 0.8;

    /// <summary>What stands out: positions whose mean over channels is at least this share of its maximum, in [0, 1] (the authors' code:
    /// 0.7).</summary>
    public double DropThreshold { get; init; } = 0.7;

    /// <summary>Whether training uses the graph dropout layer.</summary>
    public bool GraphDropout { get; init; } = true;

    /// <summary>Weight of the tag loss before the graph, relative to that behind it; >= 0 (the authors' code: 0.4).</summary>
    public double ClassifierWeight { get; init; } = 0.4;

    /// <summary>
    /// Does as the authors' code where this library differs by default: states are raw maps, projections start random, the graph dropout
    /// layer stays on at prediction, and the maps before and behind the graph are averaged.
    /// </summary>
    public bool ReferenceCompatible { get; init; }

    /// <summary>Positions of a photo whose attention is computed at once, >= 1; 0 chooses as many as <see cref="AttentionBudgetMB"/>
    /// allows. Results do not change.</summary>
    public int AttentionChunk { get; init; }

    /// <summary>Megabytes that attention may take at prediction, >= 1.</summary>
    public int AttentionBudgetMB { get; init; } = 256;

    /// <summary>
    /// Whether training also records each training photo's maps, as their maximum over the epochs from the second on (online accumulation,
    /// Jiang et al., ICCV 2019). They stay with the model, which then gives them for photos that it was trained on.
    /// </summary>
    public bool AccumulateMaps { get; init; }

    /// <summary>Image sizes at which the classifier's maps are computed and averaged, as factors of <see cref="LongSide"/>; 1 to 8, each in
    /// (0, 4]. Not needed where the maps come in <see cref="CamColumn"/>.</summary>
    public IReadOnlyList<double> Scales { get; init; } = [0.5, 1, 1.5, 2];

    /// <summary>Whether each scale is also run mirrored.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>Longer side in pixels at scale 1, >= 16; the graph works on this size.</summary>
    public int LongSide { get; init; } = 353;

    /// <summary>Image pixels a map pixel, >= 1.</summary>
    public int MapStride { get; init; } = 4;

    /// <summary>
    /// Exponent on the refined maps, > 0. Messages lift whole objects, and with them their surroundings a little; 1.5 brings the best
    /// background threshold back to where it is for plain maps.
    /// </summary>
    public double Sharpness { get; init; } = 1.5;

    /// <summary>Where a photo comes without tags, classes with at least this probability count as present; in [0, 1].</summary>
    public double PredictedTagThreshold { get; init; } = 0.5;

    /// <summary>
    /// The recipe of the authors' code (Li et al., AAAI 2021, repository Lixy1997/Group-WSSS) as far as this library has its parts: one
    /// group of 3 a step, whole photos, 15 epochs of SGD at 0.001 with ten times that for new layers.
    /// </summary>
    public static GroupRefinementOptions Paper { get; } = new()
    {
        GroupSize = 3, BatchSize = 3, Aggregation = GroupAggregation.ConcatReference, Affinity = AffinitySource.State,
        ReferenceCompatible = true, AccumulateMaps = true, Epochs = 15, Optimizer = OptimizerKind.Sgd, LearningRate = 1e-3,
        HeadLearningRate = 1e-2, WeightDecay = 5e-4, WarmupSteps = 0, LongSide = 257, Scales = [1], Flip = false, Sharpness = 1,
        Backbone = new() { Architecture = "resnet50", OutputStride = 8, FreezeBatchNorm = true },
        Augmentation = new() { CropSize = 257, AreaMin = 1, AspectRatio = 1, Flip = false, ColorJitter = 0.3 }
    };

    /// <summary>These options of training, with those of prediction taken from <paramref name="other"/>.</summary>
    internal GroupRefinementOptions Predicting(GroupRefinementOptions other) => this with
    {
        ImageColumn = other.ImageColumn, TagsColumn = other.TagsColumn, CamColumn = other.CamColumn,
        ProbabilitiesColumn = other.ProbabilitiesColumn, SaliencyColumn = other.SaliencyColumn, MaskColumn = other.MaskColumn,
        MaskThreshold = other.MaskThreshold, GroupSize = other.GroupSize, Rounds = other.Rounds, AttentionChunk = other.AttentionChunk,
        AttentionBudgetMB = other.AttentionBudgetMB, PredictionBatch = other.PredictionBatch, Threads = other.Threads,
        Precision = other.Precision, Scales = other.Scales, Flip = other.Flip, LongSide = other.LongSide, MapStride = other.MapStride,
        Sharpness = other.Sharpness, PredictedTagThreshold = other.PredictedTagThreshold, MemoryBudgetMB = other.MemoryBudgetMB
    };

    internal override void Validate()
    {
        base.Validate();
        foreach (string name in new[] { TagsColumn, CamColumn, ProbabilitiesColumn, SaliencyColumn, MaskColumn })
            RequireName(name);
        Require(GroupSize is >= 2 and <= 8, GroupSize, "2 to 8 photos");
        Require(BatchSize >= GroupSize, BatchSize, $"at least GroupSize ({GroupSize}) photos");
        Require(Rounds is >= 0 and <= 8, Rounds, "0 to 8 rounds");
        Require(Enum.IsDefined(NodeState), NodeState, string.Join(" or ", Enum.GetNames<NodeState>()));
        Require(StateChannels >= 1, StateChannels, "at least 1 channel");
        Require(Enum.IsDefined(Affinity), Affinity, string.Join(" or ", Enum.GetNames<AffinitySource>()));
        Require(Temperature > 0 && double.IsFinite(Temperature), Temperature, "a positive number, often 0.02 to 0.1");
        Require(Enum.IsDefined(Aggregation), Aggregation, string.Join(" or ", Enum.GetNames<GroupAggregation>()));
        Require(Aggregation != GroupAggregation.ConcatReference || GroupSize == 3, GroupSize, "3, which ConcatReference needs");
        Require(DropRate is >= 0 and <= 1, DropRate, "a probability");
        Require(DropThreshold is >= 0 and <= 1, DropThreshold, "a share from 0 to 1");
        Require(ClassifierWeight >= 0 && double.IsFinite(ClassifierWeight), ClassifierWeight, "0 or more");
        ValidatePrediction();
    }

    private void ValidatePrediction()
    {
        Require(AttentionChunk >= 0, AttentionChunk, "0 for as the budget allows, or a number of positions");
        Require(AttentionBudgetMB >= 1, AttentionBudgetMB, "at least 1 megabyte");
        Require(Scales is { Count: >= 1 and <= 8 } && Scales.All(s => s is > 0 and <= 4),
            Scales is null ? "null" : string.Join(", ", Scales), "1 to 8 factors in (0, 4]", nameof(Scales));
        Require(LongSide >= 16, LongSide, "at least 16 pixels");
        Require(MapStride >= 1, MapStride, "at least 1 pixel");
        Require(Sharpness > 0 && double.IsFinite(Sharpness), Sharpness, "a positive exponent, often 1 to 2");
        Require(PredictedTagThreshold is >= 0 and <= 1, PredictedTagThreshold, "a probability");
        Require(MaskThreshold is >= 0 and <= 1, MaskThreshold, "a score from 0 to 1");
    }
}
