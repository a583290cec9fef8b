using TorchSharp;
using static TorchSharp.torch;

namespace Standins.Tests.Torch;

/// <summary>A test whose tensors go when it ends, and how tensors are compared.</summary>
public abstract class TorchTest : IDisposable
{
    /// <summary>A few roundings of 32-bit floats, relative to values above 1.</summary>
    protected const double Rounding = 1e-5;

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Compares the elements in logical order, whatever their type and strides.</summary>
    protected static void AssertElements(Tensor tensor, params double[] expected) => AssertNear(tensor, Rounding, expected);

    protected static void AssertNear(Tensor tensor, double tolerance, params double[] expected)
    {
        double[] found = Elements(tensor);
        Assert.True(found.Length == expected.Length && found.Zip(expected).All(pair => Near(pair.First, pair.Second, tolerance)),
            $"expected [{string.Join(", ", expected)}], found [{string.Join(", ", found)}]");
    }

    protected static void AssertSame(Tensor expected, Tensor found, double tolerance = Rounding)
    {
        Assert.Equal(expected.shape, found.shape);
        AssertNear(found, tolerance, Elements(expected));
    }

    protected static void AssertShape(Tensor tensor, params long[] shape) => Assert.Equal(shape, tensor.shape);

    protected static void AssertNumber(double expected, Tensor found, double tolerance = Rounding)
    {
        double number = Assert.Single(Elements(found));
        Assert.True(Near(number, expected, tolerance), $"expected {expected}, found {number}");
    }

    protected static double[] Elements(Tensor tensor)
    {
        using var doubles = tensor.detach().to(ScalarType.Float64).contiguous();
        return doubles.data<double>().ToArray();
    }

    /// <summary>A vector of floats.</summary>
    protected static Tensor Floats(params float[] values) => tensor(values);

    protected static Tensor Longs(params long[] values) => tensor(values);

    /// <summary>Tensors alive once those that nobody holds are finalised; other tests leave such ones behind.</summary>
    internal static long LiveTensors()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        return Tensor.TotalCount;
    }

    /// <summary>A tensor of 1, 2, 3, ... row by row.</summary>
    protected static Tensor Counting(params long[] shape) =>
        arange(1, shape.Aggregate(1L, (n, size) => n * size) + 1).reshape(shape).to(float32);

    private static bool Near(double a, double b, double tolerance) =>
        a.Equals(b) || Math.Abs(a - b) <= tolerance * Math.Max(1, Math.Abs(b));
}
