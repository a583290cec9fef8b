using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    // Views and rearrangements.
    public partial class Tensor
    {
        public Tensor alias() => Op.Run("alias", this);
        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0) =>
            Op.Run("as_strided", this, size, strides, storageOffset);
        public Tensor atleast_1d() => Op.Run("atleast_1d", this);
        public Tensor atleast_2d() => Op.Run("atleast_2d", this);
        public Tensor atleast_3d() => Op.Run("atleast_3d", this);
        public Tensor broadcast_to(params long[] shape) => Op.Run("broadcast_to", this, shape);
        public Tensor channel_shuffle(long groups) => Op.Run("channel_shuffle", this, groups);
        public Tensor[] chunk(long chunks, long dim = 0) => Op.RunMany("chunk", this, chunks, dim);
        public Tensor clone() => Op.Run("clone", this);
        public Tensor contiguous() => Op.Run("contiguous", this);
        public Tensor detach() => Op.Run("detach", this);
        public Tensor detach_() => Op.InPlace("detach_", this);
        public Tensor diag(long diagonal = 0) => Op.Run("diag", this, diagonal);
        public Tensor diag_embed(long offset = 0, long dim1 = -2, long dim2 = -1) => Op.Run("diag_embed", this, offset, dim1, dim2);
        public Tensor diagflat(long offset = 0) => Op.Run("diagflat", this, offset);
        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 0) => Op.Run("diagonal", this, offset, dim1, dim2);
        public Tensor[] dsplit((long, long, long, long) indices_or_sections) =>
            dsplit([indices_or_sections.Item1, indices_or_sections.Item2,
                indices_or_sections.Item3,
                    indices_or_sections.Item4]);
        public Tensor[] dsplit((long, long, long) indices_or_sections) =>
            dsplit([indices_or_sections.Item1, indices_or_sections.Item2, indices_or_sections.Item3]);
        public Tensor[] dsplit((long, long) indices_or_sections) => dsplit([indices_or_sections.Item1, indices_or_sections.Item2]);
        public Tensor[] dsplit(Tensor indices) => dsplit(indices.data<long>().ToArray());
        public Tensor[] dsplit(long size) => Op.RunMany("dsplit.int", this, size);
        public Tensor[] dsplit(params long[] sizes) => Op.RunMany("dsplit.array", this, sizes);
        public Tensor expand(params long[] sizes) => Op.Run("expand", this, sizes);
        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) => Op.Run("expand", this, sizes, isImplicit);
        public Tensor expand(Size sizes, bool isImplicit = false) => Op.Run("expand", this, sizes, isImplicit);
        public Tensor expand(long[] sizes, bool isImplicit = false) => Op.Run("expand", this, sizes, isImplicit);
        public Tensor expand_as(Tensor other) => Op.Run("expand_as", this, other);
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Op.Run("flatten.using_ints", this, start_dim, end_dim);
        public Tensor flip(params long[] dims) => Op.Run("flip", this, dims);
        public Tensor fliplr() => Op.Run("fliplr", this);
        public Tensor flipud() => Op.Run("flipud", this);
        public Tensor[] hsplit(Tensor indices) => hsplit(indices.data<long>().ToArray());
        public Tensor[] hsplit(long size) => Op.RunMany("hsplit.int", this, size);
        public Tensor[] hsplit(params long[] sizes) => Op.RunMany("hsplit.array", this, sizes);
        public Tensor moveaxis(long[] source, long[] destination) => Op.Run("moveaxis.intlist", this, source, destination);
        public Tensor movedim(long[] source, long[] destination) => Op.Run("movedim.intlist", this, source, destination);
        public Tensor narrow(long dim, long start, long length) => Op.Run("narrow", this, dim, start, length);
        public Tensor permute(IEnumerable<long> permutation) => Op.Run("permute", this, permutation.ToArray());
        public Tensor permute(params long[] permutation) => Op.Run("permute", this, permutation);
        public Tensor ravel() => Op.Run("ravel", this);
        public Tensor repeat(params long[] sizes) => Op.Run("repeat", this, sizes);
        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null) =>
            Op.Run("repeat_interleave.self_Tensor", this, repeats, dim, output_size);
        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) =>
            Op.Run("repeat_interleave.self_int", this, repeats, dim, output_size);
        public Tensor reshape(params long[] shape) => Op.Run("reshape", this, shape);
        public Tensor resolve_conj() => Op.Run("resolve_conj", this);
        public Tensor resolve_neg() => Op.Run("resolve_neg", this);
        public Tensor roll(long[] shifts) => Op.Run("roll", this, shifts);
        public Tensor roll(ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) => Op.Run("roll", this, shifts, dims);
        public Tensor roll((long, long, long) shifts, (long, long, long) dims) =>
            Op.Run("roll", this, new[] { shifts.Item1, shifts.Item2, shifts.Item3 }, new[] { dims.Item1, dims.Item2, dims.Item3 });
        public Tensor roll((long, long) shifts, (long, long) dims) =>
            Op.Run("roll", this, new[] { shifts.Item1, shifts.Item2 }, new[] { dims.Item1, dims.Item2 });
        public Tensor roll(long shifts, long? dims = null) =>
            Op.Run("roll", this, new[] { shifts }, dims is { } d ? [d] : (long[])[]);
        public Tensor roll(long[] shifts, long[] dims) => Op.Run("roll", this, shifts, dims);
        public Tensor rot90(long k = 1, (long, long)? dims = null) =>
            Op.Run("rot90", this, k, dims is { } d ? [d.Item1, d.Item2] : (long[])[0, 1]);
        public Tensor select(long dim, long index) => Op.Run("select.int", this, dim, index);
        public Tensor slice(long dim, long start, long finish, long step) => Op.Run("slice.Tensor", this, dim, start, finish, step);
        public Tensor[] split(params long[] sizes) => Op.RunMany("split_with_sizes", this, sizes);
        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0) => Op.RunMany("split_with_sizes", this, sizes, dim);
        public Tensor[] split(long size, int dim = 0) => Op.RunMany("split.Tensor", this, size, dim);
        public Tensor[] split(long[] sizes, long dim = 0) => Op.RunMany("split_with_sizes", this, sizes, dim);
        public Tensor squeeze(long? dim = null) => dim is { } d ? Op.Run("squeeze.dim", this, d) : Op.Run("squeeze", this);
        public Tensor squeeze_(long? dim = null) => dim is { } d ? Op.InPlace("squeeze_.dim", this, d) : Op.InPlace("squeeze_", this);
        public Tensor swapaxes(long dim0, long dim1) => Op.Run("swapaxes", this, dim0, dim1);
        public Tensor swapdims(long dim0, long dim1) => Op.Run("swapdims", this, dim0, dim1);
        public Tensor t() => Op.Run("t", this);
        public Tensor[] tensor_split(Tensor indices, long dim = 0) =>
            Op.RunMany("tensor_split.tensor_indices_or_sections", this, indices, dim);
        public Tensor[] tensor_split(long size, long dim = 0) => Op.RunMany("tensor_split.sections", this, size, dim);
        public Tensor[] tensor_split(long[] sizes, long dim = 0) => Op.RunMany("tensor_split.indices", this, sizes, dim);
        public Tensor tile(long[] reps) => Op.Run("tile", this, reps);
        public Tensor transpose(long dim0, long dim1) => Op.Run("transpose.int", this, dim0, dim1);
        public Tensor transpose_(long dim0, long dim1) => Op.InPlace("transpose_", this, dim0, dim1);
        public Tensor tril(long diagonal = 0) => Op.Run("tril", this, diagonal);
        public Tensor tril_(long diagonal = 0) => Op.InPlace("tril_", this, diagonal);
        public Tensor triu(long diagonal = 0) => Op.Run("triu", this, diagonal);
        public Tensor triu_(long diagonal = 0) => Op.InPlace("triu_", this, diagonal);
        public Tensor[] unbind(long dimension = 0) => Op.RunMany("unbind.int", this, dimension);
        public Tensor unflatten(long dim, Size sizes) => Op.Run("unflatten.int", this, dim, sizes);
        public Tensor unflatten(long dim, params long[] sizes) => Op.Run("unflatten.int", this, dim, sizes);
        public Tensor unfold(long dimension, long size, long step) => Op.Run("unfold", this, dimension, size, step);
        public Tensor unsqueeze(long dim) => Op.Run("unsqueeze", this, dim);
        public Tensor unsqueeze_(long dim) => Op.InPlace("unsqueeze_", this, dim);
        public Tensor view(params long[] shape) => Op.Run("view", this, shape);
        public Tensor view_as(Tensor other) => Op.Run("view_as", this, other);
        public Tensor view_as_complex() => Op.Run("view_as_complex", this);
        public Tensor view_as_real() => Op.Run("view_as_real", this);
        public Tensor[] vsplit(Tensor indices) => vsplit(indices.data<long>().ToArray());
        public Tensor[] vsplit(long size) => Op.RunMany("vsplit.int", this, size);
        public Tensor[] vsplit(params long[] sizes) => Op.RunMany("vsplit.array", this, sizes);
    }
}
