using Standins.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Standins.Tests.Modules;

public sealed class ModuleStateTests : TorchTest
{
    private readonly SampleNetwork _network = new();
    private readonly Tensor _images = randn(2, 3, 8, 8);

    [Fact]
    public void A_saved_network_loads_to_the_same_bits()
    {
        using var stream = new MemoryStream();
        _network.save(stream);
        stream.Position = 0;
        var other = new SampleNetwork();
        other.load(stream);

        Assert.Equal(stream.Length, stream.Position);
        AssertSameOutput(other);
    }

    [Fact]
    public void A_state_dict_is_copied_into_another_network()
    {
        var other = new SampleNetwork();
        var weight = other.First.weight;
        other.load_state_dict(_network.state_dict());

        Assert.Same(weight, other.First.weight);
        AssertSameOutput(other);
        // Copied, not shared.
        using (no_grad())
            _network.First.weight.zero_();
        Assert.NotEqual(0, other.First.weight.abs().sum().ToSingle());
    }

    [Fact]
    public void Missing_and_unexpected_keys_are_refused_or_listed()
    {
        var state = _network.state_dict();
        state.Remove("scale");
        Assert.Throws<InvalidOperationException>(() => new SampleNetwork().load_state_dict(state));

        state.Add("stranger", ones(1));
        var (missing, unexpected) = new SampleNetwork().load_state_dict(state, strict: false);
        Assert.Equal(["scale"], missing);
        Assert.Equal(["stranger"], unexpected);
    }

    [Fact]
    public void Keys_can_be_skipped()
    {
        var state = _network.state_dict();
        state.Remove("head.weight");
        var other = new SampleNetwork();
        double before = other.head.weight.sum().ToDouble();
        other.load_state_dict(state, strict: true, skip: ["head.weight"]);

        Assert.Equal(before, other.head.weight.sum().ToDouble());
        AssertSame(_network.First.weight, other.First.weight, 0);
    }

    [Fact]
    public void A_file_with_other_entries_is_refused_unless_told_otherwise()
    {
        using var stream = new MemoryStream();
        _network.save(stream, skip: ["head.weight"]);
        stream.Position = 0;
        Assert.Throws<ArgumentException>(() => new SampleNetwork().load(stream));

        stream.Position = 0;
        var loaded = new Dictionary<string, bool>();
        new SampleNetwork().load(stream, strict: false, loadedParameters: loaded);
        Assert.True(loaded["head.bias"]);
        Assert.False(loaded.ContainsKey("head.weight"));

        stream.Position = 0;
        Assert.Throws<ArgumentException>(() => Linear(2, 2).load(stream));
    }

    [Fact]
    public void A_tensor_of_another_shape_is_refused_with_its_key()
    {
        var state = _network.state_dict();
        state["head.bias"] = ones(7);
        var error = Assert.Throws<ArgumentException>(() => new SampleNetwork().load_state_dict(state));
        Assert.Contains("head.bias", error.Message);
    }

    [Fact]
    public void A_truncated_file_is_refused()
    {
        using var stream = new MemoryStream();
        _network.save(stream);
        using var half = new MemoryStream(stream.ToArray(), 0, (int)stream.Length / 2);
        Assert.ThrowsAny<Exception>(() => new SampleNetwork().load(half));
    }

    [Fact]
    public void A_converted_parameter_is_still_the_same_object()
    {
        var weight = _network.First.weight;
        var handle = weight.Handle;
        _network.to(ScalarType.BFloat16);

        Assert.Same(weight, _network.First.weight);
        Assert.Equal(handle, weight.Handle);
        Assert.Equal(ScalarType.BFloat16, weight.dtype);
        Assert.True(weight.requires_grad && weight.is_leaf);
        // Counters stay whole numbers.
        Assert.Equal(ScalarType.Int64, _network.get_buffer("stem.1.num_batches_tracked").dtype);
    }

    [Fact]
    public void Gradients_are_converted_with_their_parameter()
    {
        _network.call(_images).sum().backward();
        _network.@double();

        Assert.Equal(ScalarType.Float64, _network.First.weight.grad.dtype);
        Assert.Equal(ScalarType.Float64, _network.call(_images.@double()).dtype);
    }

    private void AssertSameOutput(SampleNetwork other)
    {
        _network.eval();
        other.eval();
        AssertSame(_network.call(_images), other.call(_images), 0);
    }
}
