using MLNetWsss.Backbones;
using MLNetWsss.Tests.Testing;
using TorchSharp;
using static TorchSharp.torch;
using static MLNetWsss.Tests.Backbones.Tensors;

namespace MLNetWsss.Tests.Backbones;

public class BFloat16Tests
{
    [Theory]
    [InlineData(Activation.Relu)]
    [InlineData(Activation.Relu6)]
    public void Rectifying_by_bits_gives_the_librarys_value_for_every_number(Activation activation)
    {
        using var scope = NewDisposeScope();
        // Every bfloat16 there is: the upper half of a float32. NaN has no place in weights that training has checked.
        var numbers = Enumerable.Range(0, 1 << 16)
            .Select(bits => BitConverter.Int32BitsToSingle(bits << 16)).Where(n => !float.IsNaN(n)).ToArray();
        var values = tensor(numbers).to(ScalarType.BFloat16);
        var expected = activation == Activation.Relu6 ? values.relu6() : values.relu();
        Assert.True(BFloat16Rectifier.TryApply(activation, values));
        Assert.True(Same(values, expected));
    }

    [Theory]
    [InlineData(1, 3, 5, 7)]
    [InlineData(8, 32, 33, 31)] // long enough for several threads, and no multiple of a vector
    public void Rectifying_by_bits_keeps_channels_last(int images, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var values = Goldens.FromFormula([images, channels, height, width], i => 20 * Goldens.Uniform(3, i) - 10);
        var maps = ChannelsLast.Of(values).to(ScalarType.BFloat16);
        var expected = maps.relu6();
        Assert.True(BFloat16Rectifier.TryApply(Activation.Relu6, maps));
        Assert.True(Same(maps, expected));
        Assert.True(ChannelsLast.Is(maps));
    }

    [Fact]
    public void What_has_a_gradient_or_another_type_is_left_to_the_library()
    {
        using var scope = NewDisposeScope();
        Assert.False(BFloat16Rectifier.TryApply(Activation.Relu, ones(4)));
        Assert.False(BFloat16Rectifier.TryApply(Activation.Identity, ones(4).to(ScalarType.BFloat16)));
        Assert.False(BFloat16Rectifier.TryApply(Activation.Relu, ones(4).to(ScalarType.BFloat16).with_requires_grad()));
    }

    [Fact]
    public void A_frozen_layer_rounds_its_weights_once_and_anew_when_they_change()
    {
        long live = LiveTensors.Settled();
        using (NewDisposeScope())
        {
            using var generator = new Generator(1);
            using var layer = new Conv2dLayer(4, 6, 3, generator, hasBias: true);
            using var source = new Conv2dLayer(4, 6, 3, generator, hasBias: true);
            var input = Goldens.FromFormula([2, 4, 9, 9], i => Goldens.Uniform(5, i)).to(ScalarType.BFloat16);
            layer.eval();
            var expected = Predict(() => layer.call(input));
            foreach (var parameter in layer.parameters())
                parameter.requires_grad = false;
            Assert.True(Same(Predict(() => layer.call(input)), expected));
            Assert.True(Same(Predict(() => layer.call(input)), expected));

            StateLoading.Load(layer, StateLoading.StateOf(source), _ => false, _ => false);
            source.eval();
            Assert.True(Same(Predict(() => layer.call(input)), Predict(() => source.call(input))));
        }
        Assert.Equal(live, LiveTensors.Count);
    }
}
