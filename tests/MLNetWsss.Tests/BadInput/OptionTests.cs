using Microsoft.ML;

namespace MLNetWsss.Tests.BadInput;

/// <summary>Options that no training could work with: refused when the stage is made, by option, value and remedy.</summary>
public sealed class OptionTests
{
    private static readonly WsssCatalog Wsss = new MLContext(1).Transforms.Wsss;

    public static TheoryData<string, string, Action> Wrong => new()
    {
        { "BatchSize", "0", () => Wsss.ClassActivation(new() { BatchSize = 0 }) },
        { "HeadLearningRate", "NaN", () => Wsss.ClassActivation(new() { HeadLearningRate = double.NaN }) },
        { "Momentum", "1", () => Wsss.ClassActivation(new() { Momentum = 1 }) },
        { "MemoryBudgetMB", "-1", () => Wsss.ClassActivation(new() { MemoryBudgetMB = -1 }) },
        { "MaxSide", "8", () => Wsss.ClassActivation(new() { MaxSide = 8 }) },
        { "Scales", "0, 1", () => Wsss.ClassActivation(new() { Scales = [0, 1] }) },
        { "MapStride", "0", () => Wsss.ClassActivation(new() { MapStride = 0 }) },
        { "PredictedTagThreshold", "2", () => Wsss.ClassActivation(new() { PredictedTagThreshold = 2 }) },
        { "TagsColumn", "", () => Wsss.ClassActivation(new() { TagsColumn = "" }) },
        { "Architecture", "vgg11", () => Wsss.ClassActivation(new() { Backbone = new() { Architecture = "vgg11" } }) },
        { "Width", "NaN", () => Wsss.Segmentation(new() { Backbone = new() { Width = double.NaN } }) },
        { "LongSide", "1", () => Wsss.Segmentation(new() { LongSide = 1 }) },
        { "Scales", "null", () => Wsss.Segmentation(new() { Scales = null! }) },
        { "Threshold", "-1", () => Wsss.PseudoLabels(new() { Threshold = -1 }) },
        { "Power", "Infinity", () => Wsss.PseudoLabels(new() { Power = double.PositiveInfinity }) }
    };

    [Theory, MemberData(nameof(Wrong))]
    public void An_option_out_of_range_is_named_with_its_value(string option, string value, Action make)
    {
        var error = Assert.ThrowsAny<ArgumentException>(make);
        Assert.Contains(option, error.Message);
        Assert.Contains(value, error.Message);
    }

    [Fact]
    public void A_missing_part_of_the_options_is_named()
    {
        Assert.Contains("Backbone", Assert.ThrowsAny<ArgumentException>(() => Wsss.ClassActivation(new() { Backbone = null! })).Message);
        Assert.Contains("Augmentation", Assert.ThrowsAny<ArgumentException>(() => Wsss.Segmentation(new() { Augmentation = null! })).Message);
        Assert.Contains("Head", Assert.ThrowsAny<ArgumentException>(() => Wsss.Segmentation(new() { Head = null! })).Message);
    }
}
