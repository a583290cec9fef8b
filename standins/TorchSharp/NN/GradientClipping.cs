using TorchSharp.Modules;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class utils
        {
            /// <summary>Scales all gradients so that their joint norm is at most <c>max_norm</c>; gives back the norm before.</summary>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2)
            {
                using var _ = NewDisposeScope();
                using var __ = no_grad();
                var gradients = tensors.Select(parameter => parameter.grad).Where(gradient => gradient is not null).ToList();
                if (gradients.Count == 0) return 0;
                var norms = gradients.Select(gradient => Op.Run("linalg_vector_norm", gradient, norm_type)).ToList();
                var total = Op.Run("linalg_vector_norm", Op.Run("stack", norms), norm_type).to(ScalarType.Float64).item<double>();
                var scale = max_norm / (total + 1e-6);
                if (scale < 1) Op.Void("_foreach_mul_.Scalar", gradients, scale);
                return total;
            }

            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                using var _ = NewDisposeScope();
                using var __ = no_grad();
                foreach (var parameter in tensors)
                    if (parameter.grad is { } gradient) Op.InPlace("clamp_", gradient, -clip_value, clip_value);
            }

            /// <summary>All parameters one after the other in a single dimension.</summary>
            public static Tensor parameters_to_vector(IEnumerable<Parameter> tensors)
            {
                using var _ = NewDisposeScope();
                return Op.Run("cat", tensors.Select(parameter => parameter.reshape(-1)).ToList()).MoveToOuterDisposeScope();
            }

            public static void vector_to_parameters(Tensor vec, IEnumerable<Parameter> tensors)
            {
                using var _ = NewDisposeScope();
                using var __ = no_grad();
                var start = 0L;
                foreach (var parameter in tensors)
                {
                    var count = parameter.numel();
                    parameter.copy_(vec.narrow(0, start, count).view_as(parameter));
                    start += count;
                }
            }

            /// <summary>The weight and bias of a convolution that does the work of a following batch norm too.</summary>
            public static (Parameter weight, Parameter bias) fuse_conv_bn_weights(
                Tensor conv_w, Tensor conv_b, Tensor bn_rm, Tensor bn_rv, double bn_eps, Tensor bn_w, Tensor bn_b, bool transpose = false)
            {
                using var scope = NewDisposeScope();
                using var __ = no_grad();
                var scale = (bn_rv + bn_eps).rsqrt();
                if (bn_w is not null) scale *= bn_w;
                var shape = Enumerable.Repeat(1L, (int)conv_w.dim()).ToArray();
                shape[transpose ? 1 : 0] = -1;
                var weight = new Parameter(conv_w * scale.reshape(shape), conv_w.requires_grad);
                var offset = conv_b is null ? -bn_rm * scale : (conv_b - bn_rm) * scale;
                var bias = new Parameter(bn_b is null ? offset : offset + bn_b, conv_b?.requires_grad ?? conv_w.requires_grad);
                scope.MoveToOuter(weight, bias);
                return (weight, bias);
            }
        }
    }
}
