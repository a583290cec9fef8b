using TorchSharp.Native;

namespace TorchSharp;

// Process-wide settings and facts about element types.
public static partial class torch
{
    public static ScalarType uint8 = ScalarType.Byte;
    public static ScalarType int8 = ScalarType.Int8;
    public static ScalarType int16 = ScalarType.Int16;
    public static ScalarType int32 = ScalarType.Int32;
    public static ScalarType int64 = ScalarType.Int64;
    public static ScalarType float16 = ScalarType.Float16;
    public static ScalarType float32 = ScalarType.Float32;
    public static ScalarType float64 = ScalarType.Float64;
    public static ScalarType bfloat16 = ScalarType.BFloat16;
    public static ScalarType complex64 = ScalarType.ComplexFloat32;
    public static ScalarType complex128 = ScalarType.ComplexFloat64;
    public static ScalarType cfloat = ScalarType.ComplexFloat32;
    public static ScalarType cdouble = ScalarType.ComplexFloat64;
    public static ScalarType @bool = ScalarType.Bool;
    public static ScalarType half = ScalarType.Float16;
    public static ScalarType @float = ScalarType.Float32;
    public static ScalarType @double = ScalarType.Float64;
    public static ScalarType @short = ScalarType.Int16;
    public static ScalarType @int = ScalarType.Int32;
    public static ScalarType @long = ScalarType.Int64;

    static ScalarType defaultType = ScalarType.Float32;

    /// <summary>The version of libtorch underneath.</summary>
    public static string __version__ => "1.13.1";

    public static ScalarType get_default_dtype() => defaultType;

    public static void set_default_dtype(ScalarType dtype)
    {
        if (!is_floating_point(dtype))
            throw new ArgumentException($"Expected a floating-point type as default, found {dtype}.");
        Bridge.Check(Bridge.ts_set_default_dtype((int)dtype));
        defaultType = dtype;
    }

    public static bool is_floating_point(ScalarType type) =>
        type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;

    public static bool is_integral(ScalarType type) => type is ScalarType.Byte or ScalarType.Int8 or ScalarType.Int16 or ScalarType.Int32
        or ScalarType.Int64 or ScalarType.Bool;

    public static bool is_complex(ScalarType type) => type is ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64;

    public static ScalarType promote_types(ScalarType type1, ScalarType type2) =>
        (ScalarType)Bridge.ts_promote_types((int)type1, (int)type2);

    public static bool can_cast(ScalarType from, ScalarType to) => Bridge.ts_can_cast((int)from, (int)to) != 0;

    public static ScalarType result_type(Tensor tensor1, Tensor tensor2) => (ScalarType)Op.RunInt("result_type.Tensor", tensor1, tensor2);

    public static long max_int_value(ScalarType type) => type switch
    {
        ScalarType.Byte => byte.MaxValue,
        ScalarType.Int8 => sbyte.MaxValue,
        ScalarType.Int16 => short.MaxValue,
        ScalarType.Int32 => int.MaxValue,
        ScalarType.Int64 => long.MaxValue,
        _ => throw new ArgumentException($"Expected an integer type, found {type}."),
    };

    public static bool is_tensor(object obj) => obj is Tensor;

    /// <summary>Numerical limits of a floating-point type.</summary>
    public struct FInfo
    {
        public int bits;
        public double eps;
        public double max;
        public double min;
        public double tiny;
        public double smallest_normal;
        public double resolution;
    }

    public static FInfo finfo() => finfo(get_default_dtype());

    // Limits of IEEE 754 binary16, binary32, binary64 and of the 8-bit mantissa of bfloat16; resolution is 10 to the number of
    // decimal digits that survive.
    public static FInfo finfo(ScalarType dtype) => dtype switch
    {
        ScalarType.Float16 => Limits(16, 1.0 / 1024, 65504, 6.103515625e-05, 1e-3),
        ScalarType.BFloat16 => Limits(16, 1.0 / 128, 3.3895313892515355e38, 1.1754943508222875e-38, 1e-2),
        ScalarType.Float32 or ScalarType.ComplexFloat32 => Limits(32, 1.1920928955078125e-07, float.MaxValue, 1.1754943508222875e-38, 1e-6),
        ScalarType.Float64 or ScalarType.ComplexFloat64 => Limits(64, 2.220446049250313e-16, double.MaxValue,
            2.2250738585072014e-308, 1e-15),
        _ => throw new ArgumentException($"Expected a floating-point type, found {dtype}."),
    };

    static FInfo Limits(int bits, double eps, double max, double tiny, double resolution) => new()
    {
        bits = bits, eps = eps, max = max, min = -max, tiny = tiny, smallest_normal = tiny, resolution = resolution,
    };

    public static int get_num_threads() => Bridge.ts_get_num_threads();
    public static void set_num_threads(int num) => Bridge.ts_set_num_threads(num);
    public static int get_num_interop_threads() => Bridge.ts_get_num_interop_threads();
    public static void set_num_interop_threads(int num) => Bridge.Check(Bridge.ts_set_num_interop_threads(num));

    public static bool are_deterministic_algorithms_enabled() => Bridge.ts_deterministic() != 0;
    public static bool is_deterministic_algorithms_warn_only_enabled() => Bridge.ts_deterministic_warn_only() != 0;

    /// <summary>Asks for deterministic algorithms until the result is disposed.</summary>
    public static IDisposable use_deterministic_algorithms(bool mode = true, bool warn_only = false) => new Determinism(mode, warn_only);

    sealed class Determinism : IDisposable
    {
        readonly bool previous = are_deterministic_algorithms_enabled();
        readonly bool previousWarn = is_deterministic_algorithms_warn_only_enabled();

        internal Determinism(bool mode, bool warnOnly) => Bridge.ts_set_deterministic(mode ? 1 : 0, warnOnly ? 1 : 0);

        public void Dispose() => Bridge.ts_set_deterministic(previous ? 1 : 0, previousWarn ? 1 : 0);
    }

    // Errors surface where they arise, so there is never one left over.
    public static void CheckForErrors() { }

    public static void _assert(bool condition, string message)
    {
        if (!condition)
            throw new InvalidOperationException(message);
    }

    public static void _assert(Func<bool> condition, string message) => _assert(condition(), message);

    public static bool randint_bool(Generator generator = null) => randint_long(2, generator) != 0;

    public static int randint_int(int high, Generator generator = null) => (int)randint_long(0, high, generator);
    public static int randint_int(int low, int high, Generator generator = null) => (int)randint_long(low, high, generator);
    public static long randint_long(long high, Generator generator = null) => randint_long(0, high, generator);

    public static long randint_long(long low, long high, Generator generator = null)
    {
        using var one = CreateIntegers(low, high, [1], null, null, false, generator, null);
        return one.ToInt64();
    }

    public static double rand_float(Generator generator = null)
    {
        using var one = CreateRandom("rand", [1], ScalarType.Float64, null, false, generator, null);
        return one.ToDouble();
    }

    public static double randn_float(Generator generator = null)
    {
        using var one = CreateRandom("randn", [1], ScalarType.Float64, null, false, generator, null);
        return one.ToDouble();
    }

    static string ReduceName(Reduce reduce) => reduce.ToString();
}
