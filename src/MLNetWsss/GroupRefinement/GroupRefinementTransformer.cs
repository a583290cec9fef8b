using System.Runtime.InteropServices;
using Microsoft.ML.Runtime;
using MLNetWsss.Backbones;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.GroupRefinement;

/// <summary>
/// A trained network that refines the maps of a whole view: rows are grouped by their tags, or by the network's own where they have none,
/// and each group goes through the graph once. The output keeps the view's rows and their order.
/// </summary>
public sealed class GroupRefinementTransformer : WholeViewTransformer, ILoadableStage<GroupRefinementTransformer>
{
    private readonly GroupRefinementOptions _options;
    private readonly GroupRefinementNetwork _network;
    private readonly NetworkRunner<GroupRefinementNetwork> _runner;
    private readonly OnlineAccumulation? _record;
    private readonly StageColumn _image, _tags, _saliency, _cam, _probabilities, _mask;

    internal GroupRefinementTransformer(IHostEnvironment environment, GroupRefinementOptions options, GroupRefinementNetwork network,
        IReadOnlyList<string> classNames, OnlineAccumulation? record)
        : base(environment, options = NetworkRunner<GroupRefinementNetwork>.Saved(options, network),
            GroupRefinementEstimator.ColumnsOf(options), classNames)
    {
        (_options, _network, _record) = (options, network, record);
        (_image, _tags, _saliency) = (Columns.Reads[0], Columns.Uses[0], Columns.Uses[2]);
        (_cam, _probabilities, _mask) = (Columns.Writes[0], Columns.Writes[1], Columns.Writes[2]);
        _runner = new(Host, network, options);
    }

    private protected override long MemoryBudget => (long)_options.MemoryBudgetMB << 20;

    // A recorded photo is known by the pixels that training kept of it.
    private protected override int MaxSide => _record is not null ? _options.MaxSide
        : Math.Max(_options.MaxSide, (int)Math.Ceiling(_options.LongSide * _options.Scales.Append(1).Max()));

    private protected override IEnumerable<(int Row, StageRow Written)> MapAll(WholeRows rows, IReadOnlySet<StageColumn> wanted)
    {
        using var channel = Host.Start("Transform");
        int count = rows.Store.Count;
        bool maps = wanted.Contains(_cam) || wanted.Contains(_mask);
        var probabilities = new float[]?[count];
        var present = new bool[count][];
        var keys = new ulong[count];
        for (int first = 0; first < count; first += BatchSize)
        {
            StageRow[] batch = [.. Enumerable.Range(first, Math.Min(BatchSize, count - first)).Select(i => rows.Store[i])];
            var images = batch.Select(r => r.Get<RgbImage>(_image)).ToArray();
            if (wanted.Contains(_probabilities) || maps && batch.Any(r => r.Find<float[]>(_tags) is null))
                foreach (var (n, found) in _runner.Vectors(images, _options.LongSide, (network, x) => network.Logits(x).sigmoid()).Index())
                    probabilities[first + n] = found;
            if (maps)
                for (int n = 0; n < batch.Length; n++)
                {
                    keys[first + n] = OnlineAccumulation.KeyOf(images[n]);
                    present[first + n] = Present(batch[n], probabilities[first + n], rows.Store.NameOf(first + n));
                }
        }
        if (!maps)
        {
            for (int i = 0; i < count; i++)
                yield return (i, Written(i, null));
            yield break;
        }

        int[][] classes = [.. present.Select(p => Enumerable.Range(0, p.Length).Where(k => p[k]).ToArray())];
        var groups = GroupPartition.Of(classes, keys, _options.GroupSize);
        Report(channel, groups, present);
        foreach (var group in groups)
            foreach (var (row, cam) in Refine(rows, group, present, keys))
                yield return (row, Written(row, cam));

        StageRow Written(int row, ScoreMaps? cam)
        {
            var written = new StageRow();
            if (wanted.Contains(_probabilities))
                written.Set(_probabilities, probabilities[row]!);
            if (wanted.Contains(_cam))
                written.Set(_cam, cam!);
            if (wanted.Contains(_mask))
                written.Set(_mask, MaskOf(cam!, rows.Store[row].Find<ScoreMaps>(_saliency), rows.Sizes[row]));
            return written;
        }
    }

    private static void Report(IChannel channel, List<RowGroup> groups, bool[][] present)
    {
        int alone = groups.Count(g => g.Rows.Length == 1 && Array.Exists(present[g.Rows[0]], p => p));
        int untagged = groups.Count(g => g.Rows.Length == 1) - alone;
        channel.Info(MessageSensitivity.None, $"GroupRefinement: {present.Length} images in {groups.Count - alone - untagged} groups; " +
            $"{alone} without partners are refined alone, {untagged} have no class.");
    }

