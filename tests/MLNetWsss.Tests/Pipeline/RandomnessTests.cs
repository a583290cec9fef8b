using MLNetWsss.Pipeline;

namespace MLNetWsss.Tests.Pipeline;

public sealed class RandomnessTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void An_epochs_order_is_a_permutation(int count) =>
        Assert.Equal(Enumerable.Range(0, count), Randomness.Permutation(count, 5, 3).Order());

    [Fact]
    public void Seed_and_epoch_decide_the_order_and_nothing_else()
    {
        Assert.Equal(Randomness.Permutation(50, 5, 3), Randomness.Permutation(50, 5, 3));
        Assert.NotEqual(Randomness.Permutation(50, 5, 3), Randomness.Permutation(50, 5, 4));
        Assert.NotEqual(Randomness.Permutation(50, 5, 3), Randomness.Permutation(50, 6, 3));
    }

    [Fact]
    public void Neighbouring_parts_give_unrelated_values()
    {
        var values = new HashSet<ulong>();
        foreach (long seed in new[] { 0, 1, -1 })
            for (int a = -20; a < 20; a++)
                for (int b = -20; b < 20; b++)
                    Assert.True(values.Add(Randomness.Mix(seed, a, b)), $"({seed}, {a}, {b}) repeats a value.");
    }

    [Fact]
    public void Torch_seeds_are_not_negative()
    {
        for (int step = -100; step < 100; step++)
            Assert.True(Randomness.TorchSeed(7, step) >= 0);
    }
}
