using TorchSharp;
using static TorchSharp.torch;

namespace Standins.Tests.Torch;

public sealed class GeneratorTests : TorchTest
{
    [Fact]
    public void Equal_seeds_give_equal_numbers()
    {
        AssertNear(rand([3], generator: new Generator(42)), 0, Elements(rand([3], generator: new Generator(42))));
        Assert.NotEqual(Elements(rand([3], generator: new Generator(42))), Elements(rand([3], generator: new Generator(43))));
    }

    [Fact]
    public void A_state_taken_is_a_state_to_return_to()
    {
        var generator = new Generator(1);
        rand([5], generator: generator);
        var state = generator.get_state();
        double[] first = Elements(randn([4], generator: generator));
        generator.set_state(state);

        Assert.Equal(first, Elements(randn([4], generator: generator)));
    }

    [Fact]
    public void A_generator_of_ones_own_leaves_the_global_one_alone()
    {
        manual_seed(5);
        double[] expected = Elements(rand(3));

        manual_seed(5);
        randn([100], generator: new Generator(7));
        randperm(10, generator: new Generator(7));
        Assert.Equal(expected, Elements(rand(3)));
    }

    [Fact]
    public void The_global_state_is_taken_and_restored()
    {
        var state = get_rng_state();
        double[] first = Elements(rand(2));
        set_rng_state(state);
        Assert.Equal(first, Elements(rand(2)));
    }

    [Fact]
    public void The_seed_is_remembered()
    {
        var generator = new Generator(3);
        Assert.Equal(3, generator.initial_seed());
        generator.manual_seed(7);
        Assert.Equal(7, generator.initial_seed());
    }

    [Fact]
    public void Draws_stay_within_their_bounds()
    {
        var generator = new Generator(11);
        var integers = randint(3, 7, [200], generator: generator);

        Assert.Equal(ScalarType.Int64, integers.dtype);
        AssertNumber(3, integers.min());
        AssertNumber(6, integers.max());
        AssertElements(randperm(10, generator: generator).sort().Item1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        Assert.All(Elements(full(100, 0.5).bernoulli(generator)), draw => Assert.True(draw is 0 or 1));
        Assert.Equal(2, ones(4).multinomial(2, generator: generator).unique().Item1.numel());
        Assert.All(Elements(rand([100], generator: generator)), draw => Assert.InRange(draw, 0, 1));
    }

    [Fact]
    public void Normal_draws_have_their_mean_and_deviation()
    {
        var draws = normal(3, 2, [10_000], generator: new Generator(5));

        // The mean of 10,000 draws deviates by 2 / 100; the bounds are five times that.
        AssertNear(draws.mean(), 0.1 / 3, 3);
        AssertNear(draws.std(), 0.1 / 2, 2);
    }

    [Fact]
    public void Drawing_into_a_tensor_takes_a_generator_too()
    {
        double[] Draw() => Elements(empty(5).normal_(0, 1, new Generator(9)).uniform_(0, 1, new Generator(9)));
        Assert.Equal(Draw(), Draw());
    }
}