    private LabelMap MaskOf(ScoreMaps cam, ScoreMaps? saliency, (int Height, int Width) size) => saliency is null
        ? SaliencyBackground.Label(cam, _options.MaskThreshold, size.Height, size.Width)
        : SaliencyBackground.Label(cam, saliency, size.Height, size.Width);

    /// <summary>The maps of the rows that a group owns.</summary>
    private List<(int Row, ScoreMaps Cam)> Refine(WholeRows rows, RowGroup group, bool[][] present, ulong[] keys)
    {
        StageRow[] members = [.. group.Rows.Select(i => rows.Store[i])];
        var images = members.Select(m => m.Get<RgbImage>(_image)).ToArray();
        var recorded = images.Select(i => _record?.Find(i)).ToArray();
        ScoreMaps[] refined = Array.TrueForAll(recorded[..group.Own], r => r is not null) ? [.. recorded.Take(group.Own).Select(r => r!)]
            : RunGraph(members, images, [.. group.Rows.Select(i => present[i])], keys[group.Rows[0]]);
        var result = new List<(int, ScoreMaps)>();
        for (int n = 0; n < group.Own; n++)
        {
            int row = group.Rows[n];
            var (height, width) = rows.Sizes[row];
            // What has heard nothing has no more of its surroundings than before.
            double sharpness = recorded[n] is null && group.Rows.Length > 1 && _options.Rounds > 0 ? _options.Sharpness : 1;
            var maps = (recorded[n] ?? refined[n]).Resize(Strides(height), Strides(width));
            result.Add((row, Normalise(maps, present[row], sharpness)));
        }
        return result;
    }

    private int Strides(int side) => (side + _options.MapStride - 1) / _options.MapStride;

