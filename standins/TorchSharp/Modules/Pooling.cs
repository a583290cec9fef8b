using TorchSharp.Native;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>The largest value under a sliding kernel over [N,C,L].</summary>
    public sealed class MaxPool1d : nn.Module<Tensor, Tensor>
    {
        private readonly PoolShape _shape;

        internal MaxPool1d(PoolShape shape) : base(nameof(MaxPool1d)) => _shape = shape;

        public override Tensor forward(Tensor tensor) => _shape.Max("max_pool1d", tensor);
        public (Tensor Values, Tensor Indices) forward_with_indices(Tensor tensor) =>
            _shape.MaxWithIndices("max_pool1d_with_indices", tensor);
    }

    /// <summary>The largest value under a sliding kernel over [N,C,H,W].</summary>
    public sealed class MaxPool2d : nn.Module<Tensor, Tensor>
    {
        private readonly PoolShape _shape;

        internal MaxPool2d(PoolShape shape) : base(nameof(MaxPool2d)) => _shape = shape;

        public override Tensor forward(Tensor tensor) => _shape.Max("max_pool2d", tensor);
        public (Tensor Values, Tensor Indices) forward_with_indices(Tensor tensor) =>
            _shape.MaxWithIndices("max_pool2d_with_indices", tensor);
    }

    /// <summary>The mean under a sliding kernel over [N,C,L].</summary>
    public sealed class AvgPool1d : nn.Module<Tensor, Tensor>
    {
        private readonly PoolShape _shape;

        internal AvgPool1d(PoolShape shape) : base(nameof(AvgPool1d)) => _shape = shape;

        public override Tensor forward(Tensor tensor) => _shape.Divisor is null
            ? Op.Run("avg_pool1d", tensor, _shape.Kernel, _shape.Stride, _shape.Padding, _shape.Ceil, _shape.CountPadding)
            : throw new NotSupportedException(
                "AvgPool1d takes no divisor here. Install the packages TorchSharp and TorchSharp-cpu for it.");
    }

    /// <summary>The mean under a sliding kernel over [N,C,H,W].</summary>
    public sealed class AvgPool2d : nn.Module<Tensor, Tensor>
    {
        private readonly PoolShape _shape;

        internal AvgPool2d(PoolShape shape) : base(nameof(AvgPool2d)) => _shape = shape;

        public override Tensor forward(Tensor tensor) =>
            Op.Run("avg_pool2d", tensor, _shape.Kernel, _shape.Stride, _shape.Padding, _shape.Ceil, _shape.CountPadding, _shape.Divisor);
    }

    /// <summary>The mean of each of a fixed number of cells over [N,C,L].</summary>
    public sealed class AdaptiveAvgPool1d : nn.Module<Tensor, Tensor>
    {
        private readonly long _size;

        internal AdaptiveAvgPool1d(long size) : base(nameof(AdaptiveAvgPool1d)) => _size = size;

        public override Tensor forward(Tensor tensor) => nn.functional.adaptive_avg_pool1d(tensor, _size);
    }

    /// <summary>The mean of each of a fixed number of cells over [N,C,H,W].</summary>
    public sealed class AdaptiveAvgPool2d : nn.Module<Tensor, Tensor>
    {
        private readonly long[] _size;

        internal AdaptiveAvgPool2d(long[] size) : base(nameof(AdaptiveAvgPool2d)) => _size = size;

        public override Tensor forward(Tensor tensor) => nn.functional.adaptive_avg_pool2d(tensor, _size);
    }

    /// <summary>The largest value of each of a fixed number of cells over [N,C,L].</summary>
    public sealed class AdaptiveMaxPool1d : nn.Module<Tensor, Tensor>
    {
        private readonly long _size;

        internal AdaptiveMaxPool1d(long size) : base(nameof(AdaptiveMaxPool1d)) => _size = size;

        public override Tensor forward(Tensor tensor) => nn.functional.adaptive_max_pool1d(tensor, _size);
    }

    /// <summary>The largest value of each of a fixed number of cells over [N,C,H,W].</summary>
    public sealed class AdaptiveMaxPool2d : nn.Module<Tensor, Tensor>
    {
        private readonly long[] _size;

        internal AdaptiveMaxPool2d(long[] size) : base(nameof(AdaptiveMaxPool2d)) => _size = size;

        public override Tensor forward(Tensor tensor) => nn.functional.adaptive_max_pool2d(tensor, _size);
    }

    /// <summary>The hyper-parameters of a sliding pool; lists have one entry per spatial dimension, an empty stride means the
    /// kernel's.</summary>
    internal sealed record PoolShape(long[] Kernel, long[] Stride, long[] Padding)
    {
        public long[] Dilation { get; init; } = Extents.OrOnes(null, Kernel.Length);
        public bool Ceil { get; init; }
        public bool CountPadding { get; init; } = true;
        public long? Divisor { get; init; }

        public Tensor Max(string name, Tensor input) => Op.Run(name, input, Kernel, Stride, Padding, Dilation, Ceil);

        public (Tensor, Tensor) MaxWithIndices(string name, Tensor input) => Op.Run2(name, input, Kernel, Stride, Padding, Dilation, Ceil);

        public static PoolShape Of(long[] kernel, long[] stride, long[] padding) =>
            new(kernel, Extents.OrKernel(stride), Extents.OrZeros(padding, kernel.Length));
    }
}

namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class nn
        {
            public static MaxPool1d MaxPool1d(
                long kernelSize, long? stride = null, long? padding = null, long? dilation = null, bool ceilMode = false) =>
                new(Pool(Extents.Of(kernelSize, 1), Extents.Of(stride, 1), Extents.Of(padding, 1), Extents.Of(dilation, 1), ceilMode));

            public static MaxPool2d MaxPool2d(
                long kernelSize, long? stride = null, long? padding = null, long? dilation = null, bool ceilMode = false) =>
                new(Pool(Extents.Of(kernelSize, 2), Extents.Of(stride, 2), Extents.Of(padding, 2), Extents.Of(dilation, 2), ceilMode));

            public static MaxPool2d MaxPool2d(
                (long, long) kernelSize, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null,
                bool ceilMode = false) =>
                new(Pool(Extents.Of(kernelSize), Extents.Of(stride), Extents.Of(padding), Extents.Of(dilation), ceilMode));

            public static MaxPool2d MaxPool2d(
                long[] kernelSize, long[] strides = null, long[] padding = null, long[] dilation = null, bool ceilMode = false) =>
                new(Pool(kernelSize, strides, padding, dilation, ceilMode));

            public static AvgPool1d AvgPool1d(
                long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false, bool count_include_pad = true,
                long? divisor_override = null) =>
                new(Average([kernel_size], Extents.Of(stride, 1), [padding], ceil_mode, count_include_pad, divisor_override));

            public static AvgPool2d AvgPool2d(
                long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false, bool count_include_pad = true,
                long? divisor_override = null) =>
                new(Average(Extents.Of(kernel_size, 2), Extents.Of(stride, 2), Extents.Of(padding, 2), ceil_mode, count_include_pad,
                    divisor_override));

            public static AvgPool2d AvgPool2d(
                (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, bool ceil_mode = false,
                bool count_include_pad = true, long? divisor_override = null) =>
                new(Average(Extents.Of(kernel_size), Extents.Of(stride), Extents.Of(padding), ceil_mode, count_include_pad,
                    divisor_override));

            public static AvgPool2d AvgPool2d(
                long[] kernel_size, long[] strides = null, long[] padding = null, bool ceil_mode = false, bool count_include_pad = true,
                long? divisor_override = null) =>
                new(Average(kernel_size, strides, padding, ceil_mode, count_include_pad, divisor_override));

            public static AdaptiveAvgPool1d AdaptiveAvgPool1d(long outputSize) => new(outputSize);
            public static AdaptiveAvgPool2d AdaptiveAvgPool2d(long outputSize) => new(Extents.Of(outputSize, 2));
            public static AdaptiveAvgPool2d AdaptiveAvgPool2d((long, long) outputSize) => new(Extents.Of(outputSize));
            public static AdaptiveAvgPool2d AdaptiveAvgPool2d(long[] outputSize) => new(outputSize);
            public static AdaptiveMaxPool1d AdaptiveMaxPool1d(long outputSize) => new(outputSize);
            public static AdaptiveMaxPool2d AdaptiveMaxPool2d(long[] outputSize) => new(outputSize);

            private static PoolShape Pool(long[] kernel, long[] stride, long[] padding, long[] dilation, bool ceil) =>
                PoolShape.Of(kernel, stride, padding) with { Dilation = Extents.OrOnes(dilation, kernel.Length), Ceil = ceil };

            private static PoolShape Average(long[] kernel, long[] stride, long[] padding, bool ceil, bool countPadding, long? divisor) =>
                PoolShape.Of(kernel, stride, padding) with { Ceil = ceil, CountPadding = countPadding, Divisor = divisor };
        }
    }
}
