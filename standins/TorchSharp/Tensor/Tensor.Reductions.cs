using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    // Reductions and scans over dimensions.
    public partial class Tensor
    {
        public Tensor all() => Op.Run("all", this);
        public Tensor all(long dim, bool keepdim = false) => Op.Run("all.dim", this, dim, keepdim);
        public Tensor amax(params long[] dims) => Op.Run("amax", this, dims);
        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false, Tensor @out = null) =>
            Delivered(@out, Op.Run("amax", this, dims, keepdim));
        public Tensor amax(long[] dims, bool keepdim = false, Tensor @out = null) =>
            Delivered(@out, Op.Run("amax", this, dims, keepdim));
        public Tensor amin(params long[] dims) => Op.Run("amin", this, dims);
        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false, Tensor @out = null) =>
            Delivered(@out, Op.Run("amin", this, dims, keepdim));
        public Tensor amin(long[] dims, bool keepdim = false, Tensor @out = null) =>
            Delivered(@out, Op.Run("amin", this, dims, keepdim));
        public (Tensor, Tensor) aminmax(long? dim = null, bool keepdim = false) => Op.Run2("aminmax", this, dim, keepdim);
        public Tensor any() => Op.Run("any", this);
        public Tensor any(long dim, bool keepdim = false) => Op.Run("any.dim", this, dim, keepdim);
        public Tensor argmax() => Op.Run("argmax", this);
        public Tensor argmax(long dim, bool keepdim = false) => Op.Run("argmax", this, dim, keepdim);
        public Tensor argmin() => Op.Run("argmin", this);
        public Tensor argmin(long dim, bool keepdim = false) => Op.Run("argmin", this, dim, keepdim);
        public Tensor argsort(long dim = -1, bool descending = false) => Op.Run("argsort", this, dim, descending);
        public Tensor bincount(Tensor weights, long minlength = 0) => Op.Run("bincount", this, weights, minlength);
        public Tensor corrcoef() => Op.Run("corrcoef", this);
        public Tensor count_nonzero(long[] dims = null) =>
            dims is null ? Op.Run("count_nonzero", this) : Op.Run("count_nonzero.dim_IntList", this, dims);
        public Tensor cov(long correction = 1, Tensor fweights = null, Tensor aweights = null) =>
            Op.Run("cov", this, correction, fweights, aweights);
        public (Tensor, Tensor) cummax(long dim) => Op.Run2("cummax", this, dim);
        public (Tensor, Tensor) cummin(long dim) => Op.Run2("cummin", this, dim);
        public Tensor cumprod(long dim, ScalarType? type = null) => Op.Run("cumprod", this, dim, type);
        public Tensor cumsum(long dim, ScalarType? type = null) => Op.Run("cumsum", this, dim, type);
        public Tensor cumulative_trapezoid(Tensor x, long dim = -1) => Op.Run("cumulative_trapezoid.x", this, x, dim);
        public Tensor cumulative_trapezoid(double dx = 1, long dim = -1) => Op.Run("cumulative_trapezoid.dx", this, dx, dim);
        public Tensor diff(long n = 1, long dim = -1, Tensor prepend = null, Tensor append = null) =>
            Op.Run("diff", this, n, dim, prepend, append);
        public Tensor dist(Tensor other, float p = 2) => Op.Run("dist", this, other, p);
        public Tensor histc(long bins = 100, long min = 0, long max = 0) => Op.Run("histc", this, bins, min, max);
        public (Tensor, Tensor) kthvalue(long k, long? dim, bool keepdim = false) => Op.Run2("kthvalue", this, k, dim ?? -1, keepdim);
        public Tensor logcumsumexp(long dim) => Op.Run("logcumsumexp", this, dim);
        public Tensor logsumexp(long dim, bool keepdim = false) => Op.Run("logsumexp", this, new[] { dim }, keepdim);
        public Tensor max() => Op.Run("max", this);
        public Tensor max(Tensor other) => Op.Run("max.other", this, other);
        public (Tensor, Tensor) max(long dim, bool keepdim = false) => Op.Run2("max.dim", this, dim, keepdim);
        public Tensor mean() => Op.Run("mean", this);
        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) =>
            Op.Run("mean.dim", this, dimensions, keepdim, type);
        public Tensor median() => Op.Run("median", this);
        public Tensor min() => Op.Run("min", this);
        public Tensor min(Tensor other) => Op.Run("min.other", this, other);
        public (Tensor, Tensor) min(long dim, bool keepdim = false) => Op.Run2("min.dim", this, dim, keepdim);
        public (Tensor, Tensor) mode(long dim = -1, bool keepdim = false) => Op.Run2("mode", this, dim, keepdim);
        public Tensor msort() => Op.Run("msort", this);
        public Tensor nanmean(int? dim = null, bool keepdim = false, ScalarType? dtype = null) =>
            Op.Run("nanmean", this, dim is { } d ? [d] : (long[])null, keepdim, dtype);
        public Tensor nanmedian() => Op.Run("nanmedian", this);
        public Tensor nanquantile(Tensor q, long dim = -1, bool keepdim = false) => Op.Run("nanquantile", this, q, dim, keepdim);
        public Tensor nansum() => Op.Run("nansum", this);
        public Tensor norm(float p = 2) => Op.Run("norm.Scalar", this, p);
        public Tensor norm(int dim, bool keepdim = false, float p = 2) =>
            Op.Run("norm.ScalarOpt_dim", this, p, new long[] { dim }, keepdim);
        public Tensor prod(ScalarType? type = null) => Op.Run("prod", this, type);
        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null) => Op.Run("prod.dim_int", this, dim, keepdim, type);
        public Tensor quantile(Tensor q, long dim = -1, bool keepdim = false) => Op.Run("quantile", this, q, dim, keepdim);
        public (Tensor, Tensor) sort(long dim = -1, bool descending = false, bool stable = false) =>
            Op.Run2("sort.stable", this, stable, dim, descending);
        public Tensor std(bool unbiased = true) => Op.Run("std", this, unbiased);
        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Op.Run("std.dim", Typed(type), dimensions, unbiased, keepdim);
        public Tensor std((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Op.Run("std.dim", Typed(type), new[] { dim.Item1, dim.Item2, dim.Item3 }, unbiased, keepdim);
        public Tensor std((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Op.Run("std.dim", Typed(type), new[] { dim.Item1, dim.Item2 }, unbiased, keepdim);
        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Op.Run("std.dim", Typed(type), new[] { dim }, unbiased, keepdim);
        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Op.Run("std.dim", Typed(type), dimensions, unbiased, keepdim);
        public (Tensor, Tensor) std_mean(bool unbiased = true) => Op.Run2("std_mean", this, unbiased);
        public (Tensor, Tensor) std_mean(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false,
            ScalarType? type = null) =>
            Op.Run2("std_mean.dim", Typed(type), dimensions, unbiased, keepdim);
        public (Tensor, Tensor) std_mean((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Op.Run2("std_mean.dim", Typed(type), new[] { dim.Item1, dim.Item2, dim.Item3 }, unbiased, keepdim);
        public (Tensor, Tensor) std_mean((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Op.Run2("std_mean.dim", Typed(type), new[] { dim.Item1, dim.Item2 }, unbiased, keepdim);
        public (Tensor, Tensor) std_mean(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Op.Run2("std_mean.dim", Typed(type), new[] { dim }, unbiased, keepdim);
        public (Tensor, Tensor) std_mean(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Op.Run2("std_mean.dim", Typed(type), dimensions, unbiased, keepdim);
        public Tensor sum(ScalarType? type = null) => Op.Run("sum", this, type);
        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) =>
            Op.Run("sum.dim_IntList", this, dim, keepdim, type);
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) =>
            Op.Run("sum.dim_IntList", this, new[] { dim }, keepdim, type);
        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) =>
            Op.Run("sum.dim_IntList", this, dim, keepdim, type);
        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) =>
            Op.Run("sum.dim_IntList", this, new[] { dim0, dim1 }, keepdim, type);
        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null) =>
            Op.Run("sum.dim_IntList", this, new[] { dim0, dim1, dim2 }, keepdim, type);
        public (Tensor, Tensor) topk(int k, int dim = -1, bool largest = true, bool sorted = true) =>
            Op.Run2("topk", this, k, dim, largest, sorted);
        public Tensor trace() => Op.Run("trace", this);
        public Tensor trapezoid(Tensor x, long dim = -1) => Op.Run("trapezoid.x", this, x, dim);
        public Tensor trapezoid(double dx = 1, long dim = -1) => Op.Run("trapezoid.dx", this, dx, dim);
        public (Tensor, Tensor, Tensor) unique(bool sorted = true, bool return_inverse = false, bool return_counts = false,
            int? dim = null) =>
            dim is { } d
                ? Op.Run3("unique_dim", this, d, sorted, return_inverse, return_counts)
                : Op.Run3("_unique2",
                this, sorted, return_inverse, return_counts);
        public (Tensor, Tensor, Tensor) unique_consecutive(bool return_inverse = false, bool return_counts = false, int? dim = null) =>
            Op.Run3("unique_consecutive", this, return_inverse, return_counts, dim);
        public Tensor var(bool unbiased = true) => Op.Run("var", this, unbiased);
        public Tensor var(long[] dimensions, bool keepdim = false, ScalarType? type = null) =>
            Op.Run("var.dim", Typed(type), dimensions, true, keepdim);
        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Op.Run("var.dim", Typed(type), dimensions, unbiased, keepdim);
        public Tensor var((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Op.Run("var.dim", Typed(type), new[] { dim.Item1, dim.Item2, dim.Item3 }, unbiased, keepdim);
        public Tensor var((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Op.Run("var.dim", Typed(type), new[] { dim.Item1, dim.Item2 }, unbiased, keepdim);
        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Op.Run("var.dim", Typed(type), new[] { dim }, unbiased, keepdim);
        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Op.Run("var.dim", Typed(type), dimensions, unbiased, keepdim);
        public (Tensor, Tensor) var_mean(bool unbiased = true) => Op.Run2("var_mean", this, unbiased);
        public (Tensor, Tensor) var_mean(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false,
            ScalarType? type = null) =>
            Op.Run2("var_mean.dim", Typed(type), dimensions, unbiased, keepdim);
        public (Tensor, Tensor) var_mean((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Op.Run2("var_mean.dim", Typed(type), new[] { dim.Item1, dim.Item2, dim.Item3 }, unbiased, keepdim);
        public (Tensor, Tensor) var_mean((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Op.Run2("var_mean.dim", Typed(type), new[] { dim.Item1, dim.Item2 }, unbiased, keepdim);
        public (Tensor, Tensor) var_mean(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Op.Run2("var_mean.dim", Typed(type), new[] { dim }, unbiased, keepdim);
        public (Tensor, Tensor) var_mean(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Op.Run2("var_mean.dim", Typed(type), dimensions, unbiased, keepdim);
    }
}
