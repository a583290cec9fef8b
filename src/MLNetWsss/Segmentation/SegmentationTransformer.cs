using Microsoft.ML.Runtime;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Segmentation;

/// <summary>A trained network that labels each pixel of each photo.</summary>
public sealed class SegmentationTransformer : StageTransformer, ILoadableStage<SegmentationTransformer>
{
    private const int ScoresStride = 4;

    private readonly SegmentationOptions _options;
    private readonly SegmentationNetwork _network;
    private readonly NetworkRunner<SegmentationNetwork> _runner;
    private readonly DenseCrf? _crf;
    private readonly StageColumn _image, _prediction, _scores;

    internal SegmentationTransformer(
        IHostEnvironment environment, SegmentationOptions options, SegmentationNetwork network, IReadOnlyList<string> classNames)
        : base(environment, options = NetworkRunner<SegmentationNetwork>.Saved(options, network), SegmentationEstimator.ColumnsOf(options), classNames)
    {
        (_options, _network) = (options, network);
        (_image, _prediction, _scores) = (Columns.Reads[0], Columns.Writes[0], Columns.Writes[1]);
        _runner = new(Host, network, options);
        _crf = options.DenseCrf is { } crf ? new(crf with { Threads = 1 }) : null;
    }

    private protected override void Map(IReadOnlyList<StageRow> rows, IReadOnlySet<StageColumn> wanted)
    {
        var images = rows.Select(r => r.Get<RgbImage>(_image)).ToArray();
        var probabilities = _runner.Maps(images, _options.Scales, _options.Flip, _options.LongSide, ScoresStride,
            (network, x) => network.call(x).softmax(1));
        Parallel.For(0, rows.Count, n =>
        {
            rows[n].Set(_scores, probabilities[n]);
            if (wanted.Contains(_prediction))
                rows[n].Set(_prediction, Label(probabilities[n], images[n]));
        });
    }

    private LabelMap Label(ScoreMaps probabilities, RgbImage image)
    {
        if (_crf is not null)
            probabilities = _crf.Refine(image, probabilities.Resize(image.Height, image.Width));
        // The background's map is the first, so the strongest map's index is the label.
        var labels = new byte[image.Height * image.Width];
        MapsToLabels.Maximum(probabilities, image.Height, image.Width, new float[labels.Length], labels);
        return new LabelMap(image.Height, image.Width, labels);
    }

    /// <summary>
    /// A second stage on a copy of the trained weights that predicts with other options, such as other scales or a dense CRF. Dispose of both.
    /// </summary>
    /// <param name="change">Gives the new options from those of this stage.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or is one that only training can change.</exception>
    public SegmentationTransformer With(Func<SegmentationOptions, SegmentationOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Load(Host, ArchiveWith(_options, change(_options), (options, other) => options.Predicting(other)));
    }

    private protected override void Store(StageArchive archive) => _runner.Store(archive);

    static SegmentationTransformer ILoadableStage<SegmentationTransformer>.Load(IHostEnvironment environment, StageArchive archive) =>
        Load(environment, archive);

    internal static new SegmentationTransformer Load(IHostEnvironment environment, StageArchive archive)
    {
        var options = archive.Options<SegmentationOptions>();
        var network = NetworkRunner<SegmentationNetwork>.Load(archive, options, (backbone, generator) =>
            new SegmentationNetwork(backbone, options.Head, archive.ClassNames.Count + 1, generator));
        return new(environment, options, network, archive.ClassNames);
    }

    private protected override void Release() => _network.Dispose();
}
