using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchSharp.Native;

/// <summary>The entry points of native/torch_bridge.cpp.</summary>
internal static unsafe partial class Bridge
{
    const string Library = "torchsharp_standin";

    [LibraryImport(Library)] internal static partial nint ts_last_error();
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial void ts_set_last_error(string message);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ts_op_find(string name, string overload, out nint op);
    [LibraryImport(Library)] internal static partial int ts_op_call(nint op, Value* args, int n, Value* results, int capacity, int* count);
    [LibraryImport(Library)] internal static partial void ts_take_overflow(Value* results);

    [LibraryImport(Library), SuppressGCTransition] internal static partial long ts_ndim(nint h);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long ts_numel(nint h);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int ts_dtype(nint h);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long ts_itemsize(nint h);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int ts_device_type(nint h);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int ts_device_index(nint h);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int ts_requires_grad(nint h);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int ts_is_contiguous(nint h);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int ts_is_sparse(nint h);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long ts_storage_offset(nint h);
    [LibraryImport(Library), SuppressGCTransition] internal static partial void ts_sizes(nint h, long* sizes);
    [LibraryImport(Library), SuppressGCTransition] internal static partial void ts_strides(nint h, long* strides);

    [LibraryImport(Library)] internal static partial void ts_release(nint h);
    [LibraryImport(Library)] internal static partial nint ts_retain(nint h);
    [LibraryImport(Library)] internal static partial int ts_data(nint h, out nint data);
    [LibraryImport(Library)] internal static partial int ts_storage_bytes(nint h, out nint data, out long bytes);
    [LibraryImport(Library)] internal static partial int ts_is_leaf(nint h, out int leaf);
    [LibraryImport(Library)] internal static partial int ts_set_data(nint h, nint data);
    [LibraryImport(Library)] internal static partial int ts_from_data(void* data, long* sizes, int n, int dtype, out nint h);
    [LibraryImport(Library)]
    internal static partial int ts_from_memory(void* data, long* sizes, int n, int dtype, nint context,
        delegate* unmanaged[Cdecl]<nint, void> release, out nint h);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int ts_save(nint h, string path);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int ts_load(string path, out nint h);
    [LibraryImport(Library)] internal static partial int ts_promote_types(int a, int b);
    [LibraryImport(Library)] internal static partial int ts_set_default_dtype(int dtype);
    [LibraryImport(Library)] internal static partial int ts_can_cast(int from, int to);

    [LibraryImport(Library)] internal static partial int ts_set_requires_grad(nint h, int value);
    [LibraryImport(Library)] internal static partial int ts_grad(nint h, out nint grad);
    [LibraryImport(Library)] internal static partial int ts_set_grad(nint h, nint grad);
    [LibraryImport(Library)]
    internal static partial int ts_backward(nint* roots, int n, nint* grads, int gradCount, int retain, int create, nint* inputs,
        int inputCount);
    [LibraryImport(Library)]
    internal static partial int ts_autograd_grad(nint* outputs, int n, nint* inputs, int inputCount, nint* grads, int gradCount,
        int retain, int create, int allowUnused, nint* results);
    [LibraryImport(Library)]
    internal static partial int ts_custom_function(byte* label, nint* inputs, int inputCount, nint* outputs, int outputCount,
        nint* saved, int savedCount, nint* dirty, int dirtyCount, nint* constant, int constantCount, int materialize, nint context,
        delegate* unmanaged[Cdecl]<nint, nint*, int, nint*, int, nint*, int, int> backward,
        delegate* unmanaged[Cdecl]<nint, void> release, nint* wrapped);
    [LibraryImport(Library)] internal static partial int ts_grad_enabled();
    [LibraryImport(Library)] internal static partial void ts_set_grad_enabled(int value);
    [LibraryImport(Library)] internal static partial nint ts_inference_begin(int value);
    [LibraryImport(Library)] internal static partial void ts_inference_end(nint mode);
    [LibraryImport(Library)] internal static partial int ts_inference_enabled();
    [LibraryImport(Library)] internal static partial void ts_set_anomaly(int enabled, int checkNan);
    [LibraryImport(Library)] internal static partial int ts_anomaly_enabled();
    [LibraryImport(Library)] internal static partial int ts_anomaly_check_nan();

    [LibraryImport(Library)] internal static partial nint ts_generator_new(long seed);
    [LibraryImport(Library)] internal static partial nint ts_generator_default();
    [LibraryImport(Library)] internal static partial void ts_generator_delete(nint g);
    [LibraryImport(Library)] internal static partial void ts_generator_set_seed(nint g, long seed);
    [LibraryImport(Library)] internal static partial long ts_generator_seed(nint g);
    [LibraryImport(Library)] internal static partial long ts_generator_initial_seed(nint g);
    [LibraryImport(Library)] internal static partial int ts_generator_get_state(nint g, out nint state);
    [LibraryImport(Library)] internal static partial int ts_generator_set_state(nint g, nint state);
    [LibraryImport(Library)] internal static partial void ts_manual_seed(long seed);
    [LibraryImport(Library)] internal static partial void ts_set_num_threads(int n);
    [LibraryImport(Library)] internal static partial int ts_get_num_threads();
    [LibraryImport(Library)] internal static partial int ts_set_num_interop_threads(int n);
    [LibraryImport(Library)] internal static partial int ts_get_num_interop_threads();
    [LibraryImport(Library)] internal static partial void ts_set_deterministic(int enabled, int warnOnly);
    [LibraryImport(Library)] internal static partial int ts_deterministic();
    [LibraryImport(Library)] internal static partial int ts_deterministic_warn_only();

    /// <summary>Throws what the bridge reported if <paramref name="code"/> is not 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Check(int code)
    {
        if (code != 0)
            Throw();
    }

    // The real library throws ExternalException with the native message, so callers may rely on the type.
    static void Throw() => throw new ExternalException(Marshal.PtrToStringUTF8(ts_last_error()));

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    // CA2255 warns libraries off module initializers; the resolver must be in place before any first call, from any type.
#pragma warning disable CA2255
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Initialize() => NativeLibrary.SetDllImportResolver(typeof(Bridge).Assembly, Load);

    // Runs once, at the first call into the bridge. The order matters: libgomp reads its settings when it is loaded, from
    // libc's environment, which Environment.SetEnvironmentVariable does not reach.
    static nint Load(string name, Assembly assembly, DllImportSearchPath? paths)
    {
        if (name != Library)
            return 0;
        SetEnvironment("OMP_WAIT_POLICY", "passive", overwrite: 0);
        if (!NativeLibrary.TryLoad(name, assembly, paths, out var library))
            throw new DllNotFoundException($"Expected lib{Library}.so beside {assembly.Location} and Debian's libtorch on this machine, " +
                "found no loadable library. Run eng/setup.sh, or install the packages TorchSharp and TorchSharp-cpu.");
        // Debian's libtorch starts with one thread.
        var setThreads = (delegate* unmanaged[Cdecl]<int, void>)NativeLibrary.GetExport(library, nameof(ts_set_num_threads));
        setThreads(Environment.ProcessorCount);
        return library;
    }
}
