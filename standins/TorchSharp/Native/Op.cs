// How code in this project calls a native operator:
//
//     Tensor  y      = Op.Run("relu", x);                                   // one tensor
//     Tensor  s      = Op.Run("add.Tensor", x, y, 1);                       // "name.overload" as in the schema, "aten::" implied
//     (v, i)         = Op.Run2("topk", x, k, dim, largest, sorted);         // tuples: Run2, Run3, Run4
//     Tensor[] parts = Op.RunMany("split.Tensor", x, size, dim);            // lists of tensors
//     Tensor  self   = Op.InPlace("add_.Tensor", x, y, 1);                  // returns x itself, no new handle
//     Op.Void("_foreach_add_.Scalar", tensors, 1.0);                        // nothing returned
//     long n = Op.RunInt(...); double d = Op.RunDouble(...); bool b = Op.RunBool(...);
//
// Arguments are positional as in the operator's schema; those left out at the end take the schema's defaults. What converts
// to an Arg: Tensor (null = absent), long, int, double, float, bool, their nullables, Scalar, string, long[], int[],
// ReadOnlySpan<long> (copied), double[], bool[], Tensor[], IList<Tensor>, Device, ScalarType (and nullable), Generator.
// A literal null is written Arg.None; a list that may hold null tensors Arg.OptionalTensors(list).
// A native error surfaces as System.Runtime.InteropServices.ExternalException. Results register in the current dispose scope.
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using static TorchSharp.torch;

namespace TorchSharp.Native;

/// <summary>Calls operators of libtorch by schema name.</summary>
internal static unsafe class Op
{
    // More results than this go through the bridge's overflow buffer.
    const int ResultCapacity = 16;

    // Arguments that point somewhere share one scratch of 8-byte slots; longer ones (long tensor lists) go to the heap.
    const int StackSlots = 128;

    static readonly ConcurrentDictionary<string, nint> Found = new();

    internal static Tensor Run(string name, params ReadOnlySpan<Arg> args)
    {
        Value result;
        Call(name, args, &result, 1, 1);
        return new Tensor(result.Pointer);
    }

    internal static Tensor InPlace(string name, params ReadOnlySpan<Arg> args)
    {
        Value result;
        Call(name, args, &result, 1, 1);
        // The result is the first argument itself with one reference more.
        Bridge.ts_release(result.Pointer);
        return (Tensor)args[0].Object;
    }

    internal static (Tensor, Tensor) Run2(string name, params ReadOnlySpan<Arg> args)
    {
        var r = stackalloc Value[2];
        Call(name, args, r, 2, 2);
        return (Wrap(r[0]), Wrap(r[1]));
    }

    internal static (Tensor, Tensor, Tensor) Run3(string name, params ReadOnlySpan<Arg> args)
    {
        var r = stackalloc Value[3];
        Call(name, args, r, 3, 3);
        return (Wrap(r[0]), Wrap(r[1]), Wrap(r[2]));
    }

    internal static (Tensor, Tensor, Tensor, Tensor) Run4(string name, params ReadOnlySpan<Arg> args)
    {
        var r = stackalloc Value[4];
        Call(name, args, r, 4, 4);
        return (Wrap(r[0]), Wrap(r[1]), Wrap(r[2]), Wrap(r[3]));
    }

    internal static Tensor[] RunMany(string name, params ReadOnlySpan<Arg> args)
    {
        var r = stackalloc Value[ResultCapacity];
        int count = Call(name, args, r, ResultCapacity, -1);
        var tensors = new Tensor[count];
        for (int i = 0; i < Math.Min(count, ResultCapacity); i++)
            tensors[i] = Wrap(r[i]);
        if (count <= ResultCapacity)
            return tensors;

        var rest = new Value[count - ResultCapacity];
        fixed (Value* p = rest)
            Bridge.ts_take_overflow(p);
        for (int i = 0; i < rest.Length; i++)
            tensors[ResultCapacity + i] = Wrap(rest[i]);
        return tensors;
    }

    internal static void Void(string name, params ReadOnlySpan<Arg> args)
    {
        var r = stackalloc Value[ResultCapacity];
        int count = Call(name, args, r, ResultCapacity, -1);
        // In-place list operators of some versions return their lists.
        for (int i = 0; i < Math.Min(count, ResultCapacity); i++)
            if (r[i].Tag == Tag.Tensor)
                Bridge.ts_release(r[i].Pointer);
        if (count <= ResultCapacity)
            return;
        var rest = new Value[count - ResultCapacity];
        fixed (Value* p = rest)
            Bridge.ts_take_overflow(p);
        foreach (var value in rest)
            if (value.Tag == Tag.Tensor)
                Bridge.ts_release(value.Pointer);
    }

