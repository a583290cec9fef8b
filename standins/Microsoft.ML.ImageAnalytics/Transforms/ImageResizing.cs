using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;

[assembly: LoadableClass(typeof(ImageResizingTransformer), null, typeof(SignatureLoadModel), "Image resizer",
    ImageResizingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms.Image;

/// <summary>Gives images one size.</summary>
public sealed class ImageResizingEstimator : TrivialEstimator<ImageResizingTransformer>
{
    internal ImageResizingEstimator(IHostEnvironment env, string outputColumnName, int imageWidth, int imageHeight, string inputColumnName,
        ResizingKind resizing, Anchor cropAnchor)
        : base(env.Register(nameof(ImageResizingEstimator)),
            new ImageResizingTransformer(env, outputColumnName, imageWidth, imageHeight, inputColumnName, resizing, cropAnchor))
    {
    }

    /// <summary>What becomes of images of another aspect ratio.</summary>
    public enum ResizingKind : byte
    {
        /// <summary>All of the image, with transparent bars.</summary>
        IsoPad = 0,

        /// <summary>As much of the image as fills the size.</summary>
        IsoCrop = 1,

        /// <summary>All of the image, stretched.</summary>
        Fill = 2,
    }

    /// <summary>The side that cropping keeps.</summary>
    public enum Anchor : byte
    {
        Right = 0,
        Left = 1,
        Top = 2,
        Bottom = 3,
        Center = 4,
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ColumnShapes.Expect(Host, inputSchema, Transformer.Input, column => column.ItemType is ImageDataViewType, "Image");
        return inputSchema.Plus(Transformer.Output, SchemaShape.Column.VectorKind.Scalar, Transformer.Type);
    }
}

/// <summary>Gives images one size, as they are asked for.</summary>
/// <remarks>As in the real library, an image that has the size already is handed on itself, not copied.</remarks>
public sealed class ImageResizingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "ImageResizerTransform";

    private readonly ImageResizingEstimator.ResizingKind _kind;
    private readonly ImageResizingEstimator.Anchor _anchor;

    internal ImageResizingTransformer(IHostEnvironment env, string outputColumnName, int imageWidth, int imageHeight,
        string inputColumnName, ImageResizingEstimator.ResizingKind resizing, ImageResizingEstimator.Anchor cropAnchor)
        : base(env.Register(nameof(ImageResizingTransformer)), (outputColumnName, inputColumnName))
    {
        Type = new ImageDataViewType(imageHeight, imageWidth);
        if (!Enum.IsDefined(resizing))
            throw Host.Process(new ArgumentOutOfRangeException(nameof(resizing), resizing, "Expected IsoPad, IsoCrop or Fill."));
        if (!Enum.IsDefined(cropAnchor))
            throw Host.Process(new ArgumentOutOfRangeException(nameof(cropAnchor), cropAnchor, "Expected a side or Center."));
        (_kind, _anchor) = (resizing, cropAnchor);
    }

    private ImageResizingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
    {
        int height = ctx.Reader.ReadInt32(), width = ctx.Reader.ReadInt32();
        _kind = (ImageResizingEstimator.ResizingKind)ctx.Reader.ReadByte();
        _anchor = (ImageResizingEstimator.Anchor)ctx.Reader.ReadByte();
        if (!ImageDataViewType.CanHave(height, width) || !Enum.IsDefined(_kind) || !Enum.IsDefined(_anchor))
            throw host.Process(new FormatException(
                $"The model is damaged: images of {width} x {height}, resizing {_kind}, anchor {_anchor}."));
        Type = new ImageDataViewType(height, width);
    }

    internal string Output => ColumnPairs[0].outputColumnName;

    internal string Input => ColumnPairs[0].inputColumnName;

    internal ImageDataViewType Type { get; }

    private static VersionInfo Version =>
        new("IMGSCALT", 0x00010001, 0x00010001, 0x00010001, typeof(ImageResizingTransformer).Assembly.FullName, LoaderSignature);

    private static ImageResizingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version);
        return new ImageResizingTransformer(env.Register(nameof(ImageResizingTransformer)), ctx);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version);
        SaveColumns(ctx);
        ctx.Writer.Write(Type.Height);
        ctx.Writer.Write(Type.Width);
        ctx.Writer.Write((byte)_kind);
        ctx.Writer.Write((byte)_anchor);
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema)
    {
        var input = FindInput(schema, Input);
        if (input.Type is not ImageDataViewType)
            throw ColumnShapes.Mismatch(Host, Input, "Image", input.Type.ToString());
        return OneColumnMapper.OfImages(Output, Type, input, Resize);
    }

    private MLImage Resize(MLImage image)
    {
        (int width, int height) = (Type.Width, Type.Height);
        if (image.Width == width && image.Height == height) return image;
        (double, double, double, double) whole = (0, 0, image.Width, image.Height);
        (double across, double down) = ((double)width / image.Width, (double)height / image.Height);
        switch (_kind)
        {
            case ImageResizingEstimator.ResizingKind.IsoPad:
                double smaller = Math.Min(across, down);
                int w = Math.Clamp((int)Math.Round(image.Width * smaller), 1, width);
                int h = Math.Clamp((int)Math.Round(image.Height * smaller), 1, height);
                return ImageResampling.Place(image, whole, ((width - w) / 2, (height - h) / 2, w, h), width, height);
            case ImageResizingEstimator.ResizingKind.IsoCrop:
                double larger = Math.Max(across, down);
                (double cw, double ch) = (width / larger, height / larger);
                var kept = (Left(image.Width - cw), Top(image.Height - ch), cw, ch);
                return ImageResampling.Place(image, kept, (0, 0, width, height), width, height);
            default:
                return ImageResampling.Place(image, whole, (0, 0, width, height), width, height);
        }
    }

    private double Left(double excess) => _anchor switch
    {
        ImageResizingEstimator.Anchor.Left => 0,
        ImageResizingEstimator.Anchor.Right => excess,
        _ => excess / 2,
    };

    private double Top(double excess) => _anchor switch
    {
        ImageResizingEstimator.Anchor.Top => 0,
        ImageResizingEstimator.Anchor.Bottom => excess,
        _ => excess / 2,
    };
}
