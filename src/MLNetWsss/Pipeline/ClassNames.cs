using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace MLNetWsss.Pipeline;

/// <summary>
/// Class names travel with the columns as annotations, so that no stage is told them twice: as <c>SlotNames</c> on vectors, as
/// <c>ClassNames</c> on maps and masks. Names of masks begin with "background", which is label 0.
/// </summary>
internal static class ClassNames
{
    internal const string Background = "background";
    private const string SlotNames = "SlotNames", OfMaps = "ClassNames";

    private static string KindOn(ColumnKind kind) => kind == ColumnKind.Vector ? SlotNames : OfMaps;

    /// <summary>The foreground class names that a column carries, or null if it carries none.</summary>
    internal static IReadOnlyList<string>? Find(DataViewSchema.Column column)
    {
        string kind = column.Type is VectorDataViewType ? SlotNames : OfMaps;
        if (column.Annotations.Schema.GetColumnOrNull(kind) is not { Type: VectorDataViewType { ItemType: TextDataViewType } })
            return null;
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        column.Annotations.GetValue(kind, ref names);
        var all = names.DenseValues().Select(n => n.ToString()).ToArray();
        return all is [Background, ..] ? all[1..] : all;
    }

    /// <summary>Names for K foreground classes that have none.</summary>
    internal static IReadOnlyList<string> Numbered(int classes) => [.. Enumerable.Range(1, classes).Select(k => $"class{k}")];

    internal static IReadOnlyList<string> WithBackground(IReadOnlyList<string> foreground) => [Background, .. foreground];

    internal static DataViewType TypeOf(StageColumn column, IReadOnlyList<string> foreground) => column.Kind switch
    {
        ColumnKind.Image => new ImageDataViewType(),
        ColumnKind.Vector => new VectorDataViewType(NumberDataViewType.Single, foreground.Count),
        ColumnKind.Numbers => new VectorDataViewType(NumberDataViewType.Single),
        ColumnKind.Maps => ScoreMapsDataViewType.Instance,
        _ => LabelMapDataViewType.Instance
    };

    internal static DataViewSchema.Annotations AnnotationsOf(StageColumn column, IReadOnlyList<string> foreground)
    {
        if (column.Kind is ColumnKind.Image or ColumnKind.Numbers || foreground.Count == 0)
            return DataViewSchema.Annotations.Empty;
        bool background = column.Background || column.Kind == ColumnKind.Labels;
        var names = (background ? WithBackground(foreground) : foreground).Select(n => n.AsMemory()).ToArray();
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add<VBuffer<ReadOnlyMemory<char>>>(KindOn(column.Kind), new VectorDataViewType(TextDataViewType.Instance, names.Length),
            (ref VBuffer<ReadOnlyMemory<char>> value) =>
            {
                var editor = VBufferEditor.Create(ref value, names.Length);
                names.CopyTo(editor.Values);
                value = editor.Commit();
            });
        return builder.ToAnnotations();
    }

    internal static SchemaShape.Column ShapeOf(StageColumn column)
    {
        var none = new SchemaShape([]);
        if (column.Kind == ColumnKind.Image)
            return MLNetInternals.NewShapeColumn(column.Name, SchemaShape.Column.VectorKind.Scalar, new ImageDataViewType(), false, none);
        if (column.Kind == ColumnKind.Numbers)
            return MLNetInternals.NewShapeColumn(
                column.Name, SchemaShape.Column.VectorKind.VariableVector, NumberDataViewType.Single, false, none);
        var names = MLNetInternals.NewShapeColumn(
            KindOn(column.Kind), SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, false, null);
        var annotations = new SchemaShape([names]);
        return column.Kind == ColumnKind.Vector
            ? MLNetInternals.NewShapeColumn(column.Name, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false, annotations)
            : MLNetInternals.NewShapeColumn(column.Name, SchemaShape.Column.VectorKind.Scalar, TypeOf(column, []), false, annotations);
    }
}
