using Microsoft.ML;
using Microsoft.ML.Transforms.Image;
using MLNetWsss.Backbones;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.PairwiseAffinity;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;
using Names = MLNetWsss.Pipeline.ClassNames;

namespace MLNetWsss.Tests.PairwiseAffinity;

public sealed class PairwiseAffinityTests
{
    private const int Side = 33;

    private static readonly MLContext Ml = new(seed: 1);

    private static readonly PairwiseAffinityOptions Tiny = (PairwiseAffinityOptions)StageCase.Named("PairwiseAffinity").Options;

    [Fact]
    public void Refined_maps_take_the_place_of_the_others_and_keep_their_names()
    {
        var stage = FittedStage.Of("PairwiseAffinity");
        var view = stage.Model.Transform(stage.Data);
        Assert.Equal(TinyScenes.ClassNames, Names.Find(view.Schema["Cam"]));
        var before = stage.Data.Column<ScoreMaps>("Cam");
        var after = view.Column<ScoreMaps>("Cam");
        for (int i = 0; i < after.Length; i++)
        {
            Assert.Equal((before[i].Height, before[i].Width), (after[i].Height, after[i].Width));
            Assert.NotEqual(before[i].Scores.ToArray(), after[i].Scores.ToArray());
            Assert.All(after[i].Scores.ToArray(), score => Assert.InRange(score, 0, 1));
        }
    }

    [Fact]
    public void It_chains_between_maps_and_labels()
    {
        var data = TinyScenes.View(8, columns: ["Image", "Tags", "Mask"]);
        var wsss = Ml.Transforms.Wsss;
        var classifier = (MLNetWsss.ClassActivation.ClassActivationOptions)StageCase.Named("ClassActivation").Options;
        var chain = wsss.ClassActivation(classifier).Append(wsss.PairwiseAffinity(Tiny)).Append(wsss.PseudoLabels(new() { MaskColumn = "Pseudo" }));
        var masks = chain.Fit(data).Transform(data).Column<LabelMap>("Pseudo");
        Assert.Equal(data.Column<LabelMap>("Mask").Select(m => (m.Height, m.Width)), masks.Select(m => (m.Height, m.Width)));
    }

    [Fact]
    public void Learnt_affinity_fills_objects_that_the_maps_saw_a_part_of()
    {
        var discs = Enumerable.Range(0, 12).Select(Disc).ToArray();
        using var model = Learn(AffinityMode.Psa, discs, out var losses);
        var refined = model.Transform(View(discs, _ => [1f])).Column<ScoreMaps>("Cam");
        double before = Overlap(discs.Select(d => d.Cam), discs), after = Overlap(refined, discs);
        Assert.True(losses[^1] < 0.7 * losses[0], $"{losses[0]} -> {losses[^1]}");
        // 1 - d^2 is above one half where d is below sqrt(1/2): half of the disc.
        Assert.True(before < 0.6 && after > before + 0.15, $"{before} -> {after}");
    }

    [Fact]
    public void Borders_and_displacements_are_learnt_together()
    {
        using var model = Learn(AffinityMode.Irn, [.. Enumerable.Range(0, 12).Select(Disc)], out var losses);
        Assert.True(losses[^1] < 0.7 * losses[0], $"{losses[0]} -> {losses[^1]}");
    }

    [Fact]
    public void Bad_rows_are_refused_by_name()
    {
        Assert.Contains("NaN or an infinite", Refused(Maps([float.NaN, 0]), [1f]));
        Assert.Contains("2 tags and 1 maps", Refused(Maps([1, 0]), [1f, 0]));
        Assert.Contains("tags hold NaN", Refused(Maps([1, 0]), [float.NaN]));
        Assert.Contains("No pixel of any photo is sure", Refused(Maps([0, 0]), [1f]));
        Assert.Contains("at most 254", Refused(new ScoreMaps(255, 1, 1, new float[255]), new float[255]));

        static ScoreMaps Maps(float[] map) => new(1, 1, 2, map);

        static string Refused(ScoreMaps maps, float[] tags)
        {
            // The name of a row's class comes from its tags; without any, maps count.
            var data = View([.. Enumerable.Range(0, 4).Select(i => Disc(i) with { Cam = maps })], _ => tags, named: false);
            return Assert.Throws<InvalidOperationException>(() => Ml.Transforms.Wsss.PairwiseAffinity(Tiny).Fit(data)).Message;
        }
    }

    [Fact]
    public void Photos_of_one_pixel_and_maps_of_any_size_are_refined()
    {
        var stage = FittedStage.Of("PairwiseAffinity");
        var data = new SourceView(3,
            SourceColumn.Of("Image", new ImageDataViewType(), i => (i == 0 ? new RgbImage(1, 1, [9, 9, 9]) : TinyScenes.Scene(i).Image).ToMLImage()),
            SourceColumn.Of("Cam", ScoreMapsDataViewType.Instance, i => i == 1
                ? new ScoreMaps(3, 100, 3, new float[900]) : new ScoreMaps(3, 1, 1, [0.9f, 0, 0])));
        var refined = stage.Model.Transform(data).Column<ScoreMaps>("Cam");
        Assert.Equal([(1, 1), (12, 10), (12, 12)], refined.Select(m => (m.Height, m.Width)));
        Assert.InRange(refined[0][0, 0, 0], 0.9f, 1);
        Assert.False(refined[1].Scores.ContainsAnyExcept(0));
    }

