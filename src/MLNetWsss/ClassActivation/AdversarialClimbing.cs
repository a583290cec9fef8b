using MLNetWsss.Backbones;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.ClassActivation;

/// <summary>
/// AdvCAM (Lee et al., CVPR 2021): an adversarial attack turned round. The photo takes small steps along the gradient that raises a class's
/// logit; what the classifier had not needed to look at becomes evidence, and the maps of all steps are summed.
/// </summary>
internal static class AdversarialClimbing
{
    /// <summary>Keeps a gradient of zero from dividing by zero (the authors' code).</summary>
    private const double SmallestGradient = 1e-12;

    /// <summary>
    /// [n,3,H,W] normalised colours -> [n,K,h,w], the mean of the rectified maps over the iterations, float32; classes that an image does
    /// not have stay zero. Each image passes alone with its own classes and mirrored copy, so that its maps do not depend, to the last bit,
    /// on which others are with it: a climb makes much of a rounding.
    /// </summary>
    /// <param name="network">In evaluation mode, without gradients of its own.</param>
    /// <param name="input">The images.</param>
    /// <param name="pass">Which image each row shows.</param>
    /// <param name="present">For each image whether it has a class.</param>
    /// <param name="options">The climb.</param>
    internal static Tensor Maps(
        ClassActivationNetwork network, Tensor input, InferencePass pass, IReadOnlyList<bool[]> present, AdvCamOptions options)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        int stride = network.backbone.Options.OutputStride, iterations = IterationsAt(pass.Scale, options);
        long height = input.shape[2], width = input.shape[3];
        long[] shape = [input.shape[0], network.Classes, (height - 1) / stride + 1, (width - 1) / stride + 1];
        var maps = zeros(shape, ScalarType.Float32, input.device);
        var climbs = from row in Enumerable.Range(0, pass.Images.Count)
                     from k in Enumerable.Range(0, network.Classes)
                     where present[pass.Images[row]][k]
                     select (Row: row, Class: k);
        int together = (int)Math.Max(1, NetworkRunner<ClassActivationNetwork>.PixelsPerGradient / (height * width));
        foreach (var some in climbs.GroupBy(c => pass.Images[c.Row]).SelectMany(own => own.Chunk(together)))
        {
            using var one = NewDisposeScope();
            var images = cat([.. some.Select(c => input.narrow(0, c.Row, 1))]);
            var climbed = Climb(network, images, [.. some.Select(c => c.Class)], options, iterations);
            for (int i = 0; i < some.Length; i++)
                maps[some[i].Row].select(0, some[i].Class).copy_(climbed[i]);
        }
        return maps.MoveToOuterDisposeScope();
    }

    /// <summary>Half as many below scale 1; a mean over fewer counts them for more, as the authors' code does.</summary>
    internal static int IterationsAt(double scale, AdvCamOptions options) =>
        scale < 1 ? Math.Max(1, options.Iterations / 2) : options.Iterations;

    /// <summary>[m,3,H,W] images and a class for each -> [m,h,w] mean of their maps on the way up.</summary>
    internal static Tensor Climb(ClassActivationNetwork network, Tensor images, int[] classes, AdvCamOptions options, int iterations)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var chosen = nn.functional.one_hot(tensor(classes.Select(k => (long)k).ToArray()), network.Classes)
            .to(ScalarType.Float32).to(images.device).unsqueeze(-1).unsqueeze(-1);
        var (lowest, highest, step) = Colors(network.backbone.Normalization, options, images.device);
        var x = images;
        Tensor? sum = null, first = null;
        for (int i = 1; i < iterations; i++)
        {
            using var ascent = NewDisposeScope();
            var (map, gradient) = Ascend(network, x, chosen, first, options);
            sum = (sum is null ? map : sum.add(map)).MoveToOuterDisposeScope();
            first ??= map.alias().MoveToOuterDisposeScope();
            x = Step(x, gradient, step, lowest, highest).MoveToOuterDisposeScope();
        }
        var top = Map(network.Maps(x).relu(), chosen);
        return (sum is null ? top : sum.add(top)).div(iterations).MoveToOuterDisposeScope();
    }

    /// <summary>[m,3,H,W] images and gradients -> [m,3,H,W]: each image's largest gradient moves its pixel by a whole step.</summary>
    internal static Tensor Step(Tensor images, Tensor gradients, double step, Tensor lowest, Tensor highest)
    {
        using var scope = NewDisposeScope();
        var largest = gradients.abs().amax([1, 2, 3], true).add(SmallestGradient);
        return images.add(gradients.div(largest).mul(step)).maximum(lowest).minimum(highest).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// [m,3,H,W] images -> [m,h,w] maps and the gradient, [m,3,H,W], of the objective: twice the class's logit less the sum of all, less
    /// the weighted change of what the first map had found. Logits are means of rectified maps, as in the authors' code.
    /// </summary>
    private static (Tensor Map, Tensor Gradient) Ascend(
        ClassActivationNetwork network, Tensor images, Tensor chosen, Tensor? first, AdvCamOptions options)
    {
        using var scope = NewDisposeScope();
        using var graded = enable_grad();
        var x = images.detach();
        x.requires_grad = true;
        var maps = network.Maps(x).relu();
        var map = Map(maps, chosen);
        var gradient = autograd.grad([Objective(maps, map, first ?? map.detach(), options)], [x])[0];
        return (map.detach().MoveToOuterDisposeScope(), gradient.MoveToOuterDisposeScope());
    }

    /// <summary>[m,K,h,w] rectified maps, the climbing class's [m,h,w] now and at first -> scalar, summed over images.</summary>
    internal static Tensor Objective(Tensor maps, Tensor map, Tensor first, AdvCamOptions options)
    {
        using var scope = NewDisposeScope();
        var logits = map.mean([1L, 2L]).sum().mul(2).sub(FeatureMaps.GlobalAverage(maps).sum());
        var found = map.detach().gt(map.detach().amax([1, 2], true).mul(options.Threshold)).to(ScalarType.Float32);
        var changed = map.sub(first).abs().mul(found).mean([1L, 2L]).sum();
        return logits.sub(changed.mul(options.Regularization)).MoveToOuterDisposeScope();
    }

    /// <summary>[m,K,h,w] maps, [m,K,1,1] ones at the chosen class -> [m,h,w].</summary>
    private static Tensor Map(Tensor maps, Tensor chosen)
    {
        using var scope = NewDisposeScope();
        return maps.mul(chosen).sum(1).MoveToOuterDisposeScope();
    }

    /// <summary>[1,3,1,1] black and white as the network sees them, and the step in its units.</summary>
    private static (Tensor Lowest, Tensor Highest, double Step) Colors(Normalization normalization, AdvCamOptions options, Device device)
    {
        float[] mean = normalization.Mean.ToArray(), deviation = normalization.Std.ToArray();
        Tensor Of(float color) => tensor(mean.Zip(deviation, (m, s) => (color - m) / s).ToArray(), [1, 3, 1, 1]).to(device);
        return (Of(0), Of(1), options.StepSize * Normalization.ImageNet.Std.ToArray().Average() / deviation.Average());
    }
}
