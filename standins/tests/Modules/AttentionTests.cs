using Standins.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Standins.Tests.Modules;

public sealed class AttentionTests : TorchTest
{
    // Exponentials and sums of products in another order.
    private const double ReorderingTolerance = 1e-4;

    private readonly Tensor _query = randn(2, 3, 4), _key = randn(2, 5, 4), _value = randn(2, 5, 6);

    [Fact]
    public void Scaled_dot_products_weigh_the_values()
    {
        // The scale is 1 / sqrt 4.
        var expected = (_query.matmul(_key.transpose(1, 2)) / 2).softmax(-1).matmul(_value);
        AssertSame(expected, F.scaled_dot_product_attention(_query, _key, _value), ReorderingTolerance);
    }

    [Fact]
    public void A_query_that_may_see_one_key_gets_its_value()
    {
        var mask = ones(3, 5, dtype: ScalarType.Bool).tril();
        AssertSame(_value[0, 0], F.scaled_dot_product_attention(_query, _key, _value, mask)[0, 0], ReorderingTolerance);
        AssertSame(_value[0, 0], F.scaled_dot_product_attention(_query, _key, _value, is_casual: true)[0, 0], ReorderingTolerance);
    }

    [Fact]
    public void Heads_return_their_output_and_weights_that_sum_to_one()
    {
        var attention = MultiheadAttention(8, 2);
        attention.eval();
        var x = randn(5, 3, 8);
        var (output, weights) = attention.call(x, x, x);

        AssertShape(output, 5, 3, 8);
        AssertShape(weights, 3, 5, 5);
        AssertSame(ones(3, 5), weights.sum(-1));
    }

    [Fact]
    public void Heads_take_masks_and_can_keep_their_weights_back()
    {
        var attention = MultiheadAttention(8, 2);
        var x = randn(5, 3, 8);
        var (output, weights) = attention.call(x, x, x, zeros(3, 5, dtype: ScalarType.Bool), false,
            ones(5, 5, dtype: ScalarType.Bool).triu(1));

        AssertShape(output, 5, 3, 8);
        Assert.Null(weights);
    }
}
