using Microsoft.ML;
using MLNetWsss.ClassActivation;
using MLNetWsss.Imaging;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests.ClassActivation;

/// <summary>One trained model, asked in several ways.</summary>
public sealed class MapMethodTests
{
    /// <summary>Maps in [0, 1], from float32 sums in another order.</summary>
    private const double Rounding = 1e-4;

    private static FittedStage Trained => FittedStage.Of("ClassActivation");

    [Fact]
    public void With_unchanged_options_gives_the_same_bits_and_a_stage_of_its_own()
    {
        using var same = Model.With(o => o);
        Assert.NotSame(Model, same);
        Assert.Equal(Digest(Model), Digest(same));
        same.Dispose();
        Assert.NotEmpty(Digest(Model));
    }

    [Fact]
    public void Grad_cam_of_the_last_layer_maps_as_cam_does()
    {
        using var gradients = Model.With(o => o with { Method = MapMethod.GradCam });
        AssertClose(Maps(Model), Maps(gradients));
        using var inner = Model.With(o => o with { Method = MapMethod.GradCam, Layer = 2 });
        Assert.NotEqual(Digest(gradients), Digest(inner));
    }

    [Fact]
    public void Gradients_are_computed_in_float32_whatever_the_precision()
    {
        using var single = Model.With(o => o with { Method = MapMethod.GradCamPlusPlus, Layer = 3, Precision = Precision.Float32 });
        using var half = Model.With(o => o with { Method = MapMethod.GradCamPlusPlus, Layer = 3, Precision = Precision.BFloat16 });
        Assert.Equal(Digest(single), Digest(half));
    }

    [Fact]
    public void Climbing_once_maps_as_cam_does_and_more_often_differently()
    {
        using var once = Model.With(o => o with { AdvCam = new() { Iterations = 1 } });
        AssertClose(Maps(Model), Maps(once));
        using var often = Model.With(o => o with { AdvCam = new() { Iterations = 4 } });
        Assert.NotEqual(Digest(once), Digest(often));
    }

    [Fact]
    public void Climbed_maps_are_the_same_bits_row_by_row()
    {
        using var alone = Model.With(o => o with { AdvCam = new() { Iterations = 3 }, PredictionBatch = 1 });
        using var together = Model.With(o => o with { AdvCam = new() { Iterations = 3 }, PredictionBatch = 8 });
        Assert.Equal(RowDigest.Of(alone.Transform(Trained.Data), ["Cam"]), RowDigest.Of(together.Transform(Trained.Data), ["Cam"]));
    }

    [Fact]
    public void A_loaded_model_can_be_asked_in_another_way()
    {
        using var stream = new MemoryStream();
        Trained.Context.Model.Save(Model, Trained.Data.Schema, stream);
        stream.Position = 0;
        using var loaded = (ClassActivationTransformer)new MLContext(2).Model.Load(stream, out _);
        using var here = Model.With(o => o with { AdvCam = new() { Iterations = 3 } });
        using var there = loaded.With(o => o with { AdvCam = new() { Iterations = 3 } });
        Assert.Equal(Digest(here), Digest(there));
    }

    [Fact]
    public void Options_of_training_cannot_be_changed_afterwards()
    {
        var error = Assert.Throws<ArgumentException>(() => Model.With(o => o with { Seam = new() }));
        Assert.Contains("Option Seam is SeamOptions", error.Message);
        error = Assert.Throws<ArgumentException>(() => Model.With(o => o with { Epochs = 9 }));
        Assert.Contains("Option Epochs is 9 and was 1", error.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Model.With(o => o with { LongSide = 1 }));
    }

    public static TheoryData<string, ClassActivationOptions> Wrong => new()
    {
        { "Method is 9", new() { Method = (MapMethod)9 } },
        { "Layer is 0", new() { Method = MapMethod.GradCam, Layer = 0 } },
        { "Layer is 5", new() { Method = MapMethod.GradCam, Layer = 5 } },
        { "Layer is 3; expected 4 with Method Cam", new() { Layer = 3 } },
        { "AdvCam.Iterations is 0", new() { AdvCam = new() { Iterations = 0 } } },
        { "AdvCam.StepSize is 0", new() { AdvCam = new() { StepSize = 0 } } },
        { "AdvCam.Regularization is NaN", new() { AdvCam = new() { Regularization = double.NaN } } },
        { "AdvCam.Threshold is 2", new() { AdvCam = new() { Threshold = 2 } } },
        { "Method is GradCam; expected Cam with AdvCam", new() { Method = MapMethod.GradCam, AdvCam = new() } },
        { "Seam.Scale is 1", new() { Seam = new() { Scale = 1 } } },
        { "Seam.EquivarianceWeight is -1", new() { Seam = new() { EquivarianceWeight = -1 } } },
        { "Seam.CrossWeight is NaN", new() { Seam = new() { CrossWeight = double.NaN } } },
        { "Seam.HardShare is 0", new() { Seam = new() { HardShare = 0 } } },
        { "Seam.CorrelationStride is 5", new() { Seam = new() { CorrelationStride = 5 } } },
        { "Option Puzzle is set; expected null with Seam", new() { Seam = new(), Puzzle = new() } },
        { "Method is GradCam; expected Cam with Seam", new() { Seam = new(), Method = MapMethod.GradCam } },
        { "Option AdvCam is set; expected null with Seam", new() { Seam = new(), AdvCam = new() } },
        { "Puzzle.Weight is -1", new() { Puzzle = new() { Weight = -1 } } },
        { "Puzzle.RisesOver is 0", new() { Puzzle = new() { RisesOver = 0 } } },
        { "Augmentation.CropSize is 250", new() { Puzzle = new(), Augmentation = new() { CropSize = 250 } } },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void An_option_out_of_its_range_or_place_is_named(string message, ClassActivationOptions options) =>
        Assert.Contains(message,
            Assert.Throws<ArgumentOutOfRangeException>(() => new MLContext(1).Transforms.Wsss.ClassActivation(options)).Message);

    private static ClassActivationTransformer Model => (ClassActivationTransformer)Trained.Model;

    private static string Digest(StageTransformer model) => RowDigest.Of(model.Transform(Trained.Data), Trained.Written);

    private static ScoreMaps[] Maps(StageTransformer model) => model.Transform(Trained.Data).Column<ScoreMaps>("Cam");

    private static void AssertClose(ScoreMaps[] expected, ScoreMaps[] actual)
    {
        foreach (var (a, b) in expected.Zip(actual))
            foreach (var (x, y) in a.Scores.ToArray().Zip(b.Scores.ToArray()))
                Assert.Equal(x, y, Rounding);
    }
}
