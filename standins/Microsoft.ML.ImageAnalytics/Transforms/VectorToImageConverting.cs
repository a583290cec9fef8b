using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;

[assembly: LoadableClass(typeof(VectorToImageConvertingTransformer), null, typeof(SignatureLoadModel), "Image from a vector",
    VectorToImageConvertingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms.Image;

/// <summary>Turns vectors of pixels into images.</summary>
public sealed class VectorToImageConvertingEstimator : TrivialEstimator<VectorToImageConvertingTransformer>
{
    internal VectorToImageConvertingEstimator(IHostEnvironment env, VectorToImageConvertingTransformer transformer)
        : base(env.Register(nameof(VectorToImageConvertingEstimator)), transformer)
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ColumnShapes.Expect(Host, inputSchema, Transformer.Input,
            column => column.Kind != SchemaShape.Column.VectorKind.Scalar && VectorToImageConvertingTransformer.Accepts(column.ItemType),
            "Vector of Single, Double or Byte");
        return inputSchema.Plus(Transformer.Output, SchemaShape.Column.VectorKind.Scalar, Transformer.Type);
    }
}

/// <summary>Turns vectors of pixels into images, as they are asked for.</summary>
public sealed class VectorToImageConvertingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "VectorToImageConverter";

    private readonly ImagePixelExtractingEstimator.ColorBits _colors;
    private readonly ImagePixelExtractingEstimator.ColorsOrder _order;
    private readonly PixelVector _layout;
    private readonly byte[] _absent;

    internal VectorToImageConvertingTransformer(IHostEnvironment env, string outputColumnName, int imageHeight, int imageWidth,
        string inputColumnName, ImagePixelExtractingEstimator.ColorBits colors, ImagePixelExtractingEstimator.ColorsOrder order,
        bool interleaved, float scale, float offset, params ReadOnlySpan<int> absent)
        : base(env.Register(nameof(VectorToImageConvertingTransformer)), (outputColumnName, inputColumnName))
    {
        Type = new ImageDataViewType(imageHeight, imageWidth);
        (_colors, _order) = (colors, order);
        _layout = PixelVector.Create(colors, order, interleaved, offset, scale);
        _absent = new byte[absent.Length];
        for (int i = 0; i < absent.Length; i++)
            _absent[i] = absent[i] is >= 0 and <= byte.MaxValue ? (byte)absent[i]
                : throw Host.Process(new ArgumentOutOfRangeException(nameof(absent), absent[i], "Expected defaults within 0 to 255."));
    }

    private VectorToImageConvertingTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
    {
        int height = ctx.Reader.ReadInt32(), width = ctx.Reader.ReadInt32();
        _colors = (ImagePixelExtractingEstimator.ColorBits)ctx.Reader.ReadByte();
        _order = (ImagePixelExtractingEstimator.ColorsOrder)ctx.Reader.ReadByte();
        bool interleaved = ctx.Reader.ReadBoolean();
        float offset = ctx.Reader.ReadSingle(), scale = ctx.Reader.ReadSingle();
        _absent = ctx.Reader.ReadBytes(MLImage.BytesPerPixel);
        if (!ImageDataViewType.CanHave(height, width) || _absent.Length < MLImage.BytesPerPixel)
            throw host.Process(new FormatException($"The model is damaged: images of {width} x {height}, {_absent.Length} defaults."));
        Type = new ImageDataViewType(height, width);
        _layout = PixelVector.Load(host, _colors, _order, interleaved, offset, scale);
    }

    internal string Output => ColumnPairs[0].outputColumnName;

    internal string Input => ColumnPairs[0].inputColumnName;

    internal ImageDataViewType Type { get; }

    private static VersionInfo Version =>
        new("VECTIMGT", 0x00010001, 0x00010001, 0x00010001, typeof(VectorToImageConvertingTransformer).Assembly.FullName, LoaderSignature);

    internal static bool Accepts(DataViewType item) =>
        item.Equals(NumberDataViewType.Single) || item.Equals(NumberDataViewType.Double) || item.Equals(NumberDataViewType.Byte);

    private static VectorToImageConvertingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version);
        return new VectorToImageConvertingTransformer(env.Register(nameof(VectorToImageConvertingTransformer)), ctx);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version);
        SaveColumns(ctx);
        ctx.Writer.Write(Type.Height);
        ctx.Writer.Write(Type.Width);
        ctx.Writer.Write((byte)_colors);
        ctx.Writer.Write((byte)_order);
        ctx.Writer.Write(_layout.Interleaved);
        ctx.Writer.Write(_layout.Offset);
        ctx.Writer.Write(_layout.Scale);
        ctx.Writer.Write(_absent);
    }

    private protected override IRowMapper MakeRowMapper(DataViewSchema schema)
    {
        var input = FindInput(schema, Input);
        int size = Type.Height * Type.Width * _layout.Channels.Length;
        if (input.Type is not VectorDataViewType vector || !Accepts(vector.ItemType) || (vector.IsKnownSize && vector.Size != size))
            throw ColumnShapes.Mismatch(Host, Input, $"vector of {size} Single, Double or Byte", input.Type.ToString());
        return new OneColumnMapper(new DataViewSchema.DetachedColumn(Output, Type), input, (DataViewRow row, out Action disposer) =>
        {
            disposer = null;
            return vector.ItemType.RawType == typeof(float) ? Getter<float>(row, input, size, value => value)
                : vector.ItemType.RawType == typeof(double) ? Getter<double>(row, input, size, value => (float)value)
                : Getter<byte>(row, input, size, value => value);
        });
    }

    private ValueGetter<MLImage> Getter<T>(DataViewRow row, DataViewSchema.Column input, int size, Func<T, float> convert)
    {
        ValueGetter<VBuffer<T>> source = row.GetGetter<VBuffer<T>>(input);
        VBuffer<T> vector = default;
        var values = new float[size];
        return (ref MLImage destination) =>
        {
            source(ref vector);
            destination?.Dispose();
            destination = null;
            if (vector.Length == 0) return;
            if (vector.Length != size)
                throw Host.Process(new InvalidOperationException($"Expected {size} values in column '{Input}', found {vector.Length}."));
            int at = 0;
            foreach (T value in vector.DenseValues()) values[at++] = convert(value);
            destination = _layout.Assemble(values, Type.Width, Type.Height, _absent);
        };
    }
}
