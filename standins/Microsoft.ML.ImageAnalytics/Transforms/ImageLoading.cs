using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;

[assembly: LoadableClass(typeof(ImageLoadingTransformer), null, typeof(SignatureLoadModel), "Image loader",
    ImageLoadingTransformer.LoaderSignature)]

namespace Microsoft.ML.Data;

/// <summary>Turns paths into images, or into the bytes of their files.</summary>
public sealed class ImageLoadingEstimator : TrivialEstimator<ImageLoadingTransformer>
{
    internal ImageLoadingEstimator(IHostEnvironment env, string imageFolder, bool asImage, string outputColumnName, string inputColumnName)
        : base(env.Register(nameof(ImageLoadingEstimator)),
            new ImageLoadingTransformer(env, imageFolder, asImage, outputColumnName, inputColumnName))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ColumnShapes.Expect(Host, inputSchema, Transformer.Input,
            column => column.Kind == SchemaShape.Column.VectorKind.Scalar && column.ItemType is TextDataViewType, "String");
        return Transformer.AsImage
            ? inputSchema.Plus(Transformer.Output, SchemaShape.Column.VectorKind.Scalar, new ImageDataViewType())
            : inputSchema.Plus(Transformer.Output, SchemaShape.Column.VectorKind.VariableVector, NumberDataViewType.Byte);
    }
}

/// <summary>Reads an image file, or its bytes, for each row when that row's column is asked for.</summary>
public sealed class ImageLoadingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "ImageLoaderTransform";

    /// <summary>What relative paths are relative to; null or empty for the current folder.</summary>
    public readonly string ImageFolder;

    internal ImageLoadingTransformer(
        IHostEnvironment env, string imageFolder, bool asImage, string outputColumnName, string inputColumnName)
        : base(env.Register(nameof(ImageLoadingTransformer)), (outputColumnName, inputColumnName))
    {
        if (!string.IsNullOrEmpty(imageFolder) && !Directory.Exists(imageFolder))
            throw Host.Process(new ArgumentException($"Expected an existing folder, found '{imageFolder}'.", nameof(imageFolder)));
        ImageFolder = imageFolder;
        AsImage = asImage;
    }

    private ImageLoadingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
    {
        // Where a model is used the folder may be elsewhere and every path absolute, so it is not checked here.
        ImageFolder = ctx.LoadStringOrNull();
        AsImage = ctx.Reader.ReadBoolean();
    }

    internal string Output => ColumnPairs[0].outputColumnName;

    internal string Input => ColumnPairs[0].inputColumnName;

    internal bool AsImage { get; }

    private static VersionInfo Version =>
        new("IMGLOADT", 0x00010001, 0x00010001, 0x00010001, typeof(ImageLoadingTransformer).Assembly.FullName, LoaderSignature);

    private static ImageLoadingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version);
        return new ImageLoadingTransformer(env.Register(nameof(ImageLoadingTransformer)), ctx);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version);
        SaveColumns(ctx);
        ctx.SaveStringOrNull(ImageFolder);
        ctx.Writer.Write(AsImage);
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema)
    {
        var input = FindInput(schema, Input);
        if (input.Type is not TextDataViewType)
            throw ColumnShapes.Mismatch(Host, Input, "String", input.Type.ToString());
        DataViewType type = AsImage ? new ImageDataViewType() : new VectorDataViewType(NumberDataViewType.Byte);
        return new OneColumnMapper(new DataViewSchema.DetachedColumn(Output, type), input, (DataViewRow row, out Action disposer) =>
        {
            disposer = null;
            ValueGetter<ReadOnlyMemory<char>> path = row.GetGetter<ReadOnlyMemory<char>>(input);
            return AsImage ? ImageGetter(path) : BytesGetter(path);
        });
    }

    private ValueGetter<MLImage> ImageGetter(ValueGetter<ReadOnlyMemory<char>> source)
    {
        ReadOnlyMemory<char> text = default;
        return (ref MLImage destination) =>
        {
            source(ref text);
            // As in the real library, the image that the caller hands back is taken for the previous result.
            destination?.Dispose();
            destination = null;
            if (text.Length == 0) return;
            string path = FullPath(text);
            destination = MLImage.CreateFromFile(path);
            destination.Tag = path;
        };
    }

    private ValueGetter<VBuffer<byte>> BytesGetter(ValueGetter<ReadOnlyMemory<char>> source)
    {
        ReadOnlyMemory<char> text = default;
        return (ref VBuffer<byte> destination) =>
        {
            source(ref text);
            byte[] bytes = text.Length == 0 ? [] : File.ReadAllBytes(FullPath(text));
            destination = new VBuffer<byte>(bytes.Length, bytes);
        };
    }

    private string FullPath(ReadOnlyMemory<char> text) =>
        string.IsNullOrEmpty(ImageFolder) ? text.ToString() : Path.Combine(ImageFolder, text.ToString());
}
