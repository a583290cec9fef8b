using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    // Fourier transforms.
    public static partial class fft
    {
        public static Tensor fft2(Tensor input, long[] s = null, long[] dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Op.Run("fft_fft2", input, s, dim ?? [-2, -1], NormName(norm));
        public static Tensor fft_(Tensor input, long n = -1, long dim = -1, FFTNormType norm = FFTNormType.Backward) =>
            Op.Run("fft_fft", input, Length(n), dim, NormName(norm));
        public static Tensor fftfreq(long n, double d = 1, ScalarType? dtype = null, Device device = null, bool requires_grad = false) =>
            Tracked(Op.Run("fft_fftfreq", n, d, dtype, Arg.None, InitializeDevice(device)), requires_grad);
        public static Tensor fftn(Tensor input, long[] s = null, long[] dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Op.Run("fft_fftn", input, s, dim, NormName(norm));
        public static Tensor fftshift(Tensor input, long[] dim = null) => Op.Run("fft_fftshift", input, dim);
        public static Tensor hfft(Tensor input, long n = -1, long dim = -1, FFTNormType norm = FFTNormType.Backward) =>
            Op.Run("fft_hfft", input, Length(n), dim, NormName(norm));
        public static Tensor hfft2(Tensor input, long[] s = null, long[] dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Op.Run("fft_hfft2", input, s, dim ?? [-2, -1], NormName(norm));
        public static Tensor hfftn(Tensor input, long[] s = null, long[] dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Op.Run("fft_hfftn", input, s, dim, NormName(norm));
        public static Tensor ifft(Tensor input, long n = -1, long dim = -1, FFTNormType norm = FFTNormType.Backward) =>
            Op.Run("fft_ifft", input, Length(n), dim, NormName(norm));
        public static Tensor ifft2(Tensor input, long[] s = null, long[] dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Op.Run("fft_ifft2", input, s, dim ?? [-2, -1], NormName(norm));
        public static Tensor ifftn(Tensor input, long[] s = null, long[] dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Op.Run("fft_ifftn", input, s, dim, NormName(norm));
        public static Tensor ifftshift(Tensor input, long[] dim = null) => Op.Run("fft_ifftshift", input, dim);
        public static Tensor ihfft(Tensor input, long n = -1, long dim = -1, FFTNormType norm = FFTNormType.Backward) =>
            Op.Run("fft_ihfft", input, Length(n), dim, NormName(norm));
        public static Tensor ihfft2(Tensor input, long[] s = null, long[] dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Op.Run("fft_ihfft2", input, s, dim ?? [-2, -1], NormName(norm));
        public static Tensor ihfftn(Tensor input, long[] s = null, long[] dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Op.Run("fft_ihfftn", input, s, dim, NormName(norm));
        public static Tensor irfft(Tensor input, long n = -1, long dim = -1, FFTNormType norm = FFTNormType.Backward) =>
            Op.Run("fft_irfft", input, Length(n), dim, NormName(norm));
        public static Tensor irfft2(Tensor input, long[] s = null, long[] dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Op.Run("fft_irfft2", input, s, dim ?? [-2, -1], NormName(norm));
        public static Tensor irfftn(Tensor input, long[] s = null, long[] dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Op.Run("fft_irfftn", input, s, dim, NormName(norm));
        public static Tensor rfft(Tensor input, long n = -1, long dim = -1, FFTNormType norm = FFTNormType.Backward) =>
            Op.Run("fft_rfft", input, Length(n), dim, NormName(norm));
        public static Tensor rfft2(Tensor input, long[] s = null, long[] dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Op.Run("fft_rfft2", input, s, dim ?? [-2, -1], NormName(norm));
        public static Tensor rfftfreq(long n, double d = 1, ScalarType? dtype = null, Device device = null, bool requires_grad = false) =>
            Tracked(Op.Run("fft_rfftfreq", n, d, dtype, Arg.None, InitializeDevice(device)), requires_grad);
        public static Tensor rfftn(Tensor input, long[] s = null, long[] dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Op.Run("fft_rfftn", input, s, dim, NormName(norm));

        // The surface says "whole length" with a negative number.
        static long? Length(long n) => n < 0 ? null : n;

        static string NormName(FFTNormType norm) => norm switch
        {
            FFTNormType.Backward => "backward",
            FFTNormType.Forward => "forward",
            FFTNormType.Ortho => "ortho",
            _ => throw new ArgumentException($"Expected Backward, Forward or Ortho as norm, found {norm}."),
        };
    }
}
