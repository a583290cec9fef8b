using Standins.Tests.Modules;
using Standins.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Standins.Tests.Optim;

public sealed class TrainingTests : TorchTest
{
    [Theory]
    [InlineData("sgd")]
    [InlineData("adamw")]
    public void Eight_images_are_learned_by_heart_without_a_leak(string rule)
    {
        manual_seed(1);
        var images = randn(8, 3, 8, 8);
        var labels = randint(0, 4, 8, dtype: ScalarType.Int64);
        using var network = new SampleNetwork();
        using optim.Optimizer optimizer = rule switch
        {
            "sgd" => optim.SGD(network.parameters(), .05, .9),
            _ => optim.AdamW(network.parameters(), .01),
        };

        double first = 0, last = 0;
        long live = 0;
        for (int i = 0; i < 120; i++)
        {
            using (NewDisposeScope())
            {
                optimizer.zero_grad();
                var loss = functional.cross_entropy(network.call(images), labels);
                loss.backward();
                utils.clip_grad_norm_(network.parameters(), 10);
                optimizer.step();
                last = loss.ToDouble();
            }
            if (i == 0)
                first = last;
            // From here on the optimizer has all its state.
            if (i == 5)
                live = LiveTensors();
        }

        Assert.True(last < .3 * first, $"the loss fell from {first} to {last} only");
        Assert.Equal(live, LiveTensors());
    }

    [Fact]
    public void Clipping_scales_all_gradients_to_one_norm()
    {
        var network = Linear(3, 2);
        network.call(randn(4, 3)).pow(2).sum().backward();
        double Norm() => Math.Sqrt(network.parameters().Sum(p => Elements(p.grad).Sum(g => g * g)));
        double before = Norm();

        Assert.Equal(before, utils.clip_grad_norm_(network.parameters(), .5), before * Rounding);
        Assert.Equal(.5, Norm(), 1e-4);
        utils.clip_grad_value_(network.parameters(), .01);
        Assert.All(network.parameters(), p => Assert.All(Elements(p.grad), g => Assert.InRange(g, -.0100001, .0100001)));
    }

    [Fact]
    public void Parameters_become_a_vector_and_back()
    {
        var network = Linear(3, 2);
        var vector = utils.parameters_to_vector(network.parameters());
        AssertShape(vector, 8);
        using (no_grad())
            utils.vector_to_parameters(vector * 2, network.parameters());
        AssertSame(vector * 2, utils.parameters_to_vector(network.parameters()));
    }
}
