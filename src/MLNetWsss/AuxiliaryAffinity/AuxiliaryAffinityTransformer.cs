using Microsoft.ML.Runtime;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.AuxiliaryAffinity;

/// <summary>
/// The trained network: a segmenter of photos without tags, and the maker of class maps, saliency and pseudo labels as the last round's
/// update made them.
/// </summary>
public sealed class AuxiliaryAffinityTransformer : StageTransformer, ILoadableStage<AuxiliaryAffinityTransformer>
{
    private readonly AuxiliaryAffinityOptions _options;
    private readonly AuxiliaryAffinityNetwork _network;
    private readonly AuxiliaryPredictor _predictor;
    private readonly LabelUpdate _update;
    private readonly DenseCrf? _crf;
    private readonly StageColumn _image, _tags, _given, _cam, _saliency, _mask, _prediction;
    private readonly StageColumn? _seeds;

    internal AuxiliaryAffinityTransformer(IHostEnvironment environment, AuxiliaryAffinityOptions options, AuxiliaryAffinityNetwork network,
        IReadOnlyList<string> classNames)
        : base(environment, options = NetworkRunner<AuxiliaryAffinityNetwork>.Saved(options, network) with { RoundProgress = null },
            AuxiliaryAffinityEstimator.ColumnsOf(options), classNames)
    {
        (_options, _network, _update) = (options, network, new(options));
        (_image, _tags, _given) = (Columns.Reads[0], Columns.Uses[0], Columns.Uses[1]);
        _seeds = options.SeedsColumn is null ? null : Columns.Uses[2];
        (_cam, _saliency, _mask, _prediction) = (Columns.Writes[0], Columns.Writes[1], Columns.Writes[2], Columns.Writes[3]);
        _predictor = new(Host, network, options);
        _crf = options.DenseCrf is { } crf ? new(crf with { Threads = 1 }) : null;
    }

    private protected override void Map(IReadOnlyList<StageRow> rows, IReadOnlySet<StageColumn> wanted)
    {
        RgbImage[] images = [.. rows.Select(r => r.Get<RgbImage>(_image))];
        bool labels = wanted.Contains(_cam) || wanted.Contains(_mask) || (wanted.Contains(_saliency) && _options.SeedSaliency > 0);
        var present = labels ? Present(rows, images) : null;
        var seeds = labels ? Seeds(rows) : null;
        var predictions = _predictor.Predict(images, _update.SpreadsSeeds ? seeds : null);
        Parallel.For(0, rows.Count, n =>
        {
            var row = rows[n];
            if (present is not null)
                row.Set(_cam, _update.Cam(predictions[n].Maps, k => present[n][k], spread: true));
            if (wanted.Contains(_saliency) || wanted.Contains(_mask))
            {
                var given = _update.Given(
                    images[n], row.Find<ScoreMaps>(_given), seeds?[n], k => present![n][k], () => $"Row {n} of a batch").Map;
                row.Set(_saliency, _update.Saliency(images[n], given, predictions[n].Saliency));
            }
            if (wanted.Contains(_mask))
                row.Set(_mask, _update.Label(row.Get<ScoreMaps>(_cam), row.Get<ScoreMaps>(_saliency)));
            if (wanted.Contains(_prediction))
                row.Set(_prediction, Segmented(predictions[n].Segmentation, images[n]));
        });
    }

    /// <summary>The seeds, where the data have them and something is made of them, else none.</summary>
    private ScoreMaps[]? Seeds(IReadOnlyList<StageRow> rows)
    {
        if (!_update.SpreadsSeeds && _options.SeedSaliency == 0)
            return null;
        var found = rows.Select(row => row.Find<ScoreMaps>(_seeds!)).OfType<ScoreMaps>();
        ScoreMaps[] seeds = [.. found.Select((maps, n) => _update.Checked(maps, ClassNames.Count, () => $"Row {n} of a batch"))];
        return seeds.Length == rows.Count ? seeds : null;
    }

    /// <summary>N x K: the tags, or where a row has none the classes that the network finds.</summary>
    private bool[][] Present(IReadOnlyList<StageRow> rows, RgbImage[] images)
    {
        var guessed = rows.Any(r => r.Find<float[]>(_tags) is null) ? _predictor.Tags(images) : null;
        return [.. rows.Select((row, n) => row.Find<float[]>(_tags) is { } tags
            ? TrainingTags.Present(tags, _tags, ClassNames)
            : guessed![n].Select(p => p >= _options.PredictedTagThreshold).ToArray())];
    }

    private LabelMap Segmented(ScoreMaps probabilities, RgbImage image)
    {
        if (_crf is not null)
            probabilities = _crf.Refine(image, probabilities.Resize(image.Height, image.Width));
        var labels = new byte[image.Height * image.Width];
        MapsToLabels.Maximum(probabilities, image.Height, image.Width, new float[labels.Length], labels);
        return new LabelMap(image.Height, image.Width, labels);
    }

    /// <summary>
    /// A second stage on a copy of the trained weights that predicts with other options, such as other scales or a dense CRF. Dispose of both.
    /// </summary>
    /// <param name="change">Gives the new options from those of this stage.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or is one that only training can change.</exception>
    public AuxiliaryAffinityTransformer With(Func<AuxiliaryAffinityOptions, AuxiliaryAffinityOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Load(Host, ArchiveWith(_options, change(_options), (options, other) => options.Predicting(other)));
    }

    private protected override void Store(StageArchive archive) => _predictor.Store(archive);

    static AuxiliaryAffinityTransformer ILoadableStage<AuxiliaryAffinityTransformer>.Load(
        IHostEnvironment environment, StageArchive archive) => Load(environment, archive);

    internal static new AuxiliaryAffinityTransformer Load(IHostEnvironment environment, StageArchive archive)
    {
        var options = archive.Options<AuxiliaryAffinityOptions>();
        var network = NetworkRunner<AuxiliaryAffinityNetwork>.Load(archive, options, (backbone, generator) =>
            new AuxiliaryAffinityNetwork(backbone, options.Head, archive.ClassNames.Count, options.SaliencyWeight > 0, generator));
        return new(environment, options, network, archive.ClassNames);
    }

    private protected override void Release() => _network.Dispose();
}
