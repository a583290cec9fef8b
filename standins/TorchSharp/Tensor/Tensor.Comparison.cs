using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    // Comparisons and logic, element by element.
    public partial class Tensor
    {
        public bool allclose(Tensor target, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false) =>
            Op.RunBool("allclose", this, target, rtol, atol, equal_nan);
        public Tensor bitwise_and(Tensor other) => Op.Run("bitwise_and.Tensor", this, other);
        public Tensor bitwise_and_(Tensor other) => Op.InPlace("bitwise_and_.Tensor", this, other);
        public Tensor bitwise_left_shift(Tensor other) => Op.Run("bitwise_left_shift.Tensor", this, other);
        public Tensor bitwise_left_shift_(Tensor other) => Op.InPlace("bitwise_left_shift_.Tensor", this, other);
        public Tensor bitwise_not() => Op.Run("bitwise_not", this);
        public Tensor bitwise_not_() => Op.InPlace("bitwise_not_", this);
        public Tensor bitwise_or(Tensor other) => Op.Run("bitwise_or.Tensor", this, other);
        public Tensor bitwise_or_(Tensor other) => Op.InPlace("bitwise_or_.Tensor", this, other);
        public Tensor bitwise_right_shift(Tensor other) => Op.Run("bitwise_right_shift.Tensor", this, other);
        public Tensor bitwise_right_shift_(Tensor other) => Op.InPlace("bitwise_right_shift_.Tensor", this, other);
        public Tensor bitwise_xor(Tensor other) => Op.Run("bitwise_xor.Tensor", this, other);
        public Tensor bitwise_xor_(Tensor other) => Op.InPlace("bitwise_xor_.Tensor", this, other);
        public Tensor eq(Scalar target) => Op.Run("eq.Scalar", this, target);
        public Tensor eq(Tensor target) => Op.Run("eq.Tensor", this, target);
        public Tensor eq_(Scalar target) => Op.InPlace("eq_.Scalar", this, target);
        public Tensor eq_(Tensor target) => Op.InPlace("eq_.Tensor", this, target);
        public Tensor equal(Tensor target) => Op.Run("eq.Tensor", this, target);
        public Tensor fmax(Tensor other) => Op.Run("fmax", this, other);
        public Tensor fmin(Tensor other) => Op.Run("fmin", this, other);
        public Tensor ge(Scalar target) => Op.Run("ge.Scalar", this, target);
        public Tensor ge(Tensor target) => Op.Run("ge.Tensor", this, target);
        public Tensor ge_(Scalar target) => Op.InPlace("ge_.Scalar", this, target);
        public Tensor ge_(Tensor target) => Op.InPlace("ge_.Tensor", this, target);
        public Tensor greater(Tensor target) => Op.Run("greater.Tensor", this, target);
        public Tensor greater_equal(Tensor target) => Op.Run("greater_equal.Tensor", this, target);
        public Tensor gt(Scalar target) => Op.Run("gt.Scalar", this, target);
        public Tensor gt(Tensor target) => Op.Run("gt.Tensor", this, target);
        public Tensor gt_(Scalar target) => Op.InPlace("gt_.Scalar", this, target);
        public Tensor gt_(Tensor target) => Op.InPlace("gt_.Tensor", this, target);
        public Tensor heaviside(Tensor other) => Op.Run("heaviside", this, other);
        public bool is_complex() => Op.RunBool("is_complex", this);
        public bool is_conj() => Op.RunBool("is_conj", this);
        public bool is_floating_point() => Op.RunBool("is_floating_point", this);
        public bool is_neg() => Op.RunBool("is_neg", this);
        public bool is_nonzero() => Op.RunBool("is_nonzero", this);
        public bool is_pinned() => Op.RunBool("is_pinned", this);
        public Tensor isclose(Tensor other, double rtol = 1e-5, double atol = 1e-8, bool nanEqual = false) =>
            Op.Run("isclose", this, other, rtol, atol, nanEqual);
        public Tensor isfinite() => Op.Run("isfinite", this);
        public Tensor isin(Tensor test_elements, bool assumeUnique = false, bool invert = false) =>
            Op.Run("isin.Tensor_Tensor", this, test_elements, assumeUnique, invert);
        public Tensor isinf() => Op.Run("isinf", this);
        public Tensor isnan() => Op.Run("isnan", this);
        public Tensor isneginf() => Op.Run("isneginf", this);
        public Tensor isposinf() => Op.Run("isposinf", this);
        public Tensor isreal() => Op.Run("isreal", this);
        public Tensor le(Scalar target) => Op.Run("le.Scalar", this, target);
        public Tensor le(Tensor target) => Op.Run("le.Tensor", this, target);
        public Tensor le_(Scalar target) => Op.InPlace("le_.Scalar", this, target);
        public Tensor le_(Tensor target) => Op.InPlace("le_.Tensor", this, target);
        public Tensor less(Tensor target) => Op.Run("less.Tensor", this, target);
        public Tensor less_equal(Tensor target) => Op.Run("less_equal.Tensor", this, target);
        public Tensor less_equal_(Tensor target) => Op.InPlace("less_equal_.Tensor", this, target);
        public Tensor logical_and(Tensor other) => Op.Run("logical_and", this, other);
        public Tensor logical_and_(Tensor other) => Op.InPlace("logical_and_", this, other);
        public Tensor logical_not() => Op.Run("logical_not", this);
        public Tensor logical_not_() => Op.InPlace("logical_not_", this);
        public Tensor logical_or(Tensor other) => Op.Run("logical_or", this, other);
        public Tensor logical_or_(Tensor other) => Op.InPlace("logical_or_", this, other);
        public Tensor logical_xor(Tensor other) => Op.Run("logical_xor", this, other);
        public Tensor logical_xor_(Tensor other) => Op.InPlace("logical_xor_", this, other);
        public Tensor lt(Scalar target) => Op.Run("lt.Scalar", this, target);
        public Tensor lt(Tensor target) => Op.Run("lt.Tensor", this, target);
        public Tensor lt_(Scalar target) => Op.InPlace("lt_.Scalar", this, target);
        public Tensor lt_(Tensor target) => Op.InPlace("lt_.Tensor", this, target);
        public Tensor maximum(Tensor other) => Op.Run("maximum", this, other);
        public Tensor minimum(Tensor other) => Op.Run("minimum", this, other);
        public Tensor ne(Scalar target) => Op.Run("ne.Scalar", this, target);
        public Tensor ne(Tensor target) => Op.Run("ne.Tensor", this, target);
        public Tensor ne_(Scalar target) => Op.InPlace("ne_.Scalar", this, target);
        public Tensor ne_(Tensor target) => Op.InPlace("ne_.Tensor", this, target);
        public Tensor not_equal(Tensor target) => Op.Run("not_equal.Tensor", this, target);
        public Tensor not_equal_(Tensor target) => Op.InPlace("not_equal_.Tensor", this, target);
        public Tensor signbit() => Op.Run("signbit", this);
        public Tensor where(Tensor condition, Tensor y) => Op.Run("where.self", condition, this, y);
    }
}
