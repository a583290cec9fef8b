using TorchSharp.Native;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Resizes [N,C,...] to a size or by a factor.</summary>
    public sealed class Upsample : nn.Module<Tensor, Tensor>
    {
        private readonly long[] _size;
        private readonly double[] _factor;

        internal Upsample(long[] size, double[] factor, UpsampleMode mode, bool? aligned) : base(nameof(Upsample)) =>
            (_size, _factor, this.mode, align_corners) = (size, factor, mode, aligned);

        public ReadOnlySpan<long> size => _size;
        public ReadOnlySpan<double> scale_factor => _factor;
        public UpsampleMode mode { get; }
        public bool? align_corners { get; }

        public override Tensor forward(Tensor tensor) =>
            nn.functional.interpolate(tensor, _size, _factor, (InterpolationMode)mode, align_corners);
    }

    /// <summary>[N, C*r*r, H, W] -> [N, C, H*r, W*r].</summary>
    public sealed class PixelShuffle : nn.Module<Tensor, Tensor>
    {
        private readonly long _factor;

        internal PixelShuffle(long factor) : base(nameof(PixelShuffle)) => _factor = factor;

        public override Tensor forward(Tensor tensor) => nn.functional.pixel_shuffle(tensor, _factor);
    }

    /// <summary>[N, C, H*r, W*r] -> [N, C*r*r, H, W].</summary>
    public sealed class PixelUnshuffle : nn.Module<Tensor, Tensor>
    {
        private readonly long _factor;

        internal PixelUnshuffle(long factor) : base(nameof(PixelUnshuffle)) => _factor = factor;

        public override Tensor forward(Tensor tensor) => nn.functional.pixel_unshuffle(tensor, _factor);
    }

    /// <summary>Interleaves groups of channels.</summary>
    public sealed class ChannelShuffle : nn.Module<Tensor, Tensor>
    {
        private readonly long _groups;

        internal ChannelShuffle(long groups) : base(nameof(ChannelShuffle)) => _groups = groups;

        public override Tensor forward(Tensor tensor) => Op.Run("channel_shuffle", tensor, _groups);
    }

    /// <summary>[N,C,H,W] -> [N, C*kh*kw, L], one column per position of the kernel.</summary>
    public sealed class Unfold : nn.Module<Tensor, Tensor>
    {
        private readonly KernelPath _path;

        internal Unfold(KernelPath path) : base(nameof(Unfold)) => _path = path;

        public override Tensor forward(Tensor tensor) =>
            nn.functional.unfold(tensor, _path.Kernel, _path.Dilation, _path.Padding, _path.Stride);
    }

    /// <summary>[N, C*kh*kw, L] -> [N,C,H,W], overlapping positions summed.</summary>
    public sealed class Fold : nn.Module<Tensor, Tensor>
    {
        private readonly (long, long) _size;
        private readonly KernelPath _path;

        internal Fold((long, long) size, KernelPath path) : base(nameof(Fold)) => (_size, _path) = (size, path);

        public override Tensor forward(Tensor tensor) =>
            nn.functional.fold(tensor, _size, _path.Kernel, _path.Dilation, _path.Padding, _path.Stride);
    }

    /// <summary>The positions that a kernel takes on an image.</summary>
    internal sealed record KernelPath((long, long) Kernel, (long, long)? Dilation, (long, long)? Padding, (long, long)? Stride);

    /// <summary>The cosine of the angle between vectors along a dimension.</summary>
    public sealed class CosineSimilarity : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly long _dim;
        private readonly double _eps;

        internal CosineSimilarity(long dim, double eps) : base(nameof(CosineSimilarity)) => (_dim, _eps) = (dim, eps);

        public override Tensor forward(Tensor input1, Tensor input2) => nn.functional.cosine_similarity(input1, input2, _dim, _eps);
    }
}

namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class nn
        {
            public static Upsample Upsample(
                long[] size = null, double[] scale_factor = null, UpsampleMode mode = UpsampleMode.Nearest, bool? align_corners = null) =>
                new(size, scale_factor, mode, align_corners);

            public static PixelShuffle PixelShuffle(long upscaleFactor) => new(upscaleFactor);
            public static PixelUnshuffle PixelUnshuffle(long downscaleFactor) => new(downscaleFactor);
            public static ChannelShuffle ChannelShuffle(long groups) => new(groups);
            public static CosineSimilarity CosineSimilarity(long dim = 1, double eps = 1E-08) => new(dim, eps);

            public static Unfold Unfold(long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
                Unfold((kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

            public static Unfold Unfold(
                (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long, long)? stride = null) =>
                new(new KernelPath(kernel_size, dilation, padding, stride));

            public static Fold Fold(long output_size, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
                Fold((output_size, output_size), (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

            public static Fold Fold(
                (long, long) output_size, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null,
                (long, long)? stride = null) =>
                new(output_size, new KernelPath(kernel_size, dilation, padding, stride));
        }
    }
}