    [Fact]
    public void Presets_have_the_papers_momentum_and_the_repositories_in_truth_their_weight_decay()
    {
        Assert.Equal((0.9, 5e-4), (PairwiseAffinityOptions.Psa.Momentum, PairwiseAffinityOptions.Psa.WeightDecay));
        Assert.Equal((0.9, 1e-4), (PairwiseAffinityOptions.Irn.Momentum, PairwiseAffinityOptions.Irn.WeightDecay));
        foreach (var preset in new[] { PairwiseAffinityOptions.ReferenceCompatible, PairwiseAffinityOptions.IrnReferenceCompatible })
            Assert.Equal((preset.WeightDecay, 0.9, 0.1), (preset.Momentum, preset.PolyPower, preset.LearningRate));
    }

    public static TheoryData<string, PairwiseAffinityOptions> BadOptions => new()
    {
        { "TrainingRadius", new() { TrainingRadius = -1 } },
        { "WalkStride", new() { WalkStride = 0 } },
        { "WalkRadius", new() { WalkRadius = 99 } },
        { "ColorDeviation", new() { ColorDeviation = -1 } },
        { "BackgroundPower", new() { BackgroundPower = -2 } },
        { "LongSide", new() { LongSide = -5 } },
        { "Mode", new() { Mode = (AffinityMode)7 } },
        { "Beta", new() { RandomWalk = new() { Beta = -8 } } },
        { "ForegroundPower", new() { Labels = new() { ForegroundPower = -1 } } },
        { "ForegroundPower", new() { Labels = new() { ForegroundPower = 5, BackgroundPower = 2 } } },
        { "BackgroundThreshold", new() { Labels = new() { BackgroundThreshold = 0.9 } } },
        { "Stride", new() { Labels = new() { Stride = -2 } } },
        { "WalkColorDeviation", new() { Labels = new() { WalkColorDeviation = 0 } } }
    };

    [Theory, MemberData(nameof(BadOptions))]
    public void Options_out_of_range_are_refused_by_name(string option, PairwiseAffinityOptions options) =>
        Assert.Contains(option, Assert.ThrowsAny<ArgumentException>(() => Ml.Transforms.Wsss.PairwiseAffinity(options)).Message);

    private static PairwiseAffinityTransformer Learn(AffinityMode mode, Example[] discs, out List<double> losses)
    {
        var told = losses = [];
        return Ml.Transforms.Wsss.PairwiseAffinity(Learning(mode) with { Progress = new Recorder(p => told.Add(p.Loss)) })
            .Fit(View(discs, _ => [1f]));
    }

    private static PairwiseAffinityOptions Learning(AffinityMode mode) => Tiny with
    {
        Mode = mode, Backbone = new() { Architecture = "resnet18", Width = 0.25 }, Epochs = 40, LearningRate = 3e-3, HeadLearningRate = 3e-3,
        Head = Tiny.Head with { DisplacementChannels = 16 }, ColorDeviation = null, Flip = false, WarmupSteps = 5, WalkStride = 2,
        Labels = new() { Stride = 1, DenseCrf = null, ForegroundPower = 2, BackgroundPower = 4 },
        Augmentation = new() { CropSize = Side, AreaMin = 1, AspectRatio = 1, ColorJitter = 0 }
    };

    private sealed record Example(RgbImage Image, ScoreMaps Cam, LabelMap Truth);

    /// <summary>A bright disc before a dark ground, seen by the map in its middle.</summary>
    private static Example Disc(int index)
    {
        var random = new Random(index);
        double cy = 12 + random.NextDouble() * 9, cx = 12 + random.NextDouble() * 9, radius = 8 + random.NextDouble() * 3;
        var (pixels, cam, truth) = (new byte[Side * Side * 3], new float[Side * Side], new byte[Side * Side]);
        for (int i = 0; i < truth.Length; i++)
        {
            double distance = Math.Sqrt(Math.Pow(i / Side - cy, 2) + Math.Pow(i % Side - cx, 2)) / radius;
            truth[i] = (byte)(distance < 1 ? 1 : 0);
            cam[i] = (float)Math.Max(0, 1 - distance * distance);
            pixels.AsSpan(i * 3, 3).Fill((byte)((truth[i] == 1 ? 190 : 60) + random.Next(-12, 13)));
        }
        return new(new(Side, Side, pixels), new(1, Side, Side, cam), new(Side, Side, truth));
    }

    private static SourceView View(Example[] rows, Func<int, float[]> tags, bool named = true)
    {
        var none = DataViewSchema.Annotations.Empty;
        string[] names = [.. tags(0).Select((_, k) => $"c{k}")];
        return new(rows.Length,
            SourceColumn.Of("Image", new ImageDataViewType(), i => rows[i].Image.ToMLImage()),
            SourceColumn.Of("Cam", ScoreMapsDataViewType.Instance, i => rows[i].Cam),
            SourceColumn.Vector("Tags", names, tags, named ? Names.AnnotationsOf(new("Tags", ColumnKind.Vector), names) : none));
    }

    /// <summary>Mean intersection over union of the discs and the maps above one half.</summary>
    private static double Overlap(IEnumerable<ScoreMaps> maps, Example[] examples) => maps.Zip(examples, (map, example) =>
    {
        var scores = map.Resize(Side, Side).Scores.ToArray();
        int both = 0, either = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            bool found = scores[i] > 0.5f, there = example.Truth.Labels[i] == 1;
            (both, either) = (both + (found && there ? 1 : 0), either + (found || there ? 1 : 0));
        }
        return (double)both / either;
    }).Average();

    private sealed class Recorder(Action<TrainingProgress> record) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => record(value);
    }
}
