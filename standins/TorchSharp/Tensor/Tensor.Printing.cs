using System.Globalization;
using System.Text;

namespace TorchSharp;

public static partial class torch
{
    static TensorStringStyle stringStyle = TensorStringStyle.Julia;

    public const TensorStringStyle julia = TensorStringStyle.Julia;
    public const TensorStringStyle numpy = TensorStringStyle.Numpy;
    public const TensorStringStyle csharp = TensorStringStyle.CSharp;

    static string floatFormat = "g5";

    /// <summary>What <see cref="TensorStringStyle.Default"/> means.</summary>
    public static TensorStringStyle TensorStringStyle
    {
        get => stringStyle;
        set => stringStyle = value == TensorStringStyle.Default ? TensorStringStyle.Julia : value;
    }

    // Width and row limits are accepted and not applied: this printer never breaks or elides rows.
    public static void set_printoptions(int precision, int? linewidth = null, string newLine = null, bool sci_mode = false,
        int? maxRows = null, int? maxColumns = null) =>
        floatFormat = sci_mode ? $"E{precision}" : $"F{precision}";

    public static void set_printoptions(TensorStringStyle? style = null, string floatFormat = null, int? linewidth = null,
        string newLine = null, int? maxRows = null, int? maxColumns = null)
    {
        TensorStringStyle = style ?? stringStyle;
        torch.floatFormat = floatFormat ?? torch.floatFormat;
    }

    public partial class Tensor
    {
        /// <summary>Shape, element type and device, such as <c>[2x3], type = Float32, device = cpu</c>.</summary>
        public override string ToString() => ToString(TensorStringStyle.Metadata);

        public string ToString(bool disamb, string fltFormat = null, int? width = null, CultureInfo cultureInfo = null,
            string newLine = null) =>
            ToString(disamb ? TensorStringStyle.Default : TensorStringStyle.Metadata, fltFormat, width, cultureInfo, newLine);

        public string ToString(TensorStringStyle style, string fltFormat = null, int? width = null, CultureInfo cultureInfo = null,
            string newLine = null)
        {
            if (style == TensorStringStyle.Default)
                style = torch.TensorStringStyle;
            if (IsInvalid)
                return "(disposed tensor)";
            string meta = $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";
            if (style == TensorStringStyle.Metadata)
                return meta;

            var text = new StringBuilder();
            var (open, close) = style == TensorStringStyle.CSharp ? ("{", "}") : ("[", "]");
            if (style == TensorStringStyle.Julia)
                text.Append(meta).Append(newLine ?? "\n");
            else if (style == TensorStringStyle.CSharp)
                text.Append(CultureInfo.InvariantCulture, $"{dtype}[{string.Join(',', shape)}] ");
            using var packed = cpu().DetachFromDisposeScope();
            long position = 0;
            Append(packed, 0, ref position);
            return text.ToString();

            void Append(Tensor t, int dimension, ref long at)
            {
                long[] sizes = t.shape;
                if (dimension == sizes.Length)
                {
                    text.Append(Format(t.ElementAt(at++)));
                    return;
                }
                text.Append(open);
                for (long i = 0; i < sizes[dimension]; i++)
                {
                    if (i > 0)
                        text.Append(dimension == sizes.Length - 1 ? ", " : "," + (newLine ?? "\n") + new string(' ', dimension + 1));
                    Append(t, dimension + 1, ref at);
                }
                text.Append(close);
            }

            string Format(Scalar value) => value.Kind switch
            {
                ScalarKind.Bool => value.Bits != 0 ? "true" : "false",
                ScalarKind.Int => value.Bits.ToString(cultureInfo ?? CultureInfo.InvariantCulture),
                ScalarKind.Complex => value.Complex.ToString(fltFormat ?? floatFormat, cultureInfo ?? CultureInfo.InvariantCulture),
                _ => value.AsDouble.ToString(fltFormat ?? floatFormat, cultureInfo ?? CultureInfo.InvariantCulture),
            };
        }
    }
}
