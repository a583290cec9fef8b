using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;

[assembly: LoadableClass(typeof(ImagePixelExtractingTransformer), null, typeof(SignatureLoadModel), "Image pixels",
    ImagePixelExtractingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms.Image;

/// <summary>Turns images into vectors of their pixels.</summary>
public sealed class ImagePixelExtractingEstimator : TrivialEstimator<ImagePixelExtractingTransformer>
{
    internal ImagePixelExtractingEstimator(IHostEnvironment env, string outputColumnName, string inputColumnName, ColorBits colorsToExtract,
        ColorsOrder orderOfExtraction, bool interleavePixelColors, float offsetImage, float scaleImage, bool outputAsFloatArray)
        : base(env.Register(nameof(ImagePixelExtractingEstimator)), new ImagePixelExtractingTransformer(env, outputColumnName,
            inputColumnName, colorsToExtract, orderOfExtraction, interleavePixelColors, offsetImage, scaleImage, outputAsFloatArray))
    {
    }

    /// <summary>Which channels the vector holds.</summary>
    [Flags]
    public enum ColorBits : byte
    {
        Alpha = 0x01,
        Red = 0x02,
        Green = 0x04,
        Blue = 0x08,
        Rgb = Red | Green | Blue,
        All = Alpha | Rgb,
    }

    /// <summary>The order of those channels that the vector holds.</summary>
    public enum ColorsOrder : byte
    {
        ARGB = 1,
        ARBG = 2,
        ABRG = 3,
        ABGR = 4,
        AGRB = 5,
        AGBR = 6,
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ColumnShapes.Expect(Host, inputSchema, Transformer.Input, column => column.ItemType is ImageDataViewType, "Image");
        return inputSchema.Plus(Transformer.Output, SchemaShape.Column.VectorKind.Vector, Transformer.ItemType);
    }
}

/// <summary>Turns images into vectors of their pixels, as they are asked for.</summary>
/// <remarks>As in the real library, the last image that was read is disposed with the cursor.</remarks>
public sealed class ImagePixelExtractingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "ImagePixelExtractor";

    private readonly ImagePixelExtractingEstimator.ColorBits _colors;
    private readonly ImagePixelExtractingEstimator.ColorsOrder _order;
    private readonly PixelVector _layout;
    private readonly bool _asFloat;

    internal ImagePixelExtractingTransformer(IHostEnvironment env, string outputColumnName, string inputColumnName,
        ImagePixelExtractingEstimator.ColorBits colors, ImagePixelExtractingEstimator.ColorsOrder order, bool interleave,
        float offset, float scale, bool asFloat)
        : base(env.Register(nameof(ImagePixelExtractingTransformer)), (outputColumnName, inputColumnName))
    {
        (_colors, _order, _asFloat) = (colors, order, asFloat);
        _layout = PixelVector.Create(colors, order, interleave, offset, scale);
    }

    private ImagePixelExtractingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
    {
        _colors = (ImagePixelExtractingEstimator.ColorBits)ctx.Reader.ReadByte();
        _order = (ImagePixelExtractingEstimator.ColorsOrder)ctx.Reader.ReadByte();
        bool interleave = ctx.Reader.ReadBoolean();
        float offset = ctx.Reader.ReadSingle(), scale = ctx.Reader.ReadSingle();
        _asFloat = ctx.Reader.ReadBoolean();
        _layout = PixelVector.Load(host, _colors, _order, interleave, offset, scale);
    }

    internal string Output => ColumnPairs[0].outputColumnName;

    internal string Input => ColumnPairs[0].inputColumnName;

    internal PrimitiveDataViewType ItemType => _asFloat ? NumberDataViewType.Single : NumberDataViewType.Byte;

    private static VersionInfo Version =>
        new("IMGPXEXT", 0x00010001, 0x00010001, 0x00010001, typeof(ImagePixelExtractingTransformer).Assembly.FullName, LoaderSignature);

    private static ImagePixelExtractingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version);
        return new ImagePixelExtractingTransformer(env.Register(nameof(ImagePixelExtractingTransformer)), ctx);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version);
        SaveColumns(ctx);
        ctx.Writer.Write((byte)_colors);
        ctx.Writer.Write((byte)_order);
        ctx.Writer.Write(_layout.Interleaved);
        ctx.Writer.Write(_layout.Offset);
        ctx.Writer.Write(_layout.Scale);
        ctx.Writer.Write(_asFloat);
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema)
    {
        var input = FindInput(schema, Input);
        if (input.Type is not ImageDataViewType { HasSize: true } image)
            throw ColumnShapes.Mismatch(Host, Input, "images of one size (use ResizeImages before)", input.Type.ToString());
        VectorDataViewType type = _layout.TypeOf(ItemType, image.Height, image.Width);
        var output = new DataViewSchema.DetachedColumn(Output, type);
        return new OneColumnMapper(output, input, (DataViewRow row, out Action disposer) => _asFloat
            ? Getter<float>(row, input, image, type.Size, value => value, out disposer)
            : Getter<byte>(row, input, image, type.Size, value => (byte)value, out disposer));
    }

    private ValueGetter<VBuffer<T>> Getter<T>(DataViewRow row, DataViewSchema.Column input, ImageDataViewType type, int size,
        Func<float, T> convert, out Action disposer)
    {
        ValueGetter<MLImage> source = row.GetGetter<MLImage>(input);
        MLImage image = null;
        disposer = () => image?.Dispose();
        return (ref VBuffer<T> destination) =>
        {
            source(ref image);
            var editor = VBufferEditor.Create(ref destination, size, image is null ? 0 : size);
            if (image is not null && (image.Width != type.Width || image.Height != type.Height))
                throw Host.Process(new InvalidOperationException($"Expected images of {type.Width} x {type.Height} in column '{Input}', " +
                    $"found one of {image.Width} x {image.Height}. Use ResizeImages before."));
            if (image is not null) _layout.Extract(image, editor.Values, convert);
            destination = editor.Commit();
        };
    }
}
