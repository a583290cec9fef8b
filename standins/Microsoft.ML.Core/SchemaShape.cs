using System.Collections;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>What an estimator knows of columns before data is seen: names, kinds and item types, but no sizes.</summary>
public sealed class SchemaShape : IReadOnlyList<SchemaShape.Column>
{
    private static readonly SchemaShape Empty = new([]);

    private readonly Column[] _columns;

    public SchemaShape(IEnumerable<Column> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        _columns = columns.ToArray();
    }

    public int Count => _columns.Length;

    public Column this[int index] => _columns[index];

    public IEnumerator<Column> GetEnumerator() => ((IEnumerable<Column>)_columns).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal bool TryFindColumn(string name, out Column column)
    {
        foreach (var candidate in _columns)
        {
            if (candidate.Name != name)
                continue;
            column = candidate;
            return true;
        }
        column = default;
        return false;
    }

    /// <summary>The shape of the columns of <paramref name="schema"/> that are not hidden.</summary>
    internal static SchemaShape Create(DataViewSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new SchemaShape(schema.Where(column => !column.IsHidden).Select(ShapeOf));
    }

    private static Column ShapeOf(DataViewSchema.Column column)
    {
        GetColumnTypeShape(column.Type, out var kind, out var itemType, out bool isKey);
        var annotations = column.Annotations.Schema;
        return new Column(column.Name, kind, itemType, isKey, annotations.Count == 0 ? null : Create(annotations));
    }

    internal static void GetColumnTypeShape(DataViewType type, out Column.VectorKind kind, out DataViewType itemType, out bool isKey)
    {
        var vector = type as VectorDataViewType;
        kind = vector is null ? Column.VectorKind.Scalar : vector.IsKnownSize ? Column.VectorKind.Vector : Column.VectorKind.VariableVector;
        itemType = vector?.ItemType ?? type;
        isKey = itemType is KeyDataViewType;
        if (isKey)
        {
            var rawType = itemType.RawType;
            itemType = NumberDataViewType.All.First(number => number.RawType == rawType);
        }
    }

    /// <summary>The shape of one column.</summary>
    public struct Column
    {
        public readonly string Name;
        public readonly VectorKind Kind;
        public readonly DataViewType ItemType;
        public readonly bool IsKey;
        public readonly SchemaShape Annotations;

        internal Column(string name, VectorKind vecKind, DataViewType itemType, bool isKey, SchemaShape annotations = null)
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            ArgumentNullException.ThrowIfNull(itemType);
            if (itemType is KeyDataViewType or VectorDataViewType)
                throw new ArgumentOutOfRangeException(nameof(itemType),
                    $"The item type of column '{name}' is neither a key nor a vector, but is {itemType}; say so by isKey and vecKind.");
            Name = name;
            Kind = vecKind;
            ItemType = itemType;
            IsKey = isKey;
            Annotations = annotations ?? Empty;
        }

        /// <summary>Whether a column of shape <paramref name="source"/> can be given where this one is asked for.</summary>
        internal readonly bool IsCompatibleWith(Column source)
        {
            if (Name != source.Name || Kind != source.Kind || IsKey != source.IsKey || !ItemType.Equals(source.ItemType))
                return false;
            return Annotations.All(wanted => source.Annotations.TryFindColumn(wanted.Name, out var given)
                && wanted.IsCompatibleWith(given));
        }

        internal readonly string GetTypeString()
        {
            string item = IsKey ? $"Key<{ItemType}>" : ItemType.ToString();
            return Kind switch
            {
                VectorKind.Scalar => item,
                VectorKind.Vector => $"Vector<{item}>",
                _ => $"VarVector<{item}>",
            };
        }

        public enum VectorKind
        {
            Scalar,
            Vector,
            VariableVector,
        }
    }
}
