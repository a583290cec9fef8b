using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>[N,C,...] resized to a size or by a factor per spatial dimension.</summary>
            public static Tensor interpolate(
                Tensor x, long[] size = null, double[] scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest,
                bool? align_corners = null, bool recompute_scale_factor = false)
            {
                var dimensions = (int)x.dim() - 2;
                if (size is null == scale_factor is null)
                    throw new ArgumentException("Only one of size or scale_factor should be defined.");
                if (scale_factor is { Length: 1 } && dimensions > 1) scale_factor = [.. Enumerable.Repeat(scale_factor[0], dimensions)];
                if (size is { Length: 1 } && dimensions > 1) size = Extents.Of(size[0], dimensions);
                if (size is null && (recompute_scale_factor || mode == InterpolationMode.Area))
                {
                    size = [.. scale_factor.Select((factor, d) => (long)Math.Floor(x.shape[d + 2] * factor))];
                    scale_factor = null;
                }

                var aligned = align_corners ?? false;
                return (mode, dimensions) switch
                {
                    (InterpolationMode.Nearest, 1) => Op.Run("upsample_nearest1d.vec", x, size, scale_factor),
                    (InterpolationMode.Nearest, 2) => Op.Run("upsample_nearest2d.vec", x, size, scale_factor),
                    (InterpolationMode.Nearest, 3) => Op.Run("upsample_nearest3d.vec", x, size, scale_factor),
                    (InterpolationMode.Linear, 1) => Op.Run("upsample_linear1d.vec", x, size, aligned, scale_factor),
                    (InterpolationMode.Bilinear, 2) => Op.Run("upsample_bilinear2d.vec", x, size, aligned, scale_factor),
                    (InterpolationMode.Bicubic, 2) => Op.Run("upsample_bicubic2d.vec", x, size, aligned, scale_factor),
                    (InterpolationMode.Trilinear, 3) => Op.Run("upsample_trilinear3d.vec", x, size, aligned, scale_factor),
                    (InterpolationMode.Area, 1) => adaptive_avg_pool1d(x, size[0]),
                    (InterpolationMode.Area, 2) => adaptive_avg_pool2d(x, size),
                    (InterpolationMode.Area, 3) => adaptive_avg_pool3d(x, size),
                    _ => throw new ArgumentException($"Interpolation mode {mode} does not take an input of {dimensions + 2} dimensions."),
                };
            }

            public static Tensor upsample(
                Tensor x, long[] size = null, double[] scale_factor = null, UpsampleMode mode = UpsampleMode.Nearest,
                bool align_corners = false) =>
                interpolate(x, size, scale_factor, (InterpolationMode)mode, align_corners);

            public static Tensor upsample_nearest(Tensor x, long[] size = null, double[] scale_factor = null, bool align_corners = false) =>
                upsample(x, size, scale_factor, UpsampleMode.Nearest, align_corners);

            public static Tensor upsample_bilinear(
                Tensor x, long[] size = null, double[] scale_factor = null, bool align_corners = false) =>
                upsample(x, size, scale_factor, UpsampleMode.Bilinear, align_corners);

            /// <summary>[N,C,H,W] read at the points of a grid [N,h,w,2] in -1..1 (x first) -> [N,C,h,w].</summary>
            public static Tensor grid_sample(
                Tensor input, Tensor grid, GridSampleMode mode = GridSampleMode.Bilinear,
                GridSamplePaddingMode padding_mode = GridSamplePaddingMode.Zeros, bool? align_corners = null)
            {
                // The operator numbers its modes otherwise: bilinear 0, nearest 1; zeros 0, border 1, reflection 2.
                var interpolation = mode == GridSampleMode.Bilinear ? 0 : 1;
                var outside = padding_mode switch { GridSamplePaddingMode.Zeros => 0, GridSamplePaddingMode.Border => 1, _ => 2 };
                return Op.Run("grid_sampler", input, grid, interpolation, outside, align_corners ?? false);
            }

            /// <summary>[N,2,3] affine matrices and the size of the output -> a grid [N,H,W,2] for <see cref="grid_sample"/>.</summary>
            public static Tensor affine_grid(Tensor theta, long[] size = null, bool align_corners = false) =>
                Op.Run("affine_grid_generator", theta, size, align_corners);

            /// <summary>Pads from the last dimension backwards: left, right, top, bottom, ...</summary>
            public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
            {
                var name = mode switch
                {
                    PaddingModes.Constant or PaddingModes.Zeros => "constant",
                    PaddingModes.Reflect => "reflect",
                    PaddingModes.Replicate => "replicate",
                    PaddingModes.Circular => "circular",
                    _ => throw new ArgumentException($"Unknown padding mode {mode}.", nameof(mode)),
                };
                return name == "constant" ? Op.Run("constant_pad_nd", input, pad, value) : Op.Run("pad", input, pad, name);
            }

            public static Tensor pad(Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, pad.ToArray(), mode, value);

            public static Tensor pad(Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, Extents.Of(pad), mode, value);

            public static Tensor pad(
                Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [pad.Item1, pad.Item2, pad.Item3, pad.Item4], mode, value);

            public static Tensor pad(Tensor input, long pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [pad, pad], mode, value);

            public static Tensor pixel_shuffle(Tensor x, long upscaleFactor) => Op.Run("pixel_shuffle", x, upscaleFactor);
            public static Tensor pixel_unshuffle(Tensor x, long downscaleFactor) => Op.Run("pixel_unshuffle", x, downscaleFactor);
            public static Tensor one_hot(Tensor x, long num_classes = -1) => Op.Run("one_hot", x, num_classes);

            public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim = 1, double eps = 1E-08) =>
                Op.Run("cosine_similarity", x1, x2, dim, eps);

            public static Tensor pairwise_distance(Tensor input1, Tensor input2, double p = 2, double eps = 1E-06, bool keep_dim = false) =>
                Op.Run("pairwise_distance", input1, input2, p, eps, keep_dim);

            /// <summary>
            /// softmax(q k' / sqrt(E) + mask) v for [...,L,E], [...,S,E] and [...,S,V]; a boolean mask keeps where it is true.
            /// </summary>
            public static Tensor scaled_dot_product_attention(
                Tensor query, Tensor key, Tensor value, Tensor attn_mask = null, double p = 0, bool is_casual = false)
            {
                if (is_casual && attn_mask is not null)
                    throw new ArgumentException("Casual attention mask can't be used with an attention mask.");
                using var _ = NewDisposeScope();
                var scores = (query / Math.Sqrt(query.shape[^1])).matmul(key.transpose(-2, -1));
                if (is_casual) attn_mask = torch.ones(query.shape[^2], key.shape[^2], dtype: ScalarType.Bool, device: query.device).tril();
                if (attn_mask?.dtype == ScalarType.Bool) scores = scores.masked_fill(attn_mask.logical_not(), double.NegativeInfinity);
                else if (attn_mask is not null) scores += attn_mask;
                var attention = softmax(scores, -1);
                if (p > 0) attention = dropout(attention, p);
                return attention.matmul(value).MoveToOuterDisposeScope();
            }
        }
    }
}
