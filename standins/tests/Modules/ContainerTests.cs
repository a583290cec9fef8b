using Standins.Tests.Torch;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Standins.Tests.Modules;

public sealed class ContainerTests : TorchTest
{
    [Fact]
    public void Sequences_number_their_layers_or_name_them()
    {
        Assert.Equal("0.weight 0.bias 2.weight 2.bias", Keys(Sequential(Linear(1, 1), ReLU(), Linear(1, 1))));
        Assert.Equal("conv.weight conv.bias", Keys(Sequential(("conv", Conv2d(1, 1, 1)), ("act", ReLU()))));
    }

    [Fact]
    public void A_slice_of_a_sequence_shares_its_layers_and_their_names()
    {
        var whole = Sequential(ReLU(), Linear(1, 1), ReLU());
        var end = whole[1..];

        Assert.Equal(2, end.Count);
        Assert.Equal("1.weight 1.bias", Keys(end));
        Assert.Same(whole[1], end[0]);
    }

    [Fact]
    public void A_sequence_grows_and_may_be_empty()
    {
        var layers = Sequential();
        AssertElements(layers.call(Floats(-1)), -1);
        layers.append(ReLU());
        AssertElements(layers.call(Floats(-1)), 0);
        Assert.IsType<ReLU>(layers[0]);
    }

    [Fact]
    public void A_sequence_keeps_its_input_alive_and_drops_what_passes_between_layers()
    {
        var layers = Sequential(Identity(), ReLU(), Identity(), Sigmoid());
        var input = Floats(-1, 1);
        using var scope = NewDisposeScope();
        var output = layers.call(input);

        Assert.False(input.IsInvalid);
        Assert.Equal([output], scope.DisposablesView);
        AssertNumber(.5, output[0]);
    }

    [Fact]
    public void Lists_and_dictionaries_of_modules_are_keyed_by_index_and_name()
    {
        var list = ModuleList<Module<Tensor, Tensor>>(ReLU());
        list.append(Linear(1, 1));
        Assert.Equal("1.weight 1.bias", Keys(list));
        Assert.Equal(2, list.Count);

        var dictionary = ModuleDict(("a", (Module)Linear(1, 1)), ("b", ReLU()));
        Assert.Equal("a.weight a.bias", Keys(dictionary));
        Assert.Equal(["a", "b"], dictionary.Keys);
        Assert.IsType<ReLU>(dictionary["b"]);
    }

    [Fact]
    public void Lists_and_dictionaries_of_parameters()
    {
        Assert.Equal("0 1", Keys(ParameterList(Parameter(ones(1)), Parameter(ones(2)))));
        Assert.Equal("x", Keys(ParameterDict(("x", Parameter(ones(1))))));
    }

    [Fact]
    public void An_ordered_dictionary_keeps_the_order_of_insertion()
    {
        var numbers = new OrderedDict<string, int> { { "z", 1 }, { "a", 2 } };
        numbers["m"] = 3;
        numbers["z"] = 9;

        Assert.Equal(["z", "a", "m"], numbers.Keys);
        Assert.Equal(("z", 9), numbers[0]);
        Assert.True(numbers.Remove("a"));
        Assert.Equal(1, numbers.IndexOf(("m", 3)));
        Assert.Throws<ArgumentException>(() => numbers.Add("z", 4));
    }

    private static string Keys(Module module) => string.Join(' ', module.state_dict().Keys);
}
