using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    // Arithmetic between tensors and numbers.
    public partial class Tensor
    {
        public Tensor add(Scalar scalar) => Op.Run("add.Scalar", this, scalar);
        public Tensor add(Tensor target) => Op.Run("add.Tensor", this, target);
        public Tensor add(Scalar scalar, Scalar alpha) => Op.Run("add.Scalar", this, scalar, alpha);
        public Tensor add(Tensor target, Scalar alpha) => Op.Run("add.Tensor", this, target, alpha);
        public Tensor add_(Scalar scalar) => Op.InPlace("add_.Scalar", this, scalar);
        public Tensor add_(Tensor target) => Op.InPlace("add_.Tensor", this, target);
        public Tensor add_(Scalar scalar, Scalar alpha) => Op.InPlace("add_.Scalar", this, scalar, alpha);
        public Tensor add_(Tensor target, Scalar alpha) => Op.InPlace("add_.Tensor", this, target, alpha);
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2) => Op.Run("addcdiv", this, tensor1, tensor2);
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) => Op.Run("addcdiv", this, tensor1, tensor2, value);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) => Op.InPlace("addcdiv_", this, tensor1, tensor2);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) => Op.InPlace("addcdiv_", this, tensor1, tensor2, value);
        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) => Op.Run("addcmul", this, tensor1, tensor2, value);
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => Op.InPlace("addcmul_", this, tensor1, tensor2, value);
        public Tensor arctan() => Op.Run("arctan", this);
        public Tensor arctan(Tensor other) => Op.Run("arctan2", this, other);
        public Tensor arctan_() => Op.InPlace("arctan_", this);
        public Tensor arctan_(Tensor other) => Op.InPlace("arctan2_", this, other);
        public Tensor arctan2(Tensor other) => Op.Run("arctan2", this, other);
        public Tensor arctan2_(Tensor other) => Op.InPlace("arctan2_", this, other);
        public Tensor atan2(Tensor other) => Op.Run("atan2", this, other);
        public Tensor atan2_(Tensor other) => Op.InPlace("atan2_", this, other);
        public Tensor clamp(Scalar min = null, Scalar max = null) => Op.Run("clamp", this, min, max);
        public Tensor clamp(Tensor min = null, Tensor max = null) => Op.Run("clamp.Tensor", this, min, max);
        public Tensor clamp_(Scalar min = null, Scalar max = null) => Op.InPlace("clamp_", this, min, max);
        public Tensor clamp_(Tensor min = null, Tensor max = null) => Op.InPlace("clamp_.Tensor", this, min, max);
        public Tensor clamp_max(Scalar max) => Op.Run("clamp_max", this, max);
        public Tensor clamp_max_(Scalar max) => Op.InPlace("clamp_max_", this, max);
        public Tensor clamp_min(Scalar min) => Op.Run("clamp_min", this, min);
        public Tensor clamp_min_(Scalar min) => Op.InPlace("clamp_min_", this, min);
        public Tensor clip(Scalar min = null, Scalar max = null) => Op.Run("clip", this, min, max);
        public Tensor copysign(Tensor other) => Op.Run("copysign.Tensor", this, other);
        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Op.Run("div.Scalar_mode", this, target, RoundingName(rounding_mode));
        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Op.Run("div.Tensor_mode", this, target, RoundingName(rounding_mode));
        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Op.InPlace("div_.Scalar_mode", this, target, RoundingName(rounding_mode));
        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Op.InPlace("div_.Tensor_mode", this, target, RoundingName(rounding_mode));
        public Tensor divide(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Op.Run("div.Scalar_mode", this, target, RoundingName(rounding_mode));
        public Tensor divide(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Op.Run("div.Tensor_mode", this, target, RoundingName(rounding_mode));
        public Tensor divide_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Op.InPlace("div_.Scalar_mode", this, target, RoundingName(rounding_mode));
        public Tensor divide_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Op.InPlace("div_.Tensor_mode", this, target, RoundingName(rounding_mode));
        public Tensor float_power(Tensor target) => Op.Run("float_power.Tensor_Tensor", this, target);
        public Tensor floor_divide(Scalar other) => Op.Run("floor_divide.Scalar", this, other);
        public Tensor floor_divide(Tensor other) => Op.Run("floor_divide", this, other);
        public Tensor floor_divide_(Scalar other) => Op.InPlace("floor_divide_.Scalar", this, other);
        public Tensor floor_divide_(Tensor other) => Op.InPlace("floor_divide_.Tensor", this, other);
        public Tensor fmod(Scalar scalar) => Op.Run("fmod.Scalar", this, scalar);
        public Tensor fmod(Tensor target) => Op.Run("fmod.Tensor", this, target);
        public Tensor fmod_(Scalar scalar) => Op.InPlace("fmod_.Scalar", this, scalar);
        public Tensor fmod_(Tensor target) => Op.InPlace("fmod_.Tensor", this, target);
        public (Tensor, Tensor) frexp() => Op.Run2("frexp.Tensor", this);
        public Tensor gcd(Tensor other) => Op.Run("gcd", this, other);
        public Tensor gcd_(Tensor other) => Op.InPlace("gcd_", this, other);
        public Tensor hypot(Tensor other) => Op.Run("hypot", this, other);
        public Tensor igamma(Tensor other) => Op.Run("igamma", this, other);
        public Tensor igammac(Tensor other) => Op.Run("igammac", this, other);
        public Tensor lcm(Tensor other) => Op.Run("lcm", this, other);
        public Tensor lcm_(Tensor other) => Op.InPlace("lcm_", this, other);
        public Tensor ldexp(Tensor other) => Op.Run("ldexp.Tensor", this, other);
        public Tensor ldexp_(Tensor other) => Op.InPlace("ldexp_", this, other);
        public Tensor lerp(Tensor end, Tensor weight) => Op.Run("lerp.Tensor", this, end, weight);
        public Tensor lerp_(Tensor end, Tensor weight) => Op.InPlace("lerp_.Tensor", this, end, weight);
        public Tensor logaddexp(Tensor other) => Op.Run("logaddexp", this, other);
        public Tensor logaddexp2(Tensor other) => Op.Run("logaddexp2", this, other);
        public Tensor mul(Scalar target) => Op.Run("mul.Scalar", this, target);
        public Tensor mul(Tensor target) => Op.Run("mul.Tensor", this, target);
        public Tensor mul_(Scalar target) => Op.InPlace("mul_.Scalar", this, target);
        public Tensor mul_(Tensor target) => Op.InPlace("mul_.Tensor", this, target);
        public Tensor multiply(Scalar target) => Op.Run("multiply.Scalar", this, target);
        public Tensor multiply(Tensor target) => Op.Run("multiply.Tensor", this, target);
        public Tensor mvlgamma(long p) => Op.Run("mvlgamma", this, p);
        public Tensor mvlgamma_(long p) => Op.InPlace("mvlgamma_", this, p);
        public Tensor nan_to_num(double nan = 0, double? posinf = null, double? neginf = null) =>
            Op.Run("nan_to_num", this, nan, posinf, neginf);
        public Tensor nextafter(Tensor other) => Op.Run("nextafter", this, other);
        public Tensor polygamma(long p) => Op.Run("polygamma", p, this);
        public Tensor polygamma_(long p) => Op.InPlace("polygamma_", this, p);
        public Tensor pow(Scalar exponent) => Op.Run("pow.Tensor_Scalar", this, exponent);
        public Tensor pow(Tensor exponent) => Op.Run("pow.Tensor_Tensor", this, exponent);
        public Tensor pow_(Scalar exponent) => Op.InPlace("pow_.Scalar", this, exponent);
        public Tensor pow_(Tensor exponent) => Op.InPlace("pow_.Tensor", this, exponent);
        public Tensor remainder(Scalar scalar) => Op.Run("remainder.Scalar", this, scalar);
        public Tensor remainder(Tensor target) => Op.Run("remainder.Tensor", this, target);
        public Tensor remainder_(Scalar scalar) => Op.InPlace("remainder_.Scalar", this, scalar);
        public Tensor remainder_(Tensor target) => Op.InPlace("remainder_.Tensor", this, target);
        public Tensor round(long decimals = 0) => decimals == 0 ? Op.Run("round", this) : Op.Run("round.decimals", this, decimals);
        public Tensor round_(long decimals = 0) =>
            decimals == 0 ? Op.InPlace("round_", this) : Op.InPlace("round_.decimals", this, decimals);
        public Tensor sub(Scalar target) => Op.Run("sub.Scalar", this, target);
        public Tensor sub(Tensor target) => Op.Run("sub.Tensor", this, target);
        public Tensor sub_(Scalar target) => Op.InPlace("sub_.Scalar", this, target);
        public Tensor sub_(Tensor target) => Op.InPlace("sub_.Tensor", this, target);
        public Tensor subtract(Scalar target) => Op.Run("subtract.Scalar", this, target);
        public Tensor subtract(Tensor target) => Op.Run("subtract.Tensor", this, target);
        public Tensor subtract_(Scalar target) => Op.InPlace("subtract_.Scalar", this, target);
        public Tensor subtract_(Tensor target) => Op.InPlace("subtract_.Tensor", this, target);
        public Tensor true_divide(Scalar other) => Op.Run("true_divide.Scalar", this, other);
        public Tensor true_divide(Tensor other) => Op.Run("true_divide.Tensor", this, other);
        public Tensor true_divide_(Scalar other) => Op.InPlace("true_divide_.Scalar", this, other);
        public Tensor true_divide_(Tensor other) => Op.InPlace("true_divide_.Tensor", this, other);
        public Tensor xlogy(Scalar y) => Op.Run("xlogy.Scalar_Other", this, y);
        public Tensor xlogy(Tensor y) => Op.Run("xlogy.Tensor", this, y);
        public Tensor xlogy_(Scalar y) => Op.InPlace("xlogy_.Scalar_Other", this, y);
        public Tensor xlogy_(Tensor y) => Op.InPlace("xlogy_.Tensor", this, y);
    }
}
