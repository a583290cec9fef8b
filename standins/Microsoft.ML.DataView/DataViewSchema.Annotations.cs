using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class DataViewSchema
{
    /// <summary>Named values that describe a column: its slot names, its key values.</summary>
    public sealed class Annotations
    {
        private readonly (DetachedColumn Column, Delegate Getter)[] _values;

        private Annotations((DetachedColumn Column, Delegate Getter)[] values)
        {
            _values = values;
            Schema = new DataViewSchema(values.Select(v => v.Column).ToArray());
        }

        public static Annotations Empty { get; } = new([]);

        public DataViewSchema Schema { get; }

        public ValueGetter<TValue> GetGetter<TValue>(Column column)
        {
            if (column.Index >= _values.Length)
                throw new ArgumentOutOfRangeException(nameof(column),
                    $"There are {_values.Length} annotations; '{column.Name}' is none of them.");
            return _values[column.Index].Getter as ValueGetter<TValue>
                ?? throw new InvalidOperationException(
                    $"Annotation '{column.Name}' is a {column.Type}, carried as {column.Type.RawType}, not as {typeof(TValue)}.");
        }

        internal Delegate GetGetter(int index) => _values[index].Getter;

        public void GetValue<TValue>(string kind, ref TValue value)
        {
            var column = Schema.GetColumnOrNull(kind)
                ?? throw new InvalidOperationException(
                    $"There is no annotation '{kind}'; there are: {string.Join(", ", Schema.Select(c => c.Name))}.");
            GetGetter<TValue>(column)(ref value);
        }

        public override string ToString() => $"{{{string.Join(", ", Schema.Select(c => c.Name))}}}";

        /// <summary>Collects annotations.</summary>
        public sealed class Builder
        {
            private readonly List<(DetachedColumn Column, Delegate Getter)> _values = [];

            public Builder()
            {
            }

            public void Add(Annotations annotations, Func<string, bool> selector)
            {
                ArgumentNullException.ThrowIfNull(selector);
                if (annotations is not null)
                    _values.AddRange(annotations._values.Where(v => selector(v.Column.Name)));
            }

            public void Add(string name, DataViewType type, Delegate getter, Annotations annotations = null)
            {
                ArgumentNullException.ThrowIfNull(getter);
                var column = new DetachedColumn(name, type, annotations);
                if (getter.GetType() != typeof(ValueGetter<>).MakeGenericType(type.RawType))
                    throw new ArgumentOutOfRangeException(nameof(getter),
                        $"Annotation '{name}' of type {type} needs a getter of {type.RawType}, not {getter.GetType()}.");
                _values.Add((column, getter));
            }

            public void Add<TValue>(string name, DataViewType type, ValueGetter<TValue> getter, Annotations annotations = null) =>
                Add(name, type, (Delegate)getter, annotations);

            public void AddPrimitiveValue<TValue>(string name, PrimitiveDataViewType type, TValue value, Annotations annotations = null) =>
                Add(name, type, (ref TValue destination) => destination = value, annotations);

            public Annotations ToAnnotations() => _values.Count == 0 ? Empty : new Annotations(_values.ToArray());
        }
    }
}
