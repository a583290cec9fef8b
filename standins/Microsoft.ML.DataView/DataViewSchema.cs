using System.Collections;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>An immutable list of columns. Of several with one name the last is found by name; the others are hidden.</summary>
public sealed partial class DataViewSchema : IReadOnlyList<DataViewSchema.Column>
{
    private readonly Column[] _columns;
    private readonly Dictionary<string, int> _indexOf = [];

    internal DataViewSchema(IReadOnlyList<DetachedColumn> columns)
    {
        for (int i = 0; i < columns.Count; i++)
            _indexOf[columns[i].Name] = i;
        _columns = new Column[columns.Count];
        for (int i = 0; i < _columns.Length; i++)
            _columns[i] = new Column(columns[i].Name, i, _indexOf[columns[i].Name] != i, columns[i].Type, columns[i].Annotations);
    }

    public int Count => _columns.Length;

    public Column this[string name]
    {
        get
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            return GetColumnOrNull(name)
                ?? throw new ArgumentOutOfRangeException(nameof(name),
                    $"Column '{name}' not found; the columns are: {string.Join(", ", _indexOf.Keys)}.");
        }
    }

    public Column this[int columnIndex] => (uint)columnIndex < (uint)_columns.Length
        ? _columns[columnIndex]
        : throw new ArgumentOutOfRangeException(nameof(columnIndex), $"Column {columnIndex} is outside a schema of {_columns.Length}.");

    public Column? GetColumnOrNull(string name) => _indexOf.TryGetValue(name, out int index) ? _columns[index] : null;

    public IEnumerator<Column> GetEnumerator() => ((IEnumerable<Column>)_columns).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"{Count} columns";

    /// <summary>A column of a schema.</summary>
    public struct Column
    {
        internal Column(string name, int index, bool isHidden, DataViewType type, Annotations annotations)
        {
            Name = name;
            Index = index;
            IsHidden = isHidden;
            Type = type;
            Annotations = annotations;
        }

        public string Name { get; }

        public int Index { get; }

        public bool IsHidden { get; }

        public DataViewType Type { get; }

        public Annotations Annotations { get; }

        public override string ToString() =>
            $"{Name}: {Type}{(Annotations is { Schema.Count: > 0 } ? $" {Annotations}" : "")}{(IsHidden ? " (hidden)" : "")}";
    }

    /// <summary>A column that is not, or not yet, part of a schema.</summary>
    public struct DetachedColumn
    {
        public DetachedColumn(string name, DataViewType type, Annotations annotations = null)
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            ArgumentNullException.ThrowIfNull(type);
            Name = name;
            Type = type;
            Annotations = annotations ?? Annotations.Empty;
        }

        public DetachedColumn(Column column)
            : this(column.Name, column.Type, column.Annotations)
        {
        }

        public string Name { get; }

        public DataViewType Type { get; }

        public Annotations Annotations { get; }
    }

    /// <summary>Collects columns into a schema.</summary>
    public sealed class Builder
    {
        private readonly List<DetachedColumn> _columns = [];

        public Builder()
        {
        }

        public void AddColumn(string name, DataViewType type, Annotations annotations = null) =>
            _columns.Add(new DetachedColumn(name, type, annotations));

        public void AddColumns(IEnumerable<DetachedColumn> source)
        {
            ArgumentNullException.ThrowIfNull(source);
            _columns.AddRange(source);
        }

        public void AddColumns(IEnumerable<Column> source)
        {
            ArgumentNullException.ThrowIfNull(source);
            _columns.AddRange(source.Select(column => new DetachedColumn(column)));
        }

        public DataViewSchema ToSchema() => new(_columns);
    }
}
