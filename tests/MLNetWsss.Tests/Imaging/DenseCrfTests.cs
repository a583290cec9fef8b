using MLNetWsss.Imaging;
using Xunit;
using static MLNetWsss.Tests.Imaging.DenseCrfExamples;

namespace MLNetWsss.Tests.Imaging;

public sealed class DenseCrfTests
{
    // The worked example has six digits.
    private const float WorkedTolerance = 1e-5f;

    // Two orders of the same float32 additions, ten iterations long.
    private const float OrderTolerance = 2e-5f;

    [Theory]
    [InlineData(1, 0.999461f, 0.961643f, 0.000647f)]
    [InlineData(2, 0.999998f, 0.999972f, 0.000023f)]
    [InlineData(3, 0.999999f, 0.999984f, 0.000025f)]
    public void Three_pixels_follow_the_worked_updates(int iterations, float first, float second, float third)
    {
        // Pixels x = 0, 1, 2 with grey 0, 0, 200 and P(object) = .9, .5, .2; every pair of pixels summed in float64 outside of this
        // library.
        var options = new DenseCrfOptions
        {
            GaussianDeviation = 3, GaussianWeight = 3, BilateralDeviation = 1, ColorDeviation = 13, BilateralWeight = 10,
            Iterations = iterations, Filter = DenseCrfFilter.Exact,
        };
        var image = new RgbImage(1, 3, [0, 0, 0, 0, 0, 0, 200, 200, 200]);

        var refined = new DenseCrf(options).Refine(image, new ScoreMaps(2, 1, 3, [0.1f, 0.5f, 0.8f, 0.9f, 0.5f, 0.2f]));

        float[] expected = [first, second, third];
        for (var x = 0; x < 3; x++)
        {
            Assert.Equal(expected[x], refined[1, 0, x], WorkedTolerance);
            Assert.Equal(1 - expected[x], refined[0, 0, x], WorkedTolerance);
        }
    }

    [Fact]
    public void The_lattice_agrees_with_the_published_implementation()
    {
        // Beliefs and labels of the C++ core behind pydensecrf for this very image: Gaussian 3 px x 0.5, bilateral 20 px, 13 levels x 1, 5
        // iterations.
        var (image, maps) = PublishedExample();
        var options = new DenseCrfOptions
        {
            GaussianDeviation = 3, GaussianWeight = 0.5f, BilateralDeviation = 20, ColorDeviation = 13, BilateralWeight = 1, Iterations = 5,
        };
        (int Y, int X, float[] Q)[] expected =
        [
            (0, 0, [0.760464f, 0.129889f, 0.109647f]), (5, 8, [0.417476f, 0.469542f, 0.112983f]), (5, 9, [0.245775f, 0.549940f, 0.204285f]),
            (11, 16, [0.241853f, 0.570792f, 0.187355f]), (3, 12, [0.171909f, 0.776810f, 0.051282f]),
            (8, 4, [0.684801f, 0.062546f, 0.252653f]),
        ];
        const string Labels =
            "000001010111111110001000011111111100000010011111111001000000111111110000010001111111101000000111111111000000000111111110" +
            "000000001111111100000000011111111000000000111111110000000001111111100000000111111111";

        var crf = new DenseCrf(options);
        var refined = crf.Refine(image, maps);

        foreach (var (y, x, q) in expected)
        {
            for (var k = 0; k < 3; k++)
                Assert.Equal(q[k], refined[k, y, x], WorkedTolerance);
        }
        Assert.Equal(Labels, string.Concat(crf.RefineToLabels(image, maps).Labels.ToArray()));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(12)]
    public void The_lattice_stays_close_to_the_exact_sums(int labels)
    {
        // The lattice replaces Gaussians by a piecewise linear blur, which differs from them by some per cent. Measured on these images: a
        // mean error of the beliefs of .0014 (12 labels) to .0076 (2 labels) and 98.4 to 99.2 % equal labels; the bounds leave a margin of
        // two.
        const double MeanError = 0.016, EqualLabels = 0.96;
        var error = 0.0;
        var equal = 0;
        const int Seeds = 4, Pixels = 32 * 32;
        for (var seed = 0; seed < Seeds; seed++)
        {
            var (image, maps) = SmoothExample(32, 32, labels, seed);
            var options = new DenseCrfOptions
            {
                GaussianWeight = 1, BilateralDeviation = 10, ColorDeviation = 20, BilateralWeight = 2, Iterations = 5,
            };
            var lattice = new DenseCrf(options).Refine(image, maps);
            var exact = new DenseCrf(options with { Filter = DenseCrfFilter.Exact }).Refine(image, maps);
            for (var i = 0; i < lattice.Scores.Length; i++)
                error += Math.Abs(lattice.Scores[i] - exact.Scores[i]);
            equal += Enumerable.Range(0, Pixels).Count(p => Largest(lattice, p) == Largest(exact, p));
        }
        Assert.InRange(error / (Seeds * Pixels * labels), 0, MeanError);
        Assert.InRange((double)equal / (Seeds * Pixels), EqualLabels, 1);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(21)]
    public void Kernels_of_weight_zero_leave_the_softmax_of_the_unaries(int labels)
    {
        var (image, maps) = SmoothExample(9, 13, labels, seed: 1);
        foreach (var filter in Enum.GetValues<DenseCrfFilter>())
        {
            var refined = new DenseCrf(new() { GaussianWeight = 0, BilateralWeight = 0, Filter = filter }).Refine(image, maps);
            for (var i = 0; i < refined.Scores.Length; i++)
                Assert.Equal(maps.Scores[i], refined.Scores[i], 1e-6f);
        }
    }

