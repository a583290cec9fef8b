using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Tests.Testing;

/// <summary>Holds a gradient against what the function itself does a little to both sides.</summary>
internal static class FiniteDifferences
{
    /// <summary>Step and error in float64: the error of a central difference is of the order of the step's square.</summary>
    private const double Step = 1e-5, Rounding = 1e-6;

    /// <summary>Every element of the gradient of a scalar function of a float64 tensor.</summary>
    internal static void Check(Func<Tensor, Tensor> function, Tensor at)
    {
        Assert.Equal(ScalarType.Float64, at.dtype);
        using var scope = NewDisposeScope();
        var x = at.detach().clone();
        x.requires_grad = true;
        double[] gradient = autograd.grad([function(x)], [x])[0].contiguous().data<double>().ToArray();
        Assert.Contains(gradient, g => g != 0);
        using var _ = no_grad();
        double[] values = at.contiguous().data<double>().ToArray();
        for (int i = 0; i < values.Length; i++)
        {
            double At(double value)
            {
                double[] moved = [.. values];
                moved[i] = value;
                return function(tensor(moved, at.shape)).item<double>();
            }
            Assert.Equal((At(values[i] + Step) - At(values[i] - Step)) / (2 * Step), gradient[i], Rounding);
        }
    }

    /// <summary>A float64 tensor of different numbers in (-1, 1), the same each time.</summary>
    internal static Tensor Numbers(params long[] shape)
    {
        var random = new Random(3);
        return tensor([.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => random.NextDouble() * 2 - 1)], shape);
    }
}
