using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor linear(Tensor input, Tensor weights, Tensor bias = null) => Op.Run("linear", input, weights, bias);

            public static Tensor bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor bias = null) =>
                Op.Run("bilinear", input1, input2, weight, bias);

            public static Tensor conv1d(
                Tensor input, Tensor weight, Tensor bias = null, long? stride = default, long? padding = default, long? dilation = default,
                long groups = 1) =>
                Op.Run("conv1d", input, weight, bias, Extents.Of(stride ?? 1, 1), Extents.Of(padding ?? 0, 1), Extents.Of(dilation ?? 1,
                    1), groups);

            /// <summary>[N,C,H,W] and [O,C/groups,kh,kw] -> [N,O,h,w].</summary>
            public static Tensor conv2d(
                Tensor input, Tensor weight, Tensor bias = null, long[] strides = null, long[] padding = null, long[] dilation = null,
                long groups = 1) =>
                Op.Run("conv2d", input, weight, bias, Extents.OrOnes(strides, 2), Extents.OrZeros(padding, 2), Extents.OrOnes(dilation, 2),
                    groups);

            public static Tensor conv3d(
                Tensor input, Tensor weight, Tensor bias = null, long[] strides = null, long[] padding = null, long[] dilation = null,
                long groups = 1) =>
                Op.Run("conv3d", input, weight, bias, Extents.OrOnes(strides, 3), Extents.OrZeros(padding, 3), Extents.OrOnes(dilation, 3),
                    groups);

            public static Tensor conv_transpose1d(
                Tensor input, Tensor weight, Tensor bias = null, long? stride = default, long? padding = default,
                long? output_padding = default,
                long? dilation = default, long groups = 1) =>
                Op.Run("conv_transpose1d", input, weight, bias, Extents.Of(stride ?? 1, 1), Extents.Of(padding ?? 0, 1),
                    Extents.Of(output_padding ?? 0, 1), groups, Extents.Of(dilation ?? 1, 1));

            public static Tensor conv_transpose2d(
                Tensor input, Tensor weight, Tensor bias = null, long[] strides = null, long[] padding = null, long[] output_padding = null,
                long[] dilation = null, long groups = 1) =>
                Op.Run("conv_transpose2d.input", input, weight, bias, Extents.OrOnes(strides, 2), Extents.OrZeros(padding, 2),
                    Extents.OrZeros(output_padding, 2), groups, Extents.OrOnes(dilation, 2));

            public static Tensor conv_transpose3d(
                Tensor input, Tensor weight, Tensor bias = null, long[] strides = null, long[] padding = null, long[] output_padding = null,
                long[] dilation = null, long groups = 1) =>
                Op.Run("conv_transpose3d.input", input, weight, bias, Extents.OrOnes(strides, 3), Extents.OrZeros(padding, 3),
                    Extents.OrZeros(output_padding, 3), groups, Extents.OrOnes(dilation, 3));

            /// <summary>[N,C,H,W] -> [N, C*kh*kw, L], one column per position of the kernel.</summary>
            public static Tensor unfold(
                Tensor input, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null, (long,
                long)? stride = null) =>
                Op.Run("im2col", input, Extents.Of(kernel_size), Extents.Of(dilation ?? (1, 1)), Extents.Of(padding ?? (0, 0)),
                    Extents.Of(stride ?? (1, 1)));

            public static Tensor unfold(Tensor input, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
                unfold(input, (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

            /// <summary>[N, C*kh*kw, L] -> [N,C,H,W], overlapping positions summed.</summary>
            public static Tensor fold(
                Tensor input, (long, long) output_size, (long, long) kernel_size, (long, long)? dilation = null, (long,
                long)? padding = null,
                (long, long)? stride = null) =>
                Op.Run("col2im", input, Extents.Of(output_size), Extents.Of(kernel_size), Extents.Of(dilation ?? (1, 1)),
                    Extents.Of(padding ?? (0, 0)), Extents.Of(stride ?? (1, 1)));

            public static Tensor fold(
                Tensor input, long output_size, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
                fold(input, (output_size, output_size), (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride,
                    stride));
        }
    }
}
