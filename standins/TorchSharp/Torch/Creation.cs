using System.Runtime.InteropServices;
using TorchSharp.Native;

namespace TorchSharp;

// What the factory overloads share, and the factories of one form.
public static partial class torch
{
    static Tensor Create(string op, ReadOnlySpan<long> size, ScalarType? dtype, Device device, bool requires_grad, string[] names)
    {
        NoNames(names);
        return Tracked(Op.Run(op, size, dtype, Arg.None, InitializeDevice(device)), requires_grad);
    }

    static Tensor CreateFull(ReadOnlySpan<long> size, Scalar value, ScalarType? dtype, Device device, bool requires_grad, string[] names)
    {
        NoNames(names);
        return Tracked(Op.Run("full", size, value, dtype ?? get_default_dtype(), Arg.None, InitializeDevice(device)), requires_grad);
    }

    static Tensor CreateRandom(string op, ReadOnlySpan<long> size, ScalarType? dtype, Device device, bool requires_grad,
        Generator generator, string[] names)
    {
        NoNames(names);
        return Tracked(Op.Run(op + ".generator", size, generator, dtype, Arg.None, InitializeDevice(device)), requires_grad);
    }

    static Tensor CreateIntegers(long low, long high, ReadOnlySpan<long> size, ScalarType? dtype, Device device, bool requires_grad,
        Generator generator, string[] names)
    {
        NoNames(names);
        return Tracked(Op.Run("randint.low_generator", low, high, size, generator, dtype ?? ScalarType.Int64, Arg.None,
            InitializeDevice(device)), requires_grad);
    }

    static Tensor Like(string op, Tensor input, ScalarType? dtype, Device device, bool requires_grad, string[] names = null)
    {
        NoNames(names);
        return Tracked(Op.Run(op, input, dtype, Arg.None, device is null ? null : InitializeDevice(device)), requires_grad);
    }

    static Tensor Tracked(Tensor tensor, bool requires_grad) => requires_grad ? tensor.requires_grad_() : tensor;

    static long[] Longs(int[] values) => Array.ConvertAll(values, x => (long)x);

    static void NoNames(string[] names)
    {
        if (names is { Length: > 0 })
            throw new NotSupportedException("Named dimensions are not supported here; install the packages TorchSharp and TorchSharp-cpu.");
    }

    // Element types by their managed form.
    static ScalarType TypeOf(Type type) =>
        type == typeof(float) ? ScalarType.Float32
        : type == typeof(double) ? ScalarType.Float64
        : type == typeof(long) ? ScalarType.Int64
        : type == typeof(int) ? ScalarType.Int32
        : type == typeof(short) ? ScalarType.Int16
        : type == typeof(sbyte) ? ScalarType.Int8
        : type == typeof(byte) ? ScalarType.Byte
        : type == typeof(bool) ? ScalarType.Bool
        : type == typeof(Half) ? ScalarType.Float16
        : type == typeof((float, float)) ? ScalarType.ComplexFloat32
        : type == typeof(System.Numerics.Complex) ? ScalarType.ComplexFloat64
        : throw new NotSupportedException($"Expected numbers or truth values for the elements of a tensor, found {type}.");

    internal static unsafe Tensor FromElements<T>(ReadOnlySpan<T> elements, ReadOnlySpan<long> dimensions, ScalarType? dtype = null,
        Device device = null, bool requires_grad = false, string[] names = null) where T : struct
    {
        fixed (byte* data = MemoryMarshal.AsBytes(elements))
            return FromMemory(data, elements.Length, TypeOf(typeof(T)), dimensions, dtype, device, requires_grad, names);
    }

    static Tensor FromList<T>(IList<T> list, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device device = null,
        bool requires_grad = false, string[] names = null) where T : struct
    {
        ReadOnlySpan<T> elements = list switch
        {
            T[] array => array,
            List<T> grown => CollectionsMarshal.AsSpan(grown),
            _ => list.ToArray(),
        };
        return FromElements(elements, dimensions.IsEmpty ? [elements.Length] : dimensions, dtype, device, requires_grad, names);
    }

