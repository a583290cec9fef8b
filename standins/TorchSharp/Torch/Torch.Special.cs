using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    // Special functions.
    public static partial class special
    {
        public static Tensor digamma(Tensor input) => Op.Run("special_digamma", input);
        public static Tensor entr(Tensor input) => Op.Run("special_entr", input);
        public static Tensor erf(Tensor input) => Op.Run("special_erf", input);
        public static Tensor erfc(Tensor input) => Op.Run("special_erfc", input);
        public static Tensor erfcx(Tensor input) => Op.Run("special_erfcx", input);
        public static Tensor erfinv(Tensor input) => Op.Run("special_erfinv", input);
        public static Tensor exp2(Tensor input) => Op.Run("special_exp2", input);
        public static Tensor expit(Tensor input) => Op.Run("special_expit", input);
        public static Tensor expm1(Tensor input) => Op.Run("special_expm1", input);
        public static Tensor gammainc(Tensor input, Tensor other) => Op.Run("special_gammainc", input, other);
        public static Tensor gammaincc(Tensor input, Tensor other) => Op.Run("special_gammaincc", input, other);
        public static Tensor gammaln(Tensor input) => Op.Run("special_gammaln", input);
        public static Tensor i0(Tensor input) => Op.Run("special_i0", input);
        public static Tensor i0e(Tensor input) => Op.Run("special_i0e", input);
        public static Tensor i1(Tensor input) => Op.Run("special_i1", input);
        public static Tensor i1e(Tensor input) => Op.Run("special_i1e", input);
        public static Tensor log_softmax(Tensor input, long dim, ScalarType? dtype = null) =>
            Op.Run("special_log_softmax", input, dim, dtype);
        public static Tensor logit(Tensor input) => Op.Run("special_logit", input);
        public static Tensor multigammaln(Tensor input, long p) => Op.Run("special_multigammaln", input, p);
        public static Tensor ndtr(Tensor input) => Op.Run("special_ndtr", input);
        public static Tensor ndtri(Tensor input) => Op.Run("special_ndtri", input);
        public static Tensor polygamma(long n, Tensor input) => Op.Run("special_polygamma", n, input);
        public static Tensor psi(Tensor input) => Op.Run("special_psi", input);
        public static Tensor sinc(Tensor input) => Op.Run("special_sinc", input);
        public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => Op.Run("special_softmax", input, dim, dtype);
        public static Tensor xlog1py(Tensor input, Tensor other) => Op.Run("special_xlog1py", input, other);
        public static Tensor zeta(Tensor x, Tensor q) => Op.Run("special_zeta", x, q);
    }
}
