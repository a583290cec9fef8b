using MLNetWsss.Imaging;
using Xunit;
using static MLNetWsss.Tests.Imaging.DenseCrfExamples;

namespace MLNetWsss.Tests.Imaging;

/// <summary>Refinement of what is no set of probabilities: labels, and one map of saliency.</summary>
public sealed class DenseCrfLabelsTests
{
    // The worked example has six digits.
    private const float WorkedTolerance = 1e-5f;

    [Fact]
    public void Stray_labels_are_cleaned_and_ignored_pixels_filled()
    {
        const int Height = 24, Width = 30;
        var random = new Random(12);
        var pixels = new byte[Height * Width * 3];
        var truth = new byte[Height * Width];
        var noisy = new byte[Height * Width];
        for (var i = 0; i < truth.Length; i++)
        {
            truth[i] = i % Width < 13 ? (byte)3 : (byte)17;
            pixels.AsSpan(i * 3, 3).Fill(i % Width < 13 ? (byte)60 : (byte)180);
            noisy[i] = random.Next(20) switch { 0 => (byte)(20 - truth[i]), 1 => LabelMap.Ignore, _ => truth[i] };
        }
        var image = new RgbImage(Height, Width, pixels);
        var crf = new DenseCrf(DenseCrfOptions.IrnLabels);

        Assert.Equal(truth, crf.RefineLabels(image, new LabelMap(Height, Width, noisy)).Labels.ToArray());
        Assert.Equal(truth, crf.RefineLabels(image, new LabelMap(Height, Width, noisy), labelCount: 21).Labels.ToArray());
    }

    [Fact]
    public void Label_confidence_sets_the_unaries()
    {
        // Three labels, confidence .7: the label keeps .7, the others share .3; an ignored pixel is uniform, and ties go to the lowest
        // label.
        var options = new DenseCrfOptions { Iterations = 0, LabelConfidence = 0.7f };
        var image = new RgbImage(1, 4, new byte[12]);
        Assert.Equal([2, 0, 1, 0], new DenseCrf(options).RefineLabels(image, new LabelMap(1, 4, [2, 255, 1, 0])).Labels.ToArray());
        // With a confidence below 1/3 the others win.
        Assert.Equal([0, 0, 0, 1],
            new DenseCrf(options with { LabelConfidence = 0.2f })
                .RefineLabels(image, new LabelMap(1, 4, [2, 255, 1, 0]), 3).Labels.ToArray());
    }

    [Fact]
    public void A_map_with_fewer_than_two_labels_comes_back_as_it_is()
    {
        var image = new RgbImage(2, 2, new byte[12]);
        foreach (var map in new[] { new LabelMap(2, 2, [4, 4, 255, 4]), new LabelMap(2, 2, [255, 255, 255, 255]) })
            Assert.Same(map, new DenseCrf().RefineLabels(image, map));
    }

    [Fact]
    public void Undecided_saliency_of_a_uniform_image_stays_undecided()
    {
        var image = new RgbImage(20, 30, Enumerable.Repeat((byte)77, 1800).ToArray());
        var refined = new DenseCrf(DenseCrfOptions.AuxSegNetSaliency).RefineSaliency(image, Constant(1, 20, 30, 0.5f));
        foreach (var score in refined.Scores)
            Assert.Equal(0.5f, score, 1e-5f);
    }

    [Fact]
    public void Saliency_softens_the_energies_by_its_sigmoid()
    {
        // Without updates: s = .8 has U1 = -log .8 / (1.05 sigmoid(.8)) = .223144 / .724471 = .308009 and
        // U0 = -log .2 / (1.05 sigmoid(.2)) = 1.609438 / .577324 = 2.787754; 1 / (1 + exp(.308009 - 2.787754)) = .922709.
        var refined = new DenseCrf(DenseCrfOptions.AuxSegNetSaliency with { Iterations = 0 })
            .RefineSaliency(new RgbImage(1, 1, [1, 2, 3]), Constant(1, 1, 1, 0.8f));
        Assert.Equal(0.922709f, refined.Scores[0], WorkedTolerance);
    }
}
