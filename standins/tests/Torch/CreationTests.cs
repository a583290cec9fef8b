using TorchSharp;
using static TorchSharp.torch;

namespace Standins.Tests.Torch;

public sealed class CreationTests : TorchTest
{
    [Fact]
    public void Arrays_become_tensors_of_their_own_type()
    {
        Assert.Equal(ScalarType.Float32, tensor(new[] { 1f }).dtype);
        Assert.Equal(ScalarType.Float64, tensor(new[] { 1.0 }).dtype);
        Assert.Equal(ScalarType.Int64, tensor(new[] { 1L }).dtype);
        Assert.Equal(ScalarType.Int32, tensor(new[] { 1 }).dtype);
        Assert.Equal(ScalarType.Byte, tensor(new byte[] { 1 }).dtype);
        Assert.Equal(ScalarType.Bool, tensor(new[] { true, false }).dtype);
        Assert.Equal(ScalarType.Float32, tensor(new[] { 1, 2 }, dtype: ScalarType.Float32).dtype);
    }

    [Fact]
    public void Arrays_of_several_dimensions_keep_their_shape()
    {
        AssertShape(from_array(new long[2, 3, 4]), 2, 3, 4);
        AssertElements(from_array(new float[,] { { 1, 2 }, { 3, 4 } })[1], 3, 4);
        AssertNumber(3, tensor(new float[,] { { 1, 2 }, { 3, 4 } })[1, 0]);
        AssertElements(tensor(new float[] { 1, 2, 3, 4 }.AsMemory(), [2, 2])[1], 3, 4);
        AssertElements(new float[] { 1, 2, 3, 4 }.ToTensor([2, 2])[1], 3, 4);
    }

    [Fact]
    public void A_shape_that_does_not_hold_the_elements_is_refused() =>
        Assert.Throws<ArgumentException>(() => tensor(new float[] { 1, 2, 3 }, 2, 2));

    [Fact]
    public void A_tensor_of_an_array_is_a_copy_and_one_from_a_buffer_is_not()
    {
        float[] array = [1, 2, 3, 4];
        var copy = tensor(array);
        var shared = frombuffer(array, ScalarType.Float32);
        var middle = frombuffer(array, ScalarType.Float32, 2, 1);
        array[1] = 9;

        AssertElements(copy, 1, 2, 3, 4);
        AssertElements(shared, 1, 9, 3, 4);
        AssertElements(middle, 9, 3);
    }

    [Fact]
    public void Ranges_and_fills()
    {
        AssertElements(arange(1, 7, 2), 1, 3, 5);
        Assert.Equal(ScalarType.Int64, arange(3).dtype);
        Assert.Equal(ScalarType.Float32, arange(0f, 1f, .5f).dtype);
        AssertElements(linspace(0, 1, 3), 0, .5, 1);
        AssertElements(full(2, 2, 7), 7, 7, 7, 7);
        Assert.Equal(ScalarType.Float32, full(2, 2, 7).dtype);
        AssertElements(full_like(zeros(2), 2), 2, 2);
        AssertShape(zeros(2, 0), 2, 0);
        Assert.Equal(ScalarType.BFloat16, ones(2, dtype: ScalarType.BFloat16).dtype);
    }

    [Fact]
    public void Like_takes_shape_and_type()
    {
        var x = zeros(2, 3, dtype: ScalarType.Int64);
        Assert.Equal(ScalarType.Int64, ones_like(x).dtype);
        AssertShape(empty_like(x), 2, 3);
    }
}
