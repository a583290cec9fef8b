using System.Numerics;
using static TorchSharp.torch;

namespace TorchSharp
{
    internal enum ScalarKind { Int, Double, Bool, Complex }

    /// <summary>One number given to an operator.</summary>
    public sealed class Scalar : IDisposable
    {
        internal readonly ScalarKind Kind;
        internal readonly long Bits;
        internal readonly Complex Complex;

        Scalar(ScalarKind kind, long bits)
        {
            Kind = kind;
            Bits = bits;
        }

        internal Scalar(long value) : this(ScalarKind.Int, value) { }
        internal Scalar(double value) : this(ScalarKind.Double, BitConverter.DoubleToInt64Bits(value)) { }
        internal Scalar(bool value) : this(ScalarKind.Bool, value ? 1 : 0) { }
        internal Scalar(Complex value) : this(ScalarKind.Complex, 0) => Complex = value;

        internal double AsDouble => Kind switch
        {
            ScalarKind.Double => BitConverter.Int64BitsToDouble(Bits),
            ScalarKind.Complex => Complex.Real,
            _ => Bits,
        };

        internal long AsInt64 => Kind is ScalarKind.Int or ScalarKind.Bool ? Bits : (long)AsDouble;

        internal Complex AsComplex => Kind == ScalarKind.Complex ? Complex : AsDouble;

        public ScalarType Type => Kind switch
        {
            ScalarKind.Int => ScalarType.Int64,
            ScalarKind.Double => ScalarType.Float64,
            ScalarKind.Bool => ScalarType.Bool,
            _ => ScalarType.ComplexFloat64,
        };

        public static implicit operator Scalar(byte value) => new((long)value);
        public static implicit operator Scalar(sbyte value) => new((long)value);
        public static implicit operator Scalar(short value) => new((long)value);
        public static implicit operator Scalar(int value) => new((long)value);
        public static implicit operator Scalar(long value) => new(value);
        public static implicit operator Scalar(Half value) => new((double)value);
        public static implicit operator Scalar(float value) => new((double)value);
        public static implicit operator Scalar(double value) => new(value);
        public static implicit operator Scalar(bool value) => new(value);
        public static implicit operator Scalar((float, float) value) => new(new Complex(value.Item1, value.Item2));
        public static implicit operator Scalar(Complex value) => new(value);

        /// <summary>Nothing to free: the number is held in managed memory.</summary>
        public void Dispose() { }
    }

    public static class ScalarExtensionMethods
    {
        public static Scalar ToScalar(this byte value) => value;
        public static Scalar ToScalar(this sbyte value) => value;
        public static Scalar ToScalar(this short value) => value;
        public static Scalar ToScalar(this int value) => value;
        public static Scalar ToScalar(this long value) => value;
        public static Scalar ToScalar(this Half value) => value;
        public static Scalar ToScalar(this float value) => value;
        public static Scalar ToScalar(this double value) => value;
        public static Scalar ToScalar(this bool value) => value;
        public static Scalar ToScalar(this (float, float) value) => value;
        public static Scalar ToScalar(this Complex value) => value;

        // Cutting the mantissa to bfloat16's eight bits is libtorch's own round-to-nearest-even.
        public static Scalar ToBFloat16Scalar(this float value) => BFloat16.Round(value);

        public static byte ToByte(this Scalar value) => (byte)value.AsInt64;
        public static sbyte ToSByte(this Scalar value) => (sbyte)value.AsInt64;
        public static short ToInt16(this Scalar value) => (short)value.AsInt64;
        public static int ToInt32(this Scalar value) => (int)value.AsInt64;
        public static long ToInt64(this Scalar value) => value.AsInt64;
        public static Half ToHalf(this Scalar value) => (Half)value.AsDouble;
        public static float ToSingle(this Scalar value) => (float)value.AsDouble;
        public static double ToDouble(this Scalar value) => value.AsDouble;
        public static bool ToBoolean(this Scalar value) => value.AsDouble != 0;
        public static Complex ToComplexFloat64(this Scalar value) => value.AsComplex;
        public static (float Real, float Imaginary) ToComplexFloat32(this Scalar value) =>
            ((float)value.AsComplex.Real, (float)value.AsComplex.Imaginary);
    }

    /// <summary>Conversions of the 16-bit format that is the upper half of a float32.</summary>
    internal static class BFloat16
    {
        internal static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

        internal static ushort FromSingle(float value)
        {
            if (float.IsNaN(value))
                return 0x7FC0;
            uint bits = BitConverter.SingleToUInt32Bits(value);
            // Round to nearest, ties to even.
            return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }

        internal static float Round(float value) => ToSingle(FromSingle(value));
    }
}
