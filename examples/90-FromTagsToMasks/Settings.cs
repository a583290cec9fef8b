using Microsoft.ML;
using MLNetWsss;
using MLNetWsss.Backbones;
using MLNetWsss.ClassActivation;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using MLNetWsss.PseudoLabels;
using MLNetWsss.Segmentation;

/// <summary>What the command line says, and the options that follow from it: small networks for the embedded scenes, a pretrained one for photos.</summary>
internal sealed record Settings(string? Data, string Protocol, string? Weights, int? Epochs, string Out, string? Resume = null)
{
    private const int Scenes = 400, UnseenScenes = 100, FirstUnseen = 100_000;

    internal static Settings Parse(string[] args)
    {
        var given = new Dictionary<string, string>();
        for (int i = 0; i < args.Length; i += 2)
            given[args[i]] = i + 1 < args.Length ? args[i + 1] : throw Usage($"{args[i]} has no value");
        string? Take(string name) => given.Remove(name, out string? value) ? value : null;
        int? epochs = Take("--epochs") is not { } text ? null : int.TryParse(text, out int n) && n > 0 ? n : throw Usage($"--epochs {text} is no number");
        var settings = new Settings(Take("--data"), Take("--protocol") ?? "animals7", Take("--weights"), epochs,
            Take("--out") ?? "out", Take("--resume"));
        if (given.Count > 0)
            throw Usage($"unknown option {given.Keys.First()}");
        Directory.CreateDirectory(settings.Out);
        return settings;
    }

    private static ArgumentException Usage(string what) =>
        new($"{what}. Options: --data DIR (VOC layout), --protocol animals7|voc, --weights FILE (safetensors), --epochs N, --out DIR, "
        + "--resume DIR (keeps what is done there, and goes on from it)");

    internal bool Embedded => Data is null;

    internal (IDataView Train, IDataView Val) Load(MLContext ml)
    {
        if (Embedded)
            return (Truth(ml, ml.Data.LoadSyntheticScenes(Scenes)), Truth(ml, ml.Data.LoadSyntheticScenes(UnseenScenes, FirstUnseen)));
        var options = new VocOptions { Classes = Protocol == "voc" ? ClassMap.Voc : ClassMap.Animals7, MaskColumn = "Truth" };
        return (ml.Data.LoadVoc(Data!, "train", options), ml.Data.LoadVoc(Data!, "val", options));
    }

    // The true masks stay out of sight of the stages, which look for a column named Mask.
    private static IDataView Truth(MLContext ml, IDataView scenes) =>
        ml.Transforms.CopyColumns("Truth", "Mask").Append(ml.Transforms.DropColumns("Mask")).Fit(scenes).Transform(scenes);

    internal int Count(IDataView view) => (int)(view.GetRowCount() ?? 0);

    // Scenes have no pretrained weights, so there the segmentation network starts from the classifier's backbone.
    internal string ClassifierBackbone => Path.Combine(Out, "classifier-backbone.safetensors");

    internal ClassActivationOptions ClassActivation(IProgress<TrainingProgress> progress) => (Embedded
        ? new ClassActivationOptions()
        {
            Backbone = new() { Architecture = "resnet18", Width = 0.25 }, Epochs = Epochs ?? 60,
            LearningRate = 3e-3, HeadLearningRate = 3e-3, WeightDecay = 1e-2, WarmupSteps = 300,
            Augmentation = new() { CropSize = 129, AreaMin = 0.5, AspectRatio = 1 }, LongSide = 129, Scales = [1, 1.5]
        }
        : new() { Backbone = new() { Weights = Weights, FrozenStages = Weights is null ? 0 : 2 }, Epochs = Epochs ?? 5 })
        with { CheckpointFolder = Resume, Progress = progress };

    internal PseudoLabelsOptions PseudoLabels() => Embedded
        ? new() { DenseCrf = DenseCrfOptions.Psa with { BilateralDeviation = 30 } }
        : new() { Background = BackgroundRule.Power, Power = 2.5, DenseCrf = DenseCrfOptions.Psa, CrfConfidence = 0 };

    internal SegmentationOptions Segmentation(IProgress<TrainingProgress> progress) => (Embedded
        ? new SegmentationOptions()
        {
            Backbone = new() { Architecture = "resnet18", Width = 0.25, Weights = ClassifierBackbone }, Epochs = Epochs ?? 30, BalanceClasses = true,
            LearningRate = 1e-3, HeadLearningRate = 3e-3, LongSide = 129,
            Augmentation = new() { CropSize = 113, Mode = CropMode.ScaleCrop, ScaleMin = 0.8, ScaleMax = 1.2 }
        }
        : new()
        {
            Backbone = new() { Weights = Weights, FrozenStages = Weights is null ? 0 : 2 }, Epochs = Epochs ?? 10,
            Scales = [0.75, 1.25]   // twice the time of one scale to predict, and sharper by up to two points
        }) with { CheckpointFolder = Resume, Progress = progress };
}
