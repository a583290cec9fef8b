using System.Runtime.Intrinsics;

namespace MLNetWsss.Imaging;

/// <summary>Where the negative unary energies of the labels come from, eight pixels at a time.</summary>
internal abstract unsafe class DenseCrfUnary
{
    /// <summary>
    /// -U of one label for the pixels from <paramref name="pixel"/> on; lanes from <paramref name="count"/> on mean nothing.
    /// </summary>
    public abstract Vector256<float> Logits(int label, int pixel, int count);

    private static Vector256<float> Load(float* from, int count)
    {
        if (count == 8)
            return Vector256.Load(from);
        var eight = stackalloc float[8];
        for (var i = 0; i < 8; i++)
            eight[i] = from[Math.Min(i, count - 1)];
        return Vector256.Load(eight);
    }

    /// <summary>U = -log clip(p, minimum, 1) for [K][N] class probabilities.</summary>
    internal sealed class Probabilities(float* planes, int pixels, float minimum) : DenseCrfUnary
    {
        public override Vector256<float> Logits(int label, int pixel, int count)
        {
            var clipped = Vector256.Max(Vector256.Create(minimum), Load(planes + (nint)label * pixels + pixel, count));
            return Vector256.Log(Vector256.Min(Vector256<float>.One, clipped));
        }
    }

    /// <summary>
    /// U = -log c for a pixel's label and -log((1 - c) / (K - 1)) for the others; pixels to ignore are uniform, U = log K for every label.
    /// </summary>
    internal sealed class Labels(byte* map, int labels, float confidence) : DenseCrfUnary
    {
        private readonly float _own = MathF.Log(confidence);
        private readonly float _other = MathF.Log((1 - confidence) / (labels - 1));
        private readonly float _any = -MathF.Log(labels);

        public override Vector256<float> Logits(int label, int pixel, int count)
        {
            var eight = stackalloc float[8];
            for (var i = 0; i < 8; i++)
            {
                var found = map[pixel + Math.Min(i, count - 1)];
                eight[i] = found == label ? _own : found == LabelMap.Ignore ? _any : _other;
            }
            return Vector256.Load(eight);
        }
    }

    /// <summary>
    /// Two labels from one map s of saliency: U = -log(p + 1e-8) / (1.05 sigmoid(p)) with p = 1 - s for the background and p = s for the
    /// object (AuxSegNet, Xu et al. 2021, the code's label update).
    /// </summary>
    internal sealed class Saliency(float* map) : DenseCrfUnary
    {
        private const float Epsilon = 1e-8f;
        private const float Temperature = 1.05f;

        public override Vector256<float> Logits(int label, int pixel, int count)
        {
            var p = Vector256.Min(Vector256<float>.One, Vector256.Max(Vector256<float>.Zero, Load(map + pixel, count)));
            if (label == 0)
                p = Vector256<float>.One - p;
            var softness = (Vector256<float>.One + Vector256.Exp(-p)) / Temperature;
            return Vector256.Log(p + Vector256.Create(Epsilon)) * softness;
        }
    }
}
