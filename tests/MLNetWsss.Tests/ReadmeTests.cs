using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests;

/// <summary>What the README shows is compiled, runs, and is where its links point.</summary>
public sealed class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md")).ReplaceLineEndings("\n");

    [Theory]
    [InlineData("// README sample: from tags to masks")]
    [InlineData("// README sample: one photo")]
    public void A_sample_is_the_one_that_is_compiled(string marker)
    {
        string[] compiled = File.ReadAllText(Path.Combine(Repository.Root, "tests", "MLNetWsss.Outsider", "ReadmeSample.cs"))
            .ReplaceLineEndings("\n").Split('\n');
        int first = Array.FindIndex(compiled, line => line.Trim() == marker), indent = compiled[first].Length - marker.Length;
        int end = Array.FindIndex(compiled, first, line => line.Length > 0 && line.Length - line.TrimStart().Length < indent);
        Assert.Equal(Sample(marker).Split('\n'), compiled[first..end].Select(line => line.Length == 0 ? "" : line[indent..]));
    }

    [Fact]
    public void The_samples_train_evaluate_save_and_predict_a_photo()
    {
        using var folder = new ScratchFolder();
        WriteVoc(folder);
        string output = OutsiderProcess.Run(folder.Path, "readme");
        Assert.Contains("mIoU", output);
        Assert.Contains("aeroplane", output);
        using var model = (StageTransformer)new MLContext(1).Model.Load(folder["segmenter.zip"], out _);
        Assert.Equal(("Segmentation", 20), (model.Name, model.ClassNames.Count));
        using var mask = MLImage.CreateFromFile(folder["mask.png"]);
        Assert.Equal((TinyScenes.Scene(0).Image.Width, TinyScenes.Scene(0).Image.Height), (mask.Width, mask.Height));
    }

    [Fact]
    public void Links_lead_somewhere()
    {
        var links = Regex.Matches(Readme, @"\]\(([^)#]+)\)").Select(m => m.Groups[1].Value).Where(l => !l.Contains("://")).ToArray();
        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.True(Path.Exists(Path.Combine(Repository.Root, link)),
            $"README.md links to '{link}', which is not there."));
    }

    private static string Sample(string marker)
    {
        var sample = Regex.Match(Readme, $"^```csharp\n({Regex.Escape(marker)}\n.*?)\n```$",
            RegexOptions.Multiline | RegexOptions.Singleline);
        Assert.True(sample.Success, $"README.md has no ```csharp block that begins with '{marker}'.");
        return sample.Groups[1].Value;
    }

    /// <summary>Four photos to train on and two to evaluate on, in the folder that the sample names.</summary>
    private static void WriteVoc(ScratchFolder folder)
    {
        string[] names = ["cat", "dog", "person"];
        byte[] labels = [0, 8, 12, 15]; // as VOC numbers them
        var table = new List<string> { "image,tags" };
        for (int i = 0; i < 6; i++)
        {
            var scene = TinyScenes.Scene(i);
            using (var image = scene.Image.ToMLImage())
            {
                image.Save(folder["data", "voc", "JPEGImages", $"photo{i}.jpg"]);
                if (i == 0)
                    image.Save(folder["photo.jpg"]);
            }
            IndexedPng.Write(folder["data", "voc", "SegmentationClass", $"photo{i}.png"],
                [.. scene.Mask.Labels.ToArray().Select(l => labels[l])], scene.Mask.Width, scene.Mask.Height, Palette.Voc);
            table.Add($"photo{i},{string.Join(';', scene.Tags.Select(t => names[t]))}");
        }
        File.WriteAllLines(folder["data", "voc", "labels.csv"], table);
        File.WriteAllLines(folder["data", "voc", "ImageSets", "Segmentation", "train.txt"], ["photo0", "photo1", "photo2", "photo3"]);
        File.WriteAllLines(folder["data", "voc", "ImageSets", "Segmentation", "val.txt"], ["photo4", "photo5"]);
    }
}
