using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLNetWsss.Imaging;

namespace MLNetWsss.Pipeline;

/// <summary>The ML.NET column type of <see cref="LabelMap"/>: one byte a pixel, H x W travel with the value.</summary>
public sealed class LabelMapDataViewType : StructuredDataViewType
{
    /// <summary>The one instance.</summary>
    public static LabelMapDataViewType Instance { get; } = new();

    private LabelMapDataViewType() : base(typeof(LabelMap)) { }

    /// <inheritdoc/>
    public override bool Equals(DataViewType? other) => other is LabelMapDataViewType;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LabelMapDataViewType;

    /// <inheritdoc/>
    public override int GetHashCode() => typeof(LabelMapDataViewType).GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => "LabelMap";
}

/// <summary>The ML.NET column type of <see cref="ScoreMaps"/>: K x h x w floats, the sizes travel with the value.</summary>
public sealed class ScoreMapsDataViewType : StructuredDataViewType
{
    /// <summary>The one instance.</summary>
    public static ScoreMapsDataViewType Instance { get; } = new();

    private ScoreMapsDataViewType() : base(typeof(ScoreMaps)) { }

    /// <inheritdoc/>
    public override bool Equals(DataViewType? other) => other is ScoreMapsDataViewType;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ScoreMapsDataViewType;

    /// <inheritdoc/>
    public override int GetHashCode() => typeof(ScoreMapsDataViewType).GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => "ScoreMaps";
}

/// <summary>Marks a <see cref="LabelMap"/> member of a row class, as <see cref="ImageTypeAttribute"/> marks an <see cref="MLImage"/>.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class LabelMapTypeAttribute : DataViewTypeAttribute
{
    /// <inheritdoc/>
    public override void Register() => DataViewTypeManager.Register(LabelMapDataViewType.Instance, typeof(LabelMap), this);

    /// <inheritdoc/>
    public override bool Equals(DataViewTypeAttribute? other) => other is LabelMapTypeAttribute;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LabelMapTypeAttribute;

    /// <inheritdoc/>
    public override int GetHashCode() => typeof(LabelMapTypeAttribute).GetHashCode();
}

/// <summary>Marks a <see cref="ScoreMaps"/> member of a row class, as <see cref="ImageTypeAttribute"/> marks an <see cref="MLImage"/>.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class ScoreMapsTypeAttribute : DataViewTypeAttribute
{
    /// <inheritdoc/>
    public override void Register() => DataViewTypeManager.Register(ScoreMapsDataViewType.Instance, typeof(ScoreMaps), this);

    /// <inheritdoc/>
    public override bool Equals(DataViewTypeAttribute? other) => other is ScoreMapsTypeAttribute;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ScoreMapsTypeAttribute;

    /// <inheritdoc/>
    public override int GetHashCode() => typeof(ScoreMapsTypeAttribute).GetHashCode();
}

/// <summary>
/// Marks an <see cref="MLImage"/> member of a row class whose images have any size, which <see cref="ImageTypeAttribute"/> cannot say:
/// without sizes it is refused by ML.NET 5.0.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class ImageOfAnySizeAttribute : DataViewTypeAttribute
{
    // ML.NET reads and writes members of a structured type only if it knows the type, and nothing of its own makes this one known. So it is
    // made known when the library is loaded, before a model can be asked for a prediction engine or a view for its rows.
    [ModuleInitializer, SuppressMessage("Usage", "CA2255", Justification = "A table of types is filled; nothing else runs at load.")]
    internal static void MakeKnown() => new ImageOfAnySizeAttribute().Register();

    /// <inheritdoc/>
    public override void Register() => DataViewTypeManager.Register(new ImageDataViewType(), typeof(MLImage), this);

    /// <inheritdoc/>
    public override bool Equals(DataViewTypeAttribute? other) => other is ImageOfAnySizeAttribute;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ImageOfAnySizeAttribute;

    /// <inheritdoc/>
    public override int GetHashCode() => typeof(ImageOfAnySizeAttribute).GetHashCode();
}
