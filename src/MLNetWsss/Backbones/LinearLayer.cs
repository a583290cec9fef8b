using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Backbones;

/// <summary>
/// x W' + b with weights from a given generator (TorchSharp's own layer draws from the process-wide one), computing in its input's
/// precision. Parameter names are PyTorch's: weight [C',C], bias [C'].
/// </summary>
public sealed class LinearLayer : Module<Tensor, Tensor>
{
    private Parameter weight;
    private Parameter bias;

    /// <summary>A layer with normally distributed weights of deviation gain / sqrt(inputs) and a bias of zeros.</summary>
    /// <param name="inputs">Features in.</param>
    /// <param name="outputs">Features out.</param>
    /// <param name="generator">Source of the initial weights, on the CPU.</param>
    /// <param name="gain">Factor on the deviation of the initial weights; sqrt(2) where a rectifier follows.</param>
    public LinearLayer(int inputs, int outputs, Generator generator, double gain = 1) : base(nameof(LinearLayer))
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        weight = InitialWeights.Parameter(empty(outputs, inputs, ScalarType.Float32).normal_(0, gain / Math.Sqrt(inputs), generator));
        bias = InitialWeights.Parameter(zeros(outputs, ScalarType.Float32));
        register_parameter("weight", weight);
        register_parameter("bias", bias);
    }

    /// <summary>[..., C] -> [..., C'], in the precision of the input.</summary>
    public override Tensor forward(Tensor input)
    {
        if (weight.dtype == input.dtype)
            return functional.linear(input, weight, bias);
        using var scope = NewDisposeScope();
        return functional.linear(input, weight.to(input.dtype), bias.to(input.dtype)).MoveToOuterDisposeScope();
    }
}