    static unsafe Tensor FromArray(Array array, ScalarType? dtype, Device device, bool requires_grad, string[] names)
    {
        var dimensions = new long[array.Rank];
        for (int d = 0; d < dimensions.Length; d++)
            dimensions[d] = array.GetLongLength(d);
        fixed (byte* data = &MemoryMarshal.GetArrayDataReference(array))
            return FromMemory(data, array.LongLength, TypeOf(array.GetType().GetElementType()), dimensions, dtype, device,
                requires_grad, names);
    }

    static unsafe Tensor FromMemory(byte* data, long count, ScalarType type, ReadOnlySpan<long> dimensions, ScalarType? dtype,
        Device device, bool requires_grad, string[] names)
    {
        NoNames(names);
        InitializeDevice(device);
        long expected = 1;
        foreach (long extent in dimensions)
            expected *= extent;
        if (expected != count)
            throw new ArgumentException(
                $"Expected {expected} elements for the shape [{string.Join(",", dimensions.ToArray())}], found {count}.");
        nint handle;
        fixed (long* sizes = dimensions)
            Bridge.Check(Bridge.ts_from_data(data, sizes, dimensions.Length, (int)type, out handle));
        var tensor = new Tensor(handle);
        if (dtype is { } wanted && wanted != type)
            tensor = tensor.to_type(wanted, disposeAfter: true);
        return Tracked(tensor, requires_grad);
    }

