using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Makes column getters that read the members of a row object.</summary>
internal static class MemberGetter
{
    /// <summary>
    /// A <see cref="ValueGetter{TValue}"/> of the column's raw type over the object that <paramref name="current"/> returns.
    /// </summary>
    public static Delegate Create<TRow>(MemberColumn column, Func<TRow> current)
    {
        var carrier = column.Carrier;
        if (carrier == typeof(string) && column.Type is TextDataViewType)
            return Text(column.Reader<TRow, string>(), current);
        if (carrier == typeof(string[]))
            return Texts(column.Reader<TRow, string[]>(), current);
        bool isArray = carrier.IsArray && column.Type is VectorDataViewType;
        var method = typeof(MemberGetter).GetMethod(isArray ? nameof(Array) : nameof(Value), BindingFlags.Static | BindingFlags.NonPublic);
        return (Delegate)method.MakeGenericMethod(typeof(TRow), isArray ? carrier.GetElementType() : carrier)
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [column, current], null);
    }

    private static ValueGetter<ReadOnlyMemory<char>> Text<TRow>(Func<TRow, string> read, Func<TRow> current) =>
        (ref ReadOnlyMemory<char> destination) => destination = read(current()).AsMemory();

    private static ValueGetter<VBuffer<ReadOnlyMemory<char>>> Texts<TRow>(Func<TRow, string[]> read, Func<TRow> current) =>
        (ref VBuffer<ReadOnlyMemory<char>> destination) =>
        {
            string[] texts = read(current()) ?? [];
            var editor = VBufferEditor.Create(ref destination, texts.Length);
            for (int i = 0; i < texts.Length; i++)
                editor.Values[i] = texts[i].AsMemory();
            destination = editor.Commit();
        };

    private static ValueGetter<VBuffer<TItem>> Array<TRow, TItem>(MemberColumn column, Func<TRow> current)
    {
        var read = column.Reader<TRow, TItem[]>();
        return (ref VBuffer<TItem> destination) =>
        {
            var items = read(current()) ?? [];
            var editor = VBufferEditor.Create(ref destination, items.Length);
            items.CopyTo(editor.Values);
            destination = editor.Commit();
        };
    }

    private static ValueGetter<TValue> Value<TRow, TValue>(MemberColumn column, Func<TRow> current)
    {
        var read = column.Reader<TRow, TValue>();
        return (ref TValue destination) => ValueCopier<TValue>.Copy(read(current()), ref destination);
    }
}
