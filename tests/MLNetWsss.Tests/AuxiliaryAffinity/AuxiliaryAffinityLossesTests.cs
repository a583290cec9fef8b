using MLNetWsss.AuxiliaryAffinity;
using static TorchSharp.torch;

namespace MLNetWsss.Tests.AuxiliaryAffinity;

public sealed class AuxiliaryAffinityLossesTests
{
    /// <summary>Six digits of the worked numbers.</summary>
    private const double Digits = 1e-6;

    [Fact]
    public void Tag_loss_equals_its_worked_number()
    {
        using var scope = NewDisposeScope();
        // (log(1 + e^-2) + log(1 + e^-1)) / 2
        Assert.Equal(0.220095, AuxiliaryAffinityLosses.TagLoss(tensor([2f, -1f], [1, 2]), tensor([1f, 0f], [1, 2])).item<float>(), Digits);
    }

    [Fact]
    public void Saliency_loss_is_the_mean_over_the_pixels_that_count()
    {
        using var scope = NewDisposeScope();
        // Full saliency at logit 2 costs log(1 + e^-2) = 0.126928, none at -1 log(1 + e^-1) = 0.313262, half at 0 log 2 = 0.693147.
        var loss = AuxiliaryAffinityLosses.SaliencyLoss(tensor([2f, -1f, 0f, 5f], [1, 1, 1, 4]), tensor([254L, 0L, 127L, 255L], [1, 1, 4]));
        Assert.Equal((0.126928 + 0.313262 + 0.693147) / 3, loss.item<float>(), Digits);
    }

    [Fact]
    public void Segmentation_loss_is_the_mean_over_the_pixels_that_count()
    {
        using var scope = NewDisposeScope();
        // Scores (2, 0) at both pixels; the second pixel's label is 255.
        var loss = AuxiliaryAffinityLosses.SegmentationLoss(tensor([2f, 2f, 0f, 0f], [1, 2, 1, 2]), tensor([0L, 255L], [1, 1, 2]));
        Assert.Equal(0.126928, loss.item<float>(), Digits);
    }

    [Fact]
    public void A_batch_without_a_label_costs_nothing_and_has_a_finite_gradient()
    {
        using var scope = NewDisposeScope();
        var logits = ones([1, 2, 2, 2], requires_grad: true);
        var all = full([1, 2, 2], 255L, ScalarType.Int64);
        var loss = AuxiliaryAffinityLosses.SegmentationLoss(logits, all)
            + AuxiliaryAffinityLosses.SaliencyLoss(logits.narrow(1, 0, 1), all);
        loss.backward();
        Assert.Equal(0, loss.item<float>());
        Assert.Equal(0, logits.grad!.abs().max().item<float>());
    }
}
