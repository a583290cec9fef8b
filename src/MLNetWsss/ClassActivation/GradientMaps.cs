using MLNetWsss.Backbones;
using static TorchSharp.torch;

namespace MLNetWsss.ClassActivation;

/// <summary>Maps of any backbone layer by the gradient of a class's logit there: Grad-CAM and Grad-CAM++.</summary>
public static class GradientMaps
{
    /// <summary>
    /// [N,3,H,W] normalised colours -> [N,K,h,w] rectified maps of a layer, float32; those of classes that no image has are zero. The
    /// pass up to the layer keeps no graph. Grad-CAM's mean gradient is taken h w times, so that maps of several sizes add up alike, as
    /// those of CAM do: with average pooling a gradient at one of twice as many positions is half as large.
    /// </summary>
    internal static Tensor Of(
        ClassActivationNetwork network, Tensor input, MapMethod method, int layer, IReadOnlyList<bool[]> present)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var features = network.backbone.FeaturesAt(input, layer);
        features.requires_grad = true;
        var logits = Logits(network, features, layer);
        var detached = features.detach().to(ScalarType.Float32);
        var maps = zeros([input.shape[0], network.Classes, features.shape[2], features.shape[3]], ScalarType.Float32, input.device);
        for (int k = 0; k < network.Classes; k++)
        {
            if (!present.Any(image => image[k]))
                continue;
            using var one = NewDisposeScope();
            var logit = zeros_like(logits);
            logit.select(1, k).fill_(1);
            var gradients = autograd.grad([logits], [features], [logit], true)[0].to(ScalarType.Float32);
            var weights = method == MapMethod.GradCam
                ? GradCamWeights(gradients).mul(features.shape[2] * features.shape[3])
                : GradCamPlusPlusWeights(detached, gradients);
            maps.select(1, k).copy_(detached.mul(weights.unsqueeze(-1).unsqueeze(-1)).sum(1).relu());
        }
        return maps.MoveToOuterDisposeScope();
    }

    /// <summary>[N,C,h,w] features of a layer -> [N,K] logits, with the graph in between.</summary>
    private static Tensor Logits(ClassActivationNetwork network, Tensor features, int layer)
    {
        using var scope = NewDisposeScope();
        using var graded = enable_grad();
        return FeatureMaps.GlobalAverage(network.MapsOf(network.backbone.ContinueFrom(features, layer))).MoveToOuterDisposeScope();
    }

    /// <summary>[N,C,h,w] gradients -> [N,C]: their means over positions (Selvaraju et al. 2017, equation 1).</summary>
    public static Tensor GradCamWeights(Tensor gradients) => FeatureMaps.GlobalAverage(gradients);

    /// <summary>
    /// [N,C,h,w] features F and gradients g -> [N,C]: the sum over positions of a ReLU(g), where a = g^2 / (2 g^2 + S g^3) and S is the sum
    /// of F (Chattopadhay et al. 2018, equations 7 and 19). Where g is positive, a = 1 / (2 + S g); a linear layer's S may be negative and
    /// would put a pole there, so it counts as 0.
    /// g = (0.2, 0.4) and F = (1, 3): S = 4, a = (1 / 2.8, 1 / 3.6) = (0.357143, 0.277778), and the weight is 0.182540.
    /// </summary>
    public static Tensor GradCamPlusPlusWeights(Tensor features, Tensor gradients)
    {
        using var scope = NewDisposeScope();
        var sums = features.sum([2L, 3L], true).relu();
        var positive = gradients.relu();
        return positive.div(sums.mul(positive).add(2)).sum([2L, 3L]).MoveToOuterDisposeScope();
    }
}
