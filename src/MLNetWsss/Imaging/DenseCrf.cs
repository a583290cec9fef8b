using System.Collections.Concurrent;
using System.Runtime.Intrinsics;

namespace MLNetWsss.Imaging;

/// <summary>
/// A fully connected conditional random field over the pixels of an image: moves the borders of class maps to the borders in the image
/// (Kraehenbuehl and Koltun, "Efficient inference in fully connected CRFs with Gaussian edge potentials", NIPS 2011).
/// </summary>
/// <remarks>
/// The conventions are pydensecrf's: unaries -log p, kernels exp(-|f - f'|^2 / 2) that include the pixel itself, symmetric normalisation,
/// Potts costs. Any number of threads may use one instance at once. It keeps the memory of its largest image (about 300 bytes a pixel at 8
/// labels) for the next one. Ties go to the lower label.
/// </remarks>
public sealed class DenseCrf
{
    /// <summary>The most labels: 255 stands for "ignore".</summary>
    public const int MaxLabels = 255;

    private readonly ConcurrentBag<DenseCrfMeanField> _idle = [];

    /// <param name="options">Settings; null for the defaults, <see cref="DenseCrfOptions.Psa"/>.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public DenseCrf(DenseCrfOptions? options = null)
    {
        Options = options ?? DenseCrfOptions.Psa;
        Options.Validate();
    }

    /// <summary>The settings.</summary>
    public DenseCrfOptions Options { get; }

    /// <summary>
    /// [KxHxW] class probabilities of an HxW image -> [KxHxW] probabilities after mean field; map k speaks for label k, background
    /// included.
    /// </summary>
    /// <remarks>
    /// Values are clipped to <see cref="DenseCrfOptions.MinProbability"/>..1 and need not sum to 1; all-zero maps count as uniform.
    /// </remarks>
    /// <exception cref="ArgumentException">
    /// Sizes differ, a value is NaN, there are more than 255 maps, or the exact filter meets a large image.
    /// </exception>
    public ScoreMaps Refine(RgbImage image, ScoreMaps probabilities)
    {
        CheckPair(image, probabilities);
        var refined = new float[probabilities.Scores.Length];
        Refine(image.Pixels, image.Height, image.Width, probabilities.Scores, probabilities.Classes, refined);
        return new ScoreMaps(probabilities.Classes, image.Height, image.Width, refined);
    }

    /// <summary>[KxHxW] class probabilities of an HxW image -> [HxW] the most probable label after mean field, 0..K-1.</summary>
    /// <exception cref="ArgumentException">As in <see cref="Refine(RgbImage, ScoreMaps)"/>.</exception>
    public LabelMap RefineToLabels(RgbImage image, ScoreMaps probabilities)
    {
        CheckPair(image, probabilities);
        var labels = new byte[image.Height * image.Width];
        RefineToLabels(image.Pixels, image.Height, image.Width, probabilities.Scores, probabilities.Classes, labels);
        return new LabelMap(image.Height, image.Width, labels);
    }

    /// <summary>
    /// [HxW] labels that are right with probability <see cref="DenseCrfOptions.LabelConfidence"/> -> [HxW] cleaned labels.
    /// Candidates are the labels that occur; pixels marked "ignore" know nothing and get a label too.
    /// </summary>
    /// <returns>The same instance if fewer than two labels occur.</returns>
    /// <exception cref="ArgumentException">The sizes differ, or the exact filter meets a large image.</exception>
    public LabelMap RefineLabels(RgbImage image, LabelMap labels)
    {
        CheckPair(image, labels);
        Span<bool> occurs = stackalloc bool[256];
        foreach (var label in labels.Labels)
            occurs[label] = true;
        occurs[LabelMap.Ignore] = false;
        var candidates = new List<byte>();
        var compact = new byte[256];
        compact[LabelMap.Ignore] = LabelMap.Ignore;
        for (var label = 0; label < LabelMap.Ignore; label++)
        {
            if (!occurs[label])
                continue;
            compact[label] = (byte)candidates.Count;
            candidates.Add((byte)label);
        }
        if (candidates.Count < 2)
            return labels;
        var map = new byte[labels.Labels.Length];
        for (var i = 0; i < map.Length; i++)
            map[i] = compact[labels.Labels[i]];
        RefineLabels(image.Pixels, image.Height, image.Width, map, candidates.Count, map);
        for (var i = 0; i < map.Length; i++)
            map[i] = candidates[map[i]];
        return new LabelMap(image.Height, image.Width, map);
    }

