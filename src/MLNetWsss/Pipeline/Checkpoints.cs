using System.Text.Json;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Pipeline;

/// <summary>
/// A stage's training state on disk. Written beside and moved into place, so that a kill at any moment leaves a whole checkpoint; the one
/// before is kept as well. A checkpoint is refused by training with other options, data or seed.
/// </summary>
internal sealed class Checkpoints
{
    private const string DataKey = "TrainingData";

    private readonly string _stage, _optionsJson, _path;
    private readonly IReadOnlyList<string> _classNames;
    private readonly IChannel _channel;
    private readonly ITrainingRecord? _record;

    private Checkpoints(
        string stage, string optionsJson, string path, IReadOnlyList<string> classNames, IChannel channel, ITrainingRecord? record) =>
        (_stage, _optionsJson, _path, _classNames, _channel, _record) = (stage, optionsJson, path, classNames, channel, record);

    private string Previous => _path + ".previous";

    internal static Checkpoints? For(
        string stage, TrainingOptions options, long seed, int rows, ulong fingerprint, IReadOnlyList<string> classNames, IChannel channel,
        ITrainingRecord? record = null)
    {
        if (options.CheckpointFolder is not { } folder)
            return null;
        string path = Path.Combine(folder, $"{stage}.checkpoint");
        RequireWritable(folder, Temporary(path));
        // What does not change the result may change between runs.
        var result = options with
        {
            CheckpointFolder = null, CheckpointSteps = 0, Workers = 1, MemoryBudgetMB = 0, PredictionBatch = 1, Threads = 0,
            Seed = (int)seed, Progress = null, Cancellation = default
        };
        var json = JsonSerializer.SerializeToNode(result, result.GetType(), StageOptions.Json)!.AsObject();
        json["TrainingRows"] = rows;
        json[DataKey] = $"{fingerprint:x16}";
        return new Checkpoints(stage, json.ToJsonString(), path, classNames, channel, record);
    }

    private static string Temporary(string path) => path + ".writing";

    /// <summary>A folder that cannot be written is a mistake to be told of now, not when the first checkpoint is due.</summary>
    private static void RequireWritable(string folder, string probe)
    {
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"CheckpointFolder '{folder}' cannot be written: {e.Message} Name a folder that can, or null for no checkpoints.", e);
        }
    }

    /// <summary>
    /// Writes a checkpoint beside the last and puts it in its place. One that cannot be written is reported and done without: the last
    /// one is still there, and training that has come so far is not worth ending for it.
    /// </summary>
    internal void Save(nn.Module network, optim.Optimizer optimizer, long step)
    {
        var archive = new StageArchive { Stage = _stage, OptionsJson = _optionsJson, ClassNames = _classNames };
        archive["weights"] = Weights.Save(network);
        archive["step"] = BitConverter.GetBytes(step);
        archive["optimizer"] = SavedOptimizer.Save(optimizer);
        if (_record is not null)
            archive["record"] = _record.Save();
        try
        {
            using (var file = new FileStream(Temporary(_path), FileMode.Create, FileAccess.Write))
            {
                archive.Write(file);
                file.Flush(flushToDisk: true);
            }
            if (File.Exists(_path))
                File.Move(_path, Previous, overwrite: true);
            File.Move(Temporary(_path), _path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _channel.Warning(MessageSensitivity.None, $"{_stage}: the checkpoint after step {step} could not be written to '{_path}': " +
                $"{e.Message} The one before is kept and training goes on. Free space there.");
            File.Delete(Temporary(_path));
        }
    }

    /// <summary>Loads the newest whole checkpoint into network and optimizer; the number of steps already done, 0 if there is none.</summary>
    internal long Resume(nn.Module network, optim.Optimizer optimizer)
    {
        foreach (string path in new[] { _path, Previous }.Where(File.Exists))
        {
            StageArchive archive;
            try
            {
                using var file = File.OpenRead(path);
                archive = StageArchive.Read(file);
            }
            catch (FormatException e)
            {
                _channel.Warning(MessageSensitivity.None, $"Checkpoint '{path}' is passed over: {e.Message}");
                continue;
            }
            Check(archive, path);
            Weights.Load(network, archive["weights"], path);
            long step = BitConverter.ToInt64(archive["step"]);
            SavedOptimizer.Load(optimizer, archive["optimizer"], path);
            _record?.Load(archive["record"]);
            _channel.Info(MessageSensitivity.None, $"{_stage}: resumed after step {step} from '{path}'");
            return step;
        }
        return 0;
    }

    private void Check(StageArchive archive, string path)
    {
        using var then = JsonDocument.Parse(archive.OptionsJson);
        using var now = JsonDocument.Parse(_optionsJson);
        var differences = now.RootElement.EnumerateObject()
            .Select(o => (o.Name, Now: o.Value.GetRawText(), Then: then.RootElement.TryGetProperty(o.Name, out var v) ? v.GetRawText() : "unset"))
            .Where(o => o.Now != o.Then)
            .Select(o => o.Name == DataKey
                ? "its training rows held other data, or came in another order" : $"{o.Name} was {o.Then} and is {o.Now}")
            .ToList();
        if (archive.Stage != _stage)
            differences.Add($"it belongs to {archive.Stage}");
        if (!archive.ClassNames.SequenceEqual(_classNames))
            differences.Add($"its classes were {string.Join(", ", archive.ClassNames)} and are {string.Join(", ", _classNames)}");
        if (differences.Count > 0)
            throw new InvalidOperationException($"Checkpoint '{path}' was made by another training: {string.Join("; ", differences)}. " +
                "Train with the same options and data to go on, delete the checkpoint to begin anew, or set another CheckpointFolder.");
    }
}
