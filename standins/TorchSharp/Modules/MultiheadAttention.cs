using TorchSharp.Native;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>
    /// Attention of several heads over sequences, as [L,N,E] for the queries and [S,N,E] for keys and values (Vaswani et al. 2017, 3.2.2).
    /// </summary>
    public sealed class MultiheadAttention : nn.Module<Tensor, Tensor, Tensor, Tensor, bool, Tensor, Tuple<Tensor, Tensor>>
    {
        private readonly long _width;
        private readonly long _heads;
        private readonly double _dropout;

        internal MultiheadAttention(long width, long heads, double dropout, bool bias, long? keyWidth, long? valueWidth)
            : base(nameof(MultiheadAttention))
        {
            if (width % heads != 0) throw new ArgumentException($"MultiheadAttention: a width of {width} is no multiple of {heads} heads.");
            (_width, _heads, _dropout) = (width, heads, dropout);
            if ((keyWidth ?? width) == width && (valueWidth ?? width) == width)
            {
                AddProjection("in_proj_weight", 3 * width, width);
            }
            else
            {
                AddProjection("q_proj_weight", width, width);
                AddProjection("k_proj_weight", width, keyWidth ?? width);
                AddProjection("v_proj_weight", width, valueWidth ?? width);
            }

            if (bias) register_parameter("in_proj_bias", new Parameter(zeros([3 * width])));
            var output = nn.Linear(width, width, bias);
            if (bias) nn.init.zeros_(output.bias);
            register_module("out_proj", output);
        }

        public new Tuple<Tensor, Tensor> call(
            Tensor query, Tensor key, Tensor value, Tensor key_padding_mask = null, bool need_weights = true, Tensor attn_mask = null) =>
            base.call(query, key, value, key_padding_mask, need_weights, attn_mask);

        /// <summary>
        /// The attended values [L,N,E] and, if wanted, the weights [N,L,S] averaged over the heads. A boolean mask leaves out where it is
        /// true.
        /// </summary>
        public override Tuple<Tensor, Tensor> forward(
            Tensor query, Tensor key, Tensor value, Tensor key_padding_mask, bool need_weights, Tensor attn_mask)
        {
            using var _ = NewDisposeScope();
            var (length, samples, sources) = (query.shape[0], query.shape[1], key.shape[0]);
            var (q, k, v) = Project(query, key, value);
            q = Heads(q, length, samples) / Math.Sqrt(_width / _heads);
            var scores = q.matmul(Heads(k, sources, samples).transpose(-2, -1));

            if (attn_mask is not null)
            {
                // A mask of [N*heads,L,S] has one plane for each head, [L,S] serves all.
                var mask = attn_mask.dim() == 3 ? attn_mask.reshape(samples, _heads, length, sources) : attn_mask;
                scores = Masked(scores, mask);
            }

            if (key_padding_mask is not null) scores = Masked(scores, key_padding_mask.reshape(samples, 1, 1, sources));
            var weights = nn.functional.softmax(scores, -1);
            var attended = nn.functional.dropout(weights, _dropout, training).matmul(Heads(v, sources, samples));
            var joined = attended.permute(2, 0, 1, 3).reshape(length, samples, _width);
            var output = ((Linear)_internal_submodules["out_proj"]).call(joined);
            var averaged = need_weights ? weights.mean([1]) : null;
            return Tuple.Create(output.MoveToOuterDisposeScope(), averaged?.MoveToOuterDisposeScope());
        }

        private void AddProjection(string key, long outputs, long inputs)
        {
            var weight = new Parameter(empty(outputs, inputs));
            nn.init.xavier_uniform_(weight);
            register_parameter(key, weight);
        }

        private (Tensor, Tensor, Tensor) Project(Tensor query, Tensor key, Tensor value)
        {
            var weights = OwnParameter("in_proj_weight") is { } joint
                ? joint.chunk(3)
                : [OwnParameter("q_proj_weight"), OwnParameter("k_proj_weight"), OwnParameter("v_proj_weight")];
            var biases = OwnParameter("in_proj_bias")?.chunk(3);
            return (nn.functional.linear(query, weights[0], biases?[0]), nn.functional.linear(key, weights[1], biases?[1]),
                nn.functional.linear(value, weights[2], biases?[2]));
        }

        // [L,N,E] -> [N,heads,L,E/heads].
        private Tensor Heads(Tensor sequence, long length, long samples) =>
            sequence.reshape(length, samples, _heads, _width / _heads).permute(1, 2, 0, 3);

        private static Tensor Masked(Tensor scores, Tensor mask) =>
            mask.dtype == ScalarType.Bool ? scores.masked_fill(mask, double.NegativeInfinity) : scores + mask;
    }
}

namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class nn
        {
            public static MultiheadAttention MultiheadAttention(
                long embedded_dim, long num_heads, double dropout = 0, bool bias = true, bool add_bias_kv = false,
                bool add_zero_attn = false,
                long? kdim = null, long? vdim = null) => add_bias_kv || add_zero_attn
                ? throw new NotSupportedException(
                    "MultiheadAttention: add_bias_kv and add_zero_attn are not supported here. " +
                    "Install the packages TorchSharp and TorchSharp-cpu for them.")
                : new(embedded_dim, num_heads, dropout, bias, kdim, vdim);
        }
    }
}
