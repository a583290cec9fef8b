using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MLNetWsss.Tests.Examples;

/// <summary>Every example runs as it stands, and what it prints is what its last comment says.</summary>
public sealed partial class ExamplesTests
{
    // Training is chaotic: another processor's rounding leads to another network. The first figure of a line is a share of 1 that may differ by this much.
    private const double Tolerance = 0.2;

    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../.."));

    [Theory]
    [InlineData("01-ClassActivation")]
    [InlineData("02-PseudoLabels")]
    [InlineData("03-Segmentation")]
    [InlineData("04-SaveAndLoad")]
    [InlineData("05-GroupRefinement")]
    [InlineData("06-AuxiliaryAffinity")]
    public void An_example_prints_what_its_last_comment_says(string name)
    {
        string[] source = File.ReadAllLines(Path.Combine(Root, "examples", name, "Program.cs"));
        Assert.True(source.Length <= 60, $"{name} has {source.Length} lines; an example is at most 60.");
        string[] promised = [.. source.SkipWhile(l => l != "// Output:").Skip(1).Select(l => l[3..])];
        Assert.NotEmpty(promised);
        string[] printed = Run(name);
        Assert.Equal(promised.Select(WithoutFigures), printed.Select(WithoutFigures));
        foreach (var (expected, found) in promised.Select(FirstFigure).Zip(printed.Select(FirstFigure)))
            Assert.InRange(found, expected - Tolerance, expected + Tolerance);
        if (name == "04-SaveAndLoad")
            Assert.Single(printed.Select(l => l[^16..]).Distinct());
    }

    [Fact]
    public void The_whole_story_ends_with_its_figures_and_its_picture()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        string[] printed = Run("90-FromTagsToMasks", "--epochs", "1", "--out", folder);
        using var result = JsonDocument.Parse(printed[^1]["RESULT ".Length..]);
        var stages = result.RootElement.GetProperty("stages").EnumerateArray().ToArray();
        Assert.Equal(["cam-train", "pseudo-train", "cam-val", "segmentation-val"], stages.Select(s => s.GetProperty("stage").GetString()));
        foreach (var stage in stages)
        {
            Assert.InRange(stage.GetProperty("mIoU").GetDouble(), 0, 1);
            Assert.NotEmpty(stage.GetProperty("iou").EnumerateObject());
            Assert.True(stage.GetProperty("seconds").GetDouble() > 0);
            Assert.True(stage.GetProperty("imagesPerSecond").GetDouble() > 0);
            Assert.True(stage.GetProperty("peakMemoryMB").GetDouble() > 0);
        }
        Assert.True(File.Exists(Path.Combine(folder, "from-tags-to-masks.png")));
        Assert.True(File.Exists(Path.Combine(folder, "segmenter.zip")));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Runs the built example in an empty folder and gives its lines.</summary>
    private static string[] Run(string name, params string[] arguments)
    {
        string program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../..", name, Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/', '\\')), name + (OperatingSystem.IsWindows() ? ".exe" : "")));
        string folder = Directory.CreateTempSubdirectory().FullName;
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true
        };
        // The program looks for the runtime in the usual place; the tests know where theirs is.
        start.Environment["DOTNET_ROOT"] = Path.GetDirectoryName(Environment.ProcessPath);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{name} ended with {process.ExitCode}: {errors.Result}\n{output}");
        Directory.Delete(folder, recursive: true);
        return output.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [GeneratedRegex(@"\d+\.\d+")]
    private static partial Regex Figure();

    [GeneratedRegex(@"\b[0-9A-F]{16}\b")]
    private static partial Regex Digest();

    private static string WithoutFigures(string line) => Digest().Replace(Figure().Replace(line, "#"), "digest").TrimEnd();

    private static double FirstFigure(string line) =>
        Figure().Match(line) is { Success: true } m ? double.Parse(m.Value, CultureInfo.InvariantCulture) : 0;

    private static string Here([CallerFilePath] string path = "") => path;
}
