using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            // The last argument of the norm operators allows cuDNN.
            public static Tensor batch_norm(
                Tensor input, Tensor running_mean, Tensor running_var, Tensor weight = null, Tensor bias = null, bool training = false,
                double momentum = 0.1, double eps = 1E-05) =>
                Op.Run("batch_norm", input, weight, bias, running_mean, running_var, training, momentum, eps, true);

            public static Tensor instance_norm(
                Tensor input, Tensor running_mean = null, Tensor running_var = null, Tensor weight = null, Tensor bias = null,
                bool use_input_stats = true, double momentum = 0.1, double eps = 1E-05) =>
                Op.Run("instance_norm", input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, true);

            public static Tensor group_norm(Tensor input, long num_groups, Tensor weight = null, Tensor bias = null, double eps = 1E-05) =>
                Op.Run("group_norm", input, num_groups, weight, bias, eps, true);

            public static Tensor layer_norm(
                Tensor input, long[] normalized_shape, Tensor weight = null, Tensor bias = null, double eps = 1E-05) =>
                Op.Run("layer_norm", input, normalized_shape, weight, bias, eps, true);

            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                Drop("dropout", input, p, training, inplace);

            /// <summary>Drops whole channels.</summary>
            public static Tensor dropout1d(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
            {
                // The operator takes the second dimension for the channel, which an input without a batch does not have.
                if (input.dim() == 3) return Drop("feature_dropout", input, p, training, inplace);
                using var batched = input.unsqueeze(0);
                using var dropped = Drop("feature_dropout", batched, p, training, inplace);
                return dropped.squeeze(0);
            }

            public static Tensor dropout2d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                Drop("feature_dropout", input, p, training, inplace);

            public static Tensor dropout3d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                Drop("feature_dropout", input, p, training, inplace);

            public static Tensor alpha_dropout(Tensor input, double p = 0.5, bool training = false, bool inplace = false) =>
                Drop("alpha_dropout", input, p, training, inplace);

            public static Tensor feature_alpha_dropout(Tensor input, double p = 0.5, bool training = false, bool inplace = false) =>
                Drop("feature_alpha_dropout", input, p, training, inplace);

            private static Tensor Drop(string name, Tensor input, double p, bool training, bool inplace)
            {
                if (p is < 0 or > 1) throw new ArgumentException($"dropout probability has to be between 0 and 1, but got {p}");
                return inplace ? Op.InPlace(name + "_", input, p, training).alias() : Op.Run(name, input, p, training);
            }
        }
    }
}