    [Fact]
    public void No_iterations_leave_the_normalised_probabilities()
    {
        // .2, .2 and .1 (in sum .5) become .4, .4 and .2; values beyond 0..1 are clipped first.
        var image = new RgbImage(1, 2, new byte[6]);
        var refined = new DenseCrf(new() { Iterations = 0 }).Refine(image, new ScoreMaps(3, 1, 2, [0.2f, 7, 0.2f, -3, 0.1f, 1]));
        float[] expected = [0.4f, 0.499998f, 0.4f, 0.000005f, 0.2f, 0.499998f];
        for (var i = 0; i < 6; i++)
            Assert.Equal(expected[i], refined.Scores[i], 1e-6f);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(21)]
    [InlineData(255)]
    public void Beliefs_of_a_pixel_sum_to_one(int labels)
    {
        var (image, maps) = SmoothExample(11, 13, labels, seed: 2);
        var refined = new DenseCrf(new() { Iterations = 3 }).Refine(image, maps);
        for (var pixel = 0; pixel < 11 * 13; pixel++)
        {
            var sum = Enumerable.Range(0, labels).Sum(k => (double)refined.Scores[k * 11 * 13 + pixel]);
            Assert.Equal(1, sum, 1e-5);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(18)]
    public void Renaming_the_labels_renames_the_result(int labels)
    {
        const int Pixels = 20 * 15;
        var (image, maps) = SmoothExample(20, 15, labels, seed: 3);
        var order = Enumerable.Range(0, labels).Reverse().ToArray();
        var renamed = new ScoreMaps(labels, 20, 15, [.. order.SelectMany(k => maps.Class(k).ToArray())]);
        var crf = new DenseCrf(new() { GaussianWeight = 1, BilateralWeight = 2 });

        var refined = crf.Refine(image, maps);
        var refinedRenamed = crf.Refine(image, renamed);

        for (var i = 0; i < labels * Pixels; i++)
            Assert.Equal(refined.Scores[order[i / Pixels] * Pixels + i % Pixels], refinedRenamed.Scores[i], OrderTolerance);
    }

    [Theory]
    [InlineData(2, DenseCrfFilter.Lattice)]
    [InlineData(4, DenseCrfFilter.Lattice)]
    [InlineData(7, DenseCrfFilter.Lattice)]
    [InlineData(9, DenseCrfFilter.Lattice)]
    [InlineData(2, DenseCrfFilter.Exact)]
    [InlineData(7, DenseCrfFilter.Exact)]
    public void Threads_do_not_change_a_bit(int labels, DenseCrfFilter filter)
    {
        var (height, width) = filter == DenseCrfFilter.Exact ? (19, 21) : (43, 37);
        var (image, maps) = SmoothExample(height, width, labels, seed: 4);
        float[] Refine(int threads) =>
            new DenseCrf(DenseCrfOptions.IrnLabels with { Threads = threads, Filter = filter }).Refine(image, maps).Scores.ToArray();

        var single = Refine(1);
        Assert.Equal(single, Refine(2));
        Assert.Equal(single, Refine(3));
        Assert.Equal(single, Refine(11));
    }

    [Fact]
    public void An_instance_forgets_the_image_before()
    {
        var crf = new DenseCrf(new() { Threads = 2 });
        (RgbImage Image, ScoreMaps Maps)[] examples =
        [
            SmoothExample(30, 41, 7, seed: 5), SmoothExample(30, 41, 2, seed: 6),
            SmoothExample(12, 9, 11, seed: 7), SmoothExample(30, 41, 7, seed: 8),
        ];
        var expected = examples.Select(e => new DenseCrf().Refine(e.Image, e.Maps).Scores.ToArray()).ToArray();

        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < examples.Length; i++)
                Assert.Equal(expected[i], crf.Refine(examples[i].Image, examples[i].Maps).Scores.ToArray());
        }
        Parallel.For(0, 8, i =>
            Assert.Equal(expected[i % 4], crf.Refine(examples[i % 4].Image, examples[i % 4].Maps).Scores.ToArray()));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(10)]
    public void A_matrix_of_Potts_costs_equals_the_default(int labels)
    {
        var (image, maps) = SmoothExample(16, 19, labels, seed: 9);
        var potts = new float[labels * labels];
        Array.Fill(potts, 1);
        for (var k = 0; k < labels; k++)
            potts[k * labels + k] = 0;
        var options = new DenseCrfOptions { GaussianWeight = 1, BilateralWeight = 2 };

        var expected = new DenseCrf(options).Refine(image, maps);
        var refined = new DenseCrf(options with { Compatibility = potts }).Refine(image, maps);

        for (var i = 0; i < expected.Scores.Length; i++)
            Assert.Equal(expected.Scores[i], refined.Scores[i], OrderTolerance);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    public void Costs_follow_the_update_rule(int labels)
    {
        // One update by hand: Q = softmax(-U - (C + C^T)/2 x K~ softmax(-U)) with K~ = w z K z summed over all pairs.
        const int Height = 3, Width = 4, N = Height * Width;
        var (image, maps) = SmoothExample(Height, Width, labels, seed: 10);
        var random = new Random(11);
        var costs = Enumerable.Range(0, labels * labels).Select(_ => random.NextSingle() * 2 - 0.5f).ToArray();
        var options = new DenseCrfOptions
        {
            GaussianDeviation = 2, GaussianWeight = 1.5f, BilateralWeight = 0, Iterations = 1,
            Compatibility = costs, Filter = DenseCrfFilter.Exact,
        };

        var refined = new DenseCrf(options).Refine(image, maps);

        double Kernel(int i, int j) =>
            Math.Exp(-(Math.Pow(i / Width - j / Width, 2) + Math.Pow(i % Width - j % Width, 2)) / 8);
        var z = Enumerable.Range(0, N).Select(i => 1 / Math.Sqrt(Enumerable.Range(0, N).Sum(j => Kernel(i, j)))).ToArray();
        for (var i = 0; i < N; i++)
        {
            var messages = Enumerable.Range(0, labels).Select(k => Enumerable.Range(0, N).Sum(j =>
                1.5 * z[i] * Kernel(i, j) * z[j] * maps.Scores[k * N + j])).ToArray();
            var weights = Enumerable.Range(0, labels).Select(k => maps.Scores[k * N + i] * Math.Exp(
                -Enumerable.Range(0, labels).Sum(l => (costs[k * labels + l] + costs[l * labels + k]) / 2 * messages[l]))).ToArray();
            for (var k = 0; k < labels; k++)
                Assert.Equal(weights[k] / weights.Sum(), refined.Scores[k * N + i], WorkedTolerance);
        }
    }

    private static int Largest(ScoreMaps maps, int pixel)
    {
        var best = 0;
        for (var k = 1; k < maps.Classes; k++)
        {
            if (maps.Class(k)[pixel] > maps.Class(best)[pixel])
                best = k;
        }
        return best;
    }
}