    internal static long RunInt(string name, params ReadOnlySpan<Arg> args)
    {
        Value result;
        Call(name, args, &result, 1, 1);
        return result.Int;
    }

    internal static double RunDouble(string name, params ReadOnlySpan<Arg> args)
    {
        Value result;
        Call(name, args, &result, 1, 1);
        return result.Tag == Tag.Double ? result.Double : result.Int;
    }

    internal static bool RunBool(string name, params ReadOnlySpan<Arg> args) => RunInt(name, args) != 0;

    static Tensor Wrap(in Value value) => value.Tag == Tag.Tensor && value.Pointer != 0 ? new Tensor(value.Pointer) : null;

    static nint Find(string name) => Found.TryGetValue(name, out var op) ? op : FindFirst(name);

    static nint FindFirst(string name)
    {
        int colon = name.IndexOf("::", StringComparison.Ordinal);
        int dot = name.IndexOf('.', Math.Max(colon, 0));
        string full = dot < 0 ? name : name[..dot];
        if (colon < 0)
            full = "aten::" + full;
        Bridge.Check(Bridge.ts_op_find(full, dot < 0 ? "" : name[(dot + 1)..], out var op));
        return Found.GetOrAdd(name, op);
    }

    [SkipLocalsInit]
    static int Call(string name, ReadOnlySpan<Arg> args, Value* results, int capacity, int expected)
    {
        nint op = Find(name);
        int slots = 0;
        foreach (ref readonly var arg in args)
            slots += arg.Slots;
        var values = stackalloc Value[args.Length];
        int count;
        if (slots <= StackSlots)
        {
            var scratch = stackalloc long[StackSlots];
            count = Call(op, args, values, scratch, results, capacity);
        }
        else
        {
            fixed (long* scratch = new long[slots])
                count = Call(op, args, values, scratch, results, capacity);
        }
        if (expected >= 0 && count != expected)
            throw new InvalidOperationException(
                $"Expected {expected} results of aten::{name}, found {count}; call it by another form of Op.Run.");
        return count;
    }

    static int Call(nint op, ReadOnlySpan<Arg> args, Value* values, long* scratch, Value* results, int capacity)
    {
        for (int i = 0; i < args.Length; i++)
            scratch += args[i].Put(values + i, scratch);
        int count;
        int code = Bridge.ts_op_call(op, values, args.Length, results, capacity, &count);
        // The handles above are bare numbers: without this a finalizer could free a tensor while the call runs.
        foreach (ref readonly var arg in args)
            GC.KeepAlive(arg.Object);
        Bridge.Check(code);
        return count;
    }
}

