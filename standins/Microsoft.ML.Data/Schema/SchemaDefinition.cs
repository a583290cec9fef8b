using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>The columns that a user's class becomes; may be changed before it is used.</summary>
public sealed class SchemaDefinition : List<SchemaDefinition.Column>
{
    private SchemaDefinition()
    {
    }

    /// <summary>Finds the first column of that name, or null; setting replaces it or adds one.</summary>
    public Column this[string columnName]
    {
        get => Find(column => column.ColumnName == columnName);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.ColumnName != columnName)
                throw new ArgumentOutOfRangeException(nameof(columnName), $"The column is named '{value.ColumnName}', not '{columnName}'.");
            int index = FindIndex(column => column.ColumnName == columnName);
            if (index < 0)
                Add(value);
            else
                this[index] = value;
        }
    }

    /// <summary>
    /// Makes a column of every public field and property of <paramref name="userType"/> that can be read or written as asked.
    /// </summary>
    public static SchemaDefinition Create(Type userType, Direction direction = Direction.Both)
    {
        ArgumentNullException.ThrowIfNull(userType);
        var definition = new SchemaDefinition();
        var names = new HashSet<string>();
        foreach (var member in MembersOf(userType, direction))
        {
            string name = member.GetCustomAttribute<ColumnNameAttribute>()?.Name ?? member.Name;
            var type = MemberType.TypeOf(member);
            if (!names.Add(name))
                throw new ArgumentOutOfRangeException(nameof(userType), $"Two members of {userType} would become column '{name}'.");
            definition.Add(new Column(member.Name, type, name));
        }
        return definition;
    }

    private static IEnumerable<MemberInfo> MembersOf(Type userType, Direction direction)
    {
        const BindingFlags PublicInstance = BindingFlags.Public | BindingFlags.Instance;
        var properties = userType.GetProperties(PublicInstance).Where(property => property.GetIndexParameters().Length == 0
            && ((direction.HasFlag(Direction.Read) && property.GetGetMethod() is not null)
                || (direction.HasFlag(Direction.Write) && property.GetSetMethod() is not null)));
        return userType.GetFields(PublicInstance).Cast<MemberInfo>().Concat(properties)
            .Where(member => MemberType.CarrierOf(member) != typeof(IChannel) && member.GetCustomAttribute<NoColumnAttribute>() is null);
    }

    /// <summary>Which members are taken.</summary>
    [Flags]
    public enum Direction
    {
        Read = 1,
        Write = 2,
        Both = Read | Write,
    }

    /// <summary>The column of one member.</summary>
    public sealed class Column
    {
        private readonly Dictionary<string, (DataViewType Type, Delegate Getter)> _annotations = [];

        internal Column(string memberName, DataViewType columnType, string columnName)
        {
            MemberName = memberName;
            ColumnType = columnType;
            ColumnName = columnName;
        }

        public string MemberName { get; }

        public string ColumnName { get; set; }

        public DataViewType ColumnType { get; set; }

        public DataViewSchema.Annotations Annotations
        {
            get
            {
                var builder = new DataViewSchema.Annotations.Builder();
                foreach (var (kind, annotation) in _annotations)
                    builder.Add(kind, annotation.Type, annotation.Getter);
                return builder.ToAnnotations();
            }
        }

        public void AddAnnotation<T>(string kind, T value, DataViewType annotationType)
        {
            ArgumentNullException.ThrowIfNull(kind);
            ArgumentNullException.ThrowIfNull(annotationType);
            ValueGetter<T> getter = (ref T destination) => ValueCopier<T>.Copy(in value, ref destination);
            if (!_annotations.TryAdd(kind, (annotationType, getter)))
                throw new InvalidOperationException($"Column '{ColumnName}' has an annotation '{kind}' already.");
        }

        internal void SetAnnotations(DataViewSchema.Annotations annotations)
        {
            _annotations.Clear();
            foreach (var annotation in annotations.Schema)
                _annotations[annotation.Name] = (annotation.Type, annotations.GetGetter(annotation.Index));
        }
    }
}
