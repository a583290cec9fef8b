using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLNetWsss.ClassActivation;
using MLNetWsss.Data;
using MLNetWsss.GroupRefinement;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.Bench;

/// <summary>Training photos with tags, class maps and saliency that are made once, and true masks to judge labels by.</summary>
/// <param name="View">Image, Tags, Cam, Truth and, if the seeds are not all there is of it, Saliency.</param>
/// <param name="Truth">The true mask of each row.</param>
/// <param name="Tags">The tags of each row.</param>
/// <param name="Cams">The class maps of each row.</param>
/// <param name="Saliency">The saliency of each row, or null.</param>
/// <param name="Classes">K, without background.</param>
/// <param name="Backbone">The weights of the classifier's backbone, with which all rounds begin as in the paper.</param>
internal sealed record AuxiliaryData(IDataView View, LabelMap[] Truth, float[][] Tags, ScoreMaps[] Cams, ScoreMaps[]? Saliency,
    int Classes, string Backbone)
{
    /// <param name="ml">The context.</param>
    /// <param name="photos">A view that LoadVoc made.</param>
    /// <param name="settings">Options of the classifier, if it is to be trained.</param>
    /// <param name="seeds">What makes the class maps, and how many photos the stage learns from. The classifier sees all of them.</param>
    /// <param name="kept">Where the classifier and its maps stay.</param>
    /// <param name="note">Told of the steps.</param>
    internal static AuxiliaryData Prepare(
        MLContext ml, IDataView photos, Settings settings, AuxiliarySeeds seeds, Kept kept, Action<string> note)
    {
        var source = seeds.Source;
        var model = source.Train(ml, settings, photos, kept, out _);
        using var disposed = model as IDisposable;
        string backbone = Path.Combine(kept[$"{source.Name}-training"] ?? settings.Out, "backbone.safetensors");
        if (model is GroupRefinementTransformer groups)
            groups.SaveBackbone(backbone);
        else
            ((ClassActivationTransformer)model).SaveBackbone(backbone);
        note("class maps of the training photos");
        var made = ml.Transforms.Wsss.Precompute(source.Asked(model).Transform(photos), ["Cam"], folder: kept[$"{source.Name}-maps"]);
        var used = seeds.Taught is { } limit ? ml.Data.TakeRows(made, limit) : made;
        if (seeds.IsRefined)
        {
            note("affinity of the training photos");
            var (name, options) = RefinementBenchmark.Affinities(
                settings.ClassActivation(new Progress<TrainingProgress>()).Backbone, settings.Epochs)[0];
            using var affinity = kept.Timed($"{source.Name}-{name}-training",
                place => ml.Transforms.Wsss.PairwiseAffinity(options with { CheckpointFolder = place }).Fit(made), out _);
            used = ml.Transforms.Wsss.Precompute(affinity.Transform(used), ["Cam"], folder: kept[$"{source.Name}-{name}-maps"]);
        }
        var (paths, tags, cams, truth) = Read(used);
        (used as IDisposable)?.Dispose();
        (made as IDisposable)?.Dispose();
        bool detects = seeds.SeedSaliency < 1;
        if (detects)
            note("saliency of the training photos");
        var saliency = detects ? SaliencyOf(paths, kept["saliency"]) : null;
        var names = ClassNames.Find(photos.Schema["Tags"])!;
        DataViewSchema.Annotations NamesOn(string column, ColumnKind kind) => ClassNames.AnnotationsOf(new(column, kind), names);
        SourceColumn[] columns =
        [
            SourceColumn.Of("ImagePath", TextDataViewType.Instance, i => paths[i].AsMemory()),
            SourceColumn.Of("Image", new ImageDataViewType(), i => ImageFiles.Image(paths[i])),
            SourceColumn.Vector("Tags", names, i => tags[i], NamesOn("Tags", ColumnKind.Vector)),
            SourceColumn.Of("Cam", ScoreMapsDataViewType.Instance, i => cams[i], NamesOn("Cam", ColumnKind.Maps)),
            SourceColumn.Of("Truth", LabelMapDataViewType.Instance, i => truth[i], NamesOn("Truth", ColumnKind.Labels))
        ];
        if (saliency is not null)
            columns = [.. columns, SourceColumn.Of("Saliency", ScoreMapsDataViewType.Instance, i => saliency[i])];
        return new(new SourceView(paths.Length, columns), truth, tags, cams, saliency, names.Count, backbone);
    }

    /// <summary>Saliency of the photos, a quarter as large as they are; what an earlier run found is read.</summary>
    private static ScoreMaps[] SaliencyOf(string[] paths, string? folder)
    {
        const int AtOnce = 32;
        using var scratch = new ScratchFolder();
        var column = new StageColumn("Saliency", ColumnKind.Maps);
        byte[] names = Encoding.UTF8.GetBytes(string.Join(' ', paths.Select(Path.GetFileName)));
        string maker = $"built-in saliency of {Convert.ToHexString(SHA256.HashData(names).AsSpan(0, 8))}";
        using var file = ColumnFile.Extend(Path.Combine(folder ?? scratch.Path, "saliency.rows"), maker, new RowCodec([column]));
        var detector = new SaliencyDetector();
        for (int start = file.Count; start < paths.Length; start += AtOnce)
        {
            var rows = new StageRow[Math.Min(AtOnce, paths.Length - start)];
            Parallel.For(0, rows.Length, i =>
            {
                var image = ImageFiles.Image(paths[start + i]).ToRgb();
                (rows[i] = new()).Set(column, detector.Detect(image).Map.Resize((image.Height + 3) / 4, (image.Width + 3) / 4));
            });
            foreach (var row in rows)
                file.Append(row, 0);
        }
        using var store = file.ToStore(paths.Length);
        return [.. Enumerable.Range(0, paths.Length).Select(i => store[i].Get<ScoreMaps>(column))];
    }

    private static (string[] Paths, float[][] Tags, ScoreMaps[] Cams, LabelMap[] Truth) Read(IDataView view)
    {
        var (paths, tags, cams, truth) = (new List<string>(), new List<float[]>(), new List<ScoreMaps>(), new List<LabelMap>());
        using var cursor = view.GetRowCursor(new[] { "ImagePath", "Tags", "Cam", "Truth" }.Select(name => view.Schema[name]));
        var path = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["ImagePath"]);
        var tag = cursor.GetGetter<VBuffer<float>>(view.Schema["Tags"]);
        var cam = cursor.GetGetter<ScoreMaps>(view.Schema["Cam"]);
        var mask = cursor.GetGetter<LabelMap>(view.Schema["Truth"]);
        while (cursor.MoveNext())
        {
            ReadOnlyMemory<char> file = default;
            VBuffer<float> numbers = default;
            ScoreMaps maps = null!;
            LabelMap labels = null!;
            path(ref file);
            tag(ref numbers);
            cam(ref maps);
            mask(ref labels);
            paths.Add(file.ToString());
            tags.Add([.. numbers.DenseValues()]);
            // Networks of stride 16 need no finer ones, and all of them stay in memory.
            cams.Add(maps.Resize((maps.Height + 1) / 2, (maps.Width + 1) / 2));
            truth.Add(labels);
        }
        return ([.. paths], [.. tags], [.. cams], [.. truth]);
    }
}
