using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLNetWsss.Imaging;

namespace MLNetWsss.Pipeline;

/// <summary>What travels in a column.</summary>
public enum ColumnKind
{
    /// <summary>A photo: <see cref="MLImage"/> in ML.NET, <see cref="RgbImage"/> inside a stage.</summary>
    Image,

    /// <summary>K numbers, one a class: a vector of <see cref="float"/>.</summary>
    Vector,

    /// <summary>
    /// K x h x w scores: <see cref="ScoreMaps"/>; read also from a vector of <see cref="float"/> whose type has the dimensions
    /// [K,h,w], [1,K,h,w] or [h,w], as <c>ApplyOnnxModel</c> writes a network's maps.
    /// </summary>
    Maps,

    /// <summary>H x W class indices: <see cref="LabelMap"/>.</summary>
    Labels,

    /// <summary>Any number of <see cref="float"/>, as many as the row has.</summary>
    Numbers
}

/// <summary>One column that a stage touches.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="Kind">What travels in it.</param>
/// <param name="Background">Whether maps begin with one of the background.</param>
public sealed record StageColumn(string Name, ColumnKind Kind, bool Background = false)
{
    internal bool Accepts(DataViewType type) => Kind switch
    {
        ColumnKind.Image => type is ImageDataViewType,
        ColumnKind.Vector or ColumnKind.Numbers => type is VectorDataViewType { ItemType: NumberDataViewType item } && item == NumberDataViewType.Single,
        ColumnKind.Maps => type is ScoreMapsDataViewType || IsStack(type),
        _ => type is LabelMapDataViewType
    };

    /// <summary>Whether a vector's type says how many maps of which size its numbers are.</summary>
    private static bool IsStack(DataViewType type) =>
        type is VectorDataViewType { ItemType: NumberDataViewType item, Dimensions.Length: >= 2 } vector
        && item == NumberDataViewType.Single && vector.Dimensions.All(d => d > 0);

    internal bool Accepts(SchemaShape.Column column) => Kind is ColumnKind.Vector or ColumnKind.Numbers
        ? column.Kind != SchemaShape.Column.VectorKind.Scalar && column.ItemType == NumberDataViewType.Single && !column.IsKey
        : column.Kind == SchemaShape.Column.VectorKind.Scalar && Accepts(column.ItemType)
            // A shape does not tell a vector's dimensions; they are checked when there are data.
            || Kind == ColumnKind.Maps && column.Kind == SchemaShape.Column.VectorKind.Vector
                && column.ItemType == NumberDataViewType.Single;

    internal string Expected => Kind switch
    {
        ColumnKind.Image => "an image (MLImage)",
        ColumnKind.Vector or ColumnKind.Numbers => "a vector of Single",
        ColumnKind.Maps => "score maps (ScoreMaps, or a vector of Single of known dimensions [..., height, width])",
        _ => "a label map (LabelMap)"
    };
}

/// <summary>A stage's schema, said once: the estimator's promise and the transformer's schema are both derived from it.</summary>
public sealed record StageColumns
{
    /// <summary>Columns that training and prediction both need.</summary>
    public IReadOnlyList<StageColumn> Reads { get; init; } = [];

    /// <summary>Columns that are used where they are present and done without where not.</summary>
    public IReadOnlyList<StageColumn> Uses { get; init; } = [];

    /// <summary>Columns that only training needs; a fitted stage predicts without them.</summary>
    public IReadOnlyList<StageColumn> Trains { get; init; } = [];

    /// <summary>Columns that the fitted stage adds.</summary>
    public IReadOnlyList<StageColumn> Writes { get; init; } = [];

    /// <summary>The input columns present in <paramref name="schema"/>, with what the stage calls them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A needed column is missing or of another type; the message lists what was there.</exception>
    internal IReadOnlyList<(StageColumn Wanted, DataViewSchema.Column Found)> Bind(string stage, DataViewSchema schema, bool training)
    {
        var bound = new List<(StageColumn, DataViewSchema.Column)>();
        foreach (var wanted in training ? Reads.Concat(Trains) : Reads)
        {
            if (schema.GetColumnOrNull(wanted.Name) is not { } found)
                throw Missing(stage, wanted, schema.Select(c => $"{c.Name} ({c.Type})"));
            if (!wanted.Accepts(found.Type))
                throw Mismatch(stage, wanted, $"{found.Type}");
            bound.Add((wanted, found));
        }
        foreach (var wanted in Uses)
            if (schema.GetColumnOrNull(wanted.Name) is { } found && bound.All(b => b.Item1 != wanted))
                bound.Add(wanted.Accepts(found.Type) ? (wanted, found) : throw Mismatch(stage, wanted, $"{found.Type}"));
        return bound;
    }

    /// <summary>What the stage promises to make of a view of shape <paramref name="input"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">As for <see cref="Bind"/>.</exception>
    internal SchemaShape Promise(string stage, SchemaShape input, bool training)
    {
        var shape = input.ToDictionary(c => c.Name);
        foreach (var wanted in training ? Reads.Concat(Trains) : Reads)
        {
            if (!shape.TryGetValue(wanted.Name, out var found))
                throw Missing(stage, wanted, input.Select(c => $"{c.Name} ({c.ItemType})"));
            if (!wanted.Accepts(found))
                throw Mismatch(stage, wanted, $"{found.Kind} of {found.ItemType}");
        }
        foreach (var wanted in Uses)
            if (shape.TryGetValue(wanted.Name, out var found) && !wanted.Accepts(found))
                throw Mismatch(stage, wanted, $"{found.Kind} of {found.ItemType}");
        foreach (var written in Writes)
            shape[written.Name] = ClassNames.ShapeOf(written);
        return new SchemaShape(shape.Values);
    }

    private static ArgumentOutOfRangeException Missing(string stage, StageColumn wanted, IEnumerable<string> present) => new("inputSchema",
        $"{stage} needs column '{wanted.Name}' ({wanted.Expected}), and the data have: {string.Join(", ", present)}. " +
        "Add the column before this stage, or name yours in the stage's options.");

    private static ArgumentOutOfRangeException Mismatch(string stage, StageColumn wanted, string found) => new("inputSchema",
        $"{stage} needs {wanted.Expected} in column '{wanted.Name}', and found {found}. Convert it, or name another column in the stage's options.");
}
