namespace MLNetWsss.Backbones;

/// <summary>How colours are scaled before a backbone sees them.</summary>
public enum InputNormalization
{
    /// <summary>
    /// What the weights were trained with: the file's own note if it has one; else (x - 0.5) / 0.5 where batch norm comes folded in the
    /// file (weights converted from TensorFlow's MobileNet release); else ImageNet's statistics.
    /// </summary>
    FromWeights,

    /// <summary>Mean (0.485, 0.456, 0.406) and deviation (0.229, 0.224, 0.225): torchvision's weights.</summary>
    ImageNet,

    /// <summary>Mean and deviation 0.5: TensorFlow's MobileNet weights.</summary>
    HalfHalf,
}

/// <summary>Which feature extractor a network stands on, at what resolution, from which weights, and what of it is trained.</summary>
public sealed record BackboneOptions
{
    /// <summary>The architectures that <see cref="Architecture"/> may name.</summary>
    public static IReadOnlyList<string> Architectures { get; } =
        ["mobilenet_v2", "resnet18", "resnet34", "resnet50", "resnet101", "resnet38"];

    /// <summary>
    /// One of <see cref="Architectures"/>, in torchvision's spelling: MobileNetV2 (Sandler et al. 2018), a residual network (He et al.
    /// 2016), or the wide resnet38 of many WSSS papers (Wu et al. 2019, model A). Default mobilenet_v2, the fastest on a CPU.
    /// </summary>
    public string Architecture { get; init; } = "mobilenet_v2";

    /// <summary>
    /// Input pixels per step of the last feature map: 8, 16 or 32. Below 32 the later stages keep their resolution and dilate their
    /// kernels instead (Chen et al. 2017, DeepLab 3.1). Default 16.
    /// </summary>
    public int OutputStride { get; init; } = 16;

    /// <summary>
    /// Multiplier of the channel counts, above 0 and up to 4; 1 as published. Small ones make quick networks for demonstrations and tests.
    /// </summary>
    public double Width { get; init; } = 1.0;

    /// <summary>
    /// Path of a safetensors file with torchvision's parameter names (resnet38: those of PSA's code), or null for random weights.
    /// </summary>
    public string? Weights { get; init; }

    /// <summary>
    /// Merges batch norm into the convolutions before training, which is what "frozen batch norm" amounts to: the statistics stay,
    /// the weights and the resulting bias stay trainable. Forced where the weights file comes folded. Default false.
    /// </summary>
    public bool FreezeBatchNorm { get; init; }

    /// <summary>How many resolution stages get no gradient, 0 to 4: those that end at stride 2, 4, 8 and 16. Default 0.</summary>
    public int FrozenStages { get; init; }

    /// <summary>How the input's colours are scaled. Default: as the weights ask.</summary>
    public InputNormalization Normalization { get; init; } = InputNormalization.FromWeights;

    /// <summary>
    /// Computes dilated depthwise convolutions in training on the subgrids that they amount to, which gives the same up to rounding and is
    /// faster on a CPU. Default true; false runs them as they are written.
    /// </summary>
    public bool DilateOnSubgrids { get; init; } = true;

    /// <summary>Keeps the 1000-class ImageNet classifier of the weights, for <see cref="Backbone.Classify"/>. Default false.</summary>
    public bool Classifier { get; init; }

    /// <summary>Throws if an option is out of its range.</summary>
    /// <exception cref="ArgumentException">The message names the option, its value and the remedy.</exception>
    public void Validate()
    {
        if (!Architectures.Contains(Architecture))
            throw Invalid(nameof(Architecture), $"'{Architecture}'", $"one of {string.Join(", ", Architectures)}");
        if (OutputStride is not (8 or 16 or 32))
            throw Invalid(nameof(OutputStride), OutputStride, "8, 16 or 32");
        if (!(Width > 0 && Width <= 4))
            throw Invalid(nameof(Width), Width, "a multiplier above 0 and up to 4, such as 1");
        if (FrozenStages is < 0 or > 4)
            throw Invalid(nameof(FrozenStages), FrozenStages, "0 to 4");
        if (!Enum.IsDefined(Normalization))
            throw Invalid(nameof(Normalization), Normalization, $"one of {string.Join(", ", Enum.GetNames<InputNormalization>())}");
    }

    private static ArgumentException Invalid(string option, object value, string remedy) =>
        new($"{nameof(BackboneOptions)}.{option} is {value}. Set it to {remedy}.");
}
