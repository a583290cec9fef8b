using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor max_pool1d(
                Tensor input, long kernelSize, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) =>
                Op.Run("max_pool1d", input, Extents.Of(kernelSize, 1), Extents.OrKernel(Extents.Of(stride, 1)), Extents.Of(padding ?? 0, 1),
                    Extents.Of(dilation ?? 1, 1), ceil_mode);

            public static (Tensor output, Tensor indices) max_pool1d_with_indices(
                Tensor input, long kernelSize, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) =>
                Op.Run2("max_pool1d_with_indices", input, Extents.Of(kernelSize, 1), Extents.OrKernel(Extents.Of(stride, 1)),
                    Extents.Of(padding ?? 0, 1), Extents.Of(dilation ?? 1, 1), ceil_mode);

            public static Tensor max_pool2d(
                Tensor input, long[] kernelSize, long[] strides = null, long[] padding = null, long[] dilation = null,
                bool ceil_mode = false) =>
                Op.Run("max_pool2d", input, kernelSize, Extents.OrKernel(strides), Extents.OrZeros(padding, 2), Extents.OrOnes(dilation,
                    2), ceil_mode);

            public static Tensor max_pool2d(
                Tensor input, long kernelSize, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) =>
                max_pool2d(input, Extents.Of(kernelSize, 2), Extents.Of(stride, 2), Extents.Of(padding, 2), Extents.Of(dilation, 2),
                    ceil_mode);

            public static Tensor max_pool2d(
                Tensor input, (long, long) kernelSize, (long, long)? stride = null, (long, long)? padding = null, (long,
                long)? dilation = null,
                bool ceil_mode = false) =>
                max_pool2d(input, Extents.Of(kernelSize), Extents.Of(stride), Extents.Of(padding), Extents.Of(dilation), ceil_mode);

            public static (Tensor output, Tensor indices) max_pool2d_with_indices(
                Tensor input, long[] kernelSize, long[] strides = null, long[] padding = null, long[] dilation = null,
                bool ceil_mode = false) =>
                Op.Run2("max_pool2d_with_indices", input, kernelSize, Extents.OrKernel(strides), Extents.OrZeros(padding, 2),
                    Extents.OrOnes(dilation, 2), ceil_mode);

            public static Tensor max_pool3d(
                Tensor input, long[] kernelSize, long[] strides = null, long[] padding = null, long[] dilation = null,
                bool ceil_mode = false) =>
                Op.Run("max_pool3d", input, kernelSize, Extents.OrKernel(strides), Extents.OrZeros(padding, 3), Extents.OrOnes(dilation,
                    3), ceil_mode);

            public static Tensor max_unpool2d(Tensor input, Tensor indices, long[] outputSize) =>
                Op.Run("max_unpool2d", input, indices, outputSize);

            public static Tensor avg_pool1d(
                Tensor input, long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false,
                bool count_include_pad = true) =>
                Op.Run("avg_pool1d", input, Extents.Of(kernel_size, 1), Extents.OrKernel(Extents.Of(stride, 1)), Extents.Of(padding ?? 0,
                    1),
                    ceil_mode, count_include_pad);

            public static Tensor avg_pool2d(
                Tensor input, long[] kernelSizes, long[] strides = null, long[] paddings = null, bool ceil_mode = false,
                bool count_include_pad = true) =>
                Op.Run("avg_pool2d", input, kernelSizes, Extents.OrKernel(strides), Extents.OrZeros(paddings, 2), ceil_mode,
                    count_include_pad);

            public static Tensor avg_pool2d(
                Tensor input, long kernelSize, long? stride = null, long padding = 0, bool ceil_mode = false,
                bool count_include_pad = true) =>
                avg_pool2d(input, Extents.Of(kernelSize, 2), Extents.Of(stride, 2), Extents.Of(padding, 2), ceil_mode, count_include_pad);

            public static Tensor avg_pool2d(
                Tensor input, (long, long) kernelSize, (long, long)? stride = null, (long, long)? padding = null, bool ceil_mode = false,
                bool count_include_pad = true) =>
                avg_pool2d(input, Extents.Of(kernelSize), Extents.Of(stride), Extents.Of(padding), ceil_mode, count_include_pad);

            public static Tensor avg_pool3d(
                Tensor input, long[] kernelSizes, long[] strides = null, long[] paddings = null, bool ceil_mode = false,
                bool count_include_pad = true) =>
                Op.Run("avg_pool3d", input, kernelSizes, Extents.OrKernel(strides), Extents.OrZeros(paddings, 3), ceil_mode,
                    count_include_pad);

            public static Tensor adaptive_avg_pool1d(Tensor input, long output_size) =>
                Op.Run("adaptive_avg_pool1d", input, Extents.Of(output_size, 1));

            public static Tensor adaptive_avg_pool2d(Tensor input, long[] output_size) => Op.Run("adaptive_avg_pool2d", input, output_size);
            public static Tensor adaptive_avg_pool2d(Tensor input, long output_size) =>
                adaptive_avg_pool2d(input, Extents.Of(output_size, 2));
            public static Tensor adaptive_avg_pool2d(Tensor input, (long, long) output_size) =>
                adaptive_avg_pool2d(input, Extents.Of(output_size));

            public static Tensor adaptive_avg_pool3d(Tensor input, long[] output_size) => Op.Run("adaptive_avg_pool3d", input, output_size);
            public static Tensor adaptive_avg_pool3d(Tensor input, long output_size) =>
                adaptive_avg_pool3d(input, Extents.Of(output_size, 3));

            public static Tensor adaptive_max_pool1d(Tensor x, long outputSize) =>
                WithoutIndices("adaptive_max_pool1d", x, Extents.Of(outputSize, 1));
            public static Tensor adaptive_max_pool2d(Tensor x, long[] outputSize) => WithoutIndices("adaptive_max_pool2d", x, outputSize);
            public static Tensor adaptive_max_pool3d(Tensor x, long[] outputSize) => WithoutIndices("adaptive_max_pool3d", x, outputSize);

            private static Tensor WithoutIndices(string pool, Tensor input, long[] outputSize)
            {
                var (output, indices) = Op.Run2(pool, input, outputSize);
                indices.Dispose();
                return output;
            }
        }
    }
}
