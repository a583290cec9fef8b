using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Fills parameters in place, outside of autograd, and gives them back.</summary>
        public static partial class init
        {
            public enum FanInOut
            {
                FanIn = 0,
                FanOut = 1,
            }

            public enum NonlinearityType
            {
                Linear = 0,
                Conv1D = 1,
                Conv2D = 2,
                Conv3D = 3,
                ConvTranspose1D = 4,
                ConvTranspose2D = 5,
                ConvTranspose3D = 6,
                Sigmoid = 7,
                Tanh = 8,
                ReLU = 9,
                LeakyReLU = 10,
            }

            public static Tensor uniform_(Tensor tensor, double low = 0, double high = 1, Generator generator = null) =>
                Fill("uniform_", tensor, low, high, generator);

            public static Tensor normal_(Tensor tensor, double mean = 0, double std = 1, Generator generator = null) =>
                Fill("normal_", tensor, mean, std, generator);

            public static Tensor constant_(Tensor tensor, Scalar val) => Fill("fill_.Scalar", tensor, val);
            public static Tensor ones_(Tensor tensor) => constant_(tensor, 1);
            public static Tensor zeros_(Tensor tensor) => constant_(tensor, 0);

            public static Tensor eye_(Tensor tensor)
            {
                if (tensor.dim() != 2) throw new ArgumentException("Only tensors with 2 dimensions are supported.");
                using var _ = NewDisposeScope();
                using var __ = no_grad();
                return tensor.copy_(eye(tensor.shape[0], tensor.shape[1], dtype: tensor.dtype, device: tensor.device));
            }

            /// <summary>
            /// The normal distribution cut off at a and b, drawn by inverting its distribution function (Burkardt 2014, The Truncated
            /// Normal
            /// Distribution, 3.1).
            /// </summary>
            public static Tensor trunc_normal_(
                Tensor tensor, double mean = 0, double std = 1, double a = -2, double b = 2, Generator generator = null)
            {
                using var _ = no_grad();
                double below = NormalDistribution((a - mean) / std), above = NormalDistribution((b - mean) / std);
                Op.InPlace("uniform_", tensor, 2 * below - 1, 2 * above - 1, generator);
                Op.InPlace("erfinv_", tensor);
                Op.InPlace("mul_.Scalar", tensor, std * Math.Sqrt(2));
                Op.InPlace("add_.Scalar", tensor, mean);
                return Op.InPlace("clamp_", tensor, a, b);
            }

            public static Tensor xavier_uniform_(Tensor tensor, double gain = 1)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                var bound = gain * Math.Sqrt(6.0 / (fanIn + fanOut));
                return uniform_(tensor, -bound, bound);
            }

            public static Tensor xavier_normal_(Tensor tensor, double gain = 1)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return normal_(tensor, 0, gain * Math.Sqrt(2.0 / (fanIn + fanOut)));
            }

            public static Tensor glorot_uniform_(Tensor tensor, double gain = 1) => xavier_uniform_(tensor, gain);
            public static Tensor glorot_normal_(Tensor tensor, double gain = 1) => xavier_normal_(tensor, gain);

            public static Tensor kaiming_uniform_(
                Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU)
            {
                var bound = Math.Sqrt(3) * KaimingDeviation(tensor, a, mode, nonlinearity);
                return uniform_(tensor, -bound, bound);
            }

            public static Tensor kaiming_normal_(
                Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU) =>
                normal_(tensor, 0, KaimingDeviation(tensor, a, mode, nonlinearity));

            public static Tensor orthogonal_(Tensor tensor, double gain = 1)
            {
                if (tensor.dim() < 2) throw new ArgumentException("Only tensors with 2 or more dimensions are supported.");
                using var _ = NewDisposeScope();
                using var __ = no_grad();
                var rows = tensor.shape[0];
                var columns = tensor.numel() / rows;
                var noise = randn([Math.Max(rows, columns), Math.Min(rows, columns)], dtype: tensor.dtype, device: tensor.device);
                var (q, r) = Op.Run2("linalg_qr", noise, "reduced");
                // Signs of the diagonal make the decomposition unique, and the draw uniform over orthogonal matrices (Mezzadri 2007, 5).
                q *= Op.Run("sign", Op.Run("diagonal", r));
                if (rows < columns) q = q.t();
                return tensor.copy_(q.reshape(tensor.shape) * gain);
            }

            /// <summary>The factor that keeps the variance of activations through a nonlinearity (He et al. 2015, 2.2).</summary>
            public static double calculate_gain(NonlinearityType nonlinearity, double param = 0) => nonlinearity switch
            {
                NonlinearityType.Tanh => 5.0 / 3.0,
                NonlinearityType.ReLU => Math.Sqrt(2.0),
                NonlinearityType.LeakyReLU => Math.Sqrt(2.0 / (1 + param * param)),
                _ => 1,
            };

            /// <summary>The inputs and outputs that one element of a weight [out, in, ...] is part of.</summary>
            public static (long fanIn, long fanOut) CalculateFanInAndFanOut(Tensor tensor)
            {
                var shape = tensor.shape;
                if (shape.Length < 2)
                    throw new ArgumentException("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions");
                var field = shape[2..].Aggregate(1L, (product, size) => product * size);
                return (shape[1] * field, shape[0] * field);
            }

            private static double KaimingDeviation(Tensor tensor, double a, FanInOut mode, NonlinearityType nonlinearity)
            {
                var (fanIn, fanOut) = CalculateFanInAndFanOut(tensor);
                return calculate_gain(nonlinearity, a) / Math.Sqrt(mode == FanInOut.FanIn ? fanIn : fanOut);
            }

            // Through the complementary error function of the other tail, which keeps its digits far from the mean.
            private static double NormalDistribution(double x)
            {
                using var _ = NewDisposeScope();
                return torch.tensor(-x / Math.Sqrt(2), dtype: ScalarType.Float64).erfc().item<double>() / 2;
            }

            private static Tensor Fill(string name, Tensor tensor, params ReadOnlySpan<Arg> arguments)
            {
                using var _ = no_grad();
                return Op.InPlace(name, [tensor, .. arguments]);
            }
        }
    }
}
