using TorchSharp.Native;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>A convolution over [N,C,L].</summary>
    public sealed class Conv1d : Convolution
    {
        internal Conv1d(ConvolutionShape shape, Device device, ScalarType? dtype) : base(nameof(Conv1d), shape, device, dtype) { }

        public Parameter weight { get => Weight; set => Weight = value; }
        public Parameter bias { get => Bias; set => Bias = value; }

        public override Tensor forward(Tensor input) => Convolve(input);
    }

    /// <summary>A convolution over [N,C,H,W].</summary>
    public sealed class Conv2d : Convolution
    {
        internal Conv2d(ConvolutionShape shape, Device device, ScalarType? dtype) : base(nameof(Conv2d), shape, device, dtype) { }

        public Parameter weight { get => Weight; set => Weight = value; }
        public Parameter bias { get => Bias; set => Bias = value; }

        public override Tensor forward(Tensor input) => Convolve(input);
    }

    /// <summary>A convolution over [N,C,D,H,W].</summary>
    public sealed class Conv3d : Convolution
    {
        internal Conv3d(ConvolutionShape shape, Device device, ScalarType? dtype) : base(nameof(Conv3d), shape, device, dtype) { }

        public Parameter weight { get => Weight; set => Weight = value; }
        public Parameter bias { get => Bias; set => Bias = value; }

        public override Tensor forward(Tensor input) => Convolve(input);
    }

    /// <summary>A transposed convolution over [N,C,L].</summary>
    public sealed class ConvTranspose1d : Convolution
    {
        internal ConvTranspose1d(ConvolutionShape shape, Device device, ScalarType? dtype)
            : base(nameof(ConvTranspose1d), shape, device, dtype) { }

        public Parameter weight { get => Weight; set => Weight = value; }
        public Parameter bias { get => Bias; set => Bias = value; }

        public override Tensor forward(Tensor input) => Convolve(input);
    }

    /// <summary>A transposed convolution over [N,C,H,W].</summary>
    public sealed class ConvTranspose2d : Convolution
    {
        internal ConvTranspose2d(ConvolutionShape shape, Device device, ScalarType? dtype)
            : base(nameof(ConvTranspose2d), shape, device, dtype) { }

        public Parameter weight { get => Weight; set => Weight = value; }
        public Parameter bias { get => Bias; set => Bias = value; }

        public override Tensor forward(Tensor input) => Convolve(input);
    }

    /// <summary>A transposed convolution over [N,C,D,H,W].</summary>
    public sealed class ConvTranspose3d : Convolution
    {
        internal ConvTranspose3d(ConvolutionShape shape, Device device, ScalarType? dtype)
            : base(nameof(ConvTranspose3d), shape, device, dtype) { }

        public Parameter weight { get => Weight; set => Weight = value; }
        public Parameter bias { get => Bias; set => Bias = value; }

        public override Tensor forward(Tensor input) => Convolve(input);
    }
}

namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class nn
        {
            public static Conv1d Conv1d(
                long in_channels, long out_channels, long kernelSize, long stride = 1, long padding = 0, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device device = null,
                ScalarType? dtype = null) =>
                new(Shape([kernelSize], [stride], [padding], [dilation], in_channels, out_channels, padding_mode, groups, bias), device,
                    dtype);

            public static Conv1d Conv1d(
                long in_channels, long out_channels, long kernelSize, Padding padding, long stride = 1, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device device = null,
                ScalarType? dtype = null) =>
                new(Shape([kernelSize], [stride], [0], [dilation], in_channels, out_channels, padding_mode, groups, bias, padding), device,
                    dtype);

            public static Conv2d Conv2d(
                long in_channels, long out_channels, long kernelSize, long stride = 1, long padding = 0, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device device = null,
                ScalarType? dtype = null) =>
                new(Shape(Extents.Of(kernelSize, 2), Extents.Of(stride, 2), Extents.Of(padding, 2), Extents.Of(dilation, 2),
                    in_channels, out_channels, padding_mode, groups, bias), device, dtype);

            public static Conv2d Conv2d(
                long in_channels, long out_channels, (long, long) kernelSize, (long, long)? stride = null, (long, long)? padding = null,
                (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true,
                Device device = null, ScalarType? dtype = null) =>
                new(Shape(Extents.Of(kernelSize), Extents.Of(stride), Extents.Of(padding), Extents.Of(dilation),
                    in_channels, out_channels, padding_mode, groups, bias), device, dtype);

            public static Conv2d Conv2d(
                long in_channels, long out_channels, long kernelSize, Padding padding, long stride = 1, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device device = null,
                ScalarType? dtype = null) =>
                new(Shape(Extents.Of(kernelSize, 2), Extents.Of(stride, 2), null, Extents.Of(dilation, 2),
                    in_channels, out_channels, padding_mode, groups, bias, padding), device, dtype);

            public static Conv2d Conv2d(
                long in_channels, long out_channels, (long, long) kernelSize, Padding padding, (long, long)? stride = null,
                (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true,
                Device device = null, ScalarType? dtype = null) =>
                new(Shape(Extents.Of(kernelSize), Extents.Of(stride), null, Extents.Of(dilation),
                    in_channels, out_channels, padding_mode, groups, bias, padding), device, dtype);

            public static Conv3d Conv3d(
                long in_channels, long out_channels, long kernelSize, long stride = 1, long padding = 0, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device device = null,
                ScalarType? dtype = null) =>
                new(Shape(Extents.Of(kernelSize, 3), Extents.Of(stride, 3), Extents.Of(padding, 3), Extents.Of(dilation, 3),
                    in_channels, out_channels, padding_mode, groups, bias), device, dtype);

            public static Conv3d Conv3d(
                long in_channels, long out_channels, (long, long, long) kernelSize, (long, long, long)? stride = null,
                (long, long, long)? padding = null, (long, long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros,
                long groups = 1, bool bias = true, Device device = null, ScalarType? dtype = null) =>
                new(Shape(Extents.Of(kernelSize), Extents.Of(stride), Extents.Of(padding), Extents.Of(dilation),
                    in_channels, out_channels, padding_mode, groups, bias), device, dtype);

            public static Conv3d Conv3d(
                long in_channels, long out_channels, long kernelSize, Padding padding, long stride = 1, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device device = null,
                ScalarType? dtype = null) =>
                new(Shape(Extents.Of(kernelSize, 3), Extents.Of(stride, 3), null, Extents.Of(dilation, 3),
                    in_channels, out_channels, padding_mode, groups, bias, padding), device, dtype);

            public static Conv3d Conv3d(
                long in_channels, long out_channels, (long, long, long) kernelSize, Padding padding, (long, long, long)? stride = null,
                (long, long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true,
                Device device = null, ScalarType? dtype = null) =>
                new(Shape(Extents.Of(kernelSize), Extents.Of(stride), null, Extents.Of(dilation),
                    in_channels, out_channels, padding_mode, groups, bias, padding), device, dtype);

            public static ConvTranspose1d ConvTranspose1d(
                long in_channels, long out_channels, long kernelSize, long stride = 1, long padding = 0, long output_padding = 0,
                long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device device = null,
                ScalarType? dtype = null) =>
                new(TransposedShape(Extents.Of(kernelSize, 1), Extents.Of(stride, 1), Extents.Of(padding, 1), Extents.Of(output_padding, 1),
                    Extents.Of(dilation, 1), in_channels, out_channels, padding_mode, groups, bias), device, dtype);

            public static ConvTranspose2d ConvTranspose2d(
                long in_channels, long out_channels, long kernelSize, long stride = 1, long padding = 0, long output_padding = 0,
                long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device device = null,
                ScalarType? dtype = null) =>
                new(TransposedShape(Extents.Of(kernelSize, 2), Extents.Of(stride, 2), Extents.Of(padding, 2), Extents.Of(output_padding, 2),
                    Extents.Of(dilation, 2), in_channels, out_channels, padding_mode, groups, bias), device, dtype);

            public static ConvTranspose2d ConvTranspose2d(
                long in_channels, long out_channels, (long, long) kernelSize, (long, long)? stride = null, (long, long)? padding = null,
                (long, long)? output_padding = null, (long, long)? dilation = null,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device device = null,
                ScalarType? dtype = null) =>
                new(TransposedShape(Extents.Of(kernelSize), Extents.Of(stride), Extents.Of(padding), Extents.Of(output_padding),
                    Extents.Of(dilation), in_channels, out_channels, padding_mode, groups, bias), device, dtype);

            public static ConvTranspose3d ConvTranspose3d(
                long in_channels, long out_channels, long kernelSize, long stride = 1, long padding = 0, long output_padding = 0,
                long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device device = null,
                ScalarType? dtype = null) =>
                new(TransposedShape(Extents.Of(kernelSize, 3), Extents.Of(stride, 3), Extents.Of(padding, 3), Extents.Of(output_padding, 3),
                    Extents.Of(dilation, 3), in_channels, out_channels, padding_mode, groups, bias), device, dtype);

            public static ConvTranspose3d ConvTranspose3d(
                long in_channels, long out_channels, (long, long, long) kernelSize, (long, long, long)? stride = null,
                (long, long, long)? padding = null, (long, long, long)? output_padding = null, (long, long, long)? dilation = null,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device device = null,
                ScalarType? dtype = null) =>
                new(TransposedShape(Extents.Of(kernelSize), Extents.Of(stride), Extents.Of(padding), Extents.Of(output_padding),
                    Extents.Of(dilation), in_channels, out_channels, padding_mode, groups, bias), device, dtype);

            private static ConvolutionShape Shape(
                long[] kernel, long[] stride, long[] padding, long[] dilation, long inputs, long outputs, PaddingModes mode, long groups,
                bool bias, Padding? named = null)
            {
                var d = kernel.Length;
                var shape = new ConvolutionShape(
                    inputs, outputs, kernel, Extents.OrOnes(stride, d), Extents.OrZeros(padding, d), Extents.OrOnes(dilation, d))
                {
                    Mode = mode,
                    Groups = groups,
                    Bias = bias,
                };
                return shape.Completed(named);
            }

            private static ConvolutionShape TransposedShape(
                long[] kernel, long[] stride, long[] padding, long[] outputPadding, long[] dilation, long inputs, long outputs,
                PaddingModes mode, long groups, bool bias)
            {
                var d = kernel.Length;
                var shape = new ConvolutionShape(
                    inputs, outputs, kernel, Extents.OrOnes(stride, d), Extents.OrZeros(padding, d), Extents.OrOnes(dilation, d))
                {
                    Mode = mode,
                    Groups = groups,
                    Bias = bias,
                    Transposed = true,
                    OutputPadding = Extents.OrZeros(outputPadding, d),
                };
                return shape.Completed();
            }
        }
    }
}
