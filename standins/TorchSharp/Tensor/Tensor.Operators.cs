using System.Numerics;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    // Operators and conversions of the language.
    public partial class Tensor
    {
        public static Tensor operator +(Scalar left, Tensor right) => Op.Run("add.Scalar", right, left);
        public static Tensor operator +(Tensor left, Scalar right) => Op.Run("add.Scalar", left, right);
        public static Tensor operator +(Tensor left, Tensor right) => Op.Run("add.Tensor", left, right);
        public static Tensor operator +(Tensor left, double right) => Op.Run("add.Scalar", left, right);
        public static Tensor operator +(Tensor left, float right) => Op.Run("add.Scalar", left, right);
        public static Tensor operator +(Tensor left, int right) => Op.Run("add.Scalar", left, right);
        public static Tensor operator +(Tensor left, long right) => Op.Run("add.Scalar", left, right);
        public static Tensor operator +(double left, Tensor right) => Op.Run("add.Scalar", right, left);
        public static Tensor operator +(float left, Tensor right) => Op.Run("add.Scalar", right, left);
        public static Tensor operator +(int left, Tensor right) => Op.Run("add.Scalar", right, left);
        public static Tensor operator +(long left, Tensor right) => Op.Run("add.Scalar", right, left);

        public static Tensor operator -(Scalar left, Tensor right) => Op.Run("rsub.Scalar", right, left);
        public static Tensor operator -(Tensor left, Scalar right) => Op.Run("sub.Scalar", left, right);
        public static Tensor operator -(Tensor left, Tensor right) => Op.Run("sub.Tensor", left, right);
        public static Tensor operator -(Tensor left, double right) => Op.Run("sub.Scalar", left, right);
        public static Tensor operator -(Tensor left, float right) => Op.Run("sub.Scalar", left, right);
        public static Tensor operator -(Tensor left, int right) => Op.Run("sub.Scalar", left, right);
        public static Tensor operator -(Tensor left, long right) => Op.Run("sub.Scalar", left, right);
        public static Tensor operator -(double left, Tensor right) => Op.Run("rsub.Scalar", right, left);
        public static Tensor operator -(float left, Tensor right) => Op.Run("rsub.Scalar", right, left);
        public static Tensor operator -(int left, Tensor right) => Op.Run("rsub.Scalar", right, left);
        public static Tensor operator -(long left, Tensor right) => Op.Run("rsub.Scalar", right, left);

        public static Tensor operator *(Scalar left, Tensor right) => Op.Run("mul.Scalar", right, left);
        public static Tensor operator *(Tensor left, Scalar right) => Op.Run("mul.Scalar", left, right);
        public static Tensor operator *(Tensor left, Tensor right) => Op.Run("mul.Tensor", left, right);
        public static Tensor operator *(Tensor left, double right) => Op.Run("mul.Scalar", left, right);
        public static Tensor operator *(Tensor left, float right) => Op.Run("mul.Scalar", left, right);
        public static Tensor operator *(Tensor left, int right) => Op.Run("mul.Scalar", left, right);
        public static Tensor operator *(Tensor left, long right) => Op.Run("mul.Scalar", left, right);
        public static Tensor operator *(double left, Tensor right) => Op.Run("mul.Scalar", right, left);
        public static Tensor operator *(float left, Tensor right) => Op.Run("mul.Scalar", right, left);
        public static Tensor operator *(int left, Tensor right) => Op.Run("mul.Scalar", right, left);
        public static Tensor operator *(long left, Tensor right) => Op.Run("mul.Scalar", right, left);

        public static Tensor operator /(Scalar left, Tensor right) => Quotient(left, right);
        public static Tensor operator /(Tensor left, Scalar right) => Op.Run("div.Scalar", left, right);
        public static Tensor operator /(Tensor left, Tensor right) => Op.Run("div.Tensor", left, right);
        public static Tensor operator /(Tensor left, double right) => Op.Run("div.Scalar", left, right);
        public static Tensor operator /(Tensor left, float right) => Op.Run("div.Scalar", left, right);
        public static Tensor operator /(Tensor left, int right) => Op.Run("div.Scalar", left, right);
        public static Tensor operator /(Tensor left, long right) => Op.Run("div.Scalar", left, right);
        public static Tensor operator /(double left, Tensor right) => Quotient(left, right);
        public static Tensor operator /(float left, Tensor right) => Quotient(left, right);
        public static Tensor operator /(int left, Tensor right) => Quotient(left, right);
        public static Tensor operator /(long left, Tensor right) => Quotient(left, right);

        public static Tensor operator %(Tensor left, Scalar right) => Op.Run("remainder.Scalar", left, right);
        public static Tensor operator %(Tensor left, Tensor right) => Op.Run("remainder.Tensor", left, right);
        public static Tensor operator %(Tensor left, double right) => Op.Run("remainder.Scalar", left, right);
        public static Tensor operator %(Tensor left, float right) => Op.Run("remainder.Scalar", left, right);
        public static Tensor operator %(Tensor left, int right) => Op.Run("remainder.Scalar", left, right);
        public static Tensor operator %(Tensor left, long right) => Op.Run("remainder.Scalar", left, right);

        public static Tensor operator &(Tensor left, Tensor right) => Op.Run("bitwise_and.Tensor", left, right);

        public static Tensor operator |(Tensor left, Tensor right) => Op.Run("bitwise_or.Tensor", left, right);

        public static Tensor operator ^(Tensor left, Tensor right) => Op.Run("bitwise_xor.Tensor", left, right);

        public static Tensor operator ==(Scalar left, Tensor right) => Op.Run("eq.Scalar", right, left);
        public static Tensor operator ==(Tensor left, Scalar right) => Op.Run("eq.Scalar", left, right);
        public static Tensor operator ==(Tensor left, Tensor right) => Op.Run("eq.Tensor", left, right);

        public static Tensor operator !=(Scalar left, Tensor right) => Op.Run("ne.Scalar", right, left);
        public static Tensor operator !=(Tensor left, Scalar right) => Op.Run("ne.Scalar", left, right);
        public static Tensor operator !=(Tensor left, Tensor right) => Op.Run("ne.Tensor", left, right);

        public static Tensor operator <(Scalar left, Tensor right) => Op.Run("gt.Scalar", right, left);
        public static Tensor operator <(Tensor left, Scalar right) => Op.Run("lt.Scalar", left, right);
        public static Tensor operator <(Tensor left, Tensor right) => Op.Run("lt.Tensor", left, right);

        public static Tensor operator <=(Scalar left, Tensor right) => Op.Run("ge.Scalar", right, left);
        public static Tensor operator <=(Tensor left, Scalar right) => Op.Run("le.Scalar", left, right);
        public static Tensor operator <=(Tensor left, Tensor right) => Op.Run("le.Tensor", left, right);

        public static Tensor operator >(Scalar left, Tensor right) => Op.Run("lt.Scalar", right, left);
        public static Tensor operator >(Tensor left, Scalar right) => Op.Run("gt.Scalar", left, right);
        public static Tensor operator >(Tensor left, Tensor right) => Op.Run("gt.Tensor", left, right);

        public static Tensor operator >=(Scalar left, Tensor right) => Op.Run("le.Scalar", right, left);
        public static Tensor operator >=(Tensor left, Scalar right) => Op.Run("ge.Scalar", left, right);
        public static Tensor operator >=(Tensor left, Tensor right) => Op.Run("ge.Tensor", left, right);

        public static Tensor operator -(Tensor tensor) => Op.Run("neg", tensor);
        public static Tensor operator ~(Tensor left) => Op.Run("bitwise_not", left);

        // x / t is not an operator of libtorch: the reciprocal first, so that whole numbers divide truly.
        static Tensor Quotient(Scalar left, Tensor right)
        {
            using var reciprocal = Op.Run("reciprocal", right);
            return Op.Run("mul.Scalar", reciprocal, left);
        }

        public static implicit operator Tensor(Complex value) => torch.tensor(value);
        public static implicit operator Tensor(Complex[] value) => torch.tensor(value);
        public static implicit operator Tensor((float, float) value) => torch.tensor(value);
        public static implicit operator Tensor((float, float)[] value) => torch.tensor(value);
        public static implicit operator Tensor(Scalar scalar) => Op.Run("scalar_tensor", scalar, scalar.Type);
        public static implicit operator Tensor(bool value) => torch.tensor(value);
        public static implicit operator Tensor(bool[] value) => torch.tensor(value);
        public static implicit operator Tensor(byte value) => torch.tensor(value);
        public static implicit operator Tensor(byte[] value) => torch.tensor(value);
        public static implicit operator Tensor(double value) => torch.tensor(value);
        public static implicit operator Tensor(double[] value) => torch.tensor(value);
        public static implicit operator Tensor(float value) => torch.tensor(value);
        public static implicit operator Tensor(float[] value) => torch.tensor(value);
        public static implicit operator Tensor(int value) => torch.tensor(value);
        public static implicit operator Tensor(int[] value) => torch.tensor(value);
        public static implicit operator Tensor(long value) => torch.tensor(value);
        public static implicit operator Tensor(long[] value) => torch.tensor(value);
        public static implicit operator Tensor(sbyte value) => torch.tensor(value);
        public static implicit operator Tensor(sbyte[] value) => torch.tensor(value);
        public static implicit operator Tensor(short value) => torch.tensor(value);
        public static implicit operator Tensor(short[] value) => torch.tensor(value);

        public static explicit operator bool(Tensor value) => value.ToBoolean();
        public static explicit operator byte(Tensor value) => value.ToByte();
        public static explicit operator double(Tensor value) => value.ToDouble();
        public static explicit operator float(Tensor value) => value.ToSingle();
        public static explicit operator int(Tensor value) => value.ToInt32();
        public static explicit operator long(Tensor value) => value.ToInt64();
        public static explicit operator sbyte(Tensor value) => value.ToSByte();
        public static explicit operator short(Tensor value) => value.ToInt16();
    }
}
