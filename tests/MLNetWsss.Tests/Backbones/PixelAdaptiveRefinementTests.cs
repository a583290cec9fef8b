using MLNetWsss.Backbones;
using MLNetWsss.Tests.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Tests.Backbones;

public sealed class PixelAdaptiveRefinementTests
{
    /// <summary>Float32: sums of up to 48 products of numbers below 1.</summary>
    private const float Rounding = 1e-5f;

    private static readonly PamrOptions Near = new() { Dilations = [1], Iterations = 1 };

    [Fact]
    public void On_a_flat_image_every_pixel_becomes_the_mean_of_its_neighbours()
    {
        using var scope = NewDisposeScope();
        var mask = tensor(new float[] { 0, 0, 0, 0, 1, 0, 0, 0, 0 }, [1, 1, 3, 3]);
        // Each pixel beside the centre sees it once among 8; beyond the border the last pixel is repeated. The centre sees only zeros.
        Assert.All(Refined(Flat(3, 3), mask, Near).Select((value, i) => (value, i)), v => Assert.Equal(v.i == 4 ? 0 : 0.125f, v.value, Rounding));
    }

    [Fact]
    public void Two_pixels_refine_as_computed_by_hand()
    {
        using var scope = NewDisposeScope();
        // Colours 0 and 1. Pixel 0 sees five copies of itself and three of pixel 1; with itself that is six zeros and three ones:
        // mean 1/3, variance (6/9 + 12/9) / 8 = 1/4, deviation 1/2. With share 1 the unlike neighbours weigh e^-2 of the like ones:
        // 5 / (5 + 3 e^-2) = 5 / 5.406006 = 0.924897 of the mask's 1 stay.
        var images = tensor(new float[] { 0, 1, 0, 1, 0, 1 }, [1, 3, 1, 2]);
        var mask = tensor(new float[] { 1, 0 }, [1, 1, 1, 2]);
        var refined = Refined(images, mask, Near with { DeviationShare = 1 });
        Assert.Equal(0.924897f, refined[0], Rounding);
        Assert.Equal(0.075103f, refined[1], Rounding);
        // The paper's share of 0.1 makes the difference 20, and nothing crosses the edge.
        Assert.Equal([1, 0], Refined(images, mask, Near).Select(v => MathF.Round(v)));
    }

    [Fact]
    public void A_dilation_looks_at_neighbours_at_its_distance_only()
    {
        using var scope = NewDisposeScope();
        var mask = zeros([1, 1, 1, 5]);
        mask[0, 0, 0, 4].fill_(8);
        // At distance 2, pixel 2 sees pixel 4 in the row itself and, as the image has one row, in the two repeated rows: 3 of 8.
        var refined = Refined(Flat(1, 5), mask, Near with { Dilations = [2] });
        Assert.Equal([0f, 0f, 3f, 3f], refined[..4].Select(v => MathF.Round(v)));
    }

    [Fact]
    public void Weights_and_sums_over_the_classes_are_kept()
    {
        using var scope = NewDisposeScope();
        var images = Goldens.FromFormula([2, 3, 9, 7], position => Goldens.Uniform(1, position));
        var masks = Goldens.FromFormula([2, 4, 9, 7], position => Goldens.Uniform(4, position)).softmax(1);
        Assert.All(PixelAdaptiveRefinement.Affinities(images).sum(1).ToFloats(), sum => Assert.Equal(1, sum, Rounding));
        Assert.All(PixelAdaptiveRefinement.Refine(images, masks).sum(1).ToFloats(), sum => Assert.Equal(1, sum, Rounding));
    }

    [Fact]
    public void The_gradient_of_the_masks_is_that_of_differences()
    {
        using var scope = NewDisposeScope();
        var options = new PamrOptions { Dilations = [1, 2], Iterations = 3 };
        var images = Goldens.FromFormula([1, 3, 5, 4], position => Goldens.Uniform(1, position));
        var masks = Goldens.FromFormula([1, 2, 5, 4], position => Goldens.Uniform(2, position)).detach();
        var weights = Goldens.FromFormula([1, 2, 5, 4], position => Goldens.Uniform(3, position));
        masks.requires_grad = true;
        PixelAdaptiveRefinement.Refine(images, masks, options).mul(weights).sum().backward();
        float[] gradient = masks.grad!.ToFloats(), values = masks.ToFloats();
        Assert.Contains(gradient, g => Math.Abs(g) > 0.1f);
        double Objective(float[] of) =>
            PixelAdaptiveRefinement.Refine(images, tensor(of, [1, 2, 5, 4]), options).mul(weights).sum().item<float>();
        for (int i = 0; i < values.Length; i += 3)
        {
            // Refinement is linear in the masks, so a step of 1 has no error of higher order but that of float32 sums.
            float[] moved = [.. values];
            moved[i] += 1;
            Assert.Equal(Objective(moved) - Objective(values), gradient[i], 1e-4);
        }
    }

    [Fact]
    public void Only_the_result_stays_alive()
    {
        using var scope = NewDisposeScope();
        var images = Flat(6, 6);
        var masks = ones([1, 2, 6, 6]);
        long live = LiveTensors.Settled();
        var refined = PixelAdaptiveRefinement.Refine(images, masks);
        Assert.Equal(live + 1, LiveTensors.Count);
        refined.Dispose();
    }

    [Fact]
    public void Bad_sizes_and_settings_are_refused_by_name()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("[1,1,3,2]", Assert.Throws<ArgumentException>(() => PixelAdaptiveRefinement.Refine(Flat(3, 3), ones([1, 1, 3, 2]))).Message);
        foreach (var (name, options) in new (string, PamrOptions)[]
        {
            ("Iterations", new() { Iterations = -1 }), ("Dilations", new() { Dilations = [] }), ("Dilations", new() { Dilations = [0] }),
            ("DeviationShare", new() { DeviationShare = -0.1 }), ("DeviationShare", new() { DeviationShare = double.NaN })
        })
            Assert.Contains(name, Assert.Throws<ArgumentOutOfRangeException>(options.Validate).Message);
        Assert.Contains("8 for each of 1 dilations", Assert.Throws<ArgumentException>(() =>
            PixelAdaptiveRefinement.Propagate(ones([1, 1, 3, 3]), ones([1, 48, 3, 3]), Near)).Message);
    }

    [Fact]
    public void An_image_of_one_pixel_stays_as_it_is()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(0.3f, Assert.Single(Refined(Flat(1, 1), tensor(new[] { 0.3f }, [1, 1, 1, 1]), new())), Rounding);
    }

    private static Tensor Flat(int height, int width) => ones([1, 3, height, width]).mul(0.5);

    private static float[] Refined(Tensor images, Tensor masks, PamrOptions options) =>
        PixelAdaptiveRefinement.Refine(images, masks, options).ToFloats();
}
