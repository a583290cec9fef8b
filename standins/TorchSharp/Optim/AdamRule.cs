using TorchSharp.Native;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>The step of AdamW (Loshchilov and Hutter 2019, algorithm 2) over lists of tensors.</summary>
internal sealed record AdamRule(double LearningRate, double Beta1, double Beta2, double Eps, double WeightDecay)
{
    /// <param name="parameters">Changed in place, as the moments are.</param>
    /// <param name="gradients">Left as they are.</param>
    /// <param name="first">Running means of the gradients.</param>
    /// <param name="second">Running means of their squares.</param>
    /// <param name="largest">The largest second moments so far (AMSGrad), or null.</param>
    /// <param name="steps">How many steps each parameter has made, this one included.</param>
    public void Apply(
        List<Tensor> parameters, List<Tensor> gradients, List<Tensor> first, List<Tensor> second, List<Tensor> largest, List<long> steps)
    {
        if (WeightDecay != 0) Op.Void("_foreach_mul_.Scalar", parameters, 1 - LearningRate * WeightDecay);

        Op.Void("_foreach_mul_.Scalar", first, Beta1);
        Op.Void("_foreach_add_.List", first, gradients, 1 - Beta1);
        Op.Void("_foreach_mul_.Scalar", second, Beta2);
        Op.Void("_foreach_addcmul_.Scalar", second, gradients, gradients, 1 - Beta2);
        if (largest is not null) KeepLargest(largest, second);

        double[] rates = [.. steps.Select(step => -LearningRate / (1 - Math.Pow(Beta1, step)))];
        double[] corrections = [.. steps.Select(step => Math.Sqrt(1 - Math.Pow(Beta2, step)))];
        var divisors = Op.RunMany("_foreach_sqrt", largest ?? second);
        Op.Void("_foreach_div_.ScalarList", divisors, corrections);
        Op.Void("_foreach_add_.Scalar", divisors, Eps);
        Op.Void("_foreach_addcdiv_.ScalarList", parameters, first, divisors, rates);
        foreach (var divisor in divisors) divisor.Dispose();
    }

    private static void KeepLargest(List<Tensor> largest, List<Tensor> second)
    {
        foreach (var (kept, current) in largest.Zip(second))
        {
            using var both = Op.Run("maximum", kept, current);
            kept.copy_(both);
        }
    }
}
