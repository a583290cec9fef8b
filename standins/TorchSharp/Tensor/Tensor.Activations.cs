using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    // Activation functions.
    public partial class Tensor
    {
        public Tensor celu() => Op.Run("celu", this);
        public Tensor celu_() => Op.InPlace("celu_", this);
        public Tensor elu(Scalar alpha, Scalar scale, Scalar input_scale) => Op.Run("elu", this, alpha, scale, input_scale);
        public Tensor elu_(Scalar alpha, Scalar scale, Scalar input_scale) => Op.InPlace("elu_", this, alpha, scale, input_scale);
        public Tensor gelu() => Op.Run("gelu", this);
        public Tensor hardsigmoid() => Op.Run("hardsigmoid", this);
        public Tensor hardsigmoid_() => Op.InPlace("hardsigmoid_", this);
        public Tensor hardswish() => Op.Run("hardswish", this);
        public Tensor hardswish_() => Op.InPlace("hardswish_", this);
        public Tensor hardtanh(Scalar min, Scalar max) => Op.Run("hardtanh", this, min, max);
        public Tensor hardtanh_(Scalar min, Scalar max) => Op.InPlace("hardtanh_", this, min, max);
        public Tensor leaky_relu(Scalar negative_slope) => Op.Run("leaky_relu", this, negative_slope);
        public Tensor leaky_relu_(Scalar negative_slope) => Op.InPlace("leaky_relu_", this, negative_slope);
        public Tensor log_sigmoid() => Op.Run("log_sigmoid", this);
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Op.Run("log_softmax.int", this, dim, dtype);
        public Tensor logit(double? eps = null) => Op.Run("logit", this, eps);
        public Tensor prelu(Tensor target) => Op.Run("prelu", this, target);
        public Tensor relu() => Op.Run("relu", this);
        public Tensor relu_() => Op.InPlace("relu_", this);
        public Tensor relu6() => Op.Run("relu6", this);
        public Tensor relu6_() => Op.InPlace("relu6_", this);
        public Tensor selu() => Op.Run("selu", this);
        public Tensor selu_() => Op.InPlace("selu_", this);
        public Tensor sigmoid() => Op.Run("sigmoid", this);
        public Tensor sigmoid_() => Op.InPlace("sigmoid_", this);
        public Tensor silu() => Op.Run("silu", this);
        public Tensor silu_() => Op.InPlace("silu_", this);
        public Tensor softmax(long dim, ScalarType? dtype = null) => Op.Run("softmax.int", this, dim, dtype);
        public Tensor softplus() => Op.Run("softplus", this);
    }
}
