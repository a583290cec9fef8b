using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>max(0, x).</summary>
    public sealed class ReLU : nn.Module<Tensor, Tensor>
    {
        private readonly bool _inplace;

        internal ReLU(bool inplace) : base(nameof(ReLU)) => _inplace = inplace;

        public override Tensor forward(Tensor tensor) => nn.functional.relu(tensor, _inplace);
    }

    /// <summary>min(max(0, x), 6).</summary>
    public sealed class ReLU6 : nn.Module<Tensor, Tensor>
    {
        private readonly bool _inplace;

        internal ReLU6(bool inplace) : base(nameof(ReLU6)) => _inplace = inplace;

        public override Tensor forward(Tensor tensor) => nn.functional.relu6(tensor, _inplace);
    }

    /// <summary>x, or a small slope times x below 0.</summary>
    public sealed class LeakyReLU : nn.Module<Tensor, Tensor>
    {
        private readonly double _negative_slope;
        private readonly bool _inplace;

        internal LeakyReLU(double negative_slope, bool inplace) : base(nameof(LeakyReLU)) =>
            (_negative_slope, _inplace) = (negative_slope, inplace);

        public override Tensor forward(Tensor tensor) => nn.functional.leaky_relu(tensor, _negative_slope, _inplace);
    }

    /// <summary>x, or alpha (exp(x) - 1) below 0.</summary>
    public sealed class ELU : nn.Module<Tensor, Tensor>
    {
        private readonly double _alpha;
        private readonly bool _inplace;

        internal ELU(double alpha, bool inplace) : base(nameof(ELU)) =>
            (_alpha, _inplace) = (alpha, inplace);

        public override Tensor forward(Tensor tensor) => nn.functional.elu(tensor, _alpha, _inplace);
    }

    /// <summary>max(0, x) + min(0, alpha (exp(x / alpha) - 1)).</summary>
    public sealed class CELU : nn.Module<Tensor, Tensor>
    {
        private readonly double _alpha;
        private readonly bool _inplace;

        internal CELU(double alpha, bool inplace) : base(nameof(CELU)) =>
            (_alpha, _inplace) = (alpha, inplace);

        public override Tensor forward(Tensor tensor) => nn.functional.celu(tensor, _alpha, _inplace);
    }

    /// <summary>The self-normalising exponential unit.</summary>
    public sealed class SELU : nn.Module<Tensor, Tensor>
    {
        private readonly bool _inplace;

        internal SELU(bool inplace) : base(nameof(SELU)) => _inplace = inplace;

        public override Tensor forward(Tensor tensor) => nn.functional.selu(tensor, _inplace);
    }

    /// <summary>x times the normal distribution function of x.</summary>
    public sealed class GELU : nn.Module<Tensor, Tensor>
    {
        internal GELU() : base(nameof(GELU)) { }

        public override Tensor forward(Tensor tensor) => nn.functional.gelu(tensor);
    }

    /// <summary>x sigmoid(x).</summary>
    public sealed class SiLU : nn.Module<Tensor, Tensor>
    {
        internal SiLU() : base(nameof(SiLU)) { }

        public override Tensor forward(Tensor tensor) => nn.functional.silu(tensor);
    }

    /// <summary>x tanh(softplus(x)).</summary>
    public sealed class Mish : nn.Module<Tensor, Tensor>
    {
        internal Mish() : base(nameof(Mish)) { }

        public override Tensor forward(Tensor tensor) => nn.functional.Mish(tensor);
    }

    /// <summary>1 / (1 + exp(-x)).</summary>
    public sealed class Sigmoid : nn.Module<Tensor, Tensor>
    {
        internal Sigmoid() : base(nameof(Sigmoid)) { }

        public override Tensor forward(Tensor tensor) => nn.functional.sigmoid(tensor);
    }

    /// <summary>log(sigmoid(x)).</summary>
    public sealed class LogSigmoid : nn.Module<Tensor, Tensor>
    {
        internal LogSigmoid() : base(nameof(LogSigmoid)) { }

        public override Tensor forward(Tensor tensor) => nn.functional.logsigmoid(tensor);
    }

    /// <summary>The hyperbolic tangent.</summary>
    public sealed class Tanh : nn.Module<Tensor, Tensor>
    {
        internal Tanh() : base(nameof(Tanh)) { }

        public override Tensor forward(Tensor tensor) => nn.functional.tanh(tensor);
    }

    /// <summary>x kept between two bounds.</summary>
    public sealed class Hardtanh : nn.Module<Tensor, Tensor>
    {
        private readonly double _min_val;
        private readonly double _max_val;
        private readonly bool _inplace;

        internal Hardtanh(double min_val, double max_val, bool inplace) : base(nameof(Hardtanh)) =>
            (_min_val, _max_val, _inplace) = (min_val, max_val, inplace);

        public override Tensor forward(Tensor tensor) => nn.functional.Hardtanh(tensor, _min_val, _max_val, _inplace);
    }

    /// <summary>min(max(0, x / 6 + 1/2), 1).</summary>
    public sealed class Hardsigmoid : nn.Module<Tensor, Tensor>
    {
        private readonly bool _inplace;

        internal Hardsigmoid(bool inplace) : base(nameof(Hardsigmoid)) => _inplace = inplace;

        public override Tensor forward(Tensor tensor) => nn.functional.hardsigmoid(tensor, _inplace);
    }

    /// <summary>x hardsigmoid(x).</summary>
    public sealed class Hardswish : nn.Module<Tensor, Tensor>
    {
        private readonly bool _inplace;

        internal Hardswish(bool inplace) : base(nameof(Hardswish)) => _inplace = inplace;

        public override Tensor forward(Tensor tensor) => nn.functional.hardswish(tensor, _inplace);
    }

    /// <summary>log(1 + exp(beta x)) / beta, linear above the threshold.</summary>
    public sealed class Softplus : nn.Module<Tensor, Tensor>
    {
        private readonly double _beta;
        private readonly double _threshold;

        internal Softplus(double beta, double threshold) : base(nameof(Softplus)) =>
            (_beta, _threshold) = (beta, threshold);

        public override Tensor forward(Tensor tensor) => nn.functional.softplus(tensor, _beta, _threshold);
    }

    /// <summary>x / (1 + |x|).</summary>
    public sealed class Softsign : nn.Module<Tensor, Tensor>
    {
        internal Softsign() : base(nameof(Softsign)) { }

        public override Tensor forward(Tensor tensor) => nn.functional.Softsign(tensor);
    }

    /// <summary>x, or a value where x is not above the threshold.</summary>
    public sealed class Threshold : nn.Module<Tensor, Tensor>
    {
        private readonly double _threshold;
        private readonly double _value;
        private readonly bool _inplace;

        internal Threshold(double threshold, double value, bool inplace) : base(nameof(Threshold)) =>
            (_threshold, _value, _inplace) = (threshold, value, inplace);

        public override Tensor forward(Tensor tensor) => nn.functional.Threshold(tensor, _threshold, _value, _inplace);
    }

    /// <summary>exp(x) over its sum along a dimension.</summary>
    public sealed class Softmax : nn.Module<Tensor, Tensor>
    {
        private readonly long _dim;

        internal Softmax(long dim) : base(nameof(Softmax)) => _dim = dim;

        public override Tensor forward(Tensor tensor) => nn.functional.softmax(tensor, _dim);
    }

    /// <summary>The softmax over the channels of [N,C,H,W].</summary>
    public sealed class Softmax2d : nn.Module<Tensor, Tensor>
    {
        internal Softmax2d() : base(nameof(Softmax2d)) { }

        public override Tensor forward(Tensor tensor) => nn.functional.softmax2d(tensor);
    }

    /// <summary>The logarithm of the softmax along a dimension.</summary>
    public sealed class LogSoftmax : nn.Module<Tensor, Tensor>
    {
        private readonly long _dim;

        internal LogSoftmax(long dim) : base(nameof(LogSoftmax)) => _dim = dim;

        public override Tensor forward(Tensor tensor) => nn.functional.log_softmax(tensor, _dim);
    }

    /// <summary>The first half of a dimension times the sigmoid of the second.</summary>
    public sealed class GLU : nn.Module<Tensor, Tensor>
    {
        private readonly long _dim;

        internal GLU(long dim) : base(nameof(GLU)) => _dim = dim;

        public override Tensor forward(Tensor tensor) => nn.functional.glu(tensor, _dim);
    }

    /// <summary>x, or a learnt slope times x below 0.</summary>
    public sealed class PReLU : nn.Module<Tensor, Tensor>
    {
        internal PReLU(long num_parameters, double init, Device device, ScalarType? dtype) : base(nameof(PReLU)) =>
            weight = new Parameter(full([num_parameters], init, dtype: dtype, device: device));

        public Parameter weight
        {
            get => OwnParameter(nameof(weight));
            set => ConditionallyRegisterParameter(nameof(weight), value);
        }

        public override Tensor forward(Tensor tensor) => nn.functional.prelu(tensor, weight);
    }
}

namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class nn
        {
            public static ReLU ReLU(bool inplace = false) => new(inplace);
            public static ReLU6 ReLU6(bool inplace = false) => new(inplace);
            public static LeakyReLU LeakyReLU(double negative_slope = 0.01, bool inplace = false) => new(negative_slope, inplace);
            public static ELU ELU(double alpha = 1, bool inplace = false) => new(alpha, inplace);
            public static CELU CELU(double alpha = 1, bool inplace = false) => new(alpha, inplace);
            public static SELU SELU(bool inplace = false) => new(inplace);
            public static GELU GELU() => new();
            public static SiLU SiLU() => new();
            public static Mish Mish() => new();
            public static Sigmoid Sigmoid() => new();
            public static LogSigmoid LogSigmoid() => new();
            public static Tanh Tanh() => new();
            public static Hardtanh Hardtanh(double min_val = -1, double max_val = 1, bool inplace = false) =>
                new(min_val, max_val, inplace);
            public static Hardsigmoid Hardsigmoid(bool inplace = false) => new(inplace);
            public static Hardswish Hardswish(bool inplace = false) => new(inplace);
            public static Softplus Softplus(double beta = 1, double threshold = 20) => new(beta, threshold);
            public static Softsign Softsign() => new();
            public static Threshold Threshold(double threshold, double value, bool inplace = false) => new(threshold, value, inplace);
            public static Softmax Softmax(long dim) => new(dim);
            public static Softmax2d Softmax2d() => new();
            public static LogSoftmax LogSoftmax(long dim) => new(dim);
            public static GLU GLU(long dim = -1) => new(dim);

            public static PReLU PReLU(long num_parameters, double init = 0.25, Device device = null, ScalarType? dtype = default) =>
                new(num_parameters, init, device, dtype);
        }
    }
}
