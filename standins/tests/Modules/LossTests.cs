using Standins.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Standins.Tests.Modules;

public sealed class LossTests : TorchTest
{
    private static readonly double[] First = [1, 2, 3], Second = [.5, -1, 2];
    private static readonly double[] Logits = [.. First, .. Second];
    private static readonly double[] Targets = [1, 0, 1, 0, 0, 1];

    private readonly Tensor _logits = Floats(1, 2, 3, .5f, -1, 2).reshape(2, 3);
    private readonly Tensor _targets = Floats(1, 0, 1, 0, 0, 1).reshape(2, 3);
    private readonly Tensor _labels = Longs(2, 0);

    // -log softmax(row)[k] = log sum exp(row) - row[k].
    private static double CrossEntropy(double[] row, int k) => Math.Log(row.Sum(Math.Exp)) - row[k];

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static IEnumerable<double> BinaryCrossEntropies =>
        Logits.Zip(Targets, (x, t) => -(t * Math.Log(Sigmoid(x)) + (1 - t) * Math.Log(1 - Sigmoid(x))));

    [Fact]
    public void Cross_entropy_by_its_definition()
    {
        double a = CrossEntropy(First, 2), b = CrossEntropy(Second, 0);

        AssertNumber((a + b) / 2, F.cross_entropy(_logits, _labels));
        AssertNumber(a + b, F.cross_entropy(_logits, _labels, reduction: Reduction.Sum));
        AssertElements(F.cross_entropy(_logits, _labels, reduction: Reduction.None), a, b);
        AssertNumber((a + b) / 2, F.nll_loss(F.log_softmax(_logits, 1), _labels));
    }

    [Fact]
    public void Ignored_labels_neither_count_nor_cost()
    {
        AssertNumber(CrossEntropy(Second, 0), F.cross_entropy(_logits, Longs(255, 0), ignore_index: 255));
        AssertNumber(CrossEntropy(First, 2), CrossEntropyLoss(ignore_index: 0).call(_logits, _labels));
    }

    [Fact]
    public void Class_weights_weigh_the_mean()
    {
        double expected = (3 * CrossEntropy(First, 2) + 2 * CrossEntropy(Second, 0)) / 5;
        AssertNumber(expected, F.cross_entropy(_logits, _labels, Floats(2, 1, 3)));
    }

    [Fact]
    public void Label_smoothing_mixes_in_all_classes()
    {
        double hard = (CrossEntropy(First, 2) + CrossEntropy(Second, 0)) / 2;
        double OfAllClasses(double[] row) => row.Select((_, k) => CrossEntropy(row, k)).Average();
        double all = (OfAllClasses(First) + OfAllClasses(Second)) / 2;
        AssertNumber(.9 * hard + .1 * all, F.cross_entropy(_logits, _labels, label_smoothing: .1));
    }

    [Fact]
    public void Cross_entropy_of_maps_is_taken_pixel_by_pixel()
    {
        // [1,3,1,2]: the two rows as two pixels.
        var maps = _logits.t().reshape(1, 3, 1, 2);
        AssertNumber((CrossEntropy(First, 2) + CrossEntropy(Second, 0)) / 2, F.cross_entropy(maps, _labels.reshape(1, 1, 2)));
    }

    [Fact]
    public void Binary_cross_entropy_with_and_without_logits()
    {
        double mean = BinaryCrossEntropies.Average();

        AssertNumber(mean, F.binary_cross_entropy_with_logits(_logits, _targets));
        AssertNumber(mean, F.binary_cross_entropy(_logits.sigmoid(), _targets));
        AssertNumber(mean, BCEWithLogitsLoss().call(_logits, _targets));
        AssertNumber(BinaryCrossEntropies.Zip(Targets, (loss, t) => t == 1 ? 2 * loss : loss).Average(),
            F.binary_cross_entropy_with_logits(_logits, _targets, pos_weights: Floats(2, 2, 2)));
    }

    [Fact]
    public void Multi_label_soft_margin_is_binary_cross_entropy_averaged_over_classes()
    {
        AssertNumber(BinaryCrossEntropies.Average(), F.multilabel_soft_margin_loss(_logits, _targets));
        AssertElements(F.multilabel_soft_margin_loss(_logits, _targets, reduction: Reduction.None),
            BinaryCrossEntropies.Take(3).Average(), BinaryCrossEntropies.Skip(3).Average());
    }

    [Fact]
    public void Distances_of_regression()
    {
        var differences = Logits.Zip(Targets, (x, t) => Math.Abs(x - t)).ToArray();

        AssertNumber(differences.Average(d => d * d), F.mse_loss(_logits, _targets));
        AssertNumber(differences.Average(), F.l1_loss(_logits, _targets));
        // d^2 / (2 beta) below beta = 1/2, d - beta / 2 above.
        AssertNumber(differences.Average(d => d < .5 ? d * d : d - .25), F.smooth_l1_loss(_logits, _targets, beta: .5));
        // |3| is above delta = 1: delta (3 - delta / 2).
        AssertNumber(2.5, F.huber_loss(Floats(3), Floats(0), 1));
    }

    [Fact]
    public void Divergence_of_two_distributions()
    {
        var p = F.log_softmax(_logits, 1);
        var q = F.softmax(_logits.flip(1), 1);
        double expected = Elements(p).Zip(Elements(q), (logP, target) => target * (Math.Log(target) - logP)).Sum();

        AssertNumber(expected, F.kl_div(p, q, false, Reduction.Sum), 1e-4);
        AssertNumber(expected, F.kl_div(p, q.log(), true, Reduction.Sum), 1e-4);
    }

    [Fact]
    public void Margins()
    {
        // max(0, -1 (1 - 2) + 1/2).
        AssertNumber(1.5, F.margin_ranking_loss(Floats(1), Floats(2), Floats(1), .5));
        AssertNumber(Math.Sqrt(.5), F.cosine_similarity(Floats(1, 0).reshape(1, 2), Floats(1, 1).reshape(1, 2)));
        // max(0, 1 - 3 + 3).
        AssertNumber(1, F.triplet_margin_loss(Floats(0, 0).reshape(1, 2), Floats(1, 0).reshape(1, 2), Floats(0, 3).reshape(1, 2), 3), 1e-4);
        // exp(0) - 2 * 0.
        AssertNumber(1, F.poisson_nll_loss(Floats(0), Floats(2)));
    }
}