    /// <summary>The graph's maps of each member, at the network's own resolution.</summary>
    private ScoreMaps[] RunGraph(StageRow[] members, RgbImage[] images, bool[][] present, ulong seed)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var all = _runner.Features(images, _options.LongSide, (network, x) => network.StatesAndKeys(x));
        long channels = _network.StateChannels;
        Tensor[]? keys = all[0].shape[1] > channels ? [.. all.Select(t => t.narrow(1, channels, t.shape[1] - channels))] : null;
        Tensor[] states = [.. all.Select(t => t.narrow(1, 0, channels))];
        if (_options is { NodeState: NodeState.ClassMaps, ReferenceCompatible: false })
        {
            var maps = ClassMaps(members, images);
            states = [.. states.Select((s, n) => MapsAsState(maps[n], present[n], s))];
        }
        using var draws = _options is { ReferenceCompatible: true, GraphDropout: true } ? new Generator(seed >> 1, CPU) : null;
        var refined = _network.Refine(states, keys, draws);
        return [.. refined.Select((maps, n) => ToScoreMaps(_options.ReferenceCompatible && _options.NodeState == NodeState.ClassMaps
            ? maps.add(states[n]).mul(0.5) : maps))];
    }

    /// <summary>The maps that the graph starts from: those that came in, else the classifier's over all scales.</summary>
    private ScoreMaps[] ClassMaps(StageRow[] members, RgbImage[] images)
    {
        var maps = members.Select(m => m.Find<ScoreMaps>(_cam)).ToArray();
        foreach (var given in maps)
            if (given is not null && given.Classes != ClassNames.Count)
                throw new InvalidOperationException($"Column '{_options.CamColumn}' has {given.Classes} maps, and this model knows " +
                    $"{ClassNames.Count} classes ({string.Join(", ", ClassNames)}). Give maps of these classes in this order, or leave the " +
                    "column out.");
        return maps[0] is not null ? [.. maps.Select(m => m!)]
            : _runner.Maps(images, _options.Scales, _options.Flip, _options.LongSide, _options.MapStride,
                (network, x) => network.Maps(x).relu());
    }

    /// <summary>[1,K,h,w]: each present class with its peak at 1, the others 0, on the grid of <paramref name="like"/>.</summary>
    private Tensor MapsAsState(ScoreMaps maps, bool[] present, Tensor like)
    {
        using var scope = NewDisposeScope();
        var normal = Normalise(maps, present, 1, fromZero: true);
        var values = tensor(normal.Scores.ToArray(), [1, normal.Classes, normal.Height, normal.Width]).to(like.device);
        return nn.functional.adaptive_avg_pool2d(values, [like.shape[2], like.shape[3]]).MoveToOuterDisposeScope();
    }

    private static ScoreMaps ToScoreMaps(Tensor maps)
    {
        using var scope = NewDisposeScope();
        var values = maps.to(ScalarType.Float32).cpu().contiguous();
        float[] scores = MemoryMarshal.Cast<byte, float>(values.bytes).ToArray();
        return new ScoreMaps((int)values.shape[1], (int)values.shape[2], (int)values.shape[3], scores);
    }

    /// <summary>
    /// Each present class: ReLU, its lowest value (or zero) at 0 and its highest at 1, to the power of <paramref name="sharpness"/>; absent
    /// classes are zero. A map that is the same everywhere tells nothing and becomes zero.
    /// </summary>
    internal static ScoreMaps Normalise(ScoreMaps maps, bool[] present, double sharpness, bool fromZero = false)
    {
        var scores = new float[maps.Scores.Length];
        int area = maps.Height * maps.Width;
        for (int k = 0; k < maps.Classes; k++)
        {
            if (!present[k])
                continue;
            var (bottom, top) = (float.MaxValue, 0f);
            foreach (float score in maps.Class(k))
                (bottom, top) = (Math.Min(bottom, Math.Max(score, 0)), Math.Max(top, score));
            if (fromZero)
                bottom = 0;
            float scale = 1 / (top - bottom + 1e-5f);
            var target = scores.AsSpan(k * area, area);
            maps.Class(k).CopyTo(target);
            foreach (ref float score in target)
                score = sharpness == 1 ? (Math.Max(score, 0) - bottom) * scale
                    : MathF.Pow((Math.Max(score, 0) - bottom) * scale, (float)sharpness);
        }
        return new ScoreMaps(maps.Classes, maps.Height, maps.Width, scores);
    }

    private bool[] Present(StageRow row, float[]? probabilities, string name)
    {
        if (row.Find<float[]>(_tags) is not { } tags)
            return [.. probabilities!.Select(p => p >= _options.PredictedTagThreshold)];
        if (tags.Length != ClassNames.Count)
            throw new InvalidOperationException($"{name}: column '{_options.TagsColumn}' has {tags.Length} values, and this model knows " +
                $"{ClassNames.Count} classes ({string.Join(", ", ClassNames)}). Give the tags of these classes in this order, or leave " +
                "the column out.");
        if (Array.FindIndex(tags, float.IsNaN) is >= 0 and var k)
            throw new InvalidOperationException($"{name}: tag '{ClassNames[k]}' in column '{_options.TagsColumn}' is NaN; expected 1 " +
                "(the class is in the photo) or 0 (it is not). Fill it, or leave the column out.");
        return [.. tags.Select(t => t > 0.5f)];
    }

    /// <summary>Writes the trained backbone as a safetensors file, for <see cref="BackboneOptions.Weights"/> of a later stage.</summary>
    /// <param name="path">The file, replaced if it is there.</param>
    public void SaveBackbone(string path) => NetworkWeights.Write(path, _network.backbone);

    /// <summary>
    /// A second stage on a copy of the trained weights that predicts with other options, such as another group size or number of rounds. Dispose of both.
    /// </summary>
    /// <param name="change">Gives the new options from those of this stage.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or is one that only training can change.</exception>
    public GroupRefinementTransformer With(Func<GroupRefinementOptions, GroupRefinementOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Load(Host, ArchiveWith(_options, change(_options), (options, other) => options.Predicting(other)));
    }

    private protected override void Store(StageArchive archive)
    {
        _runner.Store(archive);
        if (_record is not null)
            archive["accumulated"] = _record.Save();
    }

    static GroupRefinementTransformer ILoadableStage<GroupRefinementTransformer>.Load(IHostEnvironment environment, StageArchive archive) =>
        Load(environment, archive);

    internal static new GroupRefinementTransformer Load(IHostEnvironment environment, StageArchive archive)
    {
        var options = archive.Options<GroupRefinementOptions>();
        OnlineAccumulation? record = null;
        if (archive.Has("accumulated"))
        {
            record = new(archive.ClassNames.Count);
            record.Load(archive["accumulated"]);
        }
        var network = NetworkRunner<GroupRefinementNetwork>.Load(archive, options, (backbone, generator) =>
            new GroupRefinementNetwork(options with { Backbone = backbone }, archive.ClassNames.Count, generator));
        return new(environment, options, network, archive.ClassNames, record);
    }

    private protected override void Release() => _network.Dispose();
}
