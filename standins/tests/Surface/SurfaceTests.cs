using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;
using Xunit.Abstractions;

namespace Standins.Tests.Surface;

/// <summary>
/// A program compiled against a stand-in must run on the real library: whatever the stand-in shows, the real one has, word for word.
/// </summary>
public sealed class SurfaceTests(ITestOutputHelper output)
{
    private const string Allowed = "allowed-differences.txt";

    private static readonly Assembly[] MachineLearning =
    [
        typeof(IDataView).Assembly, typeof(ITransformer).Assembly, typeof(MLContext).Assembly, typeof(CustomMappingCatalog).Assembly,
        typeof(MLImage).Assembly,
    ];

    private static readonly Assembly[] TorchLibrary = [typeof(torch).Assembly];

    public static TheoryData<string, string> RealLists => new()
    {
        { "Microsoft.ML", "Microsoft.ML-5.0.txt" },
        { "TorchSharp", "TorchSharp-0.102.txt" },
    };

    [Theory]
    [MemberData(nameof(RealLists))]
    public void Nothing_public_is_missing_from_the_real_library(string library, string list)
    {
        if (RealSurfaces.Lines(list) is not { } real)
        {
            output.WriteLine($"Not compared: there is no folder shared/api with {list} beside the repository or above it.");
            return;
        }
        var missing = LinesOf(library).Except(real).ToArray();
        var reasons = AllowedDifferences();

        var unexplained = missing.Where(line => !reasons.ContainsKey(line)).ToArray();
        Assert.True(unexplained.Length == 0, $"{unexplained.Length} lines are not in {list}:\n{string.Join('\n', unexplained)}");
    }

    [Fact]
    public void Every_allowed_difference_has_a_reason_and_is_one()
    {
        var reasons = AllowedDifferences();
        Assert.All(reasons, entry => Assert.False(string.IsNullOrWhiteSpace(entry.Value), $"no reason: {entry.Key}"));

        var ours = LinesOf("Microsoft.ML").Concat(LinesOf("TorchSharp")).ToHashSet();
        Assert.All(reasons.Keys, line => Assert.True(ours.Contains(line), $"no stand-in has this line any more: {line}"));

        foreach (object[] row in RealLists)
        {
            if (RealSurfaces.Lines((string)row[1]) is { } real)
                Assert.All(reasons.Keys,
                    line => Assert.False(real.Contains(line), $"the real library has this line, so it is no difference: {line}"));
        }
    }

    [Fact]
    public void Types_of_ML_NET_are_in_the_assemblies_where_the_real_ones_are()
    {
        if (RealSurfaces.Lines("Microsoft.ML-needed.tsv") is not { } needed)
        {
            output.WriteLine("Not compared: there is no Microsoft.ML-needed.tsv.");
            return;
        }
        var home = needed.Select(line => line.Split('\t')).Where(parts => parts[1].StartsWith("T "))
            .ToDictionary(parts => parts[1], parts => parts[0]);
        var misplaced = from assembly in MachineLearning
                        from line in PublicSurface.Of(assembly)
                        where home.TryGetValue(line, out string expected) && expected != assembly.GetName().Name
                        select $"{line}: in {assembly.GetName().Name}, belongs in {home[line]}";
        Assert.Empty(misplaced);
    }

    [Fact]
    public void Assembly_versions_do_not_exceed_the_real_ones()
    {
        // A reference binds to the same version or a higher one, so these are the ceilings of Microsoft.ML 5.0 and TorchSharp 0.102.
        Assert.All(MachineLearning, assembly => Assert.True(assembly.GetName().Version <= new Version(1, 0, 0, 0), assembly.FullName));
        Assert.All(TorchLibrary, assembly => Assert.True(assembly.GetName().Version <= new Version(0, 102, 0, 0), assembly.FullName));
    }

    private static IEnumerable<string> LinesOf(string library) =>
        (library == "TorchSharp" ? TorchLibrary : MachineLearning).SelectMany(PublicSurface.Of);

    /// <summary>The allowed lines, each with its reason (or null).</summary>
    private static Dictionary<string, string> AllowedDifferences()
    {
        var reasons = new Dictionary<string, string>();
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, Allowed)))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            string[] parts = line.Split(['\t'], 2) is [_, _] byTab ? byTab : line.Split(" # ", 2);
            reasons.Add(parts[0].TrimEnd(), parts.Length > 1 ? parts[1].Trim() : null);
        }
        return reasons;
    }
}
