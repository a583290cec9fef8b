using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests;

/// <summary>The plan of the library, held by its compiled code and its files.</summary>
public sealed class ArchitectureTests
{
    private static readonly Assembly Library = typeof(StageTransformer).Assembly;

    /// <summary>What a folder may use besides itself; systems may use <see cref="UnderSystems"/>.</summary>
    private static readonly Dictionary<string, string[]> Below = new()
    {
        ["Imaging"] = [],
        ["Backbones"] = ["Imaging"],
        ["Metrics"] = ["Imaging"],
        ["Pipeline"] = ["Imaging", "Backbones"],
        ["Data"] = ["Imaging", "Pipeline"]
    };

    private static readonly string[] UnderSystems = ["Imaging", "Backbones", "Pipeline"];

    /// <summary>The catalogs stand in the root namespace and may see everything.</summary>
    private const string Root = "MLNetWsss";

    private static IEnumerable<string> Systems => StageCase.All.Select(c => c.System).Distinct();

    [Fact]
    public void Dependencies_point_one_way_and_no_system_knows_another()
    {
        var wrong = new SortedSet<string>();
        foreach (var type in Library.GetTypes().Where(t => FolderOf(t) is not null))
        {
            string folder = FolderOf(type)!;
            string[] allowed = Below.GetValueOrDefault(folder, UnderSystems);
            foreach (var used in TypeUses.Of(type).Where(t => t.Assembly == Library))
                if (FolderOf(used) is { } other && other != folder && !allowed.Contains(other))
                    wrong.Add($"{type.FullName} uses {used.FullName}");
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_folder_is_known_here_or_is_a_system()
    {
        var folders = Library.GetTypes().Select(FolderOf).Where(f => f is not null).Distinct().Order();
        Assert.Equal(Below.Keys.Concat(Systems).Order(), folders);
    }

    [Theory]
    [InlineData("Imaging", "TorchSharp", "Microsoft.ML")]
    [InlineData("Backbones", "Microsoft.ML", "Microsoft.ML")]
    [InlineData("Metrics", "TorchSharp", "Microsoft.ML")]
    public void Pixel_work_knows_neither_torch_nor_ml_net(string folder, params string[] forbidden)
    {
        var wrong = Library.GetTypes().Where(t => FolderOf(t) == folder)
            .SelectMany(t => TypeUses.Of(t)
                .Where(u => forbidden.Any(f => u.Assembly.GetName().Name!.StartsWith(f, StringComparison.Ordinal)))
                .Select(u => $"{t.FullName} uses {u.FullName}"));
        Assert.Empty(wrong);
    }

    [Fact]
    public void The_check_of_uses_sees_into_method_bodies()
    {
        // The trainer names AdamW in one method only; the check would be worthless if it looked at signatures alone.
        var trainer = Library.GetType("MLNetWsss.Pipeline.Trainer")!;
        Assert.Contains(TypeUses.Of(trainer), t => t.Name == "AdamW");
    }

    [Fact]
    public void A_system_has_one_name_and_the_same_files()
    {
        foreach (string system in Systems)
            foreach (string file in new[] { "README.md", $"{system}Options.cs", $"{system}Estimator.cs", $"{system}Transformer.cs",
                $"{system}Catalog.cs" })
                Assert.True(File.Exists(Path.Combine(Repository.Root, "src", "MLNetWsss", system, file)), $"{system}/{file} is missing.");
    }

    [Fact]
    public void Namespaces_follow_folders()
    {
        foreach (string file in Repository.Sources("src/MLNetWsss"))
        {
            string folder = Path.GetFileName(Path.GetDirectoryName(file)!);
            var named = Regex.Matches(File.ReadAllText(file), @"^namespace ([\w.]+)", RegexOptions.Multiline)
                .Select(m => m.Groups[1].Value).ToArray();
            string[] expected = folder == "MLNetWsss" || file.EndsWith("Catalog.cs", StringComparison.Ordinal)
                || file.EndsWith("WsssData.cs", StringComparison.Ordinal)
                ? [Root] : [$"{Root}.{folder}", "System.Runtime.CompilerServices"];
            Assert.All(named, n => Assert.True(expected.Contains(n), $"{Repository.Relative(file)} declares namespace {n}."));
        }
    }

    [Fact]
    public void No_folder_is_named_for_nothing()
    {
        var names = new[] { "src", "tests", "examples", "bench" }.SelectMany(Repository.Sources)
            .SelectMany(f => Repository.Relative(f).Split('/')).Distinct();
        Assert.Empty(names.Intersect(["Utils", "Helpers", "Common", "Base", "Extensions", "Core"]));
    }

    [Fact]
    public void Nothing_is_compiled_conditionally()
    {
        var conditional = new[] { "src", "tests", "examples", "bench" }.SelectMany(Repository.Sources)
            .Where(f => Regex.IsMatch(File.ReadAllText(f), @"^\s*#if\b", RegexOptions.Multiline));
        Assert.Empty(conditional.Select(Repository.Relative));
    }

    [Fact]
    public void Every_public_member_is_documented()
    {
        var documented = XDocument.Load(Path.ChangeExtension(Library.Location, ".xml")).Descendants("member")
            .Where(m => m.Elements().Any(e => e.Name.LocalName == "inheritdoc" || e.Value.Trim().Length > 0))
            .Select(m => m.Attribute("name")!.Value.Split('(')[0].Split("``")[0]).ToHashSet();
        Assert.NotEmpty(documented);
        var missing = new List<string>();
        foreach (var type in Library.GetExportedTypes().Where(t => !t.Name.Contains('<')))
        {
            string name = type.FullName!.Replace('+', '.');
            if (!documented.Contains($"T:{name}"))
                missing.Add(name);
            missing.AddRange(PublicMembers(type).Where(m => !documented.Contains($"{Kind(m)}:{name}.{m.Name.Replace(".ctor", "#ctor")}"))
                .Select(m => $"{name}.{m.Name}"));
        }
        Assert.Empty(missing);
    }

    private static IEnumerable<MemberInfo> PublicMembers(Type type)
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        // Constructors that a compiler makes, such as a record's or a primary one, are documented at the type.
        return type.GetMembers(Declared).Where(m => m.MemberType is MemberTypes.Property or MemberTypes.Field or MemberTypes.Method
            && m.GetCustomAttribute<CompilerGeneratedAttribute>() is null && m is not MethodBase { IsSpecialName: true }
                && m.Name is not ("value__" or "Deconstruct")
            && !m.IsDefined(typeof(ExtensionAttribute)) && !m.Name.Contains('<') && !IsRecordParameter(type, m));
    }

    /// <summary>A record's positional parameters are documented as parameters of the type.</summary>
    private static bool IsRecordParameter(Type type, MemberInfo member) => type.GetMethod("<Clone>$") is not null || type.IsValueType
        ? type.GetConstructors().Any(c => c.GetParameters().Any(p => p.Name == member.Name)) : false;

    private static string Kind(MemberInfo member) => member.MemberType switch
    {
        MemberTypes.Property => "P",
        MemberTypes.Field => "F",
        _ => "M"
    };

    /// <summary>The first part of the namespace behind the library's name; null for the catalogs and what the compiler made.</summary>
    private static string? FolderOf(Type type) =>
        type.Namespace is { } n && n.StartsWith(Root + ".", StringComparison.Ordinal) ? n[(Root.Length + 1)..].Split('.')[0] : null;
}
