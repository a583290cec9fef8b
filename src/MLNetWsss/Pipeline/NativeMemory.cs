using System.Runtime.InteropServices;

namespace MLNetWsss.Pipeline;

/// <summary>
/// Keeps the memory of tensors in the process between one pass of a network and the next. The C library of Linux gives every large block
/// back to the system when it is freed, and each pass then pays for fresh, zeroed pages: up to half of its time.
/// </summary>
/// <remarks>
/// This sets the allocator of the whole process. An application that wants it untouched says
/// <c>AppContext.SetSwitch("MLNetWsss.KeepNativeMemory", false)</c>, or the same in its runtimeconfig.json, before the first stage is made.
/// </remarks>
internal static partial class NativeMemory
{
    internal const string Switch = "MLNetWsss.KeepNativeMemory";

    // mallopt(3): parameters of glibc, and the values that turn off trimming and separate mappings.
    private const int TrimThreshold = -1, NeverTrim = -1, SeparateMappings = -4, NoMappings = 0;

    private static readonly Lazy<bool> Kept = new(Set);

    /// <summary>Sets the allocator up once; true if it now keeps memory.</summary>
    internal static bool Keep() => Kept.Value;

    /// <summary>Gives what is free back to the system, as at the end of a training.</summary>
    internal static void Release()
    {
        if (Kept is { IsValueCreated: true, Value: true })
            Trim(0);
    }

    /// <summary>Whether the application leaves it to this library.</summary>
    internal static bool Wanted => !AppContext.TryGetSwitch(Switch, out bool wanted) || wanted;

    private static bool Set()
    {
        if (!OperatingSystem.IsLinux() || !Wanted)
            return false;
        try
        {
            return SetOption(TrimThreshold, NeverTrim) == 1 && SetOption(SeparateMappings, NoMappings) == 1;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library, such as musl, which has no such setting.
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int parameter, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint pad);
}