    /// <summary>A tensor with the shape and a copy of the elements of an array of any rank.</summary>
    public static Tensor from_array(Array rawArray, Device device = null) => FromArray(rawArray, null, device, false, null);

    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device device = null, bool requires_grad = false,
        string[] names = null) =>
        FromArray(rawArray, dtype, device, requires_grad, names);

    /// <summary>A one-dimensional tensor over the memory of an array, which stays pinned as long as the tensor's memory is in
    /// use.</summary>
    public static unsafe Tensor frombuffer(Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        int elementSize = TypeOf(rawArray.GetType().GetElementType()).ElementSize();
        long available = rawArray.LongLength * elementSize - offset * elementSize;
        long size = count < 0 ? available / dtype.ElementSize() : count;
        if (offset < 0 || size * dtype.ElementSize() > available)
            throw new ArgumentException(
                $"Expected at least {size} elements of type {dtype} from offset {offset}, found {Math.Max(available, 0)} bytes.");
        var pin = GCHandle.Alloc(rawArray, GCHandleType.Pinned);
        var data = (byte*)pin.AddrOfPinnedObject() + offset * elementSize;
        Bridge.Check(Bridge.ts_from_memory(data, &size, 1, (int)dtype, GCHandle.ToIntPtr(pin), &ReleasePin, out var handle));
        return Tracked(new Tensor(handle), requires_grad);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    static void ReleasePin(nint context) => GCHandle.FromIntPtr(context).Free();

    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null, Device device = null, bool requires_grad = false,
        string[] names = null) =>
        Like("zeros_like", input, dtype, device, requires_grad, names);

    public static Tensor ones_like(Tensor input, ScalarType? dtype = null, Device device = null, bool requires_grad = false,
        string[] names = null) =>
        Like("ones_like", input, dtype, device, requires_grad, names);

    public static Tensor empty_like(Tensor input, ScalarType? dtype = null, Device device = null, bool requires_grad = false,
        string[] names = null) =>
        Like("empty_like", input, dtype, device, requires_grad, names);

    public static Tensor rand_like(Tensor input, ScalarType? dtype = null, Device device = null, bool requires_grad = false) =>
        Like("rand_like", input, dtype, device, requires_grad);

    public static Tensor randn_like(Tensor input, ScalarType? dtype = null, Device device = null, bool requires_grad = false) =>
        Like("randn_like", input, dtype, device, requires_grad);

    public static Tensor randint_like(Tensor input, long low, long high, ScalarType? dtype = null, Device device = null,
        bool requires_grad = false) =>
        Tracked(Op.Run("randint_like.low_dtype", input, low, high, dtype, Arg.None, device is null ? null : InitializeDevice(device)),
            requires_grad);

    public static Tensor full_like(Tensor input, Scalar value, ScalarType? dtype = null, Device device = null, bool requires_grad = false,
        string[] names = null)
    {
        NoNames(names);
        return Tracked(Op.Run("full_like", input, value, dtype, Arg.None, device is null ? null : InitializeDevice(device)), requires_grad);
    }

    public static Tensor empty_strided(long[] size, long[] strides, ScalarType? dtype = null, Device device = null,
        bool requires_grad = false, string[] names = null)
    {
        NoNames(names);
        return Tracked(Op.Run("empty_strided", size, strides, dtype, Arg.None, InitializeDevice(device)), requires_grad);
    }

    public static Tensor eye(long rows, long columns = -1, ScalarType? dtype = null, Device device = null, bool requires_grad = false,
        string[] names = null)
    {
        NoNames(names);
        return Tracked(Op.Run("eye.m", rows, columns < 0 ? rows : columns, dtype, Arg.None, InitializeDevice(device)), requires_grad);
    }

    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device device = null, bool requires_grad = false) =>
        Tracked(Op.Run("arange", stop, dtype, Arg.None, InitializeDevice(device)), requires_grad);

    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device device = null, bool requires_grad = false) =>
        Tracked(Op.Run("arange.start", start, stop, dtype, Arg.None, InitializeDevice(device)), requires_grad);

    public static Tensor arange(Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device device = null,
        bool requires_grad = false) =>
        Tracked(Op.Run("arange.start_step", start, stop, step, dtype, Arg.None, InitializeDevice(device)), requires_grad);

    public static Tensor linspace(double start, double end, long steps, ScalarType? dtype = null, Device device = null,
        bool requires_grad = false) =>
        Tracked(Op.Run("linspace", start, end, steps, dtype, Arg.None, InitializeDevice(device)), requires_grad);

    public static Tensor logspace(double start, double end, long steps, double @base = 10, ScalarType? dtype = null,
        Device device = null, bool requires_grad = false) =>
        Tracked(Op.Run("logspace", start, end, steps, @base, dtype, Arg.None, InitializeDevice(device)), requires_grad);

    public static Tensor randperm(long n, ScalarType? dtype = null, Device device = null, bool requires_grad = false,
        Generator generator = null) =>
        Tracked(Op.Run("randperm.generator", n, generator, dtype ?? ScalarType.Int64, Arg.None, InitializeDevice(device)), requires_grad);

    public static Tensor randperm(long n, Tensor @out, Generator generator = null)
    {
        using var order = randperm(n, @out.dtype, generator: generator);
        Op.InPlace("resize_", @out, order.shape);
        return @out.copy_(order);
    }

    public static Tensor normal(Tensor mean, Tensor std, Generator generator = null) =>
        Op.Run("normal.Tensor_Tensor", mean, std, generator);

    public static Tensor normal(double mean, double std, ReadOnlySpan<long> size, ScalarType? dtype = null, Device device = null,
        bool requires_grad = false, Generator generator = null, string[] names = null)
    {
        NoNames(names);
        return Tracked(Op.Run("normal.float_float", mean, std, size, generator, dtype, Arg.None, InitializeDevice(device)), requires_grad);
    }

    public static Tensor complex(Tensor real, Tensor imag) => Op.Run("complex", real, imag);
    public static Tensor polar(Tensor abs, Tensor angle) => Op.Run("polar", abs, angle);

    public static Tensor tril_indices(long row, long col, long offset = 0, ScalarType dtype = ScalarType.Int64, Device device = null) =>
        Op.Run("tril_indices", row, col, offset, dtype, Arg.None, InitializeDevice(device));

    public static Tensor triu_indices(long row, long col, long offset = 0, ScalarType dtype = ScalarType.Int64, Device device = null) =>
        Op.Run("triu_indices", row, col, offset, dtype, Arg.None, InitializeDevice(device));

    public static Tensor sparse_coo_tensor(Tensor indices, Tensor values, long[] size, ScalarType? dtype = null, Device device = null,
        bool requires_grad = false, string[] names = null)
    {
        NoNames(names);
        return Tracked(Op.Run("sparse_coo_tensor.indices_size", indices, values, size, dtype, Arg.None,
            InitializeDevice(device)), requires_grad);
    }

    public static Tensor hann_window(long len, bool periodic = true, ScalarType? dtype = null, Device device = null,
        bool requires_grad = false) =>
        Tracked(Op.Run("hann_window.periodic", len, periodic, dtype, Arg.None, InitializeDevice(device)), requires_grad);
}
