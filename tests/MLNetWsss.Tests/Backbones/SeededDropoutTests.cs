using MLNetWsss.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Tests.Backbones;

public class SeededDropoutTests
{
    private const double Share = 0.25;

    [Fact]
    public void About_the_share_is_dropped_and_the_rest_is_scaled_up()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        using var dropout = new SeededDropout(Share, generator);
        dropout.train();
        var values = dropout.call(ones(10_000)).ToFloats();
        var dropped = values.Count(value => value == 0) / (double)values.Length;
        Assert.Equal(Share, dropped, 0.02); // Four and a half standard deviations of 10,000 draws.
        Assert.All(values.Where(value => value != 0), value => Assert.Equal(1 / (1 - Share), value, 1e-6));
    }

    [Fact]
    public void One_seed_gives_one_mask_and_global_randomness_stays()
    {
        using var scope = NewDisposeScope();
        var global = Generator.Default.get_state().clone();
        float[] Mask(ulong seed)
        {
            using var generator = new Generator(seed);
            using var dropout = new SeededDropout(Share, generator);
            dropout.train();
            return dropout.call(ones(100)).ToFloats();
        }
        Assert.Equal(Mask(1), Mask(1));
        Assert.NotEqual(Mask(1), Mask(2));
        Assert.True(Tensors.Same(global, Generator.Default.get_state()));
    }

    [Fact]
    public void Outside_training_nothing_changes_and_no_number_is_drawn()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var state = generator.get_state().clone();
        using var dropout = new SeededDropout(Share, generator);
        dropout.eval();
        Assert.Equal(Goldens.Input(1, 3).ToFloats(), dropout.call(Goldens.Input(1, 3)).ToFloats());
        Assert.True(Tensors.Same(state, generator.get_state()));
    }

    [Theory, InlineData(-0.1), InlineData(1.0)]
    public void A_share_outside_its_range_is_refused(double share) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SeededDropout(share, null!));
}
