using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Copies a column's value so that the copy may be overwritten: vectors by items, all else by assignment.</summary>
internal static class ValueCopier<T>
{
    public delegate void CopyMethod(in T source, ref T destination);

    public static readonly CopyMethod Copy = Make();

    private static CopyMethod Make()
    {
        var type = typeof(T);
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(VBuffer<>))
            return (in T source, ref T destination) => destination = source;
        return typeof(ValueCopier<T>).GetMethod(nameof(CopyVector), BindingFlags.NonPublic | BindingFlags.Static)
            .MakeGenericMethod(type.GetGenericArguments()).CreateDelegate<CopyMethod>();
    }

    private static void CopyVector<TItem>(in VBuffer<TItem> source, ref VBuffer<TItem> destination) => source.CopyTo(ref destination);
}
