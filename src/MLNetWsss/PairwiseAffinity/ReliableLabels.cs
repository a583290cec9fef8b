using MLNetWsss.Imaging;

namespace MLNetWsss.PairwiseAffinity;

/// <summary>
/// From maps to labels that can be trusted: what is an object even against a strong background, and what is background even where it is
/// weak; the rest is 255 (PSA, Ahn and Kwak 2018, 3.1; IRN, Ahn, Cho and Kwak 2019, 3.3).
/// </summary>
internal sealed class ReliableLabels(ReliableLabelsOptions options)
{
    // Rows are labelled side by side, each on one thread.
    private readonly DenseCrf? _crf = options.DenseCrf is { } crf ? new(crf with { Threads = 1 }) : null;
    private readonly RandomWalk? _walk = options.RandomWalk is { } walk ? new(walk with { Threads = 1 }) : null;

    /// <summary>The colour walk's grid is this many pixels of the labels, so that it is the photo's quarter at the default stride.</summary>
    private const int WalkStep = 2;

    /// <summary>K x h x w maps in [0, 1] -> ceil(H / stride) x ceil(W / stride) labels: 0 background, 1 … K, 255 unsure.</summary>
    internal LabelMap Label(ScoreMaps maps, float[]? tags, RgbImage image)
    {
        int height = CeilDivide(image.Height, options.Stride), width = CeilDivide(image.Width, options.Stride);
        int[] classes = AffinityWalk.Present(maps, tags);
        if (classes.Length == 0)
        {
            // Nothing was found, which says nothing about where borders are.
            byte[] unsure = new byte[height * width];
            unsure.AsSpan().Fill(LabelMap.Ignore);
            return new LabelMap(height, width, unsure);
        }
        var photo = image.Resize(height, width);
        var scores = AffinityWalk.Only(maps, classes).Resize(height, width);
        byte[] strong = Decide(scores, photo, options.Thresholds ? options.ForegroundThreshold : options.ForegroundPower);
        byte[] weak = Decide(scores, photo, options.Thresholds ? options.BackgroundThreshold : options.BackgroundPower);
        for (int i = 0; i < strong.Length; i++)
            strong[i] = strong[i] > 0 ? (byte)(classes[strong[i] - 1] + 1) : weak[i] > 0 ? LabelMap.Ignore : LabelMap.Background;
        return new LabelMap(height, width, strong);
    }

    /// <summary>H x W labels 0 … of the scores' own classes, against a background of the given strength.</summary>
    private byte[] Decide(ScoreMaps scores, RgbImage photo, double strength)
    {
        var scored = Walked(WithBackground(scores, strength), photo);
        if (_crf is not null && !options.Thresholds)
            scored = _crf.Refine(photo, scored);
        var labels = new byte[scored.Height * scored.Width];
        MapsToLabels.Maximum(scored, new float[labels.Length], labels);
        return _crf is not null && options.Thresholds
            ? _crf.RefineLabels(photo, new LabelMap(photo.Height, photo.Width, labels)).Labels.ToArray() : labels;
    }

    private ScoreMaps Walked(ScoreMaps scored, RgbImage photo)
    {
        if (_walk is null)
            return scored;
        var small = photo.Resize(CeilDivide(photo.Height, WalkStep), CeilDivide(photo.Width, WalkStep));
        var affinity = RandomWalkAffinity.FromColor(small, (float)options.WalkColorDeviation);
        return _walk.Propagate(scored.Resize(small.Height, small.Width), affinity).Resize(photo.Height, photo.Width);
    }

    private ScoreMaps WithBackground(ScoreMaps scores, double strength) => options.Thresholds
        ? AffinityWalk.WithBackground(scores, _ => (float)strength)
        : AffinityWalk.WithBackground(scores, best => MathF.Pow(Math.Max(0, 1 - best), (float)strength));

    private static int CeilDivide(int value, int divisor) => (value + divisor - 1) / divisor;
}
