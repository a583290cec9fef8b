using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;

[assembly: LoadableClass(typeof(ImageGrayscalingTransformer), null, typeof(SignatureLoadModel), "Image to grey",
    ImageGrayscalingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms.Image;

/// <summary>Turns images grey.</summary>
public sealed class ImageGrayscalingEstimator : TrivialEstimator<ImageGrayscalingTransformer>
{
    internal ImageGrayscalingEstimator(IHostEnvironment env, string outputColumnName, string inputColumnName)
        : base(env.Register(nameof(ImageGrayscalingEstimator)), new ImageGrayscalingTransformer(env, outputColumnName, inputColumnName))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        var column = ColumnShapes.Expect(Host, inputSchema, Transformer.Input, column => column.ItemType is ImageDataViewType, "Image");
        return inputSchema.Plus(Transformer.Output, SchemaShape.Column.VectorKind.Scalar, column.ItemType);
    }
}

/// <summary>Turns images grey, as they are asked for.</summary>
public sealed class ImageGrayscalingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "ImageGrayscaleTransform";

    internal ImageGrayscalingTransformer(IHostEnvironment env, string outputColumnName, string inputColumnName)
        : base(env.Register(nameof(ImageGrayscalingTransformer)), (outputColumnName, inputColumnName))
    {
    }

    private ImageGrayscalingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
    {
    }

    internal string Output => ColumnPairs[0].outputColumnName;

    internal string Input => ColumnPairs[0].inputColumnName;

    private static VersionInfo Version =>
        new("IMGGREYT", 0x00010001, 0x00010001, 0x00010001, typeof(ImageGrayscalingTransformer).Assembly.FullName, LoaderSignature);

    private static ImageGrayscalingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version);
        return new ImageGrayscalingTransformer(env.Register(nameof(ImageGrayscalingTransformer)), ctx);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version);
        SaveColumns(ctx);
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema)
    {
        var input = FindInput(schema, Input);
        if (input.Type is not ImageDataViewType)
            throw ColumnShapes.Mismatch(Host, Input, "Image", input.Type.ToString());
        return OneColumnMapper.OfImages(Output, input.Type, input, ImageResampling.Grey);
    }
}
