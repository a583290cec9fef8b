using System.IO.Compression;
using Microsoft.ML;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests;

public sealed partial class StageContractTests
{
    [Theory, MemberData(nameof(Stages))]
    public void A_saved_model_gives_the_same_bits_in_a_fresh_process(string name)
    {
        using var folder = new ScratchFolder();
        var stage = FittedStage.Of(name);
        string[] inputs = [.. stage.Stage.Columns.Reads.Concat(stage.Stage.Columns.Uses).Select(c => c.Name)];
        stage.Context.Model.Save(stage.Model, stage.Data.Schema, folder["model.zip"]);
        RowFile.Write(folder["rows.bin"], stage.Data, inputs);
        Assert.Equal(RowDigest.Of(stage.Model.Transform(stage.Data), stage.Written),
            OutsiderProcess.Run(folder.Path, ["predict", "model.zip", "rows.bin", .. stage.Written]));
    }

    [Theory, MemberData(nameof(Stages))]
    public void Saving_what_was_loaded_gives_the_same_archive(string name)
    {
        var stage = FittedStage.Of(name);
        using var loaded = (StageTransformer)Load(Saved(stage));
        Assert.Equal(ArchiveBytes(stage.Model), ArchiveBytes(loaded));
        Assert.Equal(stage.Model.ClassNames, loaded.ClassNames);
        Assert.Equal(stage.Model.GetOutputSchema(stage.Data.Schema).Select(c => $"{c.Name}: {c.Type}"),
            loaded.GetOutputSchema(stage.Data.Schema).Select(c => $"{c.Name}: {c.Type}"));
    }

    [Theory, MemberData(nameof(Stages))]
    public void A_flipped_bit_is_refused(string name)
    {
        byte[] saved = Saved(FittedStage.Of(name));
        // The first byte, the header, the middle (weights where there are some), the digest.
        foreach (double place in new[] { 0, 0.001, 0.5, 0.999, 1 })
        {
            byte[] flipped = Rewritten(saved, stage => stage[(int)(place * (stage.Length - 1))] ^= 0x10);
            var error = Refusals.OfModel(() => Load(flipped));
            Assert.Contains("damaged", error.Message);
        }
        using var whole = (StageTransformer)Load(Rewritten(saved, _ => { }));
        Assert.Equal(StageCase.Named(name).System, whole.Name);
    }

    [Theory, MemberData(nameof(Stages))]
    public void A_models_file_names_no_path_and_no_training_state(string name)
    {
        var stageCase = StageCase.Named(name);
        if (stageCase.Options is not TrainingOptions training)
            return;
        using var folder = new ScratchFolder();
        using var model = FittedStage.Fit(stageCase, training with { CheckpointFolder = folder["checkpoints"] }).Model;
        var archive = model.Archive();
        Assert.DoesNotContain(Path.GetFileName(folder.Path), archive.OptionsJson);
        Assert.False(archive.Has("optimizer"));
    }

    private static byte[] Saved(FittedStage stage)
    {
        using var stream = new MemoryStream();
        stage.Context.Model.Save(stage.Model, stage.Data.Schema, stream);
        return stream.ToArray();
    }

    private static ITransformer Load(byte[] zip)
    {
        using var stream = new MemoryStream(zip);
        return new MLContext(1).Model.Load(stream, out _);
    }

    /// <summary>The same zip with other bytes in the stage's entry, and right CRCs again: as a damaged disk under .NET's reader.</summary>
    private static byte[] Rewritten(byte[] zip, Action<byte[]> change)
    {
        using var output = new MemoryStream();
        using (var source = new ZipArchive(new MemoryStream(zip)))
        using (var target = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            Assert.Single(source.Entries, e => e.Name == "Stage");
            foreach (var entry in source.Entries)
            {
                using var content = new MemoryStream();
                using (var from = entry.Open())
                    from.CopyTo(content);
                byte[] bytes = content.ToArray();
                if (entry.Name == "Stage")
                    change(bytes);
                using var to = target.CreateEntry(entry.FullName).Open();
                to.Write(bytes);
            }
        }
        return output.ToArray();
    }
}
