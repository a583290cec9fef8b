using Microsoft.ML;
using Microsoft.ML.Transforms.Image;
using MLNetWsss.AuxiliaryAffinity;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;
using Names = MLNetWsss.Pipeline.ClassNames;

namespace MLNetWsss.Tests.AuxiliaryAffinity;

/// <summary>Seeds go through the same passes as their photo.</summary>
public sealed class AuxiliaryPredictorTests
{
    /// <summary>Sums over both passes come in another order; maps are in 0..1.</summary>
    private const float MirrorRounding = 1e-4f;

    private static readonly StageCase Case = StageCase.Named("AuxiliaryAffinity");

    [Fact]
    public void A_mirrored_photo_with_mirrored_seeds_has_mirrored_maps()
    {
        var options = (AuxiliaryAffinityOptions)Case.Options with { Flip = true };
        using var model = Case.Create(new MLContext(1), options).Estimator.Fit(Case.Data());
        var scene = TinyScenes.Scene(0);
        // Seeds that lie in one half: mirrored in one pass and not in the other, they would end in both.
        var seeds = new ScoreMaps(3, 6, 6, [.. Enumerable.Range(0, 108).Select(i => i % 6 < 2 ? 1f : 0)]);
        var (there, back) = (Cam(scene.Image, seeds), Cam(scene.Image.FlipHorizontal(), Mirrored(seeds)));
        Assert.Contains(there.Scores.ToArray(), score => score > 0.5f);
        Assert.All(there.Scores.ToArray().Zip(Mirrored(back).Scores.ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, MirrorRounding));

        ScoreMaps Cam(RgbImage image, ScoreMaps maps) => model.Transform(Photo(image, maps)).Column<ScoreMaps>("Cam").Single();
    }

    [Fact]
    public void Seeds_are_the_saliency_also_where_they_are_not_what_is_spread()
    {
        var options = (AuxiliaryAffinityOptions)Case.Options with { KeepSeeds = false, SeedSaliency = 1, SaliencyCrf = null };
        using var model = Case.Create(new MLContext(1), options).Estimator.Fit(Case.Data());
        // The saliency is the mean of what the network predicts, which is the same for both, and the seeds.
        var (nothing, everything) = (Refined(0), Refined(1));
        Assert.All(everything.Zip(nothing), pair => Assert.Equal(0.5f, pair.First - pair.Second, MirrorRounding));

        float[] Refined(float seed) => model.Transform(Photo(TinyScenes.Scene(0).Image, new(3, 1, 1, [seed, seed, seed])))
            .Column<ScoreMaps>("RefinedSaliency").Single().Scores.ToArray();
    }

    private static SourceView Photo(RgbImage image, ScoreMaps seeds) => new(1,
        SourceColumn.Of("Image", new ImageDataViewType(), _ => image.ToMLImage()),
        SourceColumn.Vector("Tags", TinyScenes.ClassNames, _ => [1f, 1, 1],
            Names.AnnotationsOf(new("Tags", ColumnKind.Vector), TinyScenes.ClassNames)),
        SourceColumn.Of("Cam", ScoreMapsDataViewType.Instance, _ => seeds));

    private static ScoreMaps Mirrored(ScoreMaps maps) => new(maps.Classes, maps.Height, maps.Width,
        [.. maps.Scores.ToArray().Chunk(maps.Width).SelectMany(row => row.Reverse())]);
}