/// <summary>One operator argument, converted implicitly from what a caller would write.</summary>
internal readonly struct Arg
{
    readonly Tag tag;
    readonly int length;
    readonly long bits;

    /// <summary>The tensor, array, list, string or generator behind the argument, or null.</summary>
    internal readonly object Object;

    Arg(Tag tag, long bits, object o = null, int length = 0)
    {
        this.tag = tag;
        this.bits = bits;
        this.length = length;
        Object = o;
    }

    /// <summary>An argument given as absent.</summary>
    internal static Arg None => default;

    /// <summary>A list whose elements may be null (the indices of aten::index).</summary>
    internal static Arg OptionalTensors(IList<Tensor> list) => new(Tag.OptionalTensors, 0, list, list.Count);

    /// <summary>A list of whole numbers that may be absent.</summary>
    internal static Arg Ints(long[] values) => values;

    public static implicit operator Arg(Tensor t) => t is null ? default : new(Tag.Tensor, 0, t);
    public static implicit operator Arg(long v) => new(Tag.Int, v);
    public static implicit operator Arg(int v) => new(Tag.Int, v);
    public static implicit operator Arg(double v) => new(Tag.Double, BitConverter.DoubleToInt64Bits(v));
    public static implicit operator Arg(float v) => new(Tag.Double, BitConverter.DoubleToInt64Bits(v));
    public static implicit operator Arg(bool v) => new(Tag.Bool, v ? 1 : 0);
    public static implicit operator Arg(long? v) => v is { } x ? x : default(Arg);
    public static implicit operator Arg(int? v) => v is { } x ? x : default(Arg);
    public static implicit operator Arg(double? v) => v is { } x ? x : default(Arg);
    public static implicit operator Arg(float? v) => v is { } x ? x : default(Arg);
    public static implicit operator Arg(bool? v) => v is { } x ? x : default(Arg);
    public static implicit operator Arg(ScalarType v) => new(Tag.Int, (long)v);
    public static implicit operator Arg(ScalarType? v) => v is { } x ? x : default(Arg);
    public static implicit operator Arg(ReadOnlySpan<long> v) => new(Tag.Ints, 0, v.ToArray(), v.Length);
    public static implicit operator Arg(long[] v) => v is null ? default : new(Tag.Ints, 0, v, v.Length);
    public static implicit operator Arg(int[] v) => v is null ? default : new(Tag.Ints, 0, Array.ConvertAll(v, x => (long)x), v.Length);
    public static implicit operator Arg(double[] v) => v is null ? default : new(Tag.Doubles, 0, v, v.Length);
    public static implicit operator Arg(bool[] v) => v is null ? default : new(Tag.Bools, 0, v, v.Length);
    public static implicit operator Arg(Tensor[] v) => v is null ? default : new(Tag.Tensors, 0, v, v.Length);
    public static implicit operator Arg(List<Tensor> v) => v is null ? default : new(Tag.Tensors, 0, v, v.Count);
    public static implicit operator Arg(string v) =>
        v is null ? default : new(Tag.String, 0, Encoding.UTF8.GetBytes(v), Encoding.UTF8.GetByteCount(v));
    public static implicit operator Arg(Generator v) => v is null ? default : new(Tag.Generator, 0, v);
    public static implicit operator Arg(Device v) => v is null ? default : new(Tag.Device, v.index, null, (int)v.type);
    public static implicit operator Arg(Size v) => v.Shape;

    public static implicit operator Arg(Scalar v) => v is null ? default : v.Kind switch
    {
        ScalarKind.Int => new(Tag.Int, v.Bits),
        ScalarKind.Bool => new(Tag.Bool, v.Bits),
        ScalarKind.Double => new(Tag.Double, v.Bits),
        _ => new(Tag.Complex, 0, new[] { v.Complex.Real, v.Complex.Imaginary }, 2),
    };

    /// <summary>Any list of tensors as an argument.</summary>
    internal static Arg List(IEnumerable<Tensor> tensors) => tensors switch
    {
        Tensor[] array => array,
        List<Tensor> list => list,
        IList<Tensor> list => new(Tag.Tensors, 0, list, list.Count),
        _ => tensors.ToArray(),
    };

    /// <summary>How many 8-byte slots of scratch <see cref="Put"/> needs.</summary>
    internal int Slots => tag == Tag.String ? (length + 7) / 8 : length * (tag == Tag.Device ? 0 : 1);

    /// <summary>Writes the argument as the bridge reads it; returns the slots used.</summary>
    internal unsafe int Put(Value* v, long* scratch)
    {
        v->Tag = tag;
        v->Length = length;
        switch (tag)
        {
            case Tag.Tensor:
                v->Pointer = Unsafe.As<Tensor>(Object).LiveHandle;
                return 0;
            case Tag.Generator:
                v->Pointer = Unsafe.As<Generator>(Object).Handle;
                return 0;
            case Tag.Ints:
                Unsafe.As<long[]>(Object).CopyTo(new Span<long>(scratch, length));
                break;
            case Tag.Doubles or Tag.Complex:
                Unsafe.As<double[]>(Object).CopyTo(new Span<double>(scratch, length));
                break;
            case Tag.Bools:
                for (int i = 0; i < length; i++)
                    scratch[i] = Unsafe.As<bool[]>(Object)[i] ? 1 : 0;
                break;
            case Tag.Tensors or Tag.OptionalTensors:
                PutTensors(scratch);
                break;
            case Tag.String:
                Unsafe.As<byte[]>(Object).CopyTo(new Span<byte>(scratch, length));
                break;
            default:
                v->Int = bits;
                return 0;
        }
        v->Pointer = (nint)scratch;
        return Slots;
    }

    unsafe void PutTensors(long* scratch)
    {
        if (Object is Tensor[] array)
        {
            for (int i = 0; i < array.Length; i++)
                scratch[i] = array[i] is { } t ? t.LiveHandle : 0;
            return;
        }
        var list = (IList<Tensor>)Object;
        for (int i = 0; i < length; i++)
            scratch[i] = list[i] is { } t ? t.LiveHandle : 0;
    }
}
