using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>One position of an index expression: a number, a slice, an ellipsis, a new axis, a truth value or a tensor.</summary>
    public struct TensorIndex
    {
        internal enum Kind { Null, Ellipsis, None, Single, Slice, Bool, Tensor }

        internal Kind Is;
        internal long? Start;   // also the number of a single index
        internal long? Stop;
        internal long? Step;
        internal bool Truth;
        internal Tensor Indices;

        public static TensorIndex Ellipsis = new() { Is = Kind.Ellipsis };
        public static TensorIndex None = new() { Is = Kind.None };
        public static TensorIndex Null = new() { Is = Kind.Null };
        public static TensorIndex Colon = Slice();

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { Is = Kind.Slice, Start = start, Stop = stop, Step = step };

        public static TensorIndex Slice((int? start, int? end) range) => Slice(range.start, range.end);

        public static TensorIndex Slice(Range range)
        {
            long start = range.Start.IsFromEnd ? -range.Start.Value : range.Start.Value;
            // ^0 is past the last element, where -0 would be before the first.
            long? stop = range.End is { IsFromEnd: true, Value: 0 } ? null : range.End.IsFromEnd ? -range.End.Value : range.End.Value;
            return Slice(start, stop);
        }

        public static TensorIndex Bool(bool value) => new() { Is = Kind.Bool, Truth = value };
        public static TensorIndex Single(long? index) => new() { Is = Kind.Single, Start = index };
        public static TensorIndex Tensor(Tensor tensor) => new() { Is = Kind.Tensor, Indices = tensor };

        public static implicit operator TensorIndex(long value) => Single(value);
        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range);
        public static implicit operator TensorIndex(Index index) => Single(index.IsFromEnd ? -index.Value : index.Value);
        public static implicit operator TensorIndex(Range range) => Slice(range);
    }

    public partial class Tensor
    {
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => Assign(value, indices);
        }

        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        public Tensor this[params long[] indices]
        {
            get => Select(indices);
            set => Assign(value, Array.ConvertAll(indices, i => (TensorIndex)i));
        }

        public Tensor this[long i1]
        {
            get => select(0, i1);
            set => Assign(value, i1);
        }

        public Tensor this[long i1, long i2]
        {
            get => Select(i1, i2);
            set => Assign(value, i1, i2);
        }

        public Tensor this[long i1, long i2, long i3]
        {
            get => Select(i1, i2, i3);
            set => Assign(value, i1, i2, i3);
        }

        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => Select(i1, i2, i3, i4);
            set => Assign(value, i1, i2, i3, i4);
        }

        public Tensor this[long i1, long i2, long i3, long i4, long i5]
        {
            get => Select(i1, i2, i3, i4, i5);
            set => Assign(value, i1, i2, i3, i4, i5);
        }

        public Tensor this[long i1, long i2, long i3, long i4, long i5, long i6]
        {
            get => Select(i1, i2, i3, i4, i5, i6);
            set => Assign(value, i1, i2, i3, i4, i5, i6);
        }

        /// <summary>The part that an index expression names; a view if it holds no tensors.</summary>
        public Tensor index(params TensorIndex[] indices)
        {
            var (view, tensors) = Resolve(indices);
            if (tensors is null)
                return view;
            var result = Op.Run("index.Tensor", view, Arg.OptionalTensors(tensors));
            if (!ReferenceEquals(view, this))
                view.Dispose();
            return result;
        }

        public Tensor index(params Tensor[] indices) => Op.Run("index.Tensor", this, Arg.OptionalTensors(indices));

        public Tensor index_put_(Tensor value, params TensorIndex[] indices)
        {
            Assign(value, indices);
            return this;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) =>
            Op.InPlace("index_put_", this, Arg.OptionalTensors(indices), value);

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var tensor = Op.Run("scalar_tensor", value, dtype);
            return index_put_(tensor, indices);
        }

        public Tensor index_put_(Scalar value, params Tensor[] indices)
        {
            using var tensor = Op.Run("scalar_tensor", value, dtype);
            return index_put_(tensor, indices);
        }

        // One view per leading dimension; the ones in between are freed at once.
        Tensor Select(params ReadOnlySpan<long> indices)
        {
            Tensor view = select(0, indices[0]);
            foreach (long at in indices[1..])
                view = Replace(view, view.select(0, at));
            return view;
        }

        void Assign(Tensor value, params TensorIndex[] indices)
        {
            var (view, tensors) = Resolve(indices);
            if (tensors is null)
                view.copy_(value);
            else if (value.dtype == view.dtype)
                Op.InPlace("index_put_", view, Arg.OptionalTensors(tensors), value);
            else
                using (var converted = value.to_type(view.dtype))
                    Op.InPlace("index_put_", view, Arg.OptionalTensors(tensors), converted);
            view.Dispose();
        }

        // Applies all that is a view, left to right, and collects the tensors for one gathering call at the end, null if there
        // are none. The view always has a handle of its own.
        (Tensor View, Tensor[] Tensors) Resolve(TensorIndex[] indices)
        {
            Tensor view = alias();
            List<Tensor> tensors = null;
            int dim = 0;
            for (int i = 0; i < indices.Length; i++)
            {
                ref readonly var at = ref indices[i];
                switch (at.Is)
                {
                    case TensorIndex.Kind.Single:
                        view = Replace(view, Op.Run("select.int", view, dim, at.Start ?? 0));
                        break;
                    case TensorIndex.Kind.Slice:
                        if (at.Start is not null || at.Stop is not null || at.Step is not null)
                            view = Replace(view, Op.Run("slice.Tensor", view, dim, at.Start, at.Stop, at.Step ?? 1));
                        dim++;
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        dim = (int)view.Dimensions - DimensionsTaken(indices.AsSpan(i + 1));
                        break;
                    case TensorIndex.Kind.None:
                        view = Replace(view, view.unsqueeze(dim++));
                        break;
                    case TensorIndex.Kind.Bool:
                        view = Replace(view, view.unsqueeze(dim));
                        Put(ref tensors, dim++, at.Truth ? torch.zeros([1], ScalarType.Int64) : torch.empty([0], ScalarType.Int64));
                        break;
                    case TensorIndex.Kind.Tensor:
                        Put(ref tensors, dim, at.Indices);
                        dim += IsMask(at.Indices) ? (int)at.Indices.Dimensions : 1;
                        break;
                    default:
                        throw new ArgumentException(
                            $"Expected a number, slice, ellipsis, new axis or tensor at position {i} of the index, found none.");
                }
            }
            return (view, tensors?.ToArray());
        }

        static Tensor Replace(Tensor old, Tensor next)
        {
            old.Dispose();
            return next;
        }

        static void Put(ref List<Tensor> tensors, int dim, Tensor value)
        {
            tensors ??= [];
            while (tensors.Count < dim)
                tensors.Add(null);
            tensors.Add(value);
        }

        static bool IsMask(Tensor t) => t.dtype is ScalarType.Bool or ScalarType.Byte;

        static int DimensionsTaken(ReadOnlySpan<TensorIndex> rest)
        {
            int taken = 0;
            foreach (ref readonly var at in rest)
                taken += at.Is switch
                {
                    TensorIndex.Kind.Single or TensorIndex.Kind.Slice => 1,
                    TensorIndex.Kind.Tensor => IsMask(at.Indices) ? (int)at.Indices.Dimensions : 1,
                    _ => 0,
                };
            return taken;
        }
    }
}