    /// <summary>As <see cref="RefineLabels(RgbImage, LabelMap)"/>, with all of 0..<paramref name="labelCount"/>-1 as candidates.</summary>
    /// <exception cref="ArgumentException">Also if a label other than 255 reaches <paramref name="labelCount"/>.</exception>
    public LabelMap RefineLabels(RgbImage image, LabelMap labels, int labelCount)
    {
        CheckPair(image, labels);
        var refined = new byte[labels.Labels.Length];
        RefineLabels(image.Pixels, image.Height, image.Width, labels.Labels, labelCount, refined);
        return new LabelMap(image.Height, image.Width, refined);
    }

    /// <summary>
    /// [1xHxW] saliency in 0..1 -> [1xHxW] saliency after mean field over background and object, AuxSegNet's label update.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// There is not exactly one map; otherwise as in <see cref="Refine(RgbImage, ScoreMaps)"/>.
    /// </exception>
    public ScoreMaps RefineSaliency(RgbImage image, ScoreMaps saliency)
    {
        CheckPair(image, saliency);
        if (saliency.Classes != 1)
            throw new ArgumentException(
                $"Saliency is one map, but {saliency.Classes} were given. Refine class maps with Refine.", nameof(saliency));
        var refined = new float[saliency.Scores.Length];
        RefineSaliency(image.Pixels, image.Height, image.Width, saliency.Scores, refined);
        return new ScoreMaps(1, image.Height, image.Width, refined);
    }

    /// <summary>[HxWx3] rgb and [KxHxW] probabilities -> [KxHxW] <paramref name="refined"/>, which may be the same memory.</summary>
    /// <exception cref="ArgumentException">As in <see cref="Refine(RgbImage, ScoreMaps)"/>.</exception>
    public unsafe void Refine(
        ReadOnlySpan<byte> rgb, int height, int width, ReadOnlySpan<float> probabilities, int labels, Span<float> refined)
    {
        CheckInput(rgb, height, width, labels, probabilities);
        PixelGrid.CheckLength(refined.Length, (long)labels * height * width, "dense CRF probabilities");
        fixed (byte* pixels = rgb)
        fixed (float* planes = probabilities, output = refined)
        {
            if (labels == 1)
                refined.Fill(1);
            else
                Infer(UnaryOf(planes, height * width), labels, pixels, height, width, output, null);
        }
    }

    /// <summary>[HxWx3] rgb and [KxHxW] probabilities -> [HxW] the most probable labels.</summary>
    /// <exception cref="ArgumentException">As in <see cref="Refine(RgbImage, ScoreMaps)"/>.</exception>
    public unsafe void RefineToLabels(
        ReadOnlySpan<byte> rgb, int height, int width, ReadOnlySpan<float> probabilities, int labels, Span<byte> refined)
    {
        CheckInput(rgb, height, width, labels, probabilities);
        PixelGrid.CheckLength(refined.Length, (long)height * width, "dense CRF labels");
        fixed (byte* pixels = rgb, output = refined)
        fixed (float* planes = probabilities)
        {
            if (labels == 1)
                refined.Clear();
            else
                Infer(UnaryOf(planes, height * width), labels, pixels, height, width, null, output);
        }
    }

    /// <summary>
    /// [HxWx3] rgb and [HxW] labels 0..K-1 or 255 -> [HxW] cleaned labels; <paramref name="refined"/> may be the same memory.
    /// </summary>
    /// <exception cref="ArgumentException">Lengths do not fit, or a label other than 255 reaches <paramref name="labelCount"/>.</exception>
    public unsafe void RefineLabels(
        ReadOnlySpan<byte> rgb, int height, int width, ReadOnlySpan<byte> labels, int labelCount, Span<byte> refined)
    {
        CheckInput(rgb, height, width, labelCount);
        PixelGrid.CheckLength(refined.Length, (long)height * width, "dense CRF labels");
        if (labels.Length != refined.Length)
            throw new ArgumentException(
                $"A {height} x {width} image needs {refined.Length} labels, but {labels.Length} were given.", nameof(labels));
        foreach (var label in labels)
        {
            if (label >= labelCount && label != LabelMap.Ignore)
                throw new ArgumentException(
                    $"The map holds label {label}, but there are {labelCount} labels from 0 on. Raise the count or mark such pixels 255.",
                    nameof(labels));
        }
        fixed (byte* pixels = rgb, map = labels, output = refined)
        {
            if (labelCount == 1)
                refined.Clear();
            else
                Infer(new DenseCrfUnary.Labels(map, labelCount, Options.LabelConfidence), labelCount, pixels, height, width, null, output);
        }
    }

