using System.Collections.Immutable;
using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Data
{
    /// <summary>The first rows of a view, for looking at.</summary>
    public sealed class DataDebuggerPreview
    {
        internal DataDebuggerPreview(IDataView data, int maxRows)
        {
            ArgumentNullException.ThrowIfNull(data);
            ArgumentOutOfRangeException.ThrowIfNegative(maxRows);
            Schema = data.Schema;
            var columns = Schema.Select(_ => new List<object>()).ToArray();
            var rows = ImmutableArray.CreateBuilder<RowInfo>();
            using (var cursor = data.GetRowCursor(Schema))
            {
                var readers = Schema.Select(column => Reader(cursor, column)).ToArray();
                while (rows.Count < maxRows && cursor.MoveNext())
                {
                    var values = new KeyValuePair<string, object>[readers.Length];
                    for (int i = 0; i < readers.Length; i++)
                    {
                        values[i] = KeyValuePair.Create(Schema[i].Name, readers[i]());
                        columns[i].Add(values[i].Value);
                    }
                    rows.Add(new RowInfo(values));
                }
            }
            RowView = rows.ToImmutable();
            ColumnView = [.. Schema.Select((column, index) => new ColumnInfo(column, [.. columns[index]]))];
        }

        public DataViewSchema Schema { get; }

        public ImmutableArray<ColumnInfo> ColumnView { get; }

        public ImmutableArray<RowInfo> RowView { get; }

        public override string ToString() => $"{Schema.Count} columns, {RowView.Length} rows";

        private static Func<object> Reader(DataViewRow row, DataViewSchema.Column column) =>
            (Func<object>)typeof(DataDebuggerPreview).GetMethod(nameof(TypedReader), BindingFlags.Static | BindingFlags.NonPublic)
                .MakeGenericMethod(column.Type.RawType).Invoke(null, BindingFlags.DoNotWrapExceptions, null, [row, column], null);

        private static Func<object> TypedReader<T>(DataViewRow row, DataViewSchema.Column column)
        {
            var getter = row.GetGetter<T>(column);
            return () =>
            {
                T value = default;
                getter(ref value);
                return value;
            };
        }

        /// <summary>The values of one column.</summary>
        public sealed class ColumnInfo
        {
            internal ColumnInfo(DataViewSchema.Column column, object[] values)
            {
                Column = column;
                Values = values;
            }

            public DataViewSchema.Column Column { get; }

            public object[] Values { get; }

            public override string ToString() => $"{Column.Name}: {Column.Type}";
        }

        /// <summary>The values of one row.</summary>
        public sealed class RowInfo
        {
            internal RowInfo(KeyValuePair<string, object>[] values) => Values = values;

            public KeyValuePair<string, object>[] Values { get; }

            public override string ToString() => $"{Values.Length} columns";
        }
    }
}

namespace Microsoft.ML
{
    /// <summary>Previews of what data looks like.</summary>
    public static class DebuggerExtensions
    {
        private const int DefaultRows = 100;

        public static DataDebuggerPreview Preview(this IDataView data, int maxRows = DefaultRows) => new(data, maxRows);

        public static DataDebuggerPreview Preview(this ITransformer transformer, IDataView data, int maxRows = DefaultRows) =>
            new(transformer.Transform(data), maxRows);

        public static DataDebuggerPreview Preview(this IEstimator<ITransformer> estimator, IDataView data, int maxRows = DefaultRows,
            int maxTrainingRows = DefaultRows)
        {
            ArgumentNullException.ThrowIfNull(estimator);
            ArgumentNullException.ThrowIfNull(data);
            return new(estimator.Fit(new SkipTakeView(data, 0, maxTrainingRows)).Transform(data), maxRows);
        }
    }
}
