using TorchSharp;
using static TorchSharp.torch;

namespace Standins.Tests.Torch;

public sealed class ShapeTests : TorchTest
{
    private readonly Tensor _x = Counting(2, 3);

    [Fact]
    public void Views_share_memory_with_their_source()
    {
        var view = _x.view(3, 2);
        view[0, 0] = tensor(9f);

        AssertNumber(9, _x[0, 0]);
        AssertElements(view[1], 3, 4);
        AssertElements(_x.reshape(-1)[5], 6);
        AssertElements(_x.flatten(), 9, 2, 3, 4, 5, 6);
    }

    [Fact]
    public void Dimensions_are_permuted_and_moved()
    {
        AssertElements(_x.permute(1, 0), 1, 4, 2, 5, 3, 6);
        AssertElements(_x.transpose(0, 1), 1, 4, 2, 5, 3, 6);
        AssertElements(_x.movedim([0], [1]), 1, 4, 2, 5, 3, 6);
        Assert.Equal([1L, 3], _x.t().stride());
        Assert.False(_x.t().is_contiguous());
        Assert.True(_x.t().contiguous().is_contiguous());
    }

    [Fact]
    public void Dimensions_of_one_come_and_go()
    {
        AssertShape(_x.unsqueeze(0), 1, 2, 3);
        AssertShape(_x.unsqueeze(-1), 2, 3, 1);
        AssertShape(_x.unsqueeze(0).squeeze(0), 2, 3);
        AssertShape(_x.unsqueeze(0).unsqueeze(-1).squeeze(), 2, 3);
    }

    [Fact]
    public void Tensors_are_joined_and_taken_apart()
    {
        AssertShape(cat([_x, _x], 1), 2, 6);
        AssertShape(stack([_x, _x]), 2, 2, 3);
        AssertElements(stack([_x, -_x]).select(0, 1), -1, -2, -3, -4, -5, -6);
        Assert.Equal(2, _x.unbind(0).Length);
        AssertElements(_x.split([1, 2], 1)[1], 2, 3, 5, 6);
        AssertElements(_x.chunk(3, 1)[2], 3, 6);
        AssertShape(meshgrid([arange(2), arange(3)])[0], 2, 3);
    }

    [Fact]
    public void More_results_than_a_call_expects_all_arrive()
    {
        // Lists of results are fetched in two steps once they outgrow the buffer of the call.
        var pieces = arange(40).split(1);

        Assert.Equal(40, pieces.Length);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (long)i), pieces.Select(piece => piece.ToInt64()));
    }

    [Fact]
    public void Elements_are_rolled_flipped_turned_and_repeated()
    {
        AssertElements(_x.roll(1, 1), 3, 1, 2, 6, 4, 5);
        AssertElements(_x.flip(1), 3, 2, 1, 6, 5, 4);
        AssertElements(_x.rot90(), 3, 6, 2, 5, 1, 4);
        AssertElements(Floats(1, 2).unsqueeze(0).expand(2, -1), 1, 2, 1, 2);
        AssertElements(Floats(1, 2).repeat(2), 1, 2, 1, 2);
        AssertElements(Floats(1, 2).repeat_interleave(2), 1, 1, 2, 2);
        AssertElements(arange(4).unfold(0, 2, 1), 0, 1, 1, 2, 2, 3);
    }

    [Fact]
    public void Triangles_and_diagonals()
    {
        AssertElements(ones(2, 2).tril(), 1, 0, 1, 1);
        AssertElements(ones(2, 2).triu(1), 0, 1, 0, 0);
        AssertElements(Floats(1, 2).diag(), 1, 0, 0, 2);
        AssertElements(eye(2), 1, 0, 0, 1);
    }
}
