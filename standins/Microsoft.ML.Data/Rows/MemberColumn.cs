using System.Linq.Expressions;
using System.Reflection;

namespace Microsoft.ML.Data;

/// <summary>One member of a user's class bound to a column.</summary>
internal sealed class MemberColumn
{
    private Delegate _reader;
    private Delegate _writer;

    private MemberColumn(string name, DataViewType type, MemberInfo member, DataViewSchema.Annotations annotations)
    {
        Name = name;
        Type = type;
        Member = member;
        Annotations = annotations;
    }

    public string Name { get; }

    public DataViewType Type { get; }

    public MemberInfo Member { get; }

    public DataViewSchema.Annotations Annotations { get; }

    public Type Carrier => MemberType.CarrierOf(Member);

    /// <summary>Binds a definition's columns to the members of <paramref name="rowType"/>; each must be able to carry its column.</summary>
    public static MemberColumn[] Bind(Type rowType, SchemaDefinition definition) => [.. definition.Select(column => Bind(rowType, column))];

    private static MemberColumn Bind(Type rowType, SchemaDefinition.Column column)
    {
        MemberInfo member = rowType.GetField(column.MemberName) ?? (MemberInfo)rowType.GetProperty(column.MemberName)
            ?? throw new ArgumentOutOfRangeException(nameof(column), $"{rowType} has no public field or property '{column.MemberName}'.");
        string name = string.IsNullOrEmpty(column.ColumnName) ? column.MemberName : column.ColumnName;
        var type = column.ColumnType ?? MemberType.TypeOf(member);
        if (!CanCarry(member, type, out string carries))
            throw new ArgumentOutOfRangeException(nameof(column),
                $"Column '{name}' is to be a {type}, but member '{member.Name}' of {rowType} carries {carries}.");
        return new MemberColumn(name, type, member, column.Annotations);
    }

    /// <summary>Whether <paramref name="member"/> can hold values of column type <paramref name="type"/>.</summary>
    public static bool CanCarry(MemberInfo member, DataViewType type, out string carries)
    {
        // A custom type may be given for a member that is not registered as one, as long as it is carried as it is.
        carries = MemberType.CarrierOf(member).ToString();
        if (type.RawType == MemberType.CarrierOf(member))
            return true;
        MemberType.GetItemType(member, out bool isVector, out var itemType);
        carries = isVector ? $"vectors of {itemType}" : itemType.ToString();
        return type is VectorDataViewType vector ? isVector && vector.ItemType.RawType == itemType : !isVector && type.RawType == itemType;
    }

    /// <summary>Reads the member of a row object.</summary>
    public Func<TRow, TMember> Reader<TRow, TMember>()
    {
        if (_reader is Func<TRow, TMember> known)
            return known;
        var row = Expression.Parameter(typeof(TRow), "row");
        var reader = Expression.Lambda<Func<TRow, TMember>>(Expression.MakeMemberAccess(row, Member), row).Compile();
        _reader = reader;
        return reader;
    }

    /// <summary>Writes the member of a row object.</summary>
    public Action<TRow, TMember> Writer<TRow, TMember>()
    {
        if (_writer is Action<TRow, TMember> known)
            return known;
        var row = Expression.Parameter(typeof(TRow), "row");
        var value = Expression.Parameter(typeof(TMember), "value");
        var assignment = Expression.Assign(Expression.MakeMemberAccess(row, Member), value);
        var writer = Expression.Lambda<Action<TRow, TMember>>(assignment, row, value).Compile();
        _writer = writer;
        return writer;
    }
}
