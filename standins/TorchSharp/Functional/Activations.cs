using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            // An in-place activation gives back a new handle on its argument, so that both can be disposed of on their own.
            public static Tensor relu(Tensor x, bool inplace = false) =>
                inplace ? Op.InPlace("relu_", x).alias() : Op.Run("relu", x);

            public static Tensor relu6(Tensor x, bool inplace = false) => Hardtanh(x, 0, 6, inplace);

            public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false) =>
                inplace ? Op.InPlace("leaky_relu_", input, negative_slope).alias() : Op.Run("leaky_relu", input, negative_slope);

            public static Tensor elu(Tensor x, double alpha, bool inplace = false) =>
                inplace ? Op.InPlace("elu_", x, alpha).alias() : Op.Run("elu", x, alpha);

            public static Tensor celu(Tensor x, double alpha, bool inplace = false) =>
                inplace ? Op.InPlace("celu_", x, alpha).alias() : Op.Run("celu", x, alpha);

            public static Tensor selu(Tensor x, bool inplace = false) =>
                inplace ? Op.InPlace("selu_", x).alias() : Op.Run("selu", x);

            public static Tensor silu(Tensor x, bool inplace = false) =>
                inplace ? Op.InPlace("silu_", x).alias() : Op.Run("silu", x);

            public static Tensor SiLU(Tensor x, bool inplace = false) => silu(x, inplace);

            public static Tensor hardsigmoid(Tensor input, bool inplace = false) =>
                inplace ? Op.InPlace("hardsigmoid_", input).alias() : Op.Run("hardsigmoid", input);

            public static Tensor hardswish(Tensor input, bool inplace = false) =>
                inplace ? Op.InPlace("hardswish_", input).alias() : Op.Run("hardswish", input);

            public static Tensor Hardtanh(Tensor x, double min_val = -1, double max_val = 1, bool inplace = false) =>
                inplace ? Op.InPlace("hardtanh_", x, min_val, max_val).alias() : Op.Run("hardtanh", x, min_val, max_val);

            public static Tensor tanh(Tensor x, bool inplace = false) =>
                inplace ? Op.InPlace("tanh_", x).alias() : Op.Run("tanh", x);

            public static Tensor Threshold(Tensor x, double threshold, double value, bool inplace = false) =>
                inplace ? Op.InPlace("threshold_", x, threshold, value).alias() : Op.Run("threshold", x, threshold, value);

            public static Tensor sigmoid(Tensor x) => Op.Run("sigmoid", x);
            public static Tensor gelu(Tensor x) => Op.Run("gelu", x);
            public static Tensor Mish(Tensor x) => Op.Run("mish", x);
            public static Tensor logsigmoid(Tensor x) => Op.Run("log_sigmoid", x);
            public static Tensor Hardshrink(Tensor x, double lambda = 0.5) => Op.Run("hardshrink", x, lambda);
            public static Tensor Softshrink(Tensor x, double lambda = 0.5) => Op.Run("softshrink", x, lambda);
            public static Tensor softplus(Tensor x, double beta = 1, double threshold = 20) => Op.Run("softplus", x, beta, threshold);
            public static Tensor glu(Tensor input, long dim = -1) => Op.Run("glu", input, dim);
            public static Tensor prelu(Tensor input, Tensor weight) => Op.Run("prelu", input, weight);

            public static Tensor Softsign(Tensor x)
            {
                using var _ = NewDisposeScope();
                return (x / (x.abs() + 1)).MoveToOuterDisposeScope();
            }

            public static Tensor Tanhshrink(Tensor x)
            {
                using var _ = NewDisposeScope();
                return (x - x.tanh()).MoveToOuterDisposeScope();
            }

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = default) => Op.Run("softmax.int", input, dim, dtype);
            public static Tensor softmax2d(Tensor x) => softmax(x, -3);
            public static Tensor log_softmax(Tensor x, long dim) => Op.Run("log_softmax.int", x, dim);

            public static Tensor softmin(Tensor x, long dim)
            {
                using var negated = -x;
                return softmax(negated, dim);
            }
        }
    }
}
