using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    // Linear algebra.
    public static partial class linalg
    {
        public enum QRMode { Reduced = 0, Complete = 1, R = 2 }

        public static (Tensor, Tensor, Tensor, Tensor) lstsq(Tensor input, Tensor other) => Op.Run4("linalg_lstsq", input, other);
        public static (Tensor, Tensor, Tensor, Tensor) lstsq(Tensor input, Tensor other, double rcond) =>
            Op.Run4("linalg_lstsq", input, other, rcond);
        public static (Tensor, Tensor, Tensor) lu(Tensor input, bool pivot = true) => Op.Run3("linalg_lu", input, pivot);
        public static (Tensor, Tensor, Tensor) svd(Tensor input, bool fullMatrices = true) =>
            Op.Run3("linalg_svd", input, fullMatrices);
        public static (Tensor, Tensor) cholesky_ex(Tensor input, bool check_errors = false) =>
            Op.Run2("linalg_cholesky_ex", input, check_errors);
        public static (Tensor, Tensor) eig(Tensor input) => Op.Run2("linalg_eig", input);
        public static (Tensor, Tensor) eigh(Tensor input, char UPLO = 'L') => Op.Run2("linalg_eigh", input, UPLO.ToString());
        public static (Tensor, Tensor) inv_ex(Tensor input, bool check_errors = false) => Op.Run2("linalg_inv_ex", input, check_errors);
        public static (Tensor, Tensor) lu_factor(Tensor input, bool pivot = true) => Op.Run2("linalg_lu_factor", input, pivot);
        public static (Tensor, Tensor) qr(Tensor input, linalg.QRMode mode = QRMode.Reduced) =>
            Op.Run2("linalg_qr", input, mode == QRMode.Complete ? "complete" : mode == QRMode.R ? "r" : "reduced");
        public static (Tensor, Tensor) slogdet(Tensor input) => Op.Run2("linalg_slogdet", input);
        public static (Tensor, Tensor) solve_ex(Tensor A, Tensor B, bool left = true, bool check_errors = false) =>
            Op.Run2("linalg_solve_ex", A, B, left, check_errors);
        public static Tensor cholesky(Tensor input) => Op.Run("linalg_cholesky", input);
        public static Tensor cond(Tensor input) => Op.Run("linalg_cond", input);
        public static Tensor cond(Tensor input, double p) => Op.Run("linalg_cond", input, p);
        public static Tensor cond(Tensor input, int p) => Op.Run("linalg_cond", input, p);
        public static Tensor cond(Tensor input, string p) => Op.Run("linalg_cond.p_str", input, p);
        public static Tensor cross(Tensor input, Tensor other, long dim = -1) => Op.Run("linalg_cross", input, other, dim);
        public static Tensor det(Tensor input) => Op.Run("linalg_det", input);
        public static Tensor diagonal(Tensor input, int offset = 0, int dim1 = -2, int dim2 = -1) =>
            Op.Run("linalg_diagonal", input, offset, dim1, dim2);
        public static Tensor eigvals(Tensor input) => Op.Run("linalg_eigvals", input);
        public static Tensor eigvalsh(Tensor input, char UPLO = 'L') => Op.Run("linalg_eigvalsh", input, UPLO.ToString());
        public static Tensor inv(Tensor input) => Op.Run("linalg_inv", input);
        public static Tensor matrix_exp(Tensor input) => Op.Run("linalg_matrix_exp", input);
        public static Tensor matrix_norm(Tensor input, double ord, long[] dims = null, bool keepdim = false) =>
            Op.Run("linalg_matrix_norm", input, ord, dims ?? [-2, -1], keepdim);
        public static Tensor matrix_norm(Tensor input, string ord = "fro", long[] dims = null, bool keepdim = false) =>
            Op.Run("linalg_matrix_norm.str_ord", input, ord, dims ?? [-2, -1], keepdim);
        public static Tensor matrix_rank(Tensor input, Tensor atol, Tensor rtol = null, bool hermitian = false) =>
            Op.Run("linalg_matrix_rank.atol_rtol_tensor", input, atol, rtol, hermitian);
        public static Tensor matrix_rank(Tensor input, double? atol = null, double? rtol = null, bool hermitian = false) =>
            Op.Run("linalg_matrix_rank.atol_rtol_float", input, atol, rtol, hermitian);
        public static Tensor multi_dot(IList<Tensor> tensors) => Op.Run("linalg_multi_dot", Arg.List(tensors));
        public static Tensor norm(Tensor input, double ord, long[] dims = null, bool keepdim = false) =>
            Op.Run("linalg_norm", input, ord, dims, keepdim);
        public static Tensor norm(Tensor input, int ord, long[] dims = null, bool keepdim = false) =>
            Op.Run("linalg_norm", input, ord, dims, keepdim);
        public static Tensor norm(Tensor input, long[] dims = null, bool keepdim = false) =>
            Op.Run("linalg_norm", input, Arg.None, dims, keepdim);
        public static Tensor norm(Tensor input, string ord, long[] dims = null, bool keepdim = false) =>
            Op.Run("linalg_norm.ord_str", input, ord, dims, keepdim);
        public static Tensor pinv(Tensor input, Tensor atol, Tensor rtol = null, bool hermitian = false) =>
            Op.Run("linalg_pinv.atol_rtol_tensor", input, atol, rtol, hermitian);
        public static Tensor pinv(Tensor input, double? atol = null, double? rtol = null, bool hermitian = false) =>
            Op.Run("linalg_pinv.atol_rtol_float", input, atol, rtol, hermitian);
        public static Tensor solve(Tensor A, Tensor B, bool left = true) => Op.Run("linalg_solve", A, B, left);
        public static Tensor svdvals(Tensor input) => Op.Run("linalg_svdvals", input);
        public static Tensor tensorinv(Tensor input, long ind) => Op.Run("linalg_tensorinv", input, ind);
        public static Tensor tensorsolve(Tensor A, Tensor B, long[] dims) => Op.Run("linalg_tensorsolve", A, B, dims);
        public static Tensor vander(Tensor input, long? N = null) => Op.Run("linalg_vander", input, N);
        public static Tensor vector_norm(Tensor input, double ord, long[] dims = null, bool keepdim = false) =>
            Op.Run("linalg_vector_norm", input, ord, dims, keepdim);
        public static Tensor solve_triangular(Tensor A, Tensor B, bool upper, bool left = true, bool unitriangular = false,
            Tensor @out = null) =>
            Tensor.Delivered(@out, Op.Run("linalg_solve_triangular", A, B, upper, left, unitriangular));
        public static Tensor vecdot(Tensor x, Tensor y, long dim = -1, Tensor @out = null) =>
            Tensor.Delivered(@out, Op.Run("linalg_vecdot", x, y, dim));
    }
}
