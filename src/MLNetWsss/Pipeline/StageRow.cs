using Microsoft.ML;
using Microsoft.ML.Data;
using MLNetWsss.Imaging;

namespace MLNetWsss.Pipeline;

/// <summary>
/// One row as a stage sees it: images as <see cref="RgbImage"/>, vectors as <c>float[]</c>, maps as <see cref="ScoreMaps"/>, masks as
/// <see cref="LabelMap"/>. Values are owned by the row and never change once set.
/// </summary>
public sealed class StageRow
{
    private readonly Dictionary<string, object> _values = [];

    /// <summary>The value of a column that must be there.</summary>
    public T Get<T>(StageColumn column) where T : class => Find<T>(column)
        ?? throw new InvalidOperationException($"The row has no '{column.Name}'; it has {string.Join(", ", _values.Keys)}.");

    /// <summary>The value of a column, or null where the data do not have it.</summary>
    public T? Find<T>(StageColumn column) where T : class => _values.GetValueOrDefault(column.Name) as T;

    /// <summary>Sets a column's value.</summary>
    public void Set(StageColumn column, object value) => _values[column.Name] = value;

    /// <summary>A reader of one column of ML.NET's row, converted to what stages work on.</summary>
    internal static Func<object> Reader(DataViewRow row, DataViewSchema.Column found, StageColumn wanted) =>
        Reader(wanted, found.Type, () => row.Position, wanted.Kind switch
        {
            ColumnKind.Image => row.GetGetter<MLImage>(found),
            ColumnKind.Vector or ColumnKind.Numbers => row.GetGetter<VBuffer<float>>(found),
            ColumnKind.Maps when found.Type is VectorDataViewType => row.GetGetter<VBuffer<float>>(found),
            ColumnKind.Maps => row.GetGetter<ScoreMaps>(found),
            _ => row.GetGetter<LabelMap>(found)
        });

    /// <summary>The same over a getter that is already at hand.</summary>
    internal static Func<object> Reader(StageColumn wanted, DataViewType type, Func<long> position, Delegate getter)
    {
        InvalidOperationException Empty() => new(
            $"Row {position()}: column '{wanted.Name}' is empty, expected {wanted.Expected}. Remove the row or fill the column.");
        return getter switch
        {
            ValueGetter<MLImage> image => () => Value(image)?.ToRgb() ?? throw Empty(),
            ValueGetter<VBuffer<float>> stack when wanted.Kind == ColumnKind.Maps => () => Stacked(Value(stack), (VectorDataViewType)type),
            ValueGetter<VBuffer<float>> vector => () => Value(vector).DenseValues().ToArray(),
            ValueGetter<ScoreMaps> maps => () => Value(maps) ?? throw Empty(),
            ValueGetter<LabelMap> labels => () => Value(labels) ?? throw Empty(),
            _ => throw new ArgumentException($"Column '{wanted.Name}' cannot be read through a {getter.GetType()}.", nameof(getter))
        };
    }

    /// <summary>Maps from a vector whose last two dimensions are their height and width.</summary>
    private static ScoreMaps Stacked(VBuffer<float> values, VectorDataViewType type)
    {
        var (height, width) = (type.Dimensions[^2], type.Dimensions[^1]);
        return new ScoreMaps(type.Size / (height * width), height, width, [.. values.DenseValues()]);
    }

    /// <summary>A getter that hands a column of <paramref name="current"/> to ML.NET.</summary>
    internal static Delegate Getter(StageColumn column, Func<StageRow> current) => column.Kind switch
    {
        ColumnKind.Image => (ValueGetter<MLImage>)((ref MLImage value) => value = current().Get<RgbImage>(column).ToMLImage()),
        ColumnKind.Vector or ColumnKind.Numbers => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
        {
            float[] numbers = current().Get<float[]>(column);
            var editor = VBufferEditor.Create(ref value, numbers.Length);
            numbers.CopyTo(editor.Values);
            value = editor.Commit();
        }),
        ColumnKind.Maps => (ValueGetter<ScoreMaps>)((ref ScoreMaps value) => value = current().Get<ScoreMaps>(column)),
        _ => (ValueGetter<LabelMap>)((ref LabelMap value) => value = current().Get<LabelMap>(column))
    };

    // A fresh variable each time: getters of images dispose what they find in the caller's variable.
    private static T Value<T>(ValueGetter<T> getter)
    {
        T value = default!;
        getter(ref value);
        return value;
    }
}