    /// <summary>[HxWx3] rgb and [HxW] saliency -> [HxW] refined saliency; see <see cref="RefineSaliency(RgbImage, ScoreMaps)"/>.</summary>
    /// <exception cref="ArgumentException">As in <see cref="Refine(RgbImage, ScoreMaps)"/>.</exception>
    public unsafe void RefineSaliency(ReadOnlySpan<byte> rgb, int height, int width, ReadOnlySpan<float> saliency, Span<float> refined)
    {
        CheckInput(rgb, height, width, 1, saliency);
        PixelGrid.CheckLength(refined.Length, (long)height * width, "refined saliency");
        // Both labels come back; only the object's map is asked for.
        var both = new float[2 * refined.Length];
        fixed (byte* pixels = rgb)
        fixed (float* map = saliency, output = both)
            Infer(new DenseCrfUnary.Saliency(map), 2, pixels, height, width, output, null);
        both.AsSpan(refined.Length).CopyTo(refined);
    }

    private unsafe DenseCrfUnary.Probabilities UnaryOf(float* planes, int pixels) => new(planes, pixels, Options.MinProbability);

    private unsafe void Infer(
        DenseCrfUnary unary, int labels, byte* rgb, int height, int width, float* probabilities, byte* map)
    {
        if (Options.Compatibility is { } costs && costs.Length != labels * labels)
            throw new ArgumentException(
                $"The compatibility matrix has {costs.Length} costs, but {labels} labels need {labels * labels}. " +
                "Give a K x K matrix, or null for Potts.");
        if (!_idle.TryTake(out var meanField))
            meanField = new DenseCrfMeanField();
        using var team = new WorkerTeam(WorkerTeam.Resolve(Options.Threads));
        meanField.Infer(Options, unary, labels, rgb, height, width, team);
        if (probabilities != null)
            DenseCrfOutput.WriteProbabilities(meanField.Layout, meanField.Beliefs, probabilities, team);
        else
            DenseCrfOutput.WriteLabels(meanField.Layout, meanField.Beliefs, map, team);
        _idle.Add(meanField);
    }

    private void CheckInput(ReadOnlySpan<byte> rgb, int height, int width, int labels, ReadOnlySpan<float> maps)
    {
        CheckInput(rgb, height, width, labels);
        var expected = (long)labels * height * width;
        if (maps.Length != expected)
            throw new ArgumentException(
                $"{labels} maps of {height} x {width} need {expected} values, but {maps.Length} were given.", nameof(maps));
        if (ContainsNaN(maps))
            throw new ArgumentException("The maps hold NaN. Find the step that divides by zero, or replace NaN by 0.", nameof(maps));
    }

    private void CheckInput(ReadOnlySpan<byte> rgb, int height, int width, int labels)
    {
        PixelGrid.CheckSize(height, width);
        var pixels = (long)height * width;
        if (rgb.Length != 3 * pixels)
            throw new ArgumentException($"A {height} x {width} image needs {3 * pixels} bytes, but {rgb.Length} were given.", nameof(rgb));
        if (labels is < 1 or > MaxLabels)
            throw new ArgumentOutOfRangeException(
                nameof(labels), labels, $"A dense CRF takes 1..{MaxLabels} labels (255 stands for ignore), but {labels} were given.");
        if (Options.Filter == DenseCrfFilter.Exact && pixels > DenseCrfOptions.MaxExactPixels)
            throw new ArgumentException(
                $"The exact filter takes at most {DenseCrfOptions.MaxExactPixels} pixels, but the image has {pixels}. " +
                $"Use {nameof(DenseCrfFilter.Lattice)}.");
    }

    private static bool ContainsNaN(ReadOnlySpan<float> values)
    {
        var i = 0;
        var clean = Vector256<int>.AllBitsSet;
        for (; i + 8 <= values.Length; i += 8)
        {
            var eight = Vector256.LoadUnsafe(in values[i]);
            clean &= Vector256.Equals(eight, eight).AsInt32();
        }
        return clean != Vector256<int>.AllBitsSet || values[i..].Contains(float.NaN);
    }

    private static void CheckPair(RgbImage image, ScoreMaps maps)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(maps);
        CheckSizes(image, maps.Height, maps.Width);
    }

    private static void CheckPair(RgbImage image, LabelMap labels)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(labels);
        CheckSizes(image, labels.Height, labels.Width);
    }

    private static void CheckSizes(RgbImage image, int height, int width)
    {
        if (image.Height != height || image.Width != width)
            throw new ArgumentException(
                $"The image is {image.Height} x {image.Width} but the maps are {height} x {width}. Resize the maps to the image first.");
    }
}
