using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    // What a tensor is: shape, layout, element type, device.
    public partial class Tensor
    {
        public unsafe long[] shape
        {
            get
            {
                var sizes = new long[Dimensions];
                fixed (long* p = sizes)
                    Bridge.ts_sizes(LiveHandle, p);
                GC.KeepAlive(this);
                return sizes;
            }
        }

        public long[] size() => shape;

        public long size(int dim) => shape[FromFront(dim)];

        public unsafe long[] stride()
        {
            var strides = new long[Dimensions];
            fixed (long* p = strides)
                Bridge.ts_strides(LiveHandle, p);
            GC.KeepAlive(this);
            return strides;
        }

        public long stride(int dim) => stride()[FromFront(dim)];

        public long Dimensions
        {
            get
            {
                long n = Bridge.ts_ndim(LiveHandle);
                GC.KeepAlive(this);
                return n;
            }
        }

        public long ndim => Dimensions;
        public long dim() => Dimensions;

        public long NumberOfElements
        {
            get
            {
                long n = Bridge.ts_numel(LiveHandle);
                GC.KeepAlive(this);
                return n;
            }
        }

        public long numel() => NumberOfElements;

        public long ElementSize
        {
            get
            {
                long n = Bridge.ts_itemsize(LiveHandle);
                GC.KeepAlive(this);
                return n;
            }
        }

        public long element_size() => ElementSize;

        public long storage_offset()
        {
            long n = Bridge.ts_storage_offset(LiveHandle);
            GC.KeepAlive(this);
            return n;
        }

        public ScalarType dtype
        {
            get
            {
                var type = (ScalarType)Bridge.ts_dtype(LiveHandle);
                GC.KeepAlive(this);
                return type;
            }
        }

        public DeviceType device_type
        {
            get
            {
                // libtorch numbers devices as this enumeration does.
                var type = (DeviceType)Bridge.ts_device_type(LiveHandle);
                GC.KeepAlive(this);
                return type;
            }
        }

        public int device_index
        {
            get
            {
                int index = Bridge.ts_device_index(LiveHandle);
                GC.KeepAlive(this);
                return index;
            }
        }

        public Device device => device_type == DeviceType.CPU ? CPU : new Device(device_type, device_index);

        public bool is_cuda => device_type == DeviceType.CUDA;
        public bool is_meta => device_type == DeviceType.META;
        public bool is_cpu() => device_type == DeviceType.CPU;

        public bool is_sparse
        {
            get
            {
                bool sparse = Bridge.ts_is_sparse(LiveHandle) != 0;
                GC.KeepAlive(this);
                return sparse;
            }
        }

        public bool is_contiguous()
        {
            bool contiguous = Bridge.ts_is_contiguous(LiveHandle) != 0;
            GC.KeepAlive(this);
            return contiguous;
        }

        public bool is_integral() => torch.is_integral(dtype);

        public Tensor T => Op.Run("numpy_T", this);
        public Tensor H => Op.Run("matrix_H", this);
        public Tensor mT => Op.Run("mT", this);
        public Tensor mH => Op.Run("mH", this);
        public Tensor real => is_complex() ? Op.Run("real", this) : alias();
        public Tensor imag => Op.Run("imag", this);
        public Tensor SparseIndices => Op.Run("_indices", this);
        public Tensor SparseValues => Op.Run("_values", this);

        // Element by element equality of everything is also what the real library answers here.
        public override bool Equals(object obj) => obj is Tensor other && Equals(other);
        public bool Equals(Tensor target) => target is not null && (ReferenceEquals(this, target) || Op.RunBool("equal", this, target));
        public override int GetHashCode() => base.GetHashCode();

        int FromFront(int dim)
        {
            int rank = (int)Dimensions;
            if (dim < -rank || dim >= rank)
                throw new ArgumentOutOfRangeException(
                    nameof(dim), dim, $"Expected a dimension from {-rank} to {rank - 1} of a tensor of {rank}.");
            return dim < 0 ? rank + dim : dim;
        }

        // Sizes where libtorch takes absent and the surface takes a negative number.
        static long? Given(long value) => value < 0 ? null : value;

        static long[] Range(long start, long count)
        {
            var range = new long[count];
            for (int i = 0; i < range.Length; i++)
                range[i] = start + i;
            return range;
        }

        // Reductions that libtorch offers without a result type compute on the converted tensor.
        Tensor Typed(ScalarType? type) => type is { } t && t != dtype ? to_type(t) : this;

        // Results that the caller may ask to have written into a tensor of its own.
        internal static Tensor Delivered(Tensor destination, Tensor result)
        {
            if (destination is null)
                return result;
            Op.InPlace("resize_", destination, result.shape);
            destination.copy_(result);
            result.Dispose();
            return destination;
        }

        internal static string RoundingName(RoundingMode mode) => mode switch
        {
            RoundingMode.None => null,
            RoundingMode.trunc => "trunc",
            RoundingMode.floor => "floor",
            _ => throw new ArgumentException($"Expected None, trunc or floor as rounding mode, found {mode}."),
        };

        internal static string PadModeName(PaddingModes mode) => mode switch
        {
            PaddingModes.Constant => "constant",
            PaddingModes.Reflect => "reflect",
            PaddingModes.Replicate => "replicate",
            PaddingModes.Circular => "circular",
            _ => throw new ArgumentException($"Expected Constant, Reflect, Replicate or Circular as padding mode, found {mode}."),
        };
    }
}
