using TorchSharp;
using static TorchSharp.torch;

namespace Standins.Tests.Torch;

public sealed class ArithmeticTests : TorchTest
{
    private readonly Tensor _x = Counting(2, 3);

    [Fact]
    public void Numbers_stand_on_either_side_of_an_operator()
    {
        AssertElements(_x + 1, 2, 3, 4, 5, 6, 7);
        AssertElements(1 + _x, 2, 3, 4, 5, 6, 7);
        AssertElements(10 - _x, 9, 8, 7, 6, 5, 4);
        AssertElements(_x - 10, -9, -8, -7, -6, -5, -4);
        AssertElements(2.5 * _x, 2.5, 5, 7.5, 10, 12.5, 15);
        AssertElements(_x / 2, .5, 1, 1.5, 2, 2.5, 3);
        AssertElements(12 / _x, 12, 6, 4, 3, 2.4, 2);
        AssertElements(_x % 4, 1, 2, 3, 0, 1, 2);
        AssertElements(-_x, -1, -2, -3, -4, -5, -6);
    }

    [Fact]
    public void Shapes_broadcast_from_the_right()
    {
        var row = Floats(10, 20, 30);
        var column = Floats(100, 200).unsqueeze(1);

        AssertElements(_x + row, 11, 22, 33, 14, 25, 36);
        AssertElements(_x + column, 101, 102, 103, 204, 205, 206);
        AssertShape(row + column, 2, 3);
    }

    [Fact]
    public void Division_of_integers_is_true_division()
    {
        var seven = Longs(7);

        Assert.Equal(ScalarType.Float32, (seven / 2).dtype);
        AssertElements(seven / 2, 3.5);
        AssertElements(7 / Longs(2), 3.5);
        AssertElements(seven.floor_divide(2), 3);
        AssertElements(_x.div(4, RoundingMode.floor), 0, 0, 0, 1, 1, 1);
        AssertElements((-_x).div(4, RoundingMode.trunc), 0, 0, 0, -1, -1, -1);
    }

    [Fact]
    public void Types_are_promoted_as_PyTorch_does()
    {
        Assert.Equal(ScalarType.Float32, (Longs(1) + 1.5).dtype);
        Assert.Equal(ScalarType.Int64, (Longs(1) + 1).dtype);
        Assert.Equal(ScalarType.Float32, (Floats(1) + 1.5).dtype);
        Assert.Equal(ScalarType.Float64, (Floats(1) + tensor(new double[] { 1 })).dtype);
        Assert.Equal(ScalarType.Float32, (Floats(1) + Longs(1)).dtype);
    }

    [Fact]
    public void Comparisons_give_truth_values()
    {
        Assert.Equal(ScalarType.Bool, (_x > 3).dtype);
        AssertElements(_x > 3, 0, 0, 0, 1, 1, 1);
        AssertElements(3 <= _x, 0, 0, 1, 1, 1, 1);
        AssertElements(_x == 2, 0, 1, 0, 0, 0, 0);
        AssertElements(_x != 2, 1, 0, 1, 1, 1, 1);
        AssertElements((_x > 1) & (_x < 3), 0, 1, 0, 0, 0, 0);
        AssertElements((_x < 2) | (_x > 5), 1, 0, 0, 0, 0, 1);
        AssertElements(~(_x > 1), 1, 0, 0, 0, 0, 0);
        AssertElements(isnan(Floats(float.NaN, 1)), 1, 0);
    }

    [Fact]
    public void Products_of_matrices_agree_in_all_their_spellings()
    {
        // [1 2 3; 4 5 6] times its own transpose: 1+4+9, 4+10+18, 16+25+36.
        double[] expected = [14, 32, 32, 77];

        AssertElements(_x.matmul(_x.t()), expected);
        AssertElements(mm(_x, _x.T), expected);
        AssertElements(einsum("ij,kj->ik", _x, _x), expected);
        AssertElements(_x.unsqueeze(0).bmm(_x.t().unsqueeze(0)), expected);
        AssertElements(zeros(1, 2, 2).baddbmm(_x.unsqueeze(0), _x.t().unsqueeze(0)), expected);
        AssertElements(zeros(2, 2).addmm(_x, _x.t(), 1, 2), 28, 64, 64, 154);
        AssertElements(einsum("bij,bjk->bik", ones(1, 2, 3), ones(1, 3, 2)), 3, 3, 3, 3);
        AssertNumber(91, _x.tensordot(_x, 2));
        AssertElements(Floats(1, 2).outer(Floats(3, 4)), 3, 4, 6, 8);
    }

    [Fact]
    public void Linear_algebra_of_a_diagonal_matrix_is_that_of_its_diagonal()
    {
        var matrix = Floats(2, 4).diag();

        AssertElements(matrix.inverse(), .5, 0, 0, .25);
        AssertNumber(8, matrix.det());
        AssertNumber(6, matrix.trace());
        AssertElements(linalg.eigvalsh(matrix), 2, 4);
    }

    [Fact]
    public void In_place_operators_change_and_return_the_same_tensor()
    {
        var x = ones(3);
        Assert.Same(x, x.add_(2));
        AssertElements(x, 3, 3, 3);

        x.mul_(2).sub_(1).div_(2);
        AssertElements(x, 2.5, 2.5, 2.5);
        AssertElements(x.clamp_(0, 1), 1, 1, 1);
        AssertElements(x.copy_(Longs(1, 2, 3)), 1, 2, 3);
        AssertElements(x.fill_(4), 4, 4, 4);
        AssertElements(x.zero_(), 0, 0, 0);
    }

    [Fact]
    public void Functions_of_single_elements()
    {
        AssertElements(_x.pow(2), 1, 4, 9, 16, 25, 36);
        AssertElements(_x.clamp(2, 4), 2, 2, 3, 4, 4, 4);
        AssertElements(_x.clamp_min(3), 3, 3, 3, 4, 5, 6);
        AssertElements(Floats(1.25f, 2.6f).round(), 1, 3);
        AssertElements(Floats(1.25f, 2.6f).round(1), 1.2, 2.6);
        AssertElements(Floats(float.NaN, 1).nan_to_num(), 0, 1);
        AssertElements(zeros(1).lerp(ones(1), tensor(.25f)), .25);
        AssertElements(complex(Floats(3), Floats(4)).abs(), 5);
        AssertElements(Floats(0, 4).exp().log(), 0, 4);
        AssertElements(Floats(0).sigmoid(), .5);
        AssertElements(Floats(4).sqrt() * Floats(4).rsqrt(), 1);
    }

    [Fact]
    public void Where_chooses_by_a_mask()
    {
        AssertElements(where(_x > 3, _x, zeros_like(_x)), 0, 0, 0, 4, 5, 6);
        AssertElements(_x.where(_x > 3, -_x), -1, -2, -3, 4, 5, 6);
        AssertElements(_x.masked_fill(_x > 4, 0), 1, 2, 3, 4, 0, 0);
        AssertElements(_x.masked_select(_x > 4), 5, 6);
    }
}
