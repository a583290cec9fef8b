using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp.Native;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    // Access to the elements from managed code, without copies where the name allows it.
    public partial class Tensor
    {
        /// <summary>The memory of a contiguous CPU tensor. Valid while the tensor is alive.</summary>
        /// <exception cref="NotImplementedException">The tensor is not contiguous; the type is TorchSharp's own.</exception>
        /// <exception cref="ArgumentException">The tensor exceeds 2 GiB.</exception>
        public unsafe Span<byte> bytes
        {
            get
            {
                long total = NumberOfElements * ElementSize;
                if (total > int.MaxValue)
                    throw new ArgumentException(
                        $"Expected at most {int.MaxValue} bytes for a span, found {total}; slice the tensor first.");
                if (!is_contiguous())
                    throw new NotImplementedException(
                        "Expected a contiguous tensor for its bytes, found strides; call contiguous() first.");
                return new Span<byte>((void*)DataPointer(), (int)total);
            }
            set
            {
                var destination = bytes;
                if (value.Length != destination.Length)
                    throw new ArgumentException($"Expected {destination.Length} bytes for this tensor, found {value.Length}.");
                value.CopyTo(destination);
            }
        }

        /// <summary>The elements in logical order, over the tensor's own memory.</summary>
        /// <exception cref="ArgumentException"><typeparamref name="T"/> is not the managed form of the element type.</exception>
        public TensorAccessor<T> data<T>() where T : struct
        {
            CheckElementType(typeof(T));
            return new TensorAccessor<T>(this);
        }

        public T item<T>() where T : struct
        {
            CheckSingle();
            CheckElementType(typeof(T));
            return ReadCpuValue<T>(0);
        }

        public Scalar ToScalar()
        {
            CheckSingle();
            return ElementAt(0);
        }

        public T ReadCpuValue<T>(long i) where T : struct
        {
            if (i < 0 || i >= NumberOfElements)
                throw new IndexOutOfRangeException($"Expected an index from 0 to {NumberOfElements - 1}, found {i}.");
            return ReadAt<T>(i);
        }

        public bool ReadCpuBool(long i) => ReadCpuValue<bool>(i);
        public byte ReadCpuByte(long i) => ReadCpuValue<byte>(i);
        public sbyte ReadCpuSByte(long i) => ReadCpuValue<sbyte>(i);
        public short ReadCpuInt16(long i) => ReadCpuValue<short>(i);
        public int ReadCpuInt32(long i) => ReadCpuValue<int>(i);
        public long ReadCpuInt64(long i) => ReadCpuValue<long>(i);
        public float ReadCpuFloat16(long i) => (float)ReadCpuValue<Half>(i);
        public float ReadCpuBFloat16(long i) => BFloat16.ToSingle(ReadCpuValue<ushort>(i));
        public float ReadCpuSingle(long i) => ReadCpuValue<float>(i);
        public double ReadCpuDouble(long i) => ReadCpuValue<double>(i);

        /// <summary>Nested lists of scalars; a plain scalar for a tensor without dimensions.</summary>
        public object tolist()
        {
            if (Dimensions == 0)
                return ToScalar();
            var list = new System.Collections.ArrayList();
            foreach (var row in unbind())
            {
                list.Add(row.tolist());
                row.Dispose();
            }
            return list;
        }

        public IList<Tensor> nonzero_as_list() => Op.RunMany("nonzero_numpy", this);

        /// <summary>Writes the elements in the machine's byte order; of contiguous tensors only, as the real library does.</summary>
        public void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            if (!is_contiguous())
                throw new InvalidOperationException("Expected a contiguous tensor to write, found strides; call contiguous() first.");
            EachBlock((pointer, count) => { unsafe { stream.Write(new ReadOnlySpan<byte>((void*)pointer, count)); } });
        }

        /// <summary>Fills the elements in logical order from a stream.</summary>
        /// <exception cref="EndOfStreamException">The stream holds fewer bytes than the tensor.</exception>
        public void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            using var packed = Packed();
            packed.EachBlock((pointer, count) => { unsafe { stream.ReadExactly(new Span<byte>((void*)pointer, count)); } });
            if (packed.DataPointer() != DataPointer())
                using (no_grad())
                    copy_(packed);
        }

        public void save(string location)
        {
            Bridge.Check(Bridge.ts_save(LiveHandle, location));
            GC.KeepAlive(this);
        }

        public static Tensor load(string location)
        {
            Bridge.Check(Bridge.ts_load(location, out var loaded));
            return new Tensor(loaded);
        }

        /// <summary>Reads a tensor that <see cref="TensorExtensionMethods.Save(Tensor, BinaryWriter)"/> wrote.</summary>
        public static Tensor Load(BinaryReader reader) => TensorExtensionMethods.Load(reader);

        public static Tensor Load(Stream stream)
        {
            using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
            return TensorExtensionMethods.Load(reader);
        }

        public static Tensor Load(string location)
        {
            using var stream = File.OpenRead(location);
            return Load(stream);
        }

        // A contiguous CPU tensor with a handle of its own, over the same memory where possible.
        Tensor Packed() => Op.Run("contiguous", this).DetachFromDisposeScope();

        internal nint DataPointer()
        {
            if (device_type != DeviceType.CPU)
                throw new InvalidOperationException(
                    $"Expected a tensor on the CPU to read its elements, found {device}; call cpu() first.");
            Bridge.Check(Bridge.ts_data(LiveHandle, out var data));
            GC.KeepAlive(this);
            return data;
        }

        // Spans end at 2 GiB, tensors do not.
        void EachBlock(Action<nint, int> visit)
        {
            const long Block = 1L << 24;
            long total = NumberOfElements * ElementSize;
            nint data = total > 0 ? DataPointer() : 0;
            for (long at = 0; at < total; at += Block)
                visit(data + (nint)at, (int)Math.Min(Block, total - at));
            GC.KeepAlive(this);
        }

        unsafe T ReadAt<T>(long logical) where T : struct
        {
            var value = Unsafe.ReadUnaligned<T>((void*)(DataPointer() + (nint)(OffsetOf(logical) * ElementSize)));
            GC.KeepAlive(this);
            return value;
        }

        // Distance in elements from the first one to the one at a position in row-major order.
        long OffsetOf(long logical)
        {
            if (logical == 0 || is_contiguous())
                return logical;
            long[] sizes = shape, strides = stride();
            long offset = 0;
            for (int d = sizes.Length - 1; d >= 0; d--)
            {
                (logical, long at) = Math.DivRem(logical, sizes[d]);
                offset += at * strides[d];
            }
            return offset;
        }

        internal Scalar ElementAt(long i) => dtype switch
        {
            ScalarType.Byte => ReadAt<byte>(i),
            ScalarType.Int8 => ReadAt<sbyte>(i),
            ScalarType.Int16 => ReadAt<short>(i),
            ScalarType.Int32 => ReadAt<int>(i),
            ScalarType.Int64 => ReadAt<long>(i),
            ScalarType.Float16 => ReadAt<Half>(i),
            ScalarType.BFloat16 => BFloat16.ToSingle(ReadAt<ushort>(i)),
            ScalarType.Float32 => ReadAt<float>(i),
            ScalarType.Float64 => ReadAt<double>(i),
            ScalarType.Bool => ReadAt<bool>(i),
            ScalarType.ComplexFloat32 => ReadAt<(float, float)>(i),
            ScalarType.ComplexFloat64 => ReadAt<Complex>(i),
            var other => throw new NotSupportedException($"Expected a numeric element type, found {other}."),
        };

        void CheckSingle()
        {
            if (NumberOfElements != 1)
                throw new ArgumentException($"Expected a tensor of one element to read a number, found {NumberOfElements} elements.");
        }

        internal void CheckElementType(Type type)
        {
            var expected = dtype switch
            {
                ScalarType.Byte => typeof(byte),
                ScalarType.Int8 => typeof(sbyte),
                ScalarType.Int16 => typeof(short),
                ScalarType.Int32 => typeof(int),
                ScalarType.Int64 => typeof(long),
                ScalarType.Float16 => typeof(Half),
                ScalarType.Float32 => typeof(float),
                ScalarType.Float64 => typeof(double),
                ScalarType.Bool => typeof(bool),
                ScalarType.ComplexFloat32 => typeof((float, float)),
                ScalarType.ComplexFloat64 => typeof(Complex),
                _ => null,
            };
            if (type != expected)
                throw new ArgumentException(
                    $"Expected {expected?.Name ?? "a conversion to float first"} for elements of type {dtype}, found {type.Name}.");
        }
    }

    public static Tensor load(string location) => Tensor.load(location);

    public static void save(Tensor t, string location) => t.save(location);
}
