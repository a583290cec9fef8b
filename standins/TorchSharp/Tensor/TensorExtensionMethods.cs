using System.Numerics;
using System.Text;
using static TorchSharp.torch;

namespace TorchSharp
{
    public static class TensorExtensionMethods
    {
        public static byte ToByte(this Tensor value) => value.ToScalar().ToByte();
        public static sbyte ToSByte(this Tensor value) => value.ToScalar().ToSByte();
        public static short ToInt16(this Tensor value) => value.ToScalar().ToInt16();
        public static int ToInt32(this Tensor value) => value.ToScalar().ToInt32();
        public static long ToInt64(this Tensor value) => value.ToScalar().ToInt64();
        public static Half ToHalf(this Tensor value) => value.ToScalar().ToHalf();
        public static float ToSingle(this Tensor value) => value.ToScalar().ToSingle();
        public static double ToDouble(this Tensor value) => value.ToScalar().ToDouble();
        public static bool ToBoolean(this Tensor value) => value.ToScalar().ToBoolean();
        public static (float Real, float Imaginary) ToComplexFloat32(this Tensor value) => value.ToScalar().ToComplexFloat32();
        public static Complex ToComplexFloat64(this Tensor value) => value.ToScalar().ToComplexFloat64();
        public static (float Real, float Imaginary) ToComplex32(this Tensor value) => value.ToComplexFloat32();
        public static Complex ToComplex64(this Tensor value) => value.ToComplexFloat64();

        public static Tensor ToTensor<T>(this T[] rawArray, long[] dimensions, bool doCopy = false, bool requires_grad = false)
        {
            // The memory of a managed array is copied either way: a view would tie its lifetime to the garbage collector.
            using var flat = from_array(rawArray);
            return flat.view(dimensions).requires_grad_(requires_grad);
        }

        public static Tensor ToTensor<T>(this T scalar, Device device = null, bool requires_grad = false) where T : struct =>
            FromElements<T>([scalar], [], null, device, requires_grad);

        public static int ElementSize(this ScalarType type) => type switch
        {
            ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
            ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
            ScalarType.Int32 or ScalarType.Float32 => 4,
            ScalarType.Int64 or ScalarType.Float64 or ScalarType.ComplexFloat32 => 8,
            ScalarType.ComplexFloat64 => 16,
            _ => throw new NotSupportedException($"Expected a numeric element type, found {type}."),
        };

        public static long TotalSize(this IEnumerable<long> shape)
        {
            long n = 1;
            foreach (long extent in shape)
                n *= extent;
            return n;
        }

        public static ReadOnlySpan<int> IntShape(this Tensor tensor) => Array.ConvertAll(tensor.shape, x => (int)x);

        public static Modules.Parameter AsParameter(this Tensor tensor) => new(tensor);

        public static string metastr(this Tensor tensor) => tensor.ToString(TensorStringStyle.Metadata);

        public static string str(this Tensor tensor, string fltFormat = null, int? width = null, string newLine = "\n",
            System.Globalization.CultureInfo cultureInfo = null, TensorStringStyle style = TensorStringStyle.Default) =>
            tensor.ToString(style, fltFormat, width, cultureInfo, newLine);

        public static string npstr(this Tensor tensor, string fltFormat = "g5", int? width = 100, string newLine = "\n",
            System.Globalization.CultureInfo cultureInfo = null) =>
            tensor.ToString(TensorStringStyle.Numpy, fltFormat, width, cultureInfo, newLine);

        public static string cstr(this Tensor tensor, string fltFormat = "g5", int? width = 100, string newLine = "\n",
            System.Globalization.CultureInfo cultureInfo = null) =>
            tensor.ToString(TensorStringStyle.CSharp, fltFormat, width, cultureInfo, newLine);

        /// <summary>Element type, number of dimensions and extents as variable-length integers, then the elements in row-major
        /// order.</summary>
        public static void Save(this Tensor tensor, BinaryWriter writer)
        {
            writer.Write7BitEncodedInt64((int)tensor.dtype);
            writer.Write7BitEncodedInt64(tensor.Dimensions);
            foreach (long extent in tensor.shape)
                writer.Write7BitEncodedInt64(extent);
            writer.Flush();
            tensor.WriteBytesToStream(writer.BaseStream);
        }

        public static void Save(this Tensor tensor, Stream stream)
        {
            using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
            tensor.Save(writer);
        }

        public static void Save(this Tensor tensor, string location)
        {
            using var stream = File.Create(location);
            tensor.Save(stream);
        }

        /// <summary>Fills a tensor from a stream; with <paramref name="skip"/> only moves past the stored one.</summary>
        public static void Load(this Tensor tensor, BinaryReader reader, bool skip = false) => Load(ref tensor, reader, skip);

        public static void Load(ref Tensor tensor, BinaryReader reader, bool skip = false)
        {
            var (type, shape) = ReadHeader(reader);
            if (skip)
            {
                Skip(reader.BaseStream, shape.TotalSize() * type.ElementSize());
                return;
            }
            if (tensor is null)
            {
                tensor = ReadBody(reader, type, shape);
                return;
            }
            if (type != tensor.dtype)
                throw new ArgumentException($"Mismatched tensor data types while loading: expected {tensor.dtype}, found {type}.");
            if (!shape.AsSpan().SequenceEqual(tensor.shape))
                throw new ArgumentException("Mismatched tensor shapes while loading: expected " +
                    $"[{string.Join(",", tensor.shape)}], found [{string.Join(",", shape)}].");
            tensor.ReadBytesFromStream(reader.BaseStream);
        }

        public static Tensor Load(BinaryReader reader, bool skip = false)
        {
            var (type, shape) = ReadHeader(reader);
            if (!skip)
                return ReadBody(reader, type, shape);
            Skip(reader.BaseStream, shape.TotalSize() * type.ElementSize());
            return null;
        }

        static (ScalarType Type, long[] Shape) ReadHeader(BinaryReader reader)
        {
            const long MostDimensions = 64;   // libtorch's own limit
            var type = (ScalarType)reader.Read7BitEncodedInt64();
            _ = type.ElementSize();
            long rank = reader.Read7BitEncodedInt64();
            if (rank is < 0 or > MostDimensions)
                throw new InvalidDataException(
                    $"Expected a tensor of 0 to {MostDimensions} dimensions, found {rank}: the file is damaged.");
            var shape = new long[rank];
            for (int i = 0; i < shape.Length; i++)
                shape[i] = reader.Read7BitEncodedInt64();
            return (type, shape);
        }

        static Tensor ReadBody(BinaryReader reader, ScalarType type, long[] shape)
        {
            var stream = reader.BaseStream;
            long size = shape.TotalSize() * type.ElementSize();
            if (size < 0 || (stream.CanSeek && size > stream.Length - stream.Position))
                throw new EndOfStreamException($"Expected {size} bytes of tensor elements, found fewer: the file is cut short or damaged.");
            var tensor = empty(shape, type);
            tensor.ReadBytesFromStream(stream);
            return tensor;
        }

        static void Skip(Stream stream, long count)
        {
            if (stream.CanSeek)
            {
                stream.Seek(count, SeekOrigin.Current);
                return;
            }
            var buffer = new byte[1 << 16];
            for (; count > 0; count -= Math.Min(count, buffer.Length))
                stream.ReadExactly(buffer, 0, (int)Math.Min(count, buffer.Length));
        }
    }
}
