using TorchSharp.Native;

namespace TorchSharp;

// Several tensors at once: joining, broadcasting, products.
public static partial class torch
{
    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => Op.Run("cat", Arg.List(tensors), dim);
    public static Tensor concat(IList<Tensor> tensors, long dim = 0) => cat(tensors, dim);
    public static Tensor concatenate(IList<Tensor> tensors, long axis = 0) => cat(tensors, axis);
    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) => Op.Run("stack", Arg.List(tensors), dim);

    public static Tensor hstack(params Tensor[] tensors) => Op.Run("hstack", tensors);
    public static Tensor hstack(IList<Tensor> tensors) => Op.Run("hstack", Arg.List(tensors));
    public static Tensor hstack(IEnumerable<Tensor> tensors) => Op.Run("hstack", Arg.List(tensors));
    public static Tensor vstack(IList<Tensor> tensors) => Op.Run("vstack", Arg.List(tensors));
    public static Tensor dstack(params Tensor[] tensors) => Op.Run("dstack", tensors);
    public static Tensor dstack(IList<Tensor> tensors) => Op.Run("dstack", Arg.List(tensors));
    public static Tensor dstack(IEnumerable<Tensor> tensors) => Op.Run("dstack", Arg.List(tensors));
    public static Tensor column_stack(params Tensor[] tensors) => Op.Run("column_stack", tensors);
    public static Tensor column_stack(IList<Tensor> tensors) => Op.Run("column_stack", Arg.List(tensors));
    public static Tensor row_stack(params Tensor[] tensors) => Op.Run("row_stack", tensors);
    public static Tensor row_stack(IList<Tensor> tensors) => Op.Run("row_stack", Arg.List(tensors));

    public static Tensor block_diag(params Tensor[] tensors) => Op.Run("block_diag", tensors);
    public static Tensor cartesian_prod(params Tensor[] tensors) => Op.Run("cartesian_prod", tensors);
    public static Tensor cartesian_prod(IList<Tensor> tensors) => Op.Run("cartesian_prod", Arg.List(tensors));
    public static Tensor einsum(string equation, params Tensor[] tensors) => Op.Run("einsum", equation, tensors);

    public static Tensor[] meshgrid(IEnumerable<Tensor> tensors, string indexing = "ij") =>
        Op.RunMany("meshgrid.indexing", Arg.List(tensors), indexing);

    public static IList<Tensor> broadcast_tensors(params Tensor[] tensors) => Op.RunMany("broadcast_tensors", tensors);

    public static Size broadcast_shapes(params long[][] shapes)
    {
        int rank = shapes.Max(s => s.Length);
        var result = new long[rank];
        Array.Fill(result, 1);
        foreach (long[] shape in shapes)
            for (int d = 0; d < shape.Length; d++)
            {
                ref long extent = ref result[rank - shape.Length + d];
                if (extent != 1 && shape[d] != 1 && extent != shape[d])
                    throw new ArgumentException(
                        $"Expected shapes that broadcast together, found {extent} and {shape[d]} in one dimension.");
                extent = extent == 1 ? shape[d] : extent;
            }
        return new Size(result);
    }

    public static IEnumerable<Tensor> atleast_1d(params Tensor[] input) => Op.RunMany("atleast_1d.Sequence", input);
    public static IEnumerable<Tensor> atleast_2d(params Tensor[] input) => Op.RunMany("atleast_2d.Sequence", input);
    public static IEnumerable<Tensor> atleast_3d(params Tensor[] input) => Op.RunMany("atleast_3d.Sequence", input);
}
