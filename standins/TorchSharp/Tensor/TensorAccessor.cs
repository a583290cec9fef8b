using System.Collections;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace TorchSharp.Utils
{
    /// <summary>The elements of a CPU tensor in row-major order, read and written in the tensor's own memory.</summary>
    public sealed class TensorAccessor<T> : IEnumerable<T>, IDisposable where T : struct
    {
        readonly Tensor tensor;   // keeps the memory alive
        readonly nint data;
        readonly long[] sizes;
        readonly long[] strides;
        readonly bool contiguous;

        internal TensorAccessor(Tensor tensor)
        {
            this.tensor = tensor;
            sizes = tensor.shape;
            strides = tensor.stride();
            contiguous = tensor.is_contiguous();
            Count = tensor.NumberOfElements;
            data = Count > 0 ? tensor.DataPointer() : 0;
        }

        public long Count { get; }

        public bool IsReadOnly => false;

        /// <summary>The element at full coordinates, or at a position in row-major order if one index is given.</summary>
        public T this[params long[] indices]
        {
            get => At(Offset(indices));
            set => At(Offset(indices)) = value;
        }

        public T[] ToArray()
        {
            var array = new T[Count];
            CopyTo(array);
            return array;
        }

        /// <summary>An array of the tensor's rank; a one-element array for a tensor without dimensions.</summary>
        public Array ToNDArray()
        {
            if (sizes.Length <= 1)
                return ToArray();
            var result = Array.CreateInstance(typeof(T), sizes);
            var flat = ToArray();
            var index = new long[sizes.Length];
            foreach (var value in flat)
            {
                result.SetValue(value, index);
                for (int d = sizes.Length - 1; d >= 0 && ++index[d] == sizes[d]; d--)
                    index[d] = 0;
            }
            return result;
        }

        public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

        public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
        {
            int count = (int)Math.Min(array.Length - arrayIndex, Count - tensorIndex);
            var target = array.Slice(arrayIndex, count);
            if (contiguous)
                Block(tensorIndex, count).CopyTo(target);
            else
            {
                var walk = new Walk(this, tensorIndex);
                for (int i = 0; i < count; i++, walk.Next())
                    target[i] = At(walk.Offset);
            }
            GC.KeepAlive(tensor);
        }

        public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) =>
            CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

        public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
        {
            int count = (int)Math.Min(array.Length - arrayIndex, Count - tensorIndex);
            var source = array.Slice(arrayIndex, count);
            if (contiguous)
                source.CopyTo(Block(tensorIndex, count));
            else
            {
                var walk = new Walk(this, tensorIndex);
                for (int i = 0; i < count; i++, walk.Next())
                    At(walk.Offset) = source[i];
            }
            GC.KeepAlive(tensor);
        }

        public IEnumerator<T> GetEnumerator()
        {
            var walk = new Walk(this, 0);
            for (long i = 0; i < Count; i++, walk.Next())
                yield return At(walk.Offset);
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public static bool operator ==(TensorAccessor<T> left, TensorAccessor<T> right) =>
            left is null ? right is null : right is not null && left.Count == right.Count && left.SequenceEqual(right);

        public static bool operator !=(TensorAccessor<T> left, TensorAccessor<T> right) => !(left == right);

        public override bool Equals(object obj) => obj is TensorAccessor<T> other && this == other;

        public override int GetHashCode() => HashCode.Combine(data, Count);

        /// <summary>Nothing of its own to free: the tensor owns the memory.</summary>
        public void Dispose() { }

        unsafe ref T At(long offset) => ref Unsafe.Add(ref Unsafe.AsRef<T>((void*)data), (nint)offset);

        unsafe Span<T> Block(long start, int count) =>
            count == 0 ? default : System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref At(start), count);

        long Offset(long[] indices)
        {
            if (indices.Length == 1 && sizes.Length != 1)
            {
                CheckIndex(indices[0], Count, 0);
                return contiguous ? indices[0] : new Walk(this, indices[0]).Offset;
            }
            if (indices.Length != sizes.Length)
                throw new ArgumentException($"Expected {sizes.Length} indices, one a dimension, found {indices.Length}.");
            long offset = 0;
            for (int d = 0; d < indices.Length; d++)
            {
                CheckIndex(indices[d], sizes[d], d);
                offset += indices[d] * strides[d];
            }
            return offset;
        }

        static void CheckIndex(long index, long size, int dimension)
        {
            if (index < 0 || index >= size)
                throw new IndexOutOfRangeException($"Expected an index from 0 to {size - 1} in dimension {dimension}, found {index}.");
        }

        // Steps through a strided tensor in row-major order without a division per element.
        struct Walk
        {
            readonly TensorAccessor<T> owner;
            readonly long[] at;

            internal Walk(TensorAccessor<T> owner, long start)
            {
                this.owner = owner;
                at = new long[owner.sizes.Length];
                for (int d = at.Length - 1; d >= 0; d--)
                {
                    (start, at[d]) = Math.DivRem(start, Math.Max(owner.sizes[d], 1));
                    Offset += at[d] * owner.strides[d];
                }
            }

            internal long Offset { get; private set; }

            internal void Next()
            {
                for (int d = at.Length - 1; d >= 0; d--)
                {
                    Offset += owner.strides[d];
                    if (++at[d] < owner.sizes[d])
                        return;
                    Offset -= at[d] * owner.strides[d];
                    at[d] = 0;
                }
            }
        }
    }
}
