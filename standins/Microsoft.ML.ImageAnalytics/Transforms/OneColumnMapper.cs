using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>One column added, made of one input column by the getter that <paramref name="open"/> makes for a row.</summary>
internal sealed class OneColumnMapper(DataViewSchema.DetachedColumn output, DataViewSchema.Column input, OneColumnMapper.Opener open)
    : IRowMapper
{
    /// <summary>Makes the getter; what is to be disposed with the row goes into <paramref name="disposer"/>, else null.</summary>
    public delegate Delegate Opener(DataViewRow row, out Action disposer);

    public DataViewSchema.DetachedColumn[] GetOutputColumns() => [output];

    public Func<int, bool> GetDependencies(Func<int, bool> activeOutput) =>
        activeOutput(0) ? index => index == input.Index : _ => false;

    public Delegate[] CreateGetters(DataViewRow row, Func<int, bool> activeOutput, out Action disposer)
    {
        disposer = null;
        return [activeOutput(0) ? open(row, out disposer) : null];
    }

    /// <summary>
    /// Maps images to images. As in the real library, the image that the caller hands back in its buffer is taken for the previous
    /// result and disposed.
    /// </summary>
    public static OneColumnMapper OfImages(string name, DataViewType type, DataViewSchema.Column input, Func<MLImage, MLImage> map) =>
        new(new DataViewSchema.DetachedColumn(name, type), input, (DataViewRow row, out Action disposer) =>
        {
            disposer = null;
            ValueGetter<MLImage> source = row.GetGetter<MLImage>(input);
            MLImage image = null;
            return (ValueGetter<MLImage>)((ref MLImage destination) =>
            {
                MLImage previous = destination;
                source(ref image);
                destination = image is null ? null : map(image);
                if (!ReferenceEquals(previous, destination)) previous?.Dispose();
            });
        });
}

/// <summary>Checks of estimators' input columns, and the shape after one column was added.</summary>
internal static class ColumnShapes
{
    /// <summary>The shape of an input column that <paramref name="fits"/>, or an error that names what was expected and found.</summary>
    public static SchemaShape.Column Expect(
        IHost host, SchemaShape schema, string name, Func<SchemaShape.Column, bool> fits, string expected)
    {
        ArgumentNullException.ThrowIfNull(schema);
        if (!schema.TryFindColumn(name, out var column))
            throw host.Process(new ArgumentOutOfRangeException(nameof(schema),
                $"Could not find input column '{name}'; the columns are: {string.Join(", ", schema.Select(c => c.Name))}."));
        return fits(column) ? column : throw Mismatch(host, name, expected, column.GetTypeString());
    }

    public static Exception Mismatch(IHost host, string name, string expected, string found) =>
        host.Process(new ArgumentOutOfRangeException(
            "inputSchema", $"Schema mismatch for input column '{name}': expected {expected}, got {found}."));

    /// <summary>The schema with a column that hides any of the same name.</summary>
    public static SchemaShape Plus(this SchemaShape schema, string name, SchemaShape.Column.VectorKind kind, DataViewType item)
    {
        var columns = schema.ToDictionary(column => column.Name);
        columns[name] = new SchemaShape.Column(name, kind, item, isKey: false);
        return new SchemaShape(columns.Values);
    }
}
