using TorchSharp;
using static TorchSharp.torch;

namespace Standins.Tests.Torch;

public sealed class IndexingTests : TorchTest
{
    // [2,3,4]: 0 .. 23; element [i,j,k] is 12 i + 4 j + k.
    private readonly Tensor _x = arange(24).reshape(2, 3, 4);

    [Fact]
    public void Integers_select_from_either_end()
    {
        AssertNumber(23, _x[1, 2, 3]);
        AssertNumber(23, _x[-1, -1, -1]);
        AssertElements(_x[0, 1], 4, 5, 6, 7);
        AssertElements(_x.select(2, 0).select(0, 1), 12, 16, 20);
    }

    [Fact]
    public void Slices_have_a_start_an_end_and_a_step()
    {
        var row = _x[0, 0];

        AssertElements(row[1..^1], 1, 2);
        AssertElements(row[2..], 2, 3);
        AssertElements(row[TensorIndex.Slice((1, 3))], 1, 2);
        AssertElements(row[TensorIndex.Slice(0, null, 2)], 0, 2);
        AssertElements(row.slice(0, 1, 4, 2), 1, 3);
        AssertElements(_x.narrow(2, 1, 2)[0, 0], 1, 2);
        AssertElements(_x[TensorIndex.Colon, TensorIndex.Single(1), TensorIndex.Slice(1, 3)], 5, 6, 17, 18);
    }

    [Fact]
    public void An_ellipsis_stands_for_the_dimensions_left_over()
    {
        AssertElements(_x[TensorIndex.Ellipsis, TensorIndex.Single(0)], 0, 4, 8, 12, 16, 20);
        AssertShape(_x[TensorIndex.None], 1, 2, 3, 4);
    }

    [Fact]
    public void Tensors_of_integers_gather()
    {
        AssertElements(_x[TensorIndex.Tensor(Longs(1)), TensorIndex.Single(0)], 12, 13, 14, 15);
        AssertElements(_x[TensorIndex.Colon, TensorIndex.Tensor(Longs(2, 0)), TensorIndex.Single(0)], 8, 0, 20, 12);
        AssertElements(_x[Longs(0, 1), Longs(1, 2)], 4, 5, 6, 7, 20, 21, 22, 23);
        AssertElements(_x[0].index_select(1, Longs(2, 0)), 2, 0, 6, 4, 10, 8);
    }

    [Fact]
    public void Masks_select_what_is_true() => AssertElements(_x[_x > 21], 22, 23);

    [Fact]
    public void Parts_are_written_through_an_index()
    {
        var y = zeros(2, 3);
        y[0, 1] = tensor(5f);
        AssertElements(y, 0, 5, 0, 0, 0, 0);
        y[1] = Floats(1, 2, 3);
        AssertElements(y, 0, 5, 0, 1, 2, 3);
        y[y > 2] = tensor(9f);
        AssertElements(y, 0, 9, 0, 1, 2, 9);
        y[TensorIndex.Colon, TensorIndex.Slice(1, 3)] = ones(2, 2);
        AssertElements(y, 0, 1, 1, 1, 1, 1);
        y[0, 0] = 7;
        AssertNumber(7, y[0, 0]);
    }

    [Fact]
    public void Values_are_put_at_lists_of_indices()
    {
        var y = zeros(2, 3);
        y.index_put_(tensor(3f), [TensorIndex.Single(0)]);
        AssertElements(y, 3, 3, 3, 0, 0, 0);
        y.index_put_(4, Longs(1), Longs(2));
        AssertElements(y[1], 0, 0, 4);
        y[TensorIndex.Tensor(Longs(0)), TensorIndex.Colon] = tensor(8f);
        AssertElements(y[0], 8, 8, 8);
    }

    [Fact]
    public void Gather_and_scatter_are_each_others_reverse()
    {
        var x = Counting(2, 3);
        var at = tensor(new long[] { 2, 0 }, 2, 1);

        AssertElements(x.gather(1, at), 3, 4);
        AssertElements(zeros(2, 3).scatter(1, at, ones(2, 1)), 0, 0, 1, 1, 0, 0);
        AssertElements(zeros(3).scatter_add(0, Longs(1, 1), Floats(2, 3)), 0, 5, 0);
        AssertElements(zeros(3).index_add(0, Longs(1, 1), Floats(1, 2), 1), 0, 3, 0);
        AssertElements(take_along_dim(x, at[0].unsqueeze(0), 1), 3, 6);
    }
}
