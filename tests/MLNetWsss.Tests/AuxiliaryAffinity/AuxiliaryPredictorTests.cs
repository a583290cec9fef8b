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

        ScoreMaps Cam(RgbImage image, ScoreMaps maps) => model.Transform(new SourceView(1,
            SourceColumn.Of("Image", new ImageDataViewType(), _ => image.ToMLImage()),
            SourceColumn.Vector("Tags", TinyScenes.ClassNames, _ => [1f, 1, 1],
                Names.AnnotationsOf(new("Tags", ColumnKind.Vector), TinyScenes.ClassNames)),
            SourceColumn.Of("Cam", ScoreMapsDataViewType.Instance, _ => maps))).Column<ScoreMaps>("Cam").Single();
    }

    private static ScoreMaps Mirrored(ScoreMaps maps) => new(maps.Classes, maps.Height, maps.Width,
        [.. maps.Scores.ToArray().Chunk(maps.Width).SelectMany(row => row.Reverse())]);
}
