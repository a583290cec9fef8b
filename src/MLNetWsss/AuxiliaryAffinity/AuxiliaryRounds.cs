using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Runtime;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.AuxiliaryAffinity;

/// <summary>
/// One Fit: labels from class maps and saliency, then rounds of training on them and updating them. Each round is a run of the one training
/// loop with a checkpoint folder of its own, and its labels are a file that grows row by row, so that a kill at any moment costs little.
/// </summary>
internal sealed class AuxiliaryRounds : IDisposable
{
    private readonly IHostEnvironment _environment;
    private readonly AuxiliaryAffinityOptions _options;
    private readonly TrainingRuns<AuxiliaryAffinityNetwork> _runs;
    private readonly Func<AuxiliaryAffinityNetwork> _create;
    private readonly StageColumn _image, _tags, _saliency;
    private readonly StageColumn? _seeds;
    private readonly LabelUpdate _update;
    private readonly string _folder;

    internal AuxiliaryRounds(IHostEnvironment environment, AuxiliaryAffinityOptions options,
        TrainingRuns<AuxiliaryAffinityNetwork> runs, Func<AuxiliaryAffinityNetwork> create)
    {
        (_environment, _options, _runs, _create, _update) = (environment, options, runs, create, new(options));
        (_image, _tags, _saliency) = (runs.Columns.Reads[0], runs.Columns.Uses[0], runs.Columns.Uses[1]);
        _seeds = options.SeedsColumn is null ? null : runs.Columns.Trains[1];
        string temporary = MLNetInternals.TempFilePath(environment) is { Length: > 0 } given ? given : Path.GetTempPath();
        _folder = options.CheckpointFolder ?? Path.Combine(temporary, $"wsss-rounds-{Guid.NewGuid():N}");
    }

    internal void Run(AuxiliaryAffinityNetwork network, TrainingPlan<AuxiliaryAffinityNetwork> plan)
    {
        if (_seeds is null)
            RunOf(0).Run(network, OptionsOf(0) with { Epochs = _options.ClassifierEpochs }, new((trained, batch) =>
                new(("tags", AuxiliaryAffinityLosses.TagLoss(trained.ClassLogits(batch.Images()), batch.Tags())))));
        using var first = Label(0, network, null, null);
        var labels = first;
        try
        {
            for (int round = 1; round <= _options.Rounds; round++)
            {
                RunOf(round).Run(network, OptionsOf(round), plan with { Labelled = Labelled(labels) });
                if (round == _options.Rounds && !IsSeen)
                    break;
                var next = Label(round, network, first, labels);
                // The first labels hold the given saliency, which every update asks for.
                if (!ReferenceEquals(labels, first))
                    labels.Dispose();
                labels = next;
                if (round < _options.Rounds && next.Changed < _options.MinChange)
                {
                    _runs.Channel.Info(MessageSensitivity.None, $"{_runs.Stage}: round {round} changed {next.Changed:0.0000} of all " +
                        $"labels, less than MinChange {_options.MinChange}: training ends here.");
                    break;
                }
            }
        }
        finally
        {
            labels.Dispose();
        }
    }

    /// <summary>Whether labels that nothing learns from any more can be looked at.</summary>
    private bool IsSeen => _options.CheckpointFolder is not null || _options.RoundProgress is not null;

    /// <summary>Rounds draw other crops in another order.</summary>
    private TrainingRuns<AuxiliaryAffinityNetwork> RunOf(int round) =>
        _runs with { Seed = (int)(Randomness.Mix(_runs.Seed, round) >> 33) };

    /// <summary>How many rounds there are changes nothing about one of them, so that a finished training can be given more.</summary>
    private AuxiliaryAffinityOptions OptionsOf(int round) => _options with
    {
        Rounds = 1, MinChange = 0, RoundProgress = null,
        CheckpointFolder = _options.CheckpointFolder is { } folder ? AuxiliaryRound.FolderOf(folder, round) : null
    };

