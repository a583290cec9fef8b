using TorchSharp.Native;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>x W' + b over the last dimension.</summary>
    public sealed class Linear : nn.Module<Tensor, Tensor>
    {
        internal Linear(long inputs, long outputs, bool hasBias, Device device, ScalarType? dtype) : base(nameof(Linear))
        {
            weight = new Parameter(empty(outputs, inputs, dtype: dtype, device: device));
            nn.init.kaiming_uniform_(weight, a: Math.Sqrt(5));
            if (!hasBias) return;
            var bound = 1 / Math.Sqrt(inputs);
            bias = new Parameter(empty(outputs, dtype: dtype, device: device));
            nn.init.uniform_(bias, -bound, bound);
        }

        public Parameter weight
        {
            get => OwnParameter(nameof(weight));
            set => ConditionallyRegisterParameter(nameof(weight), value);
        }

        public Parameter bias
        {
            get => OwnParameter(nameof(bias));
            set => ConditionallyRegisterParameter(nameof(bias), value);
        }

        public override Tensor forward(Tensor tensor) => nn.functional.linear(tensor, weight, bias);
    }

    /// <summary>A table of vectors, looked up by index.</summary>
    public sealed class Embedding : nn.Module<Tensor, Tensor>
    {
        private readonly EmbeddingLookup _lookup;

        internal Embedding(Tensor table, bool learnt, EmbeddingLookup lookup) : base(nameof(Embedding))
        {
            weight = new Parameter(table, learnt);
            _lookup = lookup;
        }

        public Parameter weight
        {
            get => OwnParameter(nameof(weight));
            set => ConditionallyRegisterParameter(nameof(weight), value);
        }

        public override Tensor forward(Tensor input)
        {
            if (_lookup.MaxNorm is { } longest)
            {
                using var _ = no_grad();
                Op.InPlace("embedding_renorm_", weight, input, longest, _lookup.NormType);
            }

            return Op.Run("embedding", weight, input, _lookup.PaddingRow, _lookup.ScaleByFrequency, _lookup.Sparse);
        }
    }

    /// <summary>How an embedding reads its table; row -1 stands for no padding row.</summary>
    internal sealed record EmbeddingLookup(long PaddingRow, double? MaxNorm, double NormType, bool ScaleByFrequency, bool Sparse);

    /// <summary>Gives back its input.</summary>
    public sealed class Identity : nn.Module<Tensor, Tensor>
    {
        internal Identity() : base(nameof(Identity)) { }

        public override Tensor forward(Tensor tensor) => tensor.alias();
    }

    /// <summary>Joins a range of dimensions into one.</summary>
    public sealed class Flatten : nn.Module<Tensor, Tensor>
    {
        private readonly long _start;
        private readonly long _end;

        internal Flatten(long start, long end) : base(nameof(Flatten)) => (_start, _end) = (start, end);

        public override Tensor forward(Tensor tensor) => tensor.flatten(_start, _end);
    }

    /// <summary>Splits one dimension into several.</summary>
    public sealed class Unflatten : nn.Module<Tensor, Tensor>
    {
        private readonly long _dim;
        private readonly long[] _sizes;

        internal Unflatten(long dim, long[] sizes) : base(nameof(Unflatten)) => (_dim, _sizes) = (dim, sizes);

        public override Tensor forward(Tensor tensor)
        {
            var shape = tensor.shape;
            var dim = (int)(_dim < 0 ? _dim + shape.Length : _dim);
            return tensor.reshape([.. shape[..dim], .. _sizes, .. shape[(dim + 1)..]]);
        }
    }
}

namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class nn
        {
            public static Linear Linear(
                long inputSize, long outputSize, bool hasBias = true, Device device = null, ScalarType? dtype = null) =>
                new(inputSize, outputSize, hasBias, device, dtype);

            public static Embedding Embedding(
                long num_embeddings, long embedding_dims, long? padding_idx = null, double? max_norm = null, double norm_type = 2,
                bool scale_grad_by_freq = false, bool sparse = false, Device device = null, ScalarType? dtype = null)
            {
                var table = init.normal_(empty(num_embeddings, embedding_dims, dtype: dtype, device: device));
                var row = RowOf(padding_idx, num_embeddings);
                if (row >= 0)
                {
                    using var padding = table[row];
                    padding.zero_();
                }

                return new Embedding(table, true, new EmbeddingLookup(row, max_norm, norm_type, scale_grad_by_freq, sparse));
            }

            public static Embedding Embedding_from_pretrained(
                Tensor embeddings, bool freeze = true, long? padding_idx = null, double? max_norm = null, double norm_type = 2,
                bool scale_grad_by_freq = false, bool sparse = false, Device device = null, ScalarType? dtype = null)
            {
                var table = embeddings.to(dtype ?? embeddings.dtype, device ?? embeddings.device, copy: true);
                var row = RowOf(padding_idx, embeddings.shape[0]);
                return new Embedding(table, !freeze, new EmbeddingLookup(row, max_norm, norm_type, scale_grad_by_freq, sparse));
            }

            private static long RowOf(long? paddingIndex, long rows) => paddingIndex switch
            {
                null => -1,
                < 0 => rows + paddingIndex.Value,
                _ => paddingIndex.Value,
            };

            public static Identity Identity() => new();
            public static Flatten Flatten(long startDim = 1, long endDim = -1) => new(startDim, endDim);
            public static Unflatten Unflatten(long dim, long[] unflattenedSize) => new(dim, unflattenedSize);
        }
    }
}
