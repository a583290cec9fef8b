using Microsoft.ML;
using MLNetWsss.Backbones;
using MLNetWsss.ClassActivation;
using MLNetWsss.Imaging;
using MLNetWsss.LabelImages;
using MLNetWsss.PairwiseAffinity;
using MLNetWsss.Pipeline;
using MLNetWsss.PseudoLabels;
using MLNetWsss.Segmentation;

namespace MLNetWsss.Tests.Testing;

/// <summary>An unfitted stage: what it is and what it touches.</summary>
internal sealed record Stage(IEstimator<StageTransformer> Estimator, StageColumns Columns);

/// <summary>One stage of the library, as the contract tests see it.</summary>
/// <param name="Name">The system's name.</param>
/// <param name="Options">Options under which it trains in a second.</param>
/// <param name="Make">Its catalog method.</param>
internal sealed record StageCase(string Name, StageOptions Options, Func<MLContext, StageOptions?, Stage> Make)
{
    /// <summary>Every stage. A new one joins by one line here, and by its columns in <see cref="TinyScenes"/> where it reads new
    /// ones.</summary>
    internal static IReadOnlyList<StageCase> All { get; } =
    [
        Of((wsss, options) => wsss.ClassActivation(options), Tiny(new ClassActivationOptions { LongSide = 33, Scales = [1, 1.5] })),
        Of((wsss, options) => wsss.PairwiseAffinity(options),
            Tiny(new PairwiseAffinityOptions { LongSide = 33, Head = new() { TapChannels = [8, 8, 8, 8], Channels = 16, Stride = 4 } })),
        Of((wsss, options) => wsss.PseudoLabels(options),
            new PseudoLabelsOptions { PredictionBatch = 3, Background = BackgroundRule.Power }),
        Of((wsss, options) => wsss.Segmentation(options),
            Tiny(new SegmentationOptions { LongSide = 33, Head = new() { Channels = 16, SkipChannels = 8 } })),
        Of((wsss, options) => wsss.LabelImages(options),
            new LabelImagesOptions { PredictionBatch = 3, LabelsColumn = "Mask", VectorColumn = "MaskVector", Opacity = 0.5f })
    ];

    internal static StageCase Named(string name) => All.Single(c => c.Name == name);

    internal Stage Create(MLContext ml, StageOptions? options = null) => Make(ml, options ?? Options);

    /// <summary>The test data with the columns that the stage reads, uses and trains on, and two to tell rows apart.</summary>
    internal IDataView Data(int count = 8, int first = 0, Action<string>? onRead = null)
    {
        var columns = Create(new MLContext(1)).Columns;
        var needed = columns.Reads.Concat(columns.Uses).Concat(columns.Trains);
        return TinyScenes.View(count, first, ["Id", "Index", .. needed.Select(c => c.Name)], onRead);
    }

    private static StageCase Of<TOptions, TTransformer>(Func<WsssCatalog, TOptions?, StageEstimator<TTransformer>> make, TOptions tiny)
        where TOptions : StageOptions where TTransformer : StageTransformer
    {
        return new(typeof(TTransformer).Name.Replace("Transformer", ""), tiny, Create);

        Stage Create(MLContext ml, StageOptions? options)
        {
            var estimator = make(ml.Transforms.Wsss, (TOptions?)options);
            return new Stage(estimator, estimator.Columns);
        }
    }

    private static T Tiny<T>(T options) where T : TrainingOptions => options with
    {
        Backbone = new() { Architecture = "resnet18", Width = 0.125 },
        Augmentation = new() { CropSize = 33 },
        Epochs = 1, BatchSize = 4, LearningRate = 1e-3, PredictionBatch = 3, Precision = Precision.Float32
    };
}

/// <summary>A stage that has been trained once for all tests that only look at it.</summary>
internal sealed record FittedStage(StageCase Case, MLContext Context, Stage Stage, IDataView Data, StageTransformer Model)
{
    private static readonly Dictionary<string, FittedStage> Cache = [];

    internal string[] Written => [.. Stage.Columns.Writes.Select(c => c.Name)];

    internal static FittedStage Of(string name)
    {
        lock (Cache)
        {
            if (!Cache.TryGetValue(name, out var fitted))
                Cache[name] = fitted = Fit(StageCase.Named(name));
            return fitted;
        }
    }

    /// <summary>Trains one of its own.</summary>
    internal static FittedStage Fit(StageCase stageCase, StageOptions? options = null, IDataView? data = null)
    {
        var ml = new MLContext(seed: 1);
        var stage = stageCase.Create(ml, options);
        data ??= stageCase.Data();
        return new FittedStage(stageCase, ml, stage, data, stage.Estimator.Fit(data));
    }
}
