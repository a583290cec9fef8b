using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    // Products and decompositions of matrices.
    public partial class Tensor
    {
        public Tensor addbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            Op.Run("addbmm", this, batch1, batch2, beta, alpha);
        public Tensor addbmm_(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            Op.InPlace("addbmm_", this, batch1, batch2, beta, alpha);
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) =>
            Op.Run("addmm", this, mat1, mat2, beta, alpha);
        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) =>
            Op.InPlace("addmm_", this, mat1, mat2, beta, alpha);
        public Tensor addmv(Tensor mat, Tensor vec, float beta = 1, float alpha = 1) => Op.Run("addmv", this, mat, vec, beta, alpha);
        public Tensor addmv_(Tensor mat, Tensor vec, float beta = 1, float alpha = 1) =>
            Op.InPlace("addmv_", this, mat, vec, beta, alpha);
        public Tensor addr(Tensor vec1, Tensor vec2, float beta = 1, float alpha = 1) => Op.Run("addr", this, vec1, vec2, beta, alpha);
        public Tensor addr_(Tensor vec1, Tensor vec2, float beta = 1, float alpha = 1) =>
            Op.InPlace("addr_", this, vec1, vec2, beta, alpha);
        public Tensor adjoint() => Op.Run("adjoint", this);
        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            Op.Run("baddbmm", this, batch1, batch2, beta, alpha);
        public Tensor bmm(Tensor batch2) => Op.Run("bmm", this, batch2);
        public Tensor cholesky(bool upper = false) => Op.Run("cholesky", this, upper);
        public Tensor cholesky_inverse(bool upper = false) => Op.Run("cholesky_inverse", this, upper);
        public Tensor cholesky_solve(Tensor input2, bool upper = false) => Op.Run("cholesky_solve", this, input2, upper);
        public Tensor det() => Op.Run("det", this);
        public Tensor dot(Tensor target) => Op.Run("dot", this, target);
        public (Tensor, Tensor) geqrf() => Op.Run2("geqrf", this);
        public Tensor ger(Tensor vec2) => Op.Run("ger", this, vec2);
        public Tensor inner(Tensor vec2) => Op.Run("inner", this, vec2);
        public Tensor inverse() => Op.Run("inverse", this);
        public Tensor istft(long n_fft, long hop_length = -1, long win_length = -1, Tensor window = null, bool center = true,
            bool normalized = false, bool? onesided = null, long length = -1, bool return_complex = false) =>
            Op.Run("istft", this, n_fft, Given(hop_length), Given(win_length), window, center, normalized, onesided, Given(length),
                return_complex);
        public Tensor kron(Tensor other) => Op.Run("kron", this, other);
        public Tensor logdet() => Op.Run("logdet", this);
        public Tensor matmul(Tensor target) => Op.Run("matmul", this, target);
        public Tensor matrix_exp() => Op.Run("matrix_exp", this);
        public Tensor matrix_power(int n) => Op.Run("matrix_power", this, n);
        public Tensor mm(Tensor target) => Op.Run("mm", this, target);
        public Tensor mv(Tensor target) => Op.Run("mv", this, target);
        public Tensor ormqr(Tensor tau, Tensor other, bool left = true, bool transpose = false) =>
            Op.Run("ormqr", this, tau, other, left, transpose);
        public Tensor outer(Tensor vec2) => Op.Run("outer", this, vec2);
        public Tensor pinverse(double rcond = 1e-15, bool hermitian = false) => Op.Run("linalg_pinv", this, rcond, hermitian);
        public Tensor renorm(float p, long dim, float maxnorm) => Op.Run("renorm", this, p, dim, maxnorm);
        public Tensor stft(long n_fft, long hop_length = -1, long win_length = -1, Tensor window = null, bool center = true,
            PaddingModes pad_mode = PaddingModes.Reflect, bool normalized = false, bool? onesided = null, bool? return_complex = null) =>
            Op.Run("stft.center", this, n_fft, Given(hop_length), Given(win_length), window, center, PadModeName(pad_mode), normalized,
                onesided, return_complex);
        public Tensor tensordot(Tensor b, (long, long)[] dims) =>
            tensordot(b, Array.ConvertAll(dims, d => d.Item1), Array.ConvertAll(dims, d => d.Item2));
        public Tensor tensordot(Tensor b, long dims = 2) => tensordot(b, Range(ndim - dims, dims), Range(0, dims));
        public Tensor tensordot(Tensor b, long[] dims1, long[] dims2) => Op.Run("tensordot", this, b, dims1, dims2);
        public Tensor vander(long N = -1, bool increasing = false) => Op.Run("vander", this, N < 0 ? null : (long?)N, increasing);
        public Tensor vdot(Tensor target) => Op.Run("vdot", this, target);
    }
}
