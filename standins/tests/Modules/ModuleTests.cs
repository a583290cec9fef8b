using Standins.Tests.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Standins.Tests.Modules;

public sealed class ModuleTests : TorchTest
{
    private readonly SampleNetwork _network = new();

    [Fact]
    public void Keys_are_field_names_joined_by_dots() =>
        Assert.Equal(SampleNetwork.Keys, string.Join(' ', _network.state_dict().Keys));

    [Fact]
    public void Parameters_are_listed_without_buffers()
    {
        Assert.Equal(
            "scale stem.0.weight stem.0.bias stem.1.weight stem.1.bias "
            + "blocks.0.weight blocks.0.bias blocks.1.weight blocks.1.bias head.weight head.bias",
            string.Join(' ', _network.named_parameters().Select(entry => entry.name)));
        Assert.Equal("table stem.1.running_mean stem.1.running_var stem.1.num_batches_tracked",
            string.Join(' ', _network.named_buffers().Select(entry => entry.name)));
        Assert.All(_network.parameters(), parameter => Assert.True(parameter.requires_grad && parameter.is_leaf));
    }

    [Fact]
    public void Children_and_modules_are_named()
    {
        Assert.Equal("stem blocks head", string.Join(' ', _network.named_children().Select(entry => entry.name)));
        Assert.Equal("stem stem.0 stem.1 stem.2 blocks blocks.0 blocks.1 head",
            string.Join(' ', _network.named_modules().Select(entry => entry.name)));
    }

    [Fact]
    public void Members_are_found_by_path()
    {
        Assert.Same(_network.First.weight, _network.get_parameter("stem.0.weight"));
        Assert.True(_network.has_buffer("stem.1.running_mean"));
        Assert.False(_network.has_parameter("stem.1.running_mean"));
        Assert.False(_network.has_parameter("stem.9.weight"));
        Assert.Null(_network.get_parameter("nothing.at.all"));
    }

    [Fact]
    public void Training_and_evaluation_reach_every_module()
    {
        _network.eval();
        Assert.All(_network.modules().Append(_network), module => Assert.False(module.training));
        _network.train();
        Assert.All(_network.modules().Append(_network), module => Assert.True(module.training));
    }

    [Fact]
    public void Apply_reaches_every_module_and_returns_the_network()
    {
        int convolutions = 0;
        Assert.Same(_network, _network.apply(module => convolutions += module is Conv2d ? 1 : 0));
        Assert.Equal(1, convolutions);
    }

    [Fact]
    public void Frozen_parameters_get_no_gradient()
    {
        foreach (var parameter in _network.stem.parameters())
            parameter.requires_grad_(false);
        _network.call(randn(2, 3, 8, 8)).sum().backward();

        Assert.Null(_network.First.weight.grad);
        Assert.NotNull(_network.head.weight.grad);
    }

    [Fact]
    public void Zero_grad_takes_the_gradients_away()
    {
        _network.call(randn(2, 3, 8, 8)).sum().backward();
        Assert.NotNull(_network.head.weight.grad);
        _network.zero_grad();
        Assert.Null(_network.head.weight.grad);
    }

    [Fact]
    public void Members_of_a_module_outlive_the_scope_that_it_was_made_in()
    {
        SampleNetwork network;
        using (NewDisposeScope())
            network = new SampleNetwork();
        using (NewDisposeScope())
            network.call(zeros(2, 3, 8, 8));
        Tensor[] members = [.. network.parameters(), .. network.buffers()];

        Assert.All(members, member => Assert.False(member.IsInvalid));
        network.Dispose();
        Assert.All(members, member => Assert.True(member.IsInvalid));
    }

    [Fact]
    public void A_disposed_network_leaves_nothing_behind()
    {
        long before = LiveTensors();
        using (var network = new SampleNetwork())
        using (NewDisposeScope())
            network.call(ones(2, 3, 8, 8)).sum().backward();
        Assert.Equal(before, LiveTensors());
    }

    [Fact]
    public void A_parameter_takes_its_tensor_over()
    {
        var data = ones(2);
        var parameter = Parameter(data);
        Assert.True(data.IsInvalid);
        Assert.True(parameter.requires_grad && parameter.is_leaf);
        Assert.Null(CurrentDisposeScope.DisposablesView.FirstOrDefault(owned => ReferenceEquals(owned, data)));
    }

    [Fact]
    public void A_shared_layer_counts_its_parameters_once()
    {
        var tied = new Tied();
        Assert.Equal(["first.weight"], tied.named_parameters().Select(entry => entry.name));
        Assert.Equal("first.weight second.weight", string.Join(' ', tied.state_dict().Keys));
    }

    [Fact]
    public void Hooks_see_and_change_what_passes()
    {
        var linear = Linear(2, 2);
        int seen = 0;
        var before = linear.register_forward_pre_hook((_, x) => x * 2);
        var after = linear.register_forward_hook((_, _, y) => y + 1);
        var watching = linear.register_forward_hook(_ => seen++);
        var input = ones(1, 2);
        AssertSame(functional.linear(input * 2, linear.weight, linear.bias) + 1, linear.call(input));

        before.remove();
        after.remove();
        watching.remove();
        AssertSame(functional.linear(input, linear.weight, linear.bias), linear.call(input));
        Assert.Equal(1, seen);
    }

    [Fact]
    public void Modules_take_what_their_type_arguments_say()
    {
        var outputs = new Repeater().call(ones(2), 3);
        Assert.Equal(3, outputs.Length);
        AssertElements(outputs[2], 2, 2);
    }

    [Fact]
    public void A_name_with_a_dot_is_refused() => Assert.Throws<ArgumentException>(() => new BadlyNamed());

    private sealed class Repeater : Module<Tensor, int, Tensor[]>
    {
        public Repeater() : base(nameof(Repeater)) => RegisterComponents();

        public override Tensor[] forward(Tensor x, int n) => [.. Enumerable.Range(0, n).Select(i => x * i)];
    }

    private sealed class Tied : Module<Tensor, Tensor>
    {
        private readonly Linear first = Linear(2, 2, false);
        private readonly Linear second;

        public Tied() : base(nameof(Tied))
        {
            second = first;
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => second.call(first.call(x));
    }

    private sealed class BadlyNamed : Module<Tensor, Tensor>
    {
        public BadlyNamed() : base(nameof(BadlyNamed)) => register_buffer("a.b", ones(1));

        public override Tensor forward(Tensor x) => x;
    }
}