    private LabelledRows Labelled(AuxiliaryRound labels)
    {
        var columns = new StageColumns { Reads = [_image], Trains = [_tags, AuxiliaryRound.MaskColumn, AuxiliaryRound.SaliencyColumn] };
        return new(columns, index =>
        {
            StageRow source = _runs.Store[index], made = labels.Rows![index], row = new();
            row.Set(_image, source.Get<RgbImage>(_image));
            row.Set(_tags, source.Get<float[]>(_tags));
            row.Set(AuxiliaryRound.MaskColumn, made.Get<LabelMap>(AuxiliaryRound.MaskColumn));
            row.Set(AuxiliaryRound.SaliencyColumn, made.Get<LabelMap>(AuxiliaryRound.SaliencyColumn));
            return row;
        }, BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(labels.Maker))));
    }

    /// <summary>The labels after a round: those that are in its file already, and the others.</summary>
    private AuxiliaryRound Label(int round, AuxiliaryAffinityNetwork network, AuxiliaryRound? first, AuxiliaryRound? previous)
    {
        byte[] weights = round == 0 && _seeds is not null ? [] : Weights.Save(network);
        string maker = Maker(round, weights);
        SampleStore rows;
        using (var file = ColumnFile.Extend(AuxiliaryRound.RowsPath(_folder, round), maker, AuxiliaryRound.Codec))
        {
            if (file.Count < _runs.Store.Count)
                Extend(file, round, weights, first);
            rows = file.ToStore(_runs.Store.Count);
        }
        var made = Figures(round, rows, previous) with { Maker = maker, Rows = rows };
        made.WriteFigures(_folder);
        _runs.Channel.Info(MessageSensitivity.None, $"{_runs.Stage}: labels after round {round}: {made.Labelled:0.000} of all pixels, " +
            $"{made.Foreground:0.000} of them objects{(made.Changed is { } changed ? $", {changed:0.0000} changed" : "")}");
        _options.RoundProgress?.Report(made);
        return made;
    }

    /// <summary>What the labels depend on: rows, options and weights.</summary>
    private string Maker(int round, byte[] weights)
    {
        var options = _options with
        {
            CheckpointFolder = null, CheckpointSteps = 0, Workers = 1, MemoryBudgetMB = 0, Threads = 0, Rounds = 1, MinChange = 0,
            DenseCrf = null
        };
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(weights);
        digest.AppendData(Encoding.UTF8.GetBytes(options.ToJson()));
        digest.AppendData(BitConverter.GetBytes(_runs.Store.Fingerprint));
        return $"{_runs.Stage} round {round} {Convert.ToHexString(digest.GetHashAndReset().AsSpan(0, 8))}";
    }

    private void Extend(ColumnFile file, int round, byte[] weights, AuxiliaryRound? first)
    {
        // A copy predicts: what is folded and frozen for prediction cannot be trained on.
        using var teacher = weights.Length == 0 ? null : _create();
        if (teacher is not null)
            Weights.Load(teacher, weights, "the network in training");
        var predictor = teacher is null ? null : new AuxiliaryPredictor(_environment, teacher, _options);
        // The last bits of a sum may depend on the batch, so batches begin where those of an undisturbed run do.
        file.Truncate(file.Count - file.Count % _options.PredictionBatch);
        for (int start = file.Count; start < _runs.Store.Count; start += _options.PredictionBatch)
        {
            _options.Cancellation.ThrowIfCancellationRequested();
            int[] indices = [.. Enumerable.Range(start, Math.Min(_options.PredictionBatch, _runs.Store.Count - start))];
            foreach (var made in Batch(indices, round, predictor, first))
                file.Append(made, 0);
        }
    }

    private StageRow[] Batch(int[] indices, int round, AuxiliaryPredictor? predictor, AuxiliaryRound? first)
    {
        StageRow[] rows = [.. indices.Select(i => _runs.Store[i])];
        RgbImage[] images = [.. rows.Select(r => r.Get<RgbImage>(_image))];
        ScoreMaps[]? seeds = predictor is null || _update.SpreadsSeeds ? [.. rows.Zip(indices, (row, i) => Seeds(row, i))] : null;
        var predictions = round == 0 ? null : predictor!.Predict(images, seeds);
        var maps = predictions?.Select(p => p.Maps).ToArray() ?? seeds ?? predictor!.ClassMaps(images);
        var labelled = new StageRow[rows.Length];
        Each(rows.Length, n =>
        {
            float[] tags = rows[n].Get<float[]>(_tags);
            bool Present(int k) => tags[k] > 0.5f;
            var given = first?.Saliency(indices[n]) ?? Given(rows[n], images[n], seeds?[n], Present, indices[n]);
            var saliency = _update.Saliency(images[n], given, predictions?[n].Saliency);
            var row = new StageRow();
            row.Set(AuxiliaryRound.MaskColumn, _update.Label(_update.Cam(maps[n], Present, spread: round > 0), saliency));
            row.Set(AuxiliaryRound.SaliencyColumn, LabelUpdate.Quantised(saliency));
            labelled[n] = row;
        });
        return labelled;
    }

    /// <summary>In parallel; what fails there is the caller's to catch by its own type.</summary>
    private static void Each(int count, Action<int> body)
    {
        try
        {
            Parallel.For(0, count, body);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
        }
    }

    private ScoreMaps Seeds(StageRow row, int index) =>
        _update.Checked(row.Get<ScoreMaps>(_seeds!), _runs.ClassNames.Count, () => _runs.Store.NameOf(index));

    private ScoreMaps Given(StageRow row, RgbImage image, ScoreMaps? seeds, Func<int, bool> present, int index)
    {
        var (map, reason) = _update.Given(image, row.Find<ScoreMaps>(_saliency), seeds, present, () => _runs.Store.NameOf(index));
        if (reason is not null)
            _runs.Channel.Warning(MessageSensitivity.None, $"{_runs.Store.NameOf(index)} has no saliency. {reason}");
        return map;
    }

    private static AuxiliaryRound Figures(int round, SampleStore rows, AuxiliaryRound? previous)
    {
        long pixels = 0, labelled = 0, foreground = 0, changed = 0;
        int without = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            var labels = row.Get<LabelMap>(AuxiliaryRound.MaskColumn).Labels;
            pixels += labels.Length;
            int ignored = labels.Count(LabelMap.Ignore);
            labelled += labels.Length - ignored;
            foreground += labels.Length - ignored - labels.Count(LabelMap.Background);
            without += row.Get<LabelMap>(AuxiliaryRound.SaliencyColumn).Labels.ContainsAnyExcept((byte)0) ? 0 : 1;
            if (previous is null)
                continue;
            var before = previous.Mask(i).Labels;
            for (int p = 0; p < labels.Length; p++)
                changed += labels[p] == before[p] ? 0 : 1;
        }
        return new(round, rows.Count, (double)labelled / pixels, labelled == 0 ? 0 : (double)foreground / labelled,
            previous is null ? null : (double)changed / pixels, without);
    }

    /// <summary>Removes what nobody asked to keep.</summary>
    public void Dispose()
    {
        if (_options.CheckpointFolder is null && Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }
}
