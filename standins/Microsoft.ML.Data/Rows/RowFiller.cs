using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>Fills the members of row objects from the columns of a view or a row.</summary>
internal sealed class RowFiller<TRow>
    where TRow : class
{
    private readonly List<(MemberColumn Member, DataViewSchema.Column Column)> _bound = [];

    /// <summary>
    /// Binds members to columns by name; a missing column throws, or leaves its member alone if <paramref name="ignoreMissingColumns"/>.
    /// </summary>
    public RowFiller(DataViewSchema schema, bool ignoreMissingColumns, SchemaDefinition definition = null)
    {
        definition ??= SchemaDefinition.Create(typeof(TRow), SchemaDefinition.Direction.Write);
        foreach (var member in MemberColumn.Bind(typeof(TRow), definition))
        {
            var column = schema.GetColumnOrNull(member.Name);
            if (column is null && ignoreMissingColumns)
                continue;
            if (column is null)
            {
                throw new ArgumentOutOfRangeException(nameof(schema),
                    $"Column '{member.Name}' not found for member '{member.Member.Name}' of {typeof(TRow)}; "
                    + $"the columns are: {string.Join(", ", schema.Select(c => c.Name))}.");
            }
            if (!MemberColumn.CanCarry(member.Member, column.Value.Type, out string carries))
            {
                throw new InvalidOperationException(
                    $"Can't bind the column '{member.Name}' of type '{column.Value.Type}' to field or property "
                    + $"'{member.Member.Name}' of type '{member.Carrier}', which carries {carries}.");
            }
            _bound.Add((member, column.Value));
        }
    }

    public IEnumerable<DataViewSchema.Column> Columns => _bound.Select(bound => bound.Column);

    /// <summary>A method that fills an object with the values of <paramref name="row"/> as they are when it is called.</summary>
    public Action<TRow> Open(DataViewRow row)
    {
        Action<TRow>[] setters = [.. _bound.Select(bound => SetterOf(bound.Member, bound.Column, row))];
        return target =>
        {
            foreach (var set in setters)
                set(target);
        };
    }

    private static Action<TRow> SetterOf(MemberColumn member, DataViewSchema.Column column, DataViewRow row)
    {
        var carrier = member.Carrier;
        if (carrier == typeof(string) && column.Type is TextDataViewType)
            return Text(member.Writer<TRow, string>(), row.GetGetter<ReadOnlyMemory<char>>(column));
        if (carrier == typeof(string[]))
            return Texts(member.Writer<TRow, string[]>(), row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(column));
        bool isArray = carrier.IsArray && column.Type is VectorDataViewType;
        string name = isArray ? nameof(Array) : nameof(Value);
        var method = typeof(RowFiller<TRow>).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic);
        return (Action<TRow>)method.MakeGenericMethod(isArray ? carrier.GetElementType() : carrier)
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [member, column, row], null);
    }

    private static Action<TRow> Text(Action<TRow, string> write, ValueGetter<ReadOnlyMemory<char>> getter)
    {
        ReadOnlyMemory<char> text = default;
        return target =>
        {
            getter(ref text);
            write(target, text.ToString());
        };
    }

    private static Action<TRow> Texts(Action<TRow, string[]> write, ValueGetter<VBuffer<ReadOnlyMemory<char>>> getter)
    {
        VBuffer<ReadOnlyMemory<char>> texts = default;
        return target =>
        {
            getter(ref texts);
            write(target, [.. texts.DenseValues().Select(text => text.ToString())]);
        };
    }

    private static Action<TRow> Array<TItem>(MemberColumn member, DataViewSchema.Column column, DataViewRow row)
    {
        var getter = row.GetGetter<VBuffer<TItem>>(column);
        var write = member.Writer<TRow, TItem[]>();
        VBuffer<TItem> items = default;
        return target =>
        {
            getter(ref items);
            var array = new TItem[items.Length];
            items.CopyTo(array);
            write(target, array);
        };
    }

    private static Action<TRow> Value<TValue>(MemberColumn member, DataViewSchema.Column column, DataViewRow row)
    {
        var getter = row.GetGetter<TValue>(column);
        var write = member.Writer<TRow, TValue>();
        return target =>
        {
            // A fresh value each time: the object may outlive the row, and must not share memory with the next one.
            TValue value = default;
            getter(ref value);
            write(target, value);
        };
    }
}
